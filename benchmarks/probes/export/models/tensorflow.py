"""One block of each family, small; images are (batch, 32, 32, 3), texts are (batch, 12) ids below 100."""

import keras
from keras import layers, ops

WIDTH, CLASSES, WORDS, LENGTH = 16, 10, 100, 12


def image_model(body):
    image = keras.Input((32, 32, 3))
    return keras.Model(image, body(image))


def head(x):
    return layers.Dense(CLASSES)(layers.GlobalAveragePooling2D()(x))


def conv(x, width, size, **more):
    return layers.Conv2D(width, size, padding="same", **more)(x)


def normed(x, width, size, activation=None):
    x = layers.BatchNormalization()(conv(x, width, size, use_bias=False))
    return layers.Activation(activation)(x) if activation else x


def stem(image):
    return normed(image, WIDTH, 3, "relu")


def vgg():
    def body(x):
        x = conv(conv(x, WIDTH, 3, activation="relu"), WIDTH, 3, activation="relu")
        x = layers.Flatten()(layers.MaxPooling2D(2)(x))
        return layers.Dense(CLASSES)(layers.Dropout(0.5)(layers.Dense(32, activation="relu")(x)))

    return image_model(body)


def resnet():
    def body(image):
        x = stem(image)
        return head(layers.ReLU()(x + normed(normed(x, WIDTH, 3, "relu"), WIDTH, 3)))

    return image_model(body)


def densenet():
    def body(image):
        x = stem(image)
        for _ in range(2):
            grown = conv(layers.ReLU()(layers.BatchNormalization()(x)), 8, 3)
            x = layers.Concatenate()([x, grown])
        return head(layers.AveragePooling2D(2)(x))

    return image_model(body)


def inception():
    def body(image):
        x = stem(image)
        three = conv(conv(x, 8, 1, activation="relu"), 8, 3)
        pool = conv(layers.AveragePooling2D(3, 1, padding="same")(x), 8, 1)
        return head(layers.ReLU()(layers.Concatenate()([conv(x, 8, 1), three, pool])))

    return image_model(body)


def inverted(x, activation, gate=None):
    y = normed(x, 32, 1, activation)
    y = layers.BatchNormalization()(layers.DepthwiseConv2D(3, padding="same", use_bias=False)(y))
    y = layers.Activation(activation)(y)
    return x + normed(gate(y) if gate else y, WIDTH, 1)


def squeeze_excite(x):
    gate = layers.GlobalAveragePooling2D(keepdims=True)(x)
    gate = conv(conv(gate, 4, 1, activation="silu"), x.shape[-1], 1, activation="sigmoid")
    return x * gate


def mobilenet():
    return image_model(lambda image: head(inverted(stem(image), "relu6")))


def efficientnet():
    return image_model(lambda image: head(inverted(stem(image), "silu", squeeze_excite)))


def convnext():
    def body(image):
        x = layers.Conv2D(WIDTH, 4, 4)(image)
        y = layers.LayerNormalization(epsilon=1e-6)(layers.DepthwiseConv2D(7, padding="same")(x))
        return head(x + layers.Dense(WIDTH)(layers.Dense(64, activation="gelu")(y)))

    return image_model(body)


def text_model(body):
    words = keras.Input((LENGTH,), dtype="int32")
    return keras.Model(words, body(words))


def embedded(words):
    return layers.Embedding(WORDS, WIDTH)(words)


def embedding_mean():
    return text_model(lambda words: layers.Dense(CLASSES)(layers.GlobalAveragePooling1D()(embedded(words))))


def text_convolution():
    def body(words):
        x = layers.Conv1D(WIDTH, 3, activation="relu")(embedded(words))
        return layers.Dense(CLASSES)(layers.GlobalMaxPooling1D()(x))

    return text_model(body)


def lstm():
    return text_model(lambda words: layers.Dense(CLASSES)(layers.LSTM(WIDTH)(embedded(words))))


def bidirectional_lstm():
    def body(words):
        return layers.Dense(CLASSES)(layers.Bidirectional(layers.LSTM(WIDTH))(embedded(words)))

    return text_model(body)


def gru():
    return text_model(lambda words: layers.Dense(CLASSES)(layers.GRU(WIDTH)(embedded(words))))


class Positions(layers.Layer):
    def __init__(self):
        super().__init__()
        self.words, self.places = layers.Embedding(WORDS, WIDTH), layers.Embedding(LENGTH, WIDTH)

    def call(self, x):
        return self.words(x) + self.places(ops.arange(LENGTH))


def block(x, causal):
    y = layers.LayerNormalization()(x)
    x = x + layers.MultiHeadAttention(2, WIDTH // 2)(y, y, use_causal_mask=causal)
    y = layers.LayerNormalization()(x)
    return x + layers.Dense(WIDTH)(layers.Dense(64, activation="gelu")(y))


def encoder():
    def body(words):
        x = block(Positions()(words), causal=False)
        return layers.Dense(CLASSES)(layers.GlobalAveragePooling1D()(x))

    return text_model(body)


def decoder():
    def body(words):
        return layers.Dense(WORDS)(layers.LayerNormalization()(block(Positions()(words), causal=True)))

    return text_model(body)
