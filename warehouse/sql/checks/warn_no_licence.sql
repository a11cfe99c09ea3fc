-- Sources that do not say under which licence their figures stand.
select id as source from source where trim(licence) = '' order by all;
