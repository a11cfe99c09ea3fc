-- Definitions may change, but not silently: the scores before and after are not comparable.
with facts as (
    select
        max(value) filter (key = 'frame') as frame,
        max(value) filter (key = 'previous_frame') as previous_frame,
        max(value) filter (key = 'changelog') as changelog
    from meta
)
select
    previous_frame,
    frame,
    'write a line with ' || frame || ' and the reason into CHANGELOG.md of the catalog' as mend
from facts
where previous_frame <> ''
  and previous_frame <> frame
  and not contains(coalesce(changelog, ''), frame);
