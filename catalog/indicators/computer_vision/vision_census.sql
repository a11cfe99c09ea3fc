from share_of_largest('census.vision_architectures');
