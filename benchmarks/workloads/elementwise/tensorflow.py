import keras
from keras import layers

from benchmarks.frameworks.tensorflow import same


class Bias(layers.Layer):
    def build(self, shape):
        self.bias = self.add_weight(shape=(shape[-1],), name="bias")

    def call(self, x):
        return x + self.bias

    def canonical(self, prefix):
        yield same(self.bias, "bias")


def build(config):
    inputs = keras.Input((config["width"],))
    x = keras.ops.gelu(Bias()(inputs), approximate=True)
    return keras.Model(inputs, layers.LayerNormalization(epsilon=1e-5, name="norm")(x))
