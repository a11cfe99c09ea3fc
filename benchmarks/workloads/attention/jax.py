from benchmarks.frameworks.jax import Model
from benchmarks.workloads._blocks.jax import attention


def build(config):
    by = config.get("attention")
    return Model({}, lambda w, q, k, v, *, training: (attention(q, k, v, by=by), {}))
