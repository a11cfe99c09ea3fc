select *
from evidence
where comparison = $comparison and dimension = $dimension
order by abs(contribution) desc, indicator, framework, requested_at, payload_sha256;
