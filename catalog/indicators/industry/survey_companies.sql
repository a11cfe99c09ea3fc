from newest_common('published.oreilly_ai_adoption');
