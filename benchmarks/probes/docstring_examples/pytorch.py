import math
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from benchmarks import examples
from benchmarks.workload import load_module


def collect(spec):
    names = load_module(Path(spec["folder"]).parent / "documentation" / "pytorch.py")
    prelude = {"torch": torch, "nn": nn, "F": F, "np": np, "math": math}
    return examples.collect((pair for module in names.modules() for pair in names.members(module)), prelude)
