import jax

from benchmarks.frameworks.jax import Model
from benchmarks.workloads._blocks.jax import linear, linear_shapes

SIZES = (3072, 4096, 4096, 4096, 4096, 1000)
NAMES = ("0", "2", "4", "6", "8")


def apply(w, x, *, training):
    for name in NAMES[:-1]:
        x = jax.nn.relu(linear(w, name, x))
    return linear(w, NAMES[-1], x), {}


def build(config):
    shapes = {}
    for name, inputs, outputs in zip(NAMES, SIZES[:-1], SIZES[1:], strict=True):
        shapes |= linear_shapes(name, inputs, outputs)
    return Model(shapes, apply)
