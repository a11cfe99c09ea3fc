import math
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from benchmarks import examples
from benchmarks.workload import load_module


def collect(spec):
    names = load_module(Path(spec["folder"]).parent / "documentation" / "tensorflow.py")
    prelude = {"tf": tf, "np": np, "math": math, "keras": keras, "layers": keras.layers, "ops": keras.ops}
    return examples.collect([*names.walk("tf", tf, set()), *names.walk("keras", keras, set())], prelude)
