-- Bounds of the method: scores lie in 0 to 10, intervals nest, shares lie in 0 to 1.
select comparison, dimension, framework, value, low90, high90
from score
where value not between 0 and 10
   or low90 not between 0 and 10
   or high90 not between 0 and 10
   or not (low90 <= low50 and low50 <= high50 and high50 <= high90)
union all
select comparison, dimension, 'contrast', value, low90, high90
from contrast
where value not between -10 and 10
   or not (low90 <= low50 and low50 <= high50 and high50 <= high90)
   or coverage not between 0 and 1
   or families > families_planned
order by all;
