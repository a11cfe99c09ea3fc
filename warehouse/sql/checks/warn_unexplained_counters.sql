-- Counters that lately behaved as no counter does, without an entry in the register of breaks.
select source, metric, framework, name, reason, count(*) as weeks, min(week_start) as since
from increment
where suspect
  and week_start > (select max(value)::date from meta where key = 'as_of') - interval 26 week
  and not exists (
      select 1
      from source_break
      where source_break.metric = increment.metric
        and coalesce(source_break.framework, increment.framework) = increment.framework
        and increment.week_start between source_break.starts_on - interval 1 week and source_break.ends_on + interval 1 week
  )
group by all
order by all;
