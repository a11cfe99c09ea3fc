from yearly_flow('bestof.github_dependents');
