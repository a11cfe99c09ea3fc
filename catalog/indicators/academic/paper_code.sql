from newest_common('published.paper_implementations');
