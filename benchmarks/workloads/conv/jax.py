from benchmarks.frameworks.jax import Model
from benchmarks.workloads._blocks.jax import conv


def build(config):
    def apply(w, x, *, training):
        return conv(w, "conv", x, padding=1) + w["conv.bias"], {}

    return Model({"conv.weight": (256, 256, 3, 3), "conv.bias": (256,)}, apply)
