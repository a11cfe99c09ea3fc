import keras
import tensorflow as tf
from keras import layers

from benchmarks.frameworks.tensorflow import same
from benchmarks.workloads._blocks.tensorflow import Block


class Tokens(layers.Layer):
    """Puts the class token in front and adds the positions."""

    def build(self, shape):
        self.token = self.add_weight(shape=(1, 1, shape[-1]), name="token")
        self.positions = self.add_weight(shape=(shape[1] + 1, shape[-1]), name="positions")

    def call(self, x):
        return tf.concat([tf.tile(self.token, [tf.shape(x)[0], 1, 1]), x], 1) + self.positions

    def canonical(self, prefix):
        yield same(self.token, "token")
        yield same(self.positions, "positions")


def build(config):
    width = config["width"]
    inputs = keras.Input((224, 224, 3))
    x = layers.Conv2D(width, 16, 16, name="patches")(inputs)
    x = Tokens()(layers.Reshape((196, width))(x))
    style = {"before": True, "causal": False, "epsilon": 1e-6, "approximate": "none"}
    for i in range(config["blocks"]):
        x = Block(width, config["heads"], **style, name=f"blocks.{i}")(x)
    x = layers.LayerNormalization(epsilon=1e-6, name="norm")(x)
    return keras.Model(inputs, layers.Dense(1000, name="head")(x[:, 0]))
