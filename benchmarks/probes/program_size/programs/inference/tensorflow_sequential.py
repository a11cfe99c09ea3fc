import tensorflow as tf


def build():
    return tf.keras.Sequential(
        [
            tf.keras.layers.Dense(64),
            tf.keras.layers.BatchNormalization(),
            tf.keras.layers.ReLU(),
            tf.keras.layers.Dense(3),
        ]
    )


def predict(model, x):
    logits = model(x, training=False)
    return tf.nn.softmax(logits).numpy()
