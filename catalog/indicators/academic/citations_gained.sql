from yearly_flow('semantic_scholar.citations');
