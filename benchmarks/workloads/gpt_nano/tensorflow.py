import keras
from keras import layers

from benchmarks.workloads._blocks.tensorflow import Block, Table, TiedHead


def build(config):
    width = config["width"]
    inputs = keras.Input((config["tokens"],), dtype="int64")
    embedding = layers.Embedding(config["vocabulary"], width, name="tokens")
    x = Table(config["positions"], name="positions")(embedding(inputs))
    style = {"before": True, "causal": True, "epsilon": 1e-5, "approximate": "tanh"}
    for i in range(config["blocks"]):
        x = Block(width, config["heads"], **style, name=f"blocks.{i}")(x)
    x = layers.LayerNormalization(epsilon=1e-5, name="norm")(x)
    return keras.Model(inputs, TiedHead(embedding)(x))
