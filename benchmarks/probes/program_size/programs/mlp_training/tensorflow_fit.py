import tensorflow as tf


def build():
    return tf.keras.Sequential(
        [
            tf.keras.layers.Dense(64, activation="relu"),
            tf.keras.layers.Dense(3),
        ]
    )


def train(model, x, y):
    loss_fn = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    optimizer = tf.keras.optimizers.SGD(learning_rate=0.1)
    model.compile(optimizer=optimizer, loss=loss_fn)
    model.fit(x, y, batch_size=len(x), epochs=20)
