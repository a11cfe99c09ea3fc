"""grad, grad of grad, vmap, jvp and hessian by tapes, a forward accumulator and `vectorized_map`."""

import tensorflow as tf

from benchmarks import transforms


def collect(spec):
    return transforms.collect(spec, "tensorflow", {"tf": tf}, TensorFlow())


class TensorFlow:
    def constant(self, array):
        return tf.constant(array)

    def numpy(self, tensor):
        return tf.convert_to_tensor(tensor).numpy()

    def scalar(self, f, w):
        return lambda x: tf.reduce_sum(tf.sin(f(x)) * w)

    def grad(self, g):
        def gradient(x):
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = g(x)
            return tf.convert_to_tensor(tape.gradient(y, x, unconnected_gradients="zero"))

        return gradient

    def second(self, g, v):
        return self.grad(lambda x: tf.reduce_sum(self.grad(g)(x) * v))

    def jvp(self, g, x, v):
        with tf.autodiff.ForwardAccumulator(x, v) as accumulator:
            y = g(x)
        return accumulator.jvp(y, unconnected_gradients="zero")

    def vmap(self, f, rows):
        try:
            return tf.vectorized_map(f, rows, fallback_to_while_loop=False), "batched"
        except (ValueError, NotImplementedError):
            return tf.vectorized_map(f, rows), "loops"

    def hessian(self, g):
        def matrix(x):
            with tf.GradientTape() as outer:
                outer.watch(x)
                gradient = self.grad(g)(x)
            return outer.jacobian(gradient, x, unconnected_gradients="zero")

        return matrix
