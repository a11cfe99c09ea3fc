from yearly_sum('github_rest.stars_gained');
