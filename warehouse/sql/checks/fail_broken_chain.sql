-- Every number leads to its bytes.
select distinct comparison, dimension, indicator, framework, payload_sha256
from (
    select comparison, dimension, indicator, framework, unnest(payloads) as payload_sha256 from contribution_value
)
anti join payload on payload.sha256 = payload_sha256
union all
select distinct comparison, dimension, indicator, framework, 'none given'
from contribution_value
where len(payloads) = 0
order by all;
