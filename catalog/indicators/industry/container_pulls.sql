from yearly_flow('dockerhub.pulls');
