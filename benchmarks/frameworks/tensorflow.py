"""TensorFlow with Keras: threads, modes, synchronisation, weights by canonical name, steps.

Canonical names and layouts are those of the reference framework (PyTorch); `weight_map` says how each
variable is made from them (BENCHMARKS 3.1). A layer of a workload's own brings `canonical()`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
import tensorflow as tf

from benchmarks import precision
from benchmarks.arrays import Array, draw_input, draw_weight
from benchmarks.outcome import Unsupported
from benchmarks.timing import Stepper
from benchmarks.workload import Workload

LEARNING_RATE = 1e-3
MOMENTUM = 0.9
INTER_OP_THREADS = 2
_POLICIES = {"float64": "float64", precision.BF16: "mixed_bfloat16", precision.BF16_PURE: "bfloat16"}
FIT_STEPS = 32
"""Batches of one epoch of the trainer: what it does once per epoch is spread over so many steps."""


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
    set_threads(spec)
    if spec["device"] == "gpu":
        if not tf.config.list_physical_devices("GPU"):
            raise Unsupported(f"TensorFlow {tf.__version__} sees no GPU")
        tf.config.experimental.enable_tensor_float_32_execution(precision.of(spec) == precision.TF32)
    return {
        "threads": tf.config.threading.get_intra_op_parallelism_threads(),
        "inter_op_threads": tf.config.threading.get_inter_op_parallelism_threads(),
        "precision": _probed(spec),
        "onednn": os.environ.get("TF_ENABLE_ONEDNN_OPTS", "default"),
        "keras_backend": keras.backend.backend(),
    }


def set_threads(spec: Mapping[str, Any]) -> None:
    """Set the threads; this must come before the first operation."""
    tf.config.threading.set_intra_op_parallelism_threads(spec["threads"])
    tf.config.threading.set_inter_op_parallelism_threads(INTER_OP_THREADS)


def versions() -> dict[str, str]:
    """Return the versions that decide how fast it is."""
    return {"tensorflow": tf.__version__, "keras": keras.__version__, "numpy": np.__version__}


def stepper(workload: Workload, program: ModuleType, spec: Mapping[str, Any]) -> Stepper:
    """Return the step of a workload in the mode of the spec: `train` or `infer`."""
    dtype = _set_policy(precision.of(spec))
    model = build_model(workload, program, spec, dtype)
    if spec["mode"] == "fit":
        return _fit(model, workload, spec)
    batches = [draw_batch(workload, spec, seed=spec["seed"] + i, dtype=dtype) for i in range(4)]
    plain = _training(model) if spec["phase"] == "train" else _inference(model)
    if spec["mode"] == "eager":
        return Stepper(lambda i: plain(*batches[i % len(batches)]), finish, lambda: 0)
    function = tf.function(plain, jit_compile=spec["mode"] == "xla")
    return Stepper(
        lambda i: function(*batches[i % len(batches)]), finish, function.experimental_get_tracing_count
    )


def evaluate(workload: Workload, program: ModuleType, spec: Mapping[str, Any]) -> dict[str, Any]:
    """Return outputs, gradients and a loss trace in the spec's `dtype`: numpy arrays, canonical names.

    `dtype` is float64 or a class of precision.
    """
    dtype = _set_policy(spec["dtype"])
    model = build_model(workload, program, spec, dtype)
    inputs, target = draw_batch(workload, spec, seed=spec["seed"], dtype=dtype)
    outputs = _array(tf.function(_inference(model))(inputs, target))
    result: dict[str, Any] = {"outputs": outputs, "gradients": {}, "losses": [], "weights": _shapes(model)}
    if workload.target is not None and not spec.get("only_outputs"):
        result["gradients"] = _gradients(model, inputs, target)
        if dtype == "float64":  # a loss trace is compared in float64 only
            step = tf.function(_training(model))
            result["losses"] = [float(step(inputs, target)) for _ in range(3)]
    return result


def peak_device_memory(spec: Mapping[str, Any]) -> int | None:
    """Return the peak bytes of the accelerator, or None on a CPU."""
    if spec["device"] != "gpu":
        return None
    return int(tf.config.experimental.get_memory_info("GPU:0")["peak"])


def matmul(n: int, spec: Mapping[str, Any]) -> Callable[[], None]:
    """Return a square product of size n in the precision of the spec, for the ceiling."""
    half = precision.ROOF[precision.of(spec)] == precision.BF16
    a, b = (tf.cast(tf.random.normal((n, n)), tf.bfloat16 if half else tf.float32) for _ in range(2))
    product = tf.function(lambda x, y: tf.matmul(x, y)[0, 0])

    def run() -> None:
        product(a, b).numpy()

    return run


def scale(count: int, spec: Mapping[str, Any]) -> Callable[[], None]:
    """Return the product of `count` float32 numbers on the device with one number, for the bandwidth."""
    x = tf.ones((count,))
    double = tf.function(lambda x: x * 2.0)

    def run() -> None:
        double(x)[0].numpy()

    return run


def _set_policy(dtype: str) -> str:
    """Make float64 or a class of precision the default of layers; return the type of weights and inputs.

    The default policy is kept from the first layer on, so both it and the type of numbers are set.
    """
    kind = {"float64": "float64", precision.BF16_PURE: "bfloat16"}.get(dtype, "float32")
    keras.config.set_floatx("float64" if kind == "float64" else "float32")
    keras.config.set_dtype_policy(_POLICIES.get(dtype, "float32"))
    return kind


def _probed(spec: Mapping[str, Any]) -> str:
    """Return the class of products as the workload will compute them: under its policy."""
    size, policy = precision.PROBE_SIZE, _POLICIES.get(precision.of(spec), "float32")
    layer = keras.layers.Dense(size, use_bias=False, dtype=policy)
    layer.build((size, size))
    layer.kernel.assign(tf.fill((size, size), 1.0 / size))
    return precision.probed(lambda value: float(layer(tf.fill((size, size), value))[0, 0]))


def _array(found: Any) -> Array:
    """Return a numpy array, never narrower than float32."""
    tensor = tf.convert_to_tensor(found)
    array: Array = (tf.cast(tensor, tf.float32) if tensor.dtype == tf.bfloat16 else tensor).numpy()
    return array


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


def build_model(workload: Workload, program: ModuleType, spec: Mapping[str, Any], dtype: str) -> Any:
    """Return the workload's model with weights drawn by canonical name."""
    model = program.build(workload.config)
    for bound in weight_map(model):
        shape = bound.store(np.empty(bound.variable.shape)).shape
        drawn = sum(draw_weight(name, shape, spec["seed"]) for name in bound.names)
        bound.variable.assign(tf.cast(bound.load(np.asarray(drawn)), dtype))
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


def draw_batch(
    workload: Workload, spec: Mapping[str, Any], *, seed: int, dtype: str
) -> tuple[list[Any], Any]:
    """Return a list of inputs and the target of one batch."""
    size = spec["batch_size"]
    kind = "float64" if dtype == "float64" else "float32"
    arrays = [
        draw_input(entry, batch=size, seed=seed * 1000 + number, dtype=kind)
        for number, entry in enumerate(workload.inputs)
    ]
    inputs = [tf.cast(array, dtype) if array.dtype.kind == "f" else tf.constant(array) for array in arrays]
    if workload.target is None:
        return inputs, tf.constant(0)
    return inputs, tf.constant(draw_input(workload.target, batch=size, seed=seed * 1000 + 999, dtype=kind))


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


def _fit(model: Any, workload: Workload, spec: Mapping[str, Any]) -> Stepper:
    """Return the trainer of Keras over arrays in memory: one run is one epoch with its default callbacks."""
    many = dict(spec) | {"batch_size": spec["batch_size"] * FIT_STEPS}
    inputs, target = draw_batch(workload, many, seed=spec["seed"], dtype="float32")
    (x,), y = [one.numpy() for one in inputs], target.numpy()
    criterion = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(LEARNING_RATE, momentum=MOMENTUM), criterion)

    def epoch(_: int) -> float:
        found = model.fit(x, y, batch_size=spec["batch_size"], epochs=1, verbose=0)
        return float(found.history["loss"][-1])

    return Stepper(epoch, _number, lambda: _traces(model), steps=FIT_STEPS)


def _number(loss: object) -> float:
    if not isinstance(loss, float):
        raise TypeError(f"an epoch returned {type(loss).__name__} instead of its loss")
    return loss


def _traces(model: Any) -> int:
    """Return how often the trainer's step was traced; it exists after the first epoch."""
    count = getattr(model.train_function, "experimental_get_tracing_count", None)
    return int(count()) if count else 0


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
            found[name] = bound.store(_array(gradient))
    return found


@cache
def _on_gpu() -> bool:
    return bool(tf.config.list_logical_devices("GPU"))


def finish(result: object) -> float:
    """Wait until a result is there and return its first number."""
    if _on_gpu():
        tf.test.experimental.sync_devices()
    return float(tf.reshape(tf.convert_to_tensor(result), [-1])[0])
