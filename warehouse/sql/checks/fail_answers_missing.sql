-- Every question that a comparison asks has exactly one answer, empty or not.
select comparison_dimension.comparison, comparison_dimension.dimension, count(score_json.body) as answers
from comparison_dimension
left join score_json using (comparison, dimension)
group by all
having count(score_json.body) <> 1
order by all;
