import tensorflow as tf

strategy = tf.distribute.MirroredStrategy()


def build():
    with strategy.scope():
        return tf.keras.Sequential(
            [
                tf.keras.Input((20,)),
                tf.keras.layers.Dense(64, activation="relu"),
                tf.keras.layers.Dense(3),
            ]
        )


def train(model, x, y):
    with strategy.scope():
        loss_fn = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(optimizer=tf.keras.optimizers.SGD(learning_rate=0.1), loss=loss_fn)
    dataset = tf.data.Dataset.from_tensor_slices((x, y)).batch(16)
    model.fit(dataset, epochs=5)
