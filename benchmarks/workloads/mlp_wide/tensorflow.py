import keras


def build(config):
    return keras.Sequential(
        [
            keras.Input((3072,)),
            keras.layers.Dense(4096, activation="relu", name="0"),
            keras.layers.Dense(4096, activation="relu", name="2"),
            keras.layers.Dense(4096, activation="relu", name="4"),
            keras.layers.Dense(4096, activation="relu", name="6"),
            keras.layers.Dense(1000, name="8"),
        ]
    )
