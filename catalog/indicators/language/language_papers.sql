from share_by_name('published.conference_papers_mentioning', 'published.conference_papers', ['ACL', 'EMNLP', 'NAACL']);
