select count(*) as observations from observation;
