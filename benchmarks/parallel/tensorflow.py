"""MultiWorkerMirroredStrategy with a loop of its own; a single process runs under the default strategy.

`model.fit` does not work under this strategy with Keras 3 (keras-team/keras#20585, read 2026-11-23), so the
gradients are averaged and applied here, by the same rule as everywhere: SGD with momentum.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

import keras
import tensorflow as tf

from benchmarks.frameworks import tensorflow as adapter
from benchmarks.parallel.coordinator import Training
from benchmarks.workload import Workload


def training(workload: Workload, program: ModuleType, spec: Mapping[str, Any]) -> Training:
    """Return this rank's training: the same weights on every rank, inputs of its own."""
    strategy = _join(spec)
    with strategy.scope():
        model = adapter.build_model(workload, program, spec, "float32")
        weights = [variable.value for variable in model.trainable_variables]
        velocities = [tf.Variable(tf.zeros(weight.shape), trainable=False) for weight in weights]
    seeds = [spec["seed"] + 4 * spec["rank"] + i for i in range(4)]
    batches = [adapter.draw_batch(workload, spec, seed=seed, dtype="float32") for seed in seeds]
    local = _local_step(model, weights, velocities)

    @tf.function
    def step(inputs: list[Any], target: Any) -> Any:
        return strategy.run(local, args=(inputs, target))

    def finish(loss: object) -> float:
        return float(strategy.experimental_local_results(loss)[0])

    return Training(lambda i: step(*batches[i % 4]), finish, lambda: _digest(weights))


def _join(spec: Mapping[str, Any]) -> Any:
    """Meet the other ranks. Collectives must be set up before the first operation runs."""
    adapter.set_threads(spec)
    if spec["processes"] == 1:
        return tf.distribute.get_strategy()
    cluster = {"worker": spec["addresses"]}
    os.environ["TF_CONFIG"] = json.dumps(
        {"cluster": cluster, "task": {"type": "worker", "index": spec["rank"]}}
    )
    return tf.distribute.MultiWorkerMirroredStrategy()


def _local_step(model: Any, weights: list[Any], velocities: list[Any]) -> Callable[..., Any]:
    criterion = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    def step(inputs: list[Any], target: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = criterion(target, model(*inputs, training=True))
        found = [tf.convert_to_tensor(one) for one in tape.gradient(loss, weights)]
        context = tf.distribute.get_replica_context()
        # A Keras loss is divided by the number of replicas already: the sum over them is the mean gradient.
        mean = context.all_reduce(tf.distribute.ReduceOp.SUM, found)
        for weight, velocity, gradient in zip(weights, velocities, mean, strict=True):
            velocity.assign(adapter.MOMENTUM * velocity - adapter.LEARNING_RATE * gradient)
            weight.assign_add(velocity)
        return loss * context.num_replicas_in_sync

    return step


def _digest(weights: list[Any]) -> str:
    digest = hashlib.sha256()
    for weight in weights:
        digest.update(weight.numpy().tobytes())
    return digest.hexdigest()
