create or replace temporary table grown as
select * from fresh
union all by name
select kept.*
from kept
semi join counter using (source, framework, metric, scope, name, content);
