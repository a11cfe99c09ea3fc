from probe('probe.documented_parameters', 'documentation')
-- Everything importable is shown, never scored: it counts internals that nobody is meant to learn.
where variant <> 'whole_interface';
