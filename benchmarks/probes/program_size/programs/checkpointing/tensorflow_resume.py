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
    optimizer = tf.keras.optimizers.SGD(learning_rate=0.1)
    saved = tf.train.Checkpoint(model=model, optimizer=optimizer, step=tf.Variable(1)).write(path)
    restored = build()
    optimizer = tf.keras.optimizers.SGD(learning_rate=0.1)
    checkpoint = tf.train.Checkpoint(model=restored, optimizer=optimizer, step=tf.Variable(0))
    checkpoint.read(saved)
    return restored
