import jax

from benchmarks.frameworks.jax import Model
from benchmarks.workloads._blocks.jax import layer_norm, norm_shapes


def build(config):
    width = config["width"]

    def apply(w, x, *, training):
        return layer_norm(w, "norm", jax.nn.gelu(x + w["bias"], approximate=True), 1e-5), {}

    return Model({"bias": (width,)} | norm_shapes("norm", width), apply)
