"""`tf.data`: map, batch and prefetch with AUTOTUNE, or one record after the other."""

import numpy as np
import tensorflow as tf

from benchmarks.timing import Stepper
from benchmarks.workloads.image_pipeline.records import BATCHES_PER_RUN, draw


def batches(workload, spec, dtype):
    config, records = workload.config, draw(workload.config, spec["seed"])
    crop = config["crop"]

    def transform(image, corner, flip):
        image = tf.slice(image, [corner[0], corner[1], 0], [crop, crop, 3])
        image = tf.cond(flip, lambda: tf.reverse(image, [1]), lambda: image)
        return (tf.cast(image, dtype) / 255 - config["mean"]) / config["sd"]

    corners = records.corners.astype(np.int32)
    data = tf.data.Dataset.from_tensor_slices((records.images, corners, records.flips)).repeat()
    if spec["mode"] == "in order":
        return iter(data.map(transform).batch(spec["batch_size"]))
    data = data.map(transform, num_parallel_calls=tf.data.AUTOTUNE)
    return iter(data.batch(spec["batch_size"]).prefetch(tf.data.AUTOTUNE))


def stepper(workload, spec):
    found = batches(workload, spec, tf.float32)

    def run(_):
        for _ in range(BATCHES_PER_RUN):
            batch = next(found)
        return batch

    return Stepper(run, lambda batch: float(batch[0, 0, 0, 0]), lambda: 0, steps=BATCHES_PER_RUN)


def evaluate(workload, spec):
    found = batches(workload, spec, tf.as_dtype(spec["dtype"]))
    outputs = np.concatenate([next(found).numpy() for _ in range(3)])
    return {"outputs": outputs, "gradients": {}, "losses": [], "weights": {}}
