-- Hides the stored increments from the macros of this connection: they rest on the newest vintages.
create temporary table increment as select * from main.increment limit 0;
