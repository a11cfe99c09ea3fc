import keras
import tensorflow as tf

from benchmarks import determinism


def collect(spec):
    return determinism.collect(spec, TensorFlow())


class TensorFlow:
    def prepare(self, threads, *, switch):
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        keras.utils.set_random_seed(7)
        if switch:
            tf.config.experimental.enable_op_determinism()

    def trainer(self, loss, data):
        tensors = {name: tf.constant(array) for name, array in data.items()}
        weight = tf.Variable(tensors.pop("weight"))
        evaluate = loss(weight, **tensors)

        @tf.function
        def update(*arguments):
            with tf.GradientTape() as tape:
                value = evaluate(*arguments)
            gradient = tape.gradient(value, weight)
            weight.assign_sub(0.01 * tf.convert_to_tensor(gradient))

        batches = getattr(evaluate, "batches", None)
        step = update if batches is None else lambda: update(next(batches))
        return step, weight.numpy

    def refuses(self, error):
        return "determinis" in str(error)
