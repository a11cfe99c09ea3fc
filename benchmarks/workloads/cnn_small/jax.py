import jax

from benchmarks.frameworks.jax import Model
from benchmarks.workloads._blocks.jax import (
    batch_norm,
    batch_norm_shapes,
    conv,
    linear,
    linear_shapes,
    max_pool,
)


def block(w, name, x, stride, statistics):
    y = conv(w, f"{name}.conv1", x, stride=stride, padding=1)
    y = jax.nn.relu(batch_norm(w, f"{name}.norm1", y, statistics))
    y = batch_norm(w, f"{name}.norm2", conv(w, f"{name}.conv2", y, padding=1), statistics)
    if stride > 1:
        x = batch_norm(w, f"{name}.norm3", conv(w, f"{name}.down", x, stride=stride), statistics)
    return jax.nn.relu(y + x)


def apply(w, x, *, training):
    statistics = {} if training else None
    x = batch_norm(w, "norm", conv(w, "stem", x, stride=2, padding=1), statistics)
    x = max_pool(jax.nn.relu(x))
    x = block(w, "block1", x, 1, statistics)
    x = block(w, "block2", x, 2, statistics)
    return linear(w, "head", x.mean((1, 2))), statistics or {}


def build(config):
    shapes = {"stem.weight": (32, 3, 3, 3)} | batch_norm_shapes("norm", 32)
    for name, inputs, outputs in (("block1", 32, 32), ("block2", 32, 64)):
        shapes |= {f"{name}.conv1.weight": (outputs, inputs, 3, 3)}
        shapes |= {f"{name}.conv2.weight": (outputs, outputs, 3, 3)}
        shapes |= batch_norm_shapes(f"{name}.norm1", outputs) | batch_norm_shapes(f"{name}.norm2", outputs)
    shapes |= {"block2.down.weight": (64, 32, 1, 1)} | batch_norm_shapes("block2.norm3", 64)
    return Model(shapes | linear_shapes("head", 64, 10), apply)
