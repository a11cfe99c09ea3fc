import keras
from keras import layers


def conv(x, filters, size, stride, name):
    """Pad explicitly and symmetrically: `padding="same"` at stride 2 would pad bottom and right only."""
    if size > 1:
        x = layers.ZeroPadding2D(size // 2)(x)
    return layers.Conv2D(filters, size, stride, use_bias=False, name=name)(x)


def norm(x, name):
    """The reference's epsilon and momentum (new weight 0.1), which are not this side's defaults."""
    return layers.BatchNormalization(epsilon=1e-5, momentum=0.9, name=name)(x)


def bottleneck(x, width, stride, down, name):
    y = layers.ReLU()(norm(conv(x, width, 1, 1, f"{name}.conv1"), f"{name}.norm1"))
    y = layers.ReLU()(norm(conv(y, width, 3, stride, f"{name}.conv2"), f"{name}.norm2"))
    y = norm(conv(y, 4 * width, 1, 1, f"{name}.conv3"), f"{name}.norm3")
    if down:
        x = norm(conv(x, 4 * width, 1, stride, f"{name}.down"), f"{name}.norm4")
    return layers.ReLU()(layers.Add()([y, x]))


def build(config):
    inputs = keras.Input((224, 224, 3))
    x = layers.ReLU()(norm(conv(inputs, 64, 7, 2, "stem"), "norm"))
    # Zero padding before a max pool is exact here: its input went through ReLU.
    x = layers.MaxPooling2D(3, 2)(layers.ZeroPadding2D(1)(x))
    number = 0
    for width, count, stride in ((64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2)):
        for i in range(count):
            x = bottleneck(x, width, stride if i == 0 else 1, i == 0, f"blocks.{number}")
            number += 1
    return keras.Model(inputs, layers.Dense(1000, name="head")(layers.GlobalAveragePooling2D()(x)))
