"""Each function gets what is trained and its inputs, and returns the loss as a function without arguments.

Images come as (batch, channels, height, width) and are transposed once, outside the step.
"""

import tensorflow as tf


def mean_square(x):
    return tf.reduce_mean(tf.square(x))


def last(x):
    return tf.transpose(x, (0, 2, 3, 1))


def convolution(weight, x):
    x = last(x)
    return lambda: mean_square(tf.nn.conv2d(x, tf.transpose(weight, (2, 3, 1, 0)), 1, "VALID"))


def transposed_convolution(weight, x):
    x = last(x)

    def loss():
        kernel = tf.transpose(weight, (2, 3, 1, 0))
        return mean_square(tf.nn.conv2d_transpose(x, kernel, (8, 49, 49, 8), 2, "VALID"))

    return loss


def embedding(weight, ids):
    return lambda: tf.reduce_mean(tf.reduce_sum(tf.square(tf.nn.embedding_lookup(weight, ids)), 1))


def gather(weight, ids):
    return lambda: mean_square(tf.gather(weight, ids, axis=1, batch_dims=1))


def index_add(weight, ids):
    return lambda: mean_square(tf.tensor_scatter_nd_add(tf.zeros((20, 16)), ids[:, None], weight))


def bilinear_resize(weight, x):
    x = last(x)
    return lambda: mean_square(tf.image.resize(last(weight), (33, 33), "bilinear") - x)


def cumulative_sum(weight, x):
    return lambda: mean_square(tf.cumsum(weight, 1) - x)


def repeat(weight, x):
    return lambda: mean_square(tf.repeat(weight, 20, 0) - x)


def max_pooling(weight, x):
    x = last(x)
    return lambda: mean_square(tf.nn.max_pool2d(last(weight), 2, 2, "VALID") - x)


def recurrent(weight, x):
    """The recurrent part of an LSTM is trained: 12 inputs, 12 hidden units, four gates."""

    def loss():
        hidden = cell = tf.zeros((x.shape[0], 12))
        outputs = []
        for step in tf.unstack(x, axis=1):
            gates = step @ weight[:12] + hidden @ weight[12:24] + weight[24] + weight[25]
            take, forget, update, give = tf.split(gates, 4, 1)
            cell = tf.sigmoid(forget) * cell + tf.sigmoid(take) * tf.tanh(update)
            hidden = tf.sigmoid(give) * tf.tanh(cell)
            outputs.append(hidden)
        return mean_square(tf.stack(outputs))

    return loss


def segment_sum(weight, ids):
    return lambda: mean_square(tf.math.unsorted_segment_sum(weight, ids, 20))


def sparse_product(weight, ids):
    matrix = tf.sparse.reorder(tf.SparseTensor(tf.transpose(ids), tf.ones(ids.shape[1]), (200, 200)))
    return lambda: mean_square(tf.sparse.sparse_dense_matmul(matrix, weight))


def cross_entropy(weight, x, ids):
    return lambda: tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(ids, x @ weight))


def ctc(weight, x, ids):
    labels = tf.cast(ids + 1, tf.int32)
    lengths = tf.fill((16,), 5), tf.fill((16,), 30)

    def loss():
        return tf.reduce_mean(tf.nn.ctc_loss(labels, x @ weight, *lengths, blank_index=0))

    return loss


def batch_norm(weight, x):
    def loss():
        mean, variance = tf.nn.moments(x, 0)
        return mean_square(tf.nn.batch_normalization(x, mean, variance, None, weight, 1e-5) - 1)

    return loss


def depthwise_convolution(weight, x):
    x = last(x)

    def loss():
        kernel = tf.transpose(weight, (1, 2, 0))[..., None]
        return mean_square(tf.nn.depthwise_conv2d(x, kernel, (1, 1, 1, 1), "VALID"))

    return loss


def nearest_resize(weight, x):
    x = last(x)
    return lambda: mean_square(tf.image.resize(last(weight), (32, 32), "nearest") - x)


def dropout(weight, x):
    return lambda: mean_square(tf.nn.dropout(x @ weight, 0.5))


def random_start(weight, x):
    weight.assign(tf.keras.initializers.GlorotUniform()((64, 32)))
    return lambda: mean_square(x @ weight)


def shuffled_pipeline(weight, x):
    def loss(batch):
        return mean_square(tf.linalg.matvec(batch, weight))

    shuffled = tf.data.Dataset.from_tensor_slices(x).shuffle(512).batch(32, drop_remainder=True)
    mapped = shuffled.map(tf.identity, num_parallel_calls=tf.data.AUTOTUNE)
    loss.batches = iter(mapped.repeat())
    return loss
