import tensorflow as tf


def normalise(x, y):
    return (x - 0.5) / 2.0, y


def batches(x, y):
    dataset = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(1000)
    dataset = dataset.map(normalise, num_parallel_calls=tf.data.AUTOTUNE)
    return dataset.batch(8).prefetch(tf.data.AUTOTUNE)
