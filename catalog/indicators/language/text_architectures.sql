with counted as (
  select
    every.framework,
    every.end_at,
    every.value - vision.value as value,
    every.payload_sha256
  from observed('published.transformers_architectures') as every
  join observed('published.transformers_architectures_vision') as vision using (framework, name, end_at)
),
newest as (
  select max(end_at) as end_at from counted
),
release as (
  select framework, value, end_at, payload_sha256, max(value) over () as architectures
  from counted
  join newest using (end_at)
)
select
  framework,
  value / architectures as value,
  end_at as observed_at,
  [payload_sha256] as payloads
from release
where architectures > 0;
