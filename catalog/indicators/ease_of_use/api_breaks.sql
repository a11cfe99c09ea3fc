-- Scored in the topics that both sides cover, like the documentation: everything importable is shown only.
select framework, '' as variant, value, observed_at, payloads
from probe('probe.api_breaks', 'api_stability')
where variant = 'matched_topics';
