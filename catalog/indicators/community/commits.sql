from yearly_flow('bestof.github_commits_total');
