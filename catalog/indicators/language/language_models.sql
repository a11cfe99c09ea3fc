from yearly_flow('huggingface.language_models');
