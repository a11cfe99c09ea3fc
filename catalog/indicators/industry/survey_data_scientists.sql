from newest_common('published.kaggle_usage');
