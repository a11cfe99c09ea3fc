with have as (
  select framework, end_at, value, payload_sha256
  from observed('census.text_architectures')
),
newest as (
  select max(end_at) as end_at from have
),
release as (
  select framework, value, end_at, payload_sha256, max(value) over () as architectures
  from have
  join newest using (end_at)
)
select
  framework,
  value / architectures as value,
  end_at as observed_at,
  [payload_sha256] as payloads
from release
where architectures > 0;
