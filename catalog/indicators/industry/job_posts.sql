-- The posts are counted, not sampled: no counts behind the share.
select framework, value, observed_at, payloads
from pooled_share('published.hn_hiring_mentions', 'published.hn_hiring_posts', 12);
