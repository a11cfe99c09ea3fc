-- Evidence that is scored although it is older than its indicator allows.
select contribution.comparison, contribution.dimension, contribution.indicator, min(observed_at) as observed_at
from contribution
join contribution_value using (comparison, dimension, as_of, indicator)
where contribution.dated
group by all
order by all;
