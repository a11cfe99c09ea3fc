select counter.*
from counter
anti join kept using (source, framework, metric, scope, name, content)
order by source, framework, metric, scope, name;
