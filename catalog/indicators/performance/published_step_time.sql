from published_speed('published.step_time');
