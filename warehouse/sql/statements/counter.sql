-- Every counter that an indicator needs, in its newest vintage known by an instant. A quantity that can be
-- negative is no counter; fewer than two values have no growth.
create or replace temporary table counter as
select
    source,
    framework,
    metric,
    scope,
    name,
    list(end_at order by end_at) as times,
    list(value order by end_at) as counts,
    hash(list(end_at order by end_at), list(value order by end_at)) as content
from observation
where metric in (
        select metric.id
        from metric
        join (select distinct unnest(needs) as id from indicator) as needed using (id)
        where metric.kind = 'stock'
    )
  and retrieved_at <= $known_by
  and (superseded_at is null or superseded_at > $known_by)
group by source, framework, metric, scope, name
having count(*) > 1 and min(value) >= 0;
