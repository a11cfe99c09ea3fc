select * from indicator_value where comparison = $comparison order by rowid;
