"""DistributedDataParallel over gloo; a single process is the plain model, as a user would write it."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Mapping
from types import ModuleType
from typing import Any

import torch
from torch import distributed, nn
from torch.nn.parallel import DistributedDataParallel

from benchmarks.frameworks import pytorch as adapter
from benchmarks.parallel.coordinator import Training
from benchmarks.workload import Workload


def training(workload: Workload, program: ModuleType, spec: Mapping[str, Any]) -> Training:
    """Return this rank's training: the same weights on every rank, inputs of its own."""
    adapter.set_up(spec)
    model: nn.Module = adapter.build_model(workload, program, spec, torch.float32)
    forward = model
    if spec["processes"] > 1:
        _join(spec)
        forward = DistributedDataParallel(model)
    seeds = [spec["seed"] + 4 * spec["rank"] + i for i in range(4)]
    batches = [adapter.draw_batch(workload, spec, seed=seed, dtype=torch.float32) for seed in seeds]
    step = adapter.training_step(model, forward)
    return Training(lambda i: step(*batches[i % 4]), adapter.finish, lambda: _digest(model))


def _join(spec: Mapping[str, Any]) -> None:
    """Meet the other ranks through a file: gloo chooses its own free ports."""
    os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo0" if sys.platform == "darwin" else "lo")
    distributed.init_process_group(
        "gloo", init_method=f"file://{spec['store']}", rank=spec["rank"], world_size=spec["processes"]
    )


def _digest(model: nn.Module) -> str:
    digest = hashlib.sha256()
    for weight in model.parameters():
        digest.update(weight.detach().numpy().tobytes())
    return digest.hexdigest()
