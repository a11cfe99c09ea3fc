-- Sources whose newest attempt did not bring everything.
select source, framework, outcome, reason, started_at
from attempts
where is_latest and outcome in ('failed', 'capped')
order by all;
