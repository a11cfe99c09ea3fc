"""TensorFlow with Keras: threads, modes, synchronisation, weights by canonical name, steps.

Canonical names and layouts are those of the reference framework (PyTorch); `weight_map` says how each
variable is made from them (BENCHMARKS 3.1). A layer of a workload's own brings `canonical()`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
import tensorflow as tf

from benchmarks.arrays import Array, draw_input, draw_weight
from benchmarks.outcome import Unsupported
from benchmarks.timing import Stepper
from benchmarks.workload import Workload

LEARNING_RATE = 1e-3
MOMENTUM = 0.9
INTER_OP_THREADS = 2


@dataclass(frozen=True)
class Bound:
    """One variable and the canonical weights it holds.

    `load` maps canonical arrays to the variable's layout (several are summed, as the two biases of an
    LSTM); `store` maps an array of the variable's layout back to the canonical layout.
    """

    variable: Any
    names: tuple[str, ...]
    store: Callable[[Array], Array]
    load: Callable[[Array], Array]


def set_up(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Set threads and device; return the settings as probed, not as asked for."""
    tf.config.threading.set_intra_op_parallelism_threads(spec["threads"])
    tf.config.threading.set_inter_op_parallelism_threads(INTER_OP_THREADS)
    if spec["device"] == "gpu" and not tf.config.list_physical_devices("GPU"):
        raise Unsupported("this build of TensorFlow sees no GPU")
    return {
        "threads": tf.config.threading.get_intra_op_parallelism_threads(),
        "inter_op_threads": tf.config.threading.get_inter_op_parallelism_threads(),
        "tf32_probe": float((tf.fill((256, 256), 1.0001) @ tf.ones((256, 256)))[0, 0]),
        "onednn": os.environ.get("TF_ENABLE_ONEDNN_OPTS", "default"),
        "keras_backend": keras.backend.backend(),
    }


def versions() -> dict[str, str]:
    """Return the versions that decide how fast it is."""
    return {"tensorflow": tf.__version__, "keras": keras.__version__, "numpy": np.__version__}


def stepper(workload: Workload, program: ModuleType, spec: Mapping[str, Any]) -> Stepper:
    """Return the step of a workload in the mode of the spec: `train` or `infer`."""
    model = _model(workload, program, spec, "float32")
    batches = [_batch(workload, spec, seed=spec["seed"] + i, dtype="float32") for i in range(4)]
    plain = _training(model) if spec["phase"] == "train" else _inference(model)
    if spec["mode"] == "eager":
        return Stepper(lambda i: plain(*batches[i % len(batches)]), _finish, lambda: 0)
    function = tf.function(plain, jit_compile=spec["mode"] == "xla")
    return Stepper(
        lambda i: function(*batches[i % len(batches)]), _finish, function.experimental_get_tracing_count
    )


def evaluate(workload: Workload, program: ModuleType, spec: Mapping[str, Any]) -> dict[str, Any]:
    """Return outputs, gradients and a loss trace in float64, as numpy arrays under canonical names."""
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")  # the default policy is kept from the first layer on
    model = _model(workload, program, spec, "float64")
    inputs, target = _batch(workload, spec, seed=spec["seed"], dtype="float64")
    outputs = tf.function(_inference(model))(inputs, target).numpy()
    result: dict[str, Any] = {"outputs": outputs, "gradients": {}, "losses": [], "weights": _shapes(model)}
    if workload.target is not None and not spec.get("only_outputs"):
        result["gradients"] = _gradients(model, inputs, target)
        step = tf.function(_training(model))
        result["losses"] = [float(step(inputs, target)) for _ in range(3)]
    return result


def peak_device_memory() -> int | None:
    """Return the peak bytes of the accelerator, or None on a CPU."""
    if not tf.config.list_physical_devices("GPU"):
        return None
    return int(tf.config.experimental.get_memory_info("GPU:0")["peak"])


def matmul(n: int) -> Callable[[], None]:
    """Return a square float32 product of size n, for the ceiling."""
    a, b = tf.random.normal((n, n)), tf.random.normal((n, n))
    product = tf.function(lambda x, y: tf.matmul(x, y)[0, 0])

    def run() -> None:
        product(a, b).numpy()

    return run


def weight_map(model: Any) -> Iterator[Bound]:
    """Yield how each variable of a model is made from canonical weights; a layer's name is their prefix."""
    if not isinstance(model, keras.Model):
        return
    for layer in model.layers:
        yield from layer_map(layer, layer.name)


def layer_map(layer: Any, prefix: str) -> Iterator[Bound]:
    """Yield the variables of one layer. Raises TypeError for a layer with weights that it does not know."""
    if hasattr(layer, "canonical"):
        yield from layer.canonical(prefix)
    elif isinstance(layer, keras.layers.Dense):
        yield from _kernel_and_bias(layer, layer.kernel, prefix, np.transpose, np.transpose)
    elif isinstance(layer, keras.layers.Conv2D):
        yield from _kernel_and_bias(layer, layer.kernel, prefix, _to_oihw, _to_hwio)
    elif isinstance(layer, keras.layers.BatchNormalization):
        for variable, last in zip(
            layer.weights, ("weight", "bias", "running_mean", "running_var"), strict=True
        ):
            yield same(variable, f"{prefix}.{last}")
    elif isinstance(layer, keras.layers.LayerNormalization):
        yield same(layer.gamma, f"{prefix}.weight")
        yield same(layer.beta, f"{prefix}.bias")
    elif isinstance(layer, keras.layers.Embedding):
        yield same(layer.embeddings, f"{prefix}.weight")
    elif isinstance(layer, keras.layers.LSTM):
        yield from _lstm(layer, prefix)
    elif layer.weights:
        raise TypeError(
            f"no rule for the weights of {type(layer).__name__} {layer.name}; add canonical() to it"
        )


def same(variable: Any, name: str) -> Bound:
    """Return a variable whose layout is already the canonical one."""
    return Bound(variable, (name,), np.asarray, np.asarray)


def _kernel_and_bias(
    layer: Any, kernel: Any, prefix: str, store: Callable[[Array], Array], load: Callable[[Array], Array]
) -> Iterator[Bound]:
    yield Bound(kernel, (f"{prefix}.weight",), store, load)
    if layer.use_bias:
        yield same(layer.bias, f"{prefix}.bias")


def _lstm(layer: Any, prefix: str) -> Iterator[Bound]:
    """Gates stand in the same order (i, f, g, o); the two biases of the reference are one here.

    `prefix` is `<module>.<level>`, for instance `rnn.0`.
    """
    module, level = prefix.rsplit(".", 1)
    cell = layer.cell
    yield Bound(cell.kernel, (f"{module}.weight_ih_l{level}",), np.transpose, np.transpose)
    yield Bound(cell.recurrent_kernel, (f"{module}.weight_hh_l{level}",), np.transpose, np.transpose)
    biases = (f"{module}.bias_ih_l{level}", f"{module}.bias_hh_l{level}")
    yield Bound(cell.bias, biases, np.asarray, np.asarray)


def _to_oihw(kernel: Array) -> Array:
    return np.transpose(kernel, (3, 2, 0, 1))


def _to_hwio(weight: Array) -> Array:
    return np.transpose(weight, (2, 3, 1, 0))


def _model(workload: Workload, program: ModuleType, spec: Mapping[str, Any], dtype: str) -> Any:
    model = program.build(workload.config)
    for bound in weight_map(model):
        shape = bound.store(np.empty(bound.variable.shape)).shape
        drawn = sum(draw_weight(name, shape, spec["seed"]) for name in bound.names)
        bound.variable.assign(bound.load(np.asarray(drawn)).astype(dtype))
    return model


def _shapes(model: Any) -> dict[str, dict[str, Any]]:
    """Return the canonical weights that were consumed; raises ValueError when one is used twice or none."""
    bounds = list(weight_map(model))
    names = [name for bound in bounds for name in bound.names]
    if len(names) != len(set(names)) or len({id(b.variable) for b in bounds}) != len(
        getattr(model, "weights", ())
    ):
        raise ValueError("a weight is consumed twice, or a variable has no canonical weight")
    trained = {id(variable) for variable in getattr(model, "trainable_variables", ())}
    return {
        name: {
            "shape": list(bound.store(np.empty(bound.variable.shape)).shape),
            "trained": id(bound.variable) in trained,
        }
        for bound in bounds
        for name in bound.names
    }


def _batch(workload: Workload, spec: Mapping[str, Any], *, seed: int, dtype: str) -> tuple[list[Any], Any]:
    size = spec["batch_size"]
    inputs = [
        tf.constant(draw_input(entry, batch=size, seed=seed * 1000 + number, dtype=dtype))
        for number, entry in enumerate(workload.inputs)
    ]
    if workload.target is None:
        return inputs, tf.constant(0)
    return inputs, tf.constant(draw_input(workload.target, batch=size, seed=seed * 1000 + 999, dtype=dtype))


def _training(model: Any) -> Callable[..., Any]:
    optimizer = keras.optimizers.SGD(LEARNING_RATE, momentum=MOMENTUM)
    optimizer.build(model.trainable_variables)
    criterion = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    def step(inputs: list[Any], target: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = criterion(target, model(*inputs, training=True))
        optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
        return loss

    return step


def _inference(model: Any) -> Callable[..., Any]:
    if not isinstance(model, keras.Model):
        return lambda inputs, _: model(*inputs)
    return lambda inputs, _: model(*inputs, training=False)


def _gradients(model: Any, inputs: list[Any], target: Any) -> dict[str, Any]:
    criterion = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    with tf.GradientTape() as tape:
        loss = criterion(target, model(*inputs, training=True))
    bounds = {id(bound.variable): bound for bound in weight_map(model)}
    found = {}
    for variable, gradient in zip(
        model.trainable_variables, tape.gradient(loss, model.trainable_variables), strict=True
    ):
        bound = bounds[id(variable)]
        for name in bound.names:
            found[name] = bound.store(tf.convert_to_tensor(gradient).numpy())
    return found


def _finish(result: object) -> float:
    return float(tf.reshape(tf.convert_to_tensor(result), [-1])[0])
