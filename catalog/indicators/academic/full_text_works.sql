from newest_common('openalex.full_text_naming_works');
