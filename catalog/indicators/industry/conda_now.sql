from yearly_flow('conda.downloads');
