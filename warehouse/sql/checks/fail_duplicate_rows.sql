-- What is counted once must stand once.
select 'attempt' as what, run || ' ' || source || ' ' || framework as key, count(*) as times
from attempt group by all having count(*) > 1
union all
select 'measurement', line_sha256, count(*) from measurement group by all having count(*) > 1
union all
select 'indicator_value', concat_ws(' ', comparison, indicator, framework, scope, window_weeks, variant, as_of), count(*)
from indicator_value group by all having count(*) > 1
union all
select 'score', concat_ws(' ', comparison, dimension, framework, as_of), count(*) from score group by all having count(*) > 1
union all
select 'contribution', concat_ws(' ', comparison, dimension, indicator, as_of), count(*)
from contribution group by all having count(*) > 1
order by all;
