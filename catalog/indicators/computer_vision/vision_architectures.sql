from share_of_largest('published.transformers_architectures_vision');
