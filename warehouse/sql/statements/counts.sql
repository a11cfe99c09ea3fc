select
    (select count(*) from payload where source <> 'benchmarks') as payloads,
    (select count(*) from observation) as observations,
    (select count(*) from measurement) as measurements,
    (select count(*) from score_json) as scores;
