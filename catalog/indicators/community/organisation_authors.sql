from newest_common('published.cncf_authors');
