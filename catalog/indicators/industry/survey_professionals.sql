from newest_common('published.stackoverflow_usage_professional');
