from yearly_sum('git.commits');
