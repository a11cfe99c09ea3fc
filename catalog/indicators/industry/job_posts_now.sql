-- The posts are counted, not sampled: no counts behind the share.
select framework, value, observed_at, payloads
from pooled_share('hn_hiring.mentions', 'hn_hiring.posts', 12);
