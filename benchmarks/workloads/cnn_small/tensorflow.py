import keras
from keras import layers


def conv(x, filters, size, stride, name):
    """Pad explicitly: `padding="same"` would pad bottom and right only where the stride is 2."""
    if size == 3:
        x = layers.ZeroPadding2D(1)(x)
    return layers.Conv2D(filters, size, stride, use_bias=False, name=name)(x)


def norm(x, name):
    """The reference's epsilon and momentum (new weight 0.1), which are not this side's defaults."""
    return layers.BatchNormalization(epsilon=1e-5, momentum=0.9, name=name)(x)


def block(x, filters, stride, name):
    y = layers.ReLU()(norm(conv(x, filters, 3, stride, f"{name}.conv1"), f"{name}.norm1"))
    y = norm(conv(y, filters, 3, 1, f"{name}.conv2"), f"{name}.norm2")
    if stride > 1:
        x = norm(conv(x, filters, 1, stride, f"{name}.down"), f"{name}.norm3")
    return layers.ReLU()(layers.Add()([y, x]))


def build(config):
    inputs = keras.Input((64, 64, 3))
    x = layers.ReLU()(norm(conv(inputs, 32, 3, 2, "stem"), "norm"))
    # Zero padding before a max pool is exact here: its input went through ReLU.
    x = layers.MaxPooling2D(3, 2)(layers.ZeroPadding2D(1)(x))
    x = block(block(x, 32, 1, "block1"), 64, 2, "block2")
    return keras.Model(inputs, layers.Dense(10, name="head")(layers.GlobalAveragePooling2D()(x)))
