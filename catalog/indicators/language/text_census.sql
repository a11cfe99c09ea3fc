from share_of_largest('census.text_architectures');
