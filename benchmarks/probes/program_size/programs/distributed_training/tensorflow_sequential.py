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
        loss_fn = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction=None)
        optimizer = tf.keras.optimizers.SGD(learning_rate=0.1)
    dataset = tf.data.Dataset.from_tensor_slices((x, y)).batch(16)

    def step(xs, ys):
        with tf.GradientTape() as tape:
            loss = tf.nn.compute_average_loss(loss_fn(ys, model(xs, training=True)))
        gradients = tape.gradient(loss, model.trainable_weights)
        optimizer.apply_gradients(zip(gradients, model.trainable_weights))

    @tf.function
    def distributed_step(xs, ys):
        strategy.run(step, args=(xs, ys))

    for _ in range(5):
        for xs, ys in strategy.experimental_distribute_dataset(dataset):
            distributed_step(xs, ys)
