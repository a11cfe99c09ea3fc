from yearly_flow('huggingface.vision_models');
