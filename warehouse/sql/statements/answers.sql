select score_json.body
from score_json
join comparison_dimension using (comparison, dimension)
where score_json.comparison = $comparison
order by comparison_dimension.position;
