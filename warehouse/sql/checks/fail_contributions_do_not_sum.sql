-- A reader must be able to recompute the contrast by hand.
select
    contrast.comparison,
    contrast.dimension,
    contrast.value as contrast,
    sum(contribution.contribution) as sum_of_contributions,
    sum(contribution.weight) as sum_of_weights
from contrast
left join contribution using (comparison, dimension, as_of)
where contrast.value is not null
group by all
having abs(coalesce(sum(contribution.contribution), 0) - contrast.value) > 1e-9
    or abs(coalesce(sum(contribution.weight), 0) - 1) > 1e-9
order by all;
