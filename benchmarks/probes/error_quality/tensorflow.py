import tensorflow as tf

from benchmarks import mistakes


def collect(spec):
    return mistakes.collect(spec, tf.function)
