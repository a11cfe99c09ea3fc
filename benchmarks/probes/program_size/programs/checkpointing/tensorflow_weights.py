import tensorflow as tf


def build():
    return tf.keras.Sequential(
        [
            tf.keras.Input((20,)),
            tf.keras.layers.Dense(64, activation="relu"),
            tf.keras.layers.Dense(3),
        ]
    )


def save_and_restore(model, path):
    model.save_weights(path)
    restored = build()
    restored.load_weights(path)
    return restored
