-- One answer gives a value once. Keys are compared by hash first: at ten million rows that is what fits.
with twice as (
    select hash(source, framework, metric, scope, name, start_at, end_at, retrieved_at) as key
    from observation
    group by key
    having count(*) > 1
)
select source, framework, metric, scope, name, start_at, end_at, retrieved_at, count(*) as times
from observation
where hash(source, framework, metric, scope, name, start_at, end_at, retrieved_at) in (select key from twice)
group by all
having count(*) > 1
order by all
limit 100;
