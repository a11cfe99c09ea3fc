select table_name as name from duckdb_tables() where not internal and not temporary
union all
select view_name from duckdb_views() where not internal and not temporary
order by name;
