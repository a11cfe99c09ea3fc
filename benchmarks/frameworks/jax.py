"""JAX: threads, modes, synchronisation, a dictionary of weights by canonical name, steps.

A program is a pure function of weights and inputs. Names and layouts are those of the reference framework
(PyTorch), so nothing is converted on loading.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import jax
import jax.monitoring
import jax.numpy as jnp
import jaxlib
import numpy as np

from benchmarks import precision
from benchmarks.arrays import draw_input, draw_weight
from benchmarks.outcome import Unsupported
from benchmarks.timing import Stepper
from benchmarks.workload import Workload

LEARNING_RATE = 1e-3
MOMENTUM = 0.9
_PRODUCTS = {precision.FLOAT32: "highest", precision.TF32: "tensorfloat32"}
_HALF = {precision.BF16, precision.BF16_PURE}
_FUSED = "jit+cudnn"
"""The mode in which attention is cuDNN's fused kernel, by the argument that the documentation names."""
_compiled: list[str] = []


@dataclass(frozen=True)
class Model:
    """What a program builds: the shape of every weight by canonical name, and the function.

    `apply(weights, *inputs, training)` returns the outputs and the new running statistics by name (empty
    in inference, and for a model that has none).
    """

    shapes: Mapping[str, tuple[int, ...]]
    apply: Callable[..., tuple[Any, Mapping[str, Any]]]


def set_up(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Set threads, device and precision; return the settings as probed, not as asked for."""
    os.environ["NPROC"] = str(spec["threads"])  # read once, when the CPU client starts
    wanted = precision.of(spec)
    jax.config.update("jax_platforms", "cuda" if spec["device"] == "gpu" else "cpu")
    jax.config.update("jax_default_matmul_precision", _PRODUCTS.get(wanted, "default"))
    try:
        devices = jax.devices()
    except RuntimeError as error:
        raise Unsupported(f"JAX cannot use the device: {error}") from error
    if not _compiled:
        jax.monitoring.register_event_duration_secs_listener(_note_compilation)
        _compiled.append("set up")
    return {
        "threads": spec["threads"],
        "platform": f"{devices[0].platform} {devices[0].device_kind}",
        "precision": _probed(wanted),
        "preallocated": os.environ.get("XLA_PYTHON_CLIENT_PREALLOCATE", "default"),
    }


def versions() -> dict[str, str]:
    """Return the versions that decide how fast it is."""
    return {"jax": jax.__version__, "jaxlib": jaxlib.__version__, "numpy": np.__version__}


def stepper(workload: Workload, program: ModuleType, spec: Mapping[str, Any]) -> Stepper:
    """Return the step of a workload in the mode of the spec: `train` or `infer`."""
    wanted = precision.of(spec)
    model = _model(workload, program, spec)
    dtype = _dtype(wanted)
    weights = _weights(model, spec, dtype)
    batches = [_batch(workload, spec, seed=spec["seed"] + i, dtype=dtype) for i in range(4)]
    make = _training if spec["phase"] == "train" else _inference
    run = make(model, weights, wanted, jit=spec["mode"] != "eager")
    return Stepper(lambda i: run(*batches[i % len(batches)]), _finish, lambda: len(_compiled))


def evaluate(workload: Workload, program: ModuleType, spec: Mapping[str, Any]) -> dict[str, Any]:
    """Return outputs, gradients and a loss trace in the spec's `dtype`: numpy arrays, canonical names.

    `dtype` is float64 or a class of precision.
    """
    exact = spec["dtype"] == "float64"
    jax.config.update("jax_enable_x64", exact)
    try:
        wanted = precision.FLOAT32 if exact else spec["dtype"]
        kind = jnp.float64 if exact else _dtype(wanted)
        # JAX's attention is not exact in float64; the class that is timed is compared with that function.
        formula = {"attention": "formula"} if exact else {}
        return _evaluated(workload, _model(workload, program, spec, **formula), spec, wanted, kind)
    finally:
        jax.config.update("jax_enable_x64", False)


def peak_device_memory(spec: Mapping[str, Any]) -> int | None:
    """Return the peak bytes of the accelerator, or None on a CPU."""
    if spec["device"] != "gpu":
        return None
    return int((jax.devices()[0].memory_stats() or {})["peak_bytes_in_use"])


def matmul(n: int, spec: Mapping[str, Any]) -> Callable[[], None]:
    """Return a square product of size n in the precision of the spec, for the ceiling."""
    dtype = jnp.bfloat16 if precision.of(spec) in _HALF else jnp.float32
    a, b = (jax.random.normal(jax.random.key(i), (n, n), dtype) for i in range(2))
    product = jax.jit(jnp.matmul)
    return lambda: _ignore(jax.block_until_ready(product(a, b)))


def scale(count: int, spec: Mapping[str, Any]) -> Callable[[], None]:
    """Return the product of `count` float32 numbers on the device with one number, for the bandwidth."""
    x = jnp.ones((count,), jnp.float32)
    double = jax.jit(lambda x: x * 2)
    return lambda: _ignore(jax.block_until_ready(double(x)))


def _probed(wanted: str) -> str:
    """Return the class of products as the workload will compute them: after its casts."""
    size = precision.PROBE_SIZE

    def product(value: float) -> float:
        ones = jnp.full((size, size), 1.0 / size, jnp.float32)
        factor, other = _cast((jnp.full((size, size), value, jnp.float32), ones), wanted)
        return float((factor @ other)[0, 0])

    return precision.probed(product)


def _dtype(wanted: str) -> Any:
    """Return the type of weights and inputs."""
    return jnp.bfloat16 if wanted == precision.BF16_PURE else jnp.float32


def _model(workload: Workload, program: ModuleType, spec: Mapping[str, Any], **config: str) -> Model:
    if spec["mode"] == _FUSED:
        if spec["device"] != "gpu":
            raise Unsupported("cuDNN's attention needs a GPU")
        config.setdefault("attention", "cudnn")
    model: Model = program.build({**workload.config, **config})
    return model


def _weights(model: Model, spec: Mapping[str, Any], dtype: Any) -> dict[str, Any]:
    """Draw every weight; running statistics are never narrower than float32."""
    kinds = {
        name: dtype if _is_trained(name) else jnp.promote_types(dtype, jnp.float32) for name in model.shapes
    }
    return {
        name: jnp.asarray(draw_weight(name, shape, spec["seed"]), kinds[name])
        for name, shape in model.shapes.items()
    }


def _is_trained(name: str) -> bool:
    return not name.endswith(("running_mean", "running_var"))


def _batch(
    workload: Workload, spec: Mapping[str, Any], *, seed: int, dtype: Any
) -> tuple[tuple[Any, ...], Any]:
    size, kind = spec["batch_size"], "float64" if dtype == jnp.float64 else "float32"

    def drawn(entry: Mapping[str, Any], number: int) -> Any:
        array = draw_input(entry, batch=size, seed=seed * 1000 + number, dtype=kind)
        return jnp.asarray(array, jnp.int32 if array.dtype == np.int64 else dtype)

    inputs = tuple(drawn(entry, number) for number, entry in enumerate(workload.inputs))
    return inputs, None if workload.target is None else drawn(workload.target, 999)


def _cast(tree: Any, wanted: str) -> Any:
    """Cast every float32 array of a tree to bfloat16 where the precision is mixed."""
    if wanted not in _HALF:
        return tree
    return jax.tree.map(lambda x: x.astype(jnp.bfloat16) if x.dtype == jnp.float32 else x, tree)


def _split(weights: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what is trained, and the running statistics."""
    trained = {name: value for name, value in weights.items() if _is_trained(name)}
    return trained, {name: value for name, value in weights.items() if name not in trained}


def _loss(model: Model, wanted: str) -> Callable[..., tuple[Any, Mapping[str, Any]]]:
    """Return the mean cross-entropy of integer labels, in float32 or wider whatever the products are in."""

    def loss(trained: Mapping[str, Any], fixed: Mapping[str, Any], inputs: Any, target: Any) -> Any:
        logits, statistics = model.apply(
            _cast(trained, wanted) | fixed, *_cast(inputs, wanted), training=True
        )
        logits = logits.astype(jnp.promote_types(logits.dtype, jnp.float32))
        chosen = jnp.take_along_axis(logits, target[..., None], -1)[..., 0]
        return jnp.mean(jax.nn.logsumexp(logits, -1) - chosen), statistics

    return loss


def _update(model: Model, wanted: str, *, jit: bool) -> Callable[..., Any]:
    """Return the step of stochastic gradient descent with momentum: a function of its state."""
    slope = jax.value_and_grad(_loss(model, wanted), has_aux=True)

    def update(trained: Any, fixed: Any, velocity: Any, inputs: Any, target: Any) -> Any:
        (loss, statistics), gradients = slope(trained, fixed, inputs, target)
        velocity = jax.tree.map(lambda v, g: MOMENTUM * v + g, velocity, gradients)
        trained = jax.tree.map(lambda w, v: w - LEARNING_RATE * v, trained, velocity)
        return loss, trained, {**fixed, **statistics}, velocity

    return jax.jit(update, donate_argnums=(0, 1, 2)) if jit else update


def _at_rest(weights: Mapping[str, Any]) -> list[Any]:
    """Return the state of training before the first step: what is trained, the statistics, no velocity."""
    trained, fixed = _split(weights)
    return [trained, fixed, jax.tree.map(jnp.zeros_like, trained)]


def _training(model: Model, weights: Mapping[str, Any], wanted: str, *, jit: bool) -> Callable[..., Any]:
    update, state = _update(model, wanted, jit=jit), _at_rest(weights)

    def step(inputs: Any, target: Any) -> Any:
        loss, *state[:] = update(*state, inputs, target)
        return loss

    return step


def _inference(model: Model, weights: Mapping[str, Any], wanted: str, *, jit: bool) -> Callable[..., Any]:
    def forward(trained: Any, fixed: Any, inputs: Any) -> Any:
        return model.apply(_cast(trained, wanted) | fixed, *_cast(inputs, wanted), training=False)[0]

    forward = jax.jit(forward) if jit else forward
    trained, fixed = _split(weights)
    return lambda inputs, _: forward(trained, fixed, inputs)


def _evaluated(
    workload: Workload, model: Model, spec: Mapping[str, Any], wanted: str, dtype: Any
) -> dict[str, Any]:
    # Float64 proves the program, and goes operation by operation: compiling a large model once more, in a
    # type that nothing is timed in, takes minutes on a GPU. What is timed is compiled as it is timed.
    jit = dtype != jnp.float64
    weights = _weights(model, spec, dtype)
    inputs, target = _batch(workload, spec, seed=spec["seed"], dtype=dtype)
    found = _inference(model, weights, wanted, jit=jit)(inputs, target)
    result: dict[str, Any] = {
        "outputs": _array(found),
        "gradients": {},
        "losses": [],
        "weights": {n: {"shape": list(w.shape), "trained": _is_trained(n)} for n, w in weights.items()},
    }
    if workload.target is None or spec.get("only_outputs"):
        return result
    update, state = _update(model, wanted, jit=jit), _at_rest(weights)
    for _ in range(3):
        loss, *state = update(*state, inputs, target)
        result["losses"].append(float(loss))
        # From rest, the velocity after one step is the gradient: one program to compile instead of two.
        result["gradients"] = result["gradients"] or {n: _array(v) for n, v in state[2].items()}
    return result


def _array(value: Any) -> Any:
    """Return a copy as a numpy array (buffers are reused by the next step), never narrower than float32."""
    return np.array(value.astype(jnp.promote_types(value.dtype, jnp.float32)))


def _finish(result: Any) -> float:
    """Wait for the step: its program's results become ready together, the updated weights included."""
    return float(jax.block_until_ready(result)[(0,) * result.ndim])


def _note_compilation(event: str, _: float, **__: Any) -> None:
    if event == "/jax/core/compile/backend_compile_duration":
        _compiled.append(event)


def _ignore(_: object) -> None:
    """Drop a result that was computed for its time."""
