from yearly_flow('bestof.conda_downloads_total');
