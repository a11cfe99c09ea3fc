from latest_max('ecosystems.dependent_packages');
