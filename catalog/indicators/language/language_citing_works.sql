from newest_common('openalex.citing_works_language');
