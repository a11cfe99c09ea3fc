import keras
from keras import layers

from benchmarks.workloads._blocks.tensorflow import Block, Table


def build(config):
    width = config["width"]
    inputs = keras.Input((config["tokens"],), dtype="int64")
    x = layers.Embedding(config["vocabulary"], width, name="tokens")(inputs)
    x = Table(config["positions"], name="positions")(x)
    x = Table(2, row=0, name="segments")(x)
    x = layers.LayerNormalization(epsilon=1e-12, name="norm")(x)
    style = {"before": False, "causal": False, "epsilon": 1e-12, "approximate": "none"}
    for i in range(config["blocks"]):
        x = Block(width, config["heads"], **style, name=f"blocks.{i}")(x)
    pooled = layers.Dense(width, activation="tanh", name="pooler")(x[:, 0])
    return keras.Model(inputs, layers.Dense(2, name="head")(pooled))
