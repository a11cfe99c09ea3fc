set variable as_of = $as_of::timestamp;
set variable known_by = $known_by::timestamp;
set variable scope = $scope::varchar;
set variable window_weeks = $window_weeks::integer;
set variable first = $first::varchar;
set variable second = $second::varchar;
