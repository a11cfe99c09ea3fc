-- Bytes that could not be understood: an interface may have changed.
select source, place, reason from refused order by all;
