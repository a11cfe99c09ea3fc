"""Run every program with weights drawn by position, and return its outputs."""

import contextlib
import io
import tempfile
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from benchmarks import programs
from benchmarks.arrays import draw_weight


def collect(spec):
    return programs.collect(spec, run)


def run(module, program, data):
    with contextlib.redirect_stdout(io.StringIO()):
        return outputs(module, program["interface"], tf.constant(data.x), tf.constant(data.y), data)


def outputs(module, interface, x, y, data):
    if interface == "batches":
        return programs.summary((xs.numpy(), ys.numpy()) for xs, ys in module.batches(data.x, data.y))
    if interface == "function":
        return np.concatenate([part.numpy() for part in module.value_and_gradient(x)])
    model = module.build()
    if not isinstance(model, list):
        model(x[:1])  # creates the weights of a model that was not told its input
    set_weights(model)
    if interface == "train":
        module.train(model, x, y)
    if interface == "restore":
        with tempfile.TemporaryDirectory() as folder:
            restored = module.save_and_restore(model, str(Path(folder) / file_name(module)))
            return np.asarray(restored.serve(x) if hasattr(restored, "serve") else restored(x))
    if interface == "predict":
        return np.asarray(module.predict(model, x))
    return np.asarray(module.model(model, x) if isinstance(model, list) else model(x))


def file_name(module):
    """Keras tells the format by the end of the name."""
    endings = {"tensorflow_weights": "model.weights.h5", "tensorflow_whole": "model.keras"}
    return endings.get(Path(module.__file__).stem, "model")


def set_weights(model):
    for number, (variable, role, store, load) in enumerate(variables(model)):
        shape = store(np.empty(variable.shape)).shape
        drawn = draw_weight(f"{number}.{role}", shape, seed=7)
        variable.assign(load(drawn).astype("float32"))


def variables(model):
    """Yield (variable, role, to canonical layout, from canonical layout) in the order of construction."""
    if isinstance(model, list):
        for variable in model:
            yield (variable, "raw", *([np.transpose] * 2 if len(variable.shape) == 2 else [np.asarray] * 2))
        return
    for layer in model._flatten_layers(include_self=False, recursive=False):
        yield from attention(layer) if isinstance(layer, keras.layers.MultiHeadAttention) else plain(layer)


def plain(layer):
    for variable in layer.weights:
        role = {"gamma": "weight", "moving_variance": "running_var"}.get(variable.name, "raw")
        if len(variable.shape) == 2 and not isinstance(layer, keras.layers.Embedding):
            yield variable, role, np.transpose, np.transpose
        elif len(variable.shape) == 4:
            yield variable, role, lambda a: a.transpose(3, 2, 0, 1), lambda a: a.transpose(2, 3, 1, 0)
        else:
            yield variable, role, np.asarray, np.asarray


def attention(layer):
    """Kernels per head against the packed matrices of the other side."""
    *projections, output_kernel, output_bias = layer.weights
    for variable in projections:
        shape = tuple(variable.shape)
        if len(shape) == 3:
            yield variable, "raw", lambda a: a.reshape(a.shape[0], -1).T, lambda a, s=shape: a.T.reshape(s)
        else:
            yield variable, "raw", np.ravel, lambda a, s=shape: a.reshape(s)
    shape = tuple(output_kernel.shape)
    yield output_kernel, "raw", lambda a: a.reshape(-1, a.shape[2]).T, lambda a, s=shape: a.T.reshape(s)
    yield output_bias, "raw", np.asarray, np.asarray
