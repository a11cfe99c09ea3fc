import jax

from benchmarks.frameworks.jax import Model
from benchmarks.workloads._blocks.jax import linear, linear_shapes


def apply(w, x, *, training):
    x = jax.nn.relu(linear(w, "0", x))
    x = jax.nn.relu(linear(w, "2", x))
    return linear(w, "4", x), {}


def build(config):
    shapes = linear_shapes("0", 784, 1024) | linear_shapes("2", 1024, 1024) | linear_shapes("4", 1024, 10)
    return Model(shapes, apply)
