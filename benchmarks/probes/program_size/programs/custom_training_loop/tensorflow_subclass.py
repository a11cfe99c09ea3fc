import tensorflow as tf


def build():
    return tf.keras.Sequential([tf.keras.layers.Dense(64, activation="tanh"), tf.keras.layers.Dense(3)])


def train(model, x, y):
    loss_fn = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    schedule = tf.keras.optimizers.schedules.ExponentialDecay(0.5, decay_steps=1, decay_rate=0.9)
    optimizer = tf.keras.optimizers.SGD(learning_rate=schedule)
    for _ in range(5):
        total = [tf.zeros_like(w) for w in model.trainable_weights]
        for xs, ys in zip(tf.split(x, 4), tf.split(y, 4)):
            with tf.GradientTape() as tape:
                loss = loss_fn(ys, model(xs, training=True)) / 4
            gradients = tape.gradient(loss, model.trainable_weights)
            total = [t + g for t, g in zip(total, gradients)]
        total, _ = tf.clip_by_global_norm(total, 0.1)
        optimizer.apply_gradients(zip(total, model.trainable_weights))
