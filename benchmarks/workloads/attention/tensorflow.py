import keras


def build(config):
    return keras.ops.dot_product_attention
