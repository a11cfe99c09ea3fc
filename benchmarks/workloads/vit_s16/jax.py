import jax.numpy as jnp

from benchmarks.frameworks.jax import Model
from benchmarks.workloads._blocks.jax import (
    block,
    block_shapes,
    conv,
    layer_norm,
    linear,
    linear_shapes,
    norm_shapes,
)


def build(config):
    width, count = config["width"], config["blocks"]
    style = {
        "heads": config["heads"],
        "before": True,
        "causal": False,
        "epsilon": 1e-6,
        "approximate": "none",
        "attention_by": config.get("attention"),
    }

    def apply(w, x, *, training):
        x = conv(w, "patches", x, stride=16) + w["patches.bias"]
        x = x.reshape(x.shape[0], -1, width)
        token = jnp.broadcast_to(w["token"], (x.shape[0], 1, width))
        x = jnp.concatenate([token, x], 1) + w["positions"]
        for i in range(count):
            x = block(w, f"blocks.{i}", x, **style)
        return linear(w, "head", layer_norm(w, "norm", x, 1e-6)[:, 0]), {}

    shapes = {"patches.weight": (width, 3, 16, 16), "patches.bias": (width,)}
    shapes |= {"token": (1, 1, width), "positions": (197, width)}
    for i in range(count):
        shapes |= block_shapes(f"blocks.{i}", width)
    return Model(shapes | norm_shapes("norm", width) | linear_shapes("head", width, 1000), apply)
