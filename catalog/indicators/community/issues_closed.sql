from yearly_flow('bestof.github_issues_closed');
