-- Dimensions in which one mechanism of one source carries half of the evidence or more.
select comparison, dimension, family, sum(weight) as weight
from contribution
group by all
having sum(weight) >= 0.5
order by all;
