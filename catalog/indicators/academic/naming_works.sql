from newest_common('openalex.naming_works');
