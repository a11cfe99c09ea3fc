from latest_max('dependents.packages');
