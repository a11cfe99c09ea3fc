from benchmarks.frameworks.jax import Model
from benchmarks.workloads._blocks.jax import block, block_shapes, layer_norm, norm_shapes


def build(config):
    width, count = config["width"], config["blocks"]
    style = {
        "heads": config["heads"],
        "before": True,
        "causal": True,
        "epsilon": 1e-5,
        "approximate": "tanh",
        "attention_by": config.get("attention"),
    }

    def apply(w, x, *, training):
        x = w["tokens.weight"][x] + w["positions.weight"][: x.shape[1]]
        for i in range(count):
            x = block(w, f"blocks.{i}", x, **style)
        return layer_norm(w, "norm", x, 1e-5) @ w["tokens.weight"].T, {}

    shapes = {
        "tokens.weight": (config["vocabulary"], width),
        "positions.weight": (config["positions"], width),
    }
    for i in range(count):
        shapes |= block_shapes(f"blocks.{i}", width)
    return Model(shapes | norm_shapes("norm", width), apply)
