import jax.numpy as jnp

from benchmarks.frameworks.jax import Model
from benchmarks.workloads._blocks.jax import (
    block,
    block_shapes,
    layer_norm,
    linear,
    linear_shapes,
    norm_shapes,
)


def build(config):
    width, count = config["width"], config["blocks"]
    style = {
        "heads": config["heads"],
        "before": False,
        "causal": False,
        "epsilon": 1e-12,
        "approximate": "none",
        "attention_by": config.get("attention"),
    }

    def apply(w, x, *, training):
        places = w["positions.weight"][: x.shape[1]]
        x = layer_norm(w, "norm", w["tokens.weight"][x] + places + w["segments.weight"][0], 1e-12)
        for i in range(count):
            x = block(w, f"blocks.{i}", x, **style)
        return linear(w, "head", jnp.tanh(linear(w, "pooler", x[:, 0]))), {}

    shapes = {
        "tokens.weight": (config["vocabulary"], width),
        "positions.weight": (config["positions"], width),
    }
    shapes |= {"segments.weight": (2, width)} | norm_shapes("norm", width)
    for i in range(count):
        shapes |= block_shapes(f"blocks.{i}", width)
    return Model(shapes | linear_shapes("pooler", width, width) | linear_shapes("head", width, 2), apply)
