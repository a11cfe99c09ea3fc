"""One mistake per function, on the line that is marked."""

import tensorflow as tf
from tensorflow import keras


def matmul_inner():
    a, b = tf.ones((37, 53)), tf.ones((59, 61))
    return a @ b  # mistake


def layer_input():
    layer = keras.layers.Dense(5)
    layer.build((None, 53))
    x = tf.ones((2, 37))
    return layer(x)  # mistake


def concatenate():
    a, b = tf.ones((3, 43)), tf.ones((3, 47))
    return tf.concat([a, b], 0)  # mistake


def broadcast():
    a, b = tf.ones(37), tf.ones(41)
    return a + b  # mistake


class Inner(keras.layers.Layer):
    def call(self, x):
        return x @ tf.ones((59, 61))  # mistake nested_module


def nested_module():
    model = keras.Sequential([keras.layers.Dense(53), Inner()])
    return model(tf.ones((2, 3)))


def mixed_float():
    a, b = tf.ones((2, 2)), tf.ones((2, 2), dtype=tf.float64)
    return a @ b  # mistake


def float_index():
    table, ids = tf.ones((5, 3)), tf.constant([0.0, 1.0])
    return tf.nn.embedding_lookup(table, ids)  # mistake


def text_number():
    values = ["qwv", "qwx"]
    return tf.constant(values) + 1.0  # mistake


def complex_order():
    a = tf.ones(3, dtype=tf.complex64)
    return a < a  # mistake


def sum_axis():
    x = tf.ones((2, 3))
    return tf.reduce_sum(x, 7)  # mistake


def softmax_axis():
    x = tf.ones((2, 3))
    return tf.nn.softmax(x, 9)  # mistake


def permutation():
    x = tf.ones((2, 3, 4))
    return tf.transpose(x, (0, 1, 5))  # mistake


def stack_axis():
    x = tf.ones((2, 3))
    return tf.stack([x, x], 11)  # mistake


def convolution_rank():
    x, w = tf.ones((37, 41)), tf.ones((3, 3, 1, 1))
    return tf.nn.conv2d(x, w, 1, "VALID")  # mistake


def inverse():
    x = tf.ones((37, 41))
    return tf.linalg.inv(x)  # mistake


def reshape_size():
    x = tf.ones((37, 3))
    return tf.reshape(x, (41, -1))  # mistake


def unpack():
    x = tf.ones((2, 3))
    batch, length, width = x.shape  # mistake
    return batch * length * width


def embedding_index():
    table, ids = tf.ones((53, 3)), tf.constant([97])
    return tf.nn.embedding_lookup(table, ids)  # mistake


def gather_index():
    x, ids = tf.ones((71, 3)), tf.constant([89])
    return tf.gather(x, ids)  # mistake


def row_index():
    x = tf.ones((31, 3))
    return x[83]  # mistake


def label_range():
    logits, labels = tf.ones((2, 43)), tf.constant([1, 67])
    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)  # mistake


def target_shape():
    logits, target = tf.ones((3, 43)), tf.ones((3, 41))
    return tf.nn.softmax_cross_entropy_with_logits(target, logits)  # mistake


def target_length():
    logits, labels = tf.ones((37, 5)), tf.zeros(29, dtype=tf.int32)
    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)  # mistake


def gradient_twice():
    x = tf.ones(3)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_sum(x * x)
    tape.gradient(y, x)
    return tape.gradient(y, x)  # mistake


def no_gradient():
    w = tf.Variable(tf.ones(3))
    optimizer = keras.optimizers.SGD()
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(tf.ones(3))
    optimizer.apply_gradients([(tape.gradient(y, w), w)])  # mistake


def integer_gradient():
    x = tf.constant([1, 2, 3])
    with tf.GradientTape() as tape:
        tape.watch(x)  # mistake
        y = tf.reduce_sum(x * x)
    return tape.gradient(y, x)


def unknown_keyword():
    return keras.layers.Dense(4, biaz=True)  # mistake


def unknown_activation():
    return keras.layers.Dense(4, activation="reluu")  # mistake


def probability():
    return keras.layers.Dropout(1.7)  # mistake


def groups():
    return keras.layers.Conv2D(41, 3, groups=5)  # mistake


def weight_shape():
    saved = keras.layers.Dense(43)
    saved.build((None, 3))
    layer = keras.layers.Dense(41)
    layer.build((None, 3))
    layer.set_weights(saved.get_weights())  # mistake


def absent_file():
    return keras.models.load_model("absent_qwv.keras")  # mistake


def no_parameters():
    optimizer = keras.optimizers.SGD()
    optimizer.apply_gradients([])  # mistake


def wrong_reshape(i):
    return tf.reshape(tf.ones(37), (41,))  # mistake pipeline_map


def pipeline_map():
    return list(tf.data.Dataset.range(4).map(wrong_reshape).batch(2))


def pipeline_batch():
    sizes = tf.data.Dataset.from_tensor_slices([37, 41])
    uneven = sizes.map(tf.ones).batch(2)
    return list(uneven)  # mistake
