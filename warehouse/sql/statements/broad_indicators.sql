-- Indicators whose value can differ under the broad scope: one of their metrics has a name in it.
select distinct wanted.indicator
from (select id as indicator, unnest(needs) as metric from indicator) as wanted
left join metric on metric.id = wanted.metric
left join source on source.id = metric.source
where exists (
        select 1 from framework_name where framework_name.key = source.needs and framework_name.scope = 'broad'
    )
   or wanted.metric in (select distinct metric from observation where scope = 'broad')
order by wanted.indicator;
