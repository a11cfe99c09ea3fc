import keras
from keras import layers


def build(config):
    inputs = keras.Input((128,), dtype="int64")
    x = layers.Embedding(10000, 256, name="embedding")(inputs)
    x = layers.LSTM(512, return_sequences=True, name="rnn.0")(x)
    x = layers.LSTM(512, name="rnn.1")(x)
    return keras.Model(inputs, layers.Dense(2, name="head")(x))
