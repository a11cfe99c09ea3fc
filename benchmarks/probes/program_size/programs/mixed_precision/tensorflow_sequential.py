import tensorflow as tf


def build():
    policy = "mixed_bfloat16"
    return tf.keras.Sequential(
        [
            tf.keras.layers.Dense(64, activation="relu", dtype=policy),
            tf.keras.layers.Dense(3, dtype=policy),
        ]
    )


def train(model, x, y):
    loss_fn = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    optimizer = tf.keras.optimizers.SGD(learning_rate=0.1)
    for _ in range(5):
        with tf.GradientTape() as tape:
            loss = loss_fn(y, model(x, training=True))
        gradients = tape.gradient(loss, model.trainable_weights)
        optimizer.apply_gradients(zip(gradients, model.trainable_weights))
