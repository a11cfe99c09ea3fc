select id from metric order by id;
