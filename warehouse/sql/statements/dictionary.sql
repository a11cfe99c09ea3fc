select 'table' as kind, tables.table_name as name, tables.comment as about, columns.column_name as part,
    columns.data_type as type, columns.comment as part_about, tables.table_oid as place, columns.column_index as part_place
from duckdb_tables() as tables
join duckdb_columns() as columns using (table_oid)
where not tables.internal
union all
select 'view', views.view_name, views.comment, columns.column_name, columns.data_type, columns.comment,
    views.view_oid, columns.column_index
from duckdb_views() as views
join duckdb_columns() as columns on columns.table_oid = views.view_oid
where not views.internal
union all
select case function_type when 'table_macro' then 'table macro' else 'macro' end, function_name, comment,
    array_to_string(parameters, ', '), '', '', function_oid, 0
from duckdb_functions()
where not internal
order by kind, place, part_place;
