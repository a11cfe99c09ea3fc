with keys as (
    select distinct wanted.indicator, source.needs as key
    from (select id as indicator, unnest(needs) as metric from indicator) as wanted
    join metric on metric.id = wanted.metric
    join source on source.id = metric.source
),
named as (
    select distinct framework, key from framework_name
)
select keys.indicator, framework.id as framework
from keys
cross join framework
left join named on named.framework = framework.id and named.key = keys.key
group by keys.indicator, framework.id
having count(*) = count(named.key)
order by keys.indicator, framework.id;
