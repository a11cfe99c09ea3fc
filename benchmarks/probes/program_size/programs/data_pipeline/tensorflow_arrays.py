import tensorflow as tf


def batches(x, y):
    dataset = tf.data.Dataset.from_tensor_slices((x, y))
    return dataset.shuffle(1000).batch(8)
