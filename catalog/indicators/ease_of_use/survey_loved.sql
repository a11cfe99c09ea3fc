from newest_common('published.stackoverflow_loved');
