"""Each operation twice: with a hand-written gradient, and as it is built in (or composed of built-in parts)."""

import tensorflow as tf


@tf.custom_gradient
def relu(x):
    def backward(upstream):
        return tf.where(x < 0, tf.zeros_like(upstream), upstream)

    return tf.maximum(x, 0.0), backward


@tf.custom_gradient
def exp(x):
    result = tf.exp(x)
    return result, lambda upstream: upstream * result


@tf.custom_gradient
def linear(x, weight, bias):
    def backward(upstream):
        gradients = (
            tf.matmul(upstream, weight),
            tf.matmul(upstream, x, transpose_a=True),
            tf.reduce_sum(upstream, 0),
        )
        return gradients

    return tf.matmul(x, weight, transpose_b=True) + bias, backward


@tf.custom_gradient
def cube(x):
    return x**3, lambda upstream: upstream * 3 * x**2


@tf.custom_gradient
def sinh(x):
    grown, shrunk = tf.exp(x), tf.exp(-x)
    return (grown - shrunk) / 2, lambda upstream: upstream * (grown + shrunk) / 2


@tf.custom_gradient
def softplus(x):
    e = tf.exp(x)
    return tf.math.log(1 + e), lambda upstream: upstream * (1 - 1 / (1 + e))


@tf.custom_gradient
def multiply(x, y):
    return x * y, lambda upstream: (upstream * y, upstream * x)


@tf.custom_gradient
def square(x):
    return x * x, lambda upstream: upstream * 2 * x


@tf.custom_gradient
def silu(x):
    def backward(upstream):
        gate = tf.sigmoid(x)
        return upstream * gate * (1 + x * (1 - gate))

    return x * tf.sigmoid(x), backward


@tf.custom_gradient
def straight_through(x):
    return tf.round(x), lambda upstream: upstream


CUSTOM = {
    "relu": relu,
    "exp": exp,
    "linear": linear,
    "cube": cube,
    "sinh": sinh,
    "softplus": softplus,
    "multiply": multiply,
    "square": square,
    "silu": silu,
    "straight_through": straight_through,
}
BUILT_IN = {
    "relu": tf.nn.relu,
    "exp": tf.exp,
    "linear": lambda x, weight, bias: tf.nn.bias_add(tf.matmul(x, weight, transpose_b=True), bias),
    "cube": lambda x: tf.pow(x, 3.0),
    "sinh": tf.sinh,
    "softplus": tf.nn.softplus,
    "multiply": tf.multiply,
    "square": tf.square,
    "silu": tf.nn.silu,
    "straight_through": lambda x: x + tf.stop_gradient(tf.round(x) - x),
}
