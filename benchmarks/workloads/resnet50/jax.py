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

STAGES = ((64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2))


def blocks():
    """Yield name, inputs, width, stride and whether the shortcut is projected."""
    number, inputs = 0, 64
    for width, count, stride in STAGES:
        for i in range(count):
            yield f"blocks.{number}", inputs, width, stride if i == 0 else 1, i == 0
            number, inputs = number + 1, 4 * width


def bottleneck(w, name, x, statistics, *, stride, down):
    y = jax.nn.relu(batch_norm(w, f"{name}.norm1", conv(w, f"{name}.conv1", x), statistics))
    y = conv(w, f"{name}.conv2", y, stride=stride, padding=1)
    y = jax.nn.relu(batch_norm(w, f"{name}.norm2", y, statistics))
    y = batch_norm(w, f"{name}.norm3", conv(w, f"{name}.conv3", y), statistics)
    if down:
        x = batch_norm(w, f"{name}.norm4", conv(w, f"{name}.down", x, stride=stride), statistics)
    return jax.nn.relu(y + x)


def apply(w, x, *, training):
    statistics = {} if training else None
    x = batch_norm(w, "norm", conv(w, "stem", x, stride=2, padding=3), statistics)
    x = max_pool(jax.nn.relu(x))
    for name, _, _, stride, down in blocks():
        x = bottleneck(w, name, x, statistics, stride=stride, down=down)
    return linear(w, "head", x.mean((1, 2))), statistics or {}


def build(config):
    shapes = {"stem.weight": (64, 3, 7, 7)} | batch_norm_shapes("norm", 64)
    for name, inputs, width, _, down in blocks():
        shapes |= {f"{name}.conv1.weight": (width, inputs, 1, 1)}
        shapes |= {f"{name}.conv2.weight": (width, width, 3, 3)}
        shapes |= {f"{name}.conv3.weight": (4 * width, width, 1, 1)}
        for part, size in (("norm1", width), ("norm2", width), ("norm3", 4 * width)):
            shapes |= batch_norm_shapes(f"{name}.{part}", size)
        if down:
            shapes |= {f"{name}.down.weight": (4 * width, inputs, 1, 1)}
            shapes |= batch_norm_shapes(f"{name}.norm4", 4 * width)
    return Model(shapes | linear_shapes("head", 2048, 1000), apply)
