"""PyTorch: threads, modes, synchronisation, weights by name, training and inference steps.

The canonical names and layouts of weights are those of `state_dict()`.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

import numpy as np
import torch
from torch import nn

from benchmarks.arrays import draw_input, draw_weight
from benchmarks.outcome import Unsupported
from benchmarks.timing import Stepper
from benchmarks.workload import Workload

LEARNING_RATE = 1e-3
MOMENTUM = 0.9


def set_up(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Set threads and device; return the settings as probed, not as asked for."""
    torch.set_num_threads(spec["threads"])
    if torch.get_num_interop_threads() != 1:  # can be set once in a process only
        torch.set_num_interop_threads(1)
    if spec["device"] == "gpu" and not torch.cuda.is_available():
        raise Unsupported("this build of torch sees no CUDA device")
    return {
        "threads": torch.get_num_threads(),
        "tf32_probe": float(
            (
                torch.full((256, 256), 1.0001, device=_device(spec))
                @ torch.ones(256, 256, device=_device(spec))
            )[0, 0]
        ),
        "blas": "mkl" if torch.backends.mkl.is_available() else "openblas or eigen",
        "onednn": torch.backends.mkldnn.is_available(),
    }


def versions() -> dict[str, str]:
    """Return the versions that decide how fast it is."""
    return {"torch": torch.__version__, "numpy": np.__version__}


def stepper(workload: Workload, program: ModuleType, spec: Mapping[str, Any]) -> Stepper:
    """Return the step of a workload in the mode of the spec: `train` or `infer`."""
    model = _model(workload, program, spec, torch.float32)
    batches = [_batch(workload, spec, seed=spec["seed"] + i, dtype=torch.float32) for i in range(4)]
    forward = _compiled(model, spec)
    run = _training(model, forward) if spec["phase"] == "train" else _inference(model, forward)

    def step(i: int) -> torch.Tensor:
        return run(*batches[i % len(batches)])

    return Stepper(run=step, finish=_finish, compilations=_compilations)


def evaluate(workload: Workload, program: ModuleType, spec: Mapping[str, Any]) -> dict[str, Any]:
    """Return outputs, gradients and a loss trace in float64, as numpy arrays under canonical names."""
    model = _model(workload, program, spec, torch.float64)
    inputs, target = _batch(workload, spec, seed=spec["seed"], dtype=torch.float64)
    model.eval()
    with torch.inference_mode():
        outputs = model(*inputs)
    if outputs.ndim == 4 and workload.inputs[0]["kind"] == "image":
        outputs = outputs.permute(0, 2, 3, 1)  # the canonical image is (height, width, channels)
    result: dict[str, Any] = {
        "outputs": outputs.numpy(),
        "gradients": {},
        "losses": [],
        "weights": _shapes(model),
    }
    if workload.target is not None and not spec.get("only_outputs"):
        result["gradients"] = _gradients(model, inputs, target)
        step = _training(model, model)
        result["losses"] = [float(step(inputs, target)) for _ in range(3)]
    return result


def peak_device_memory() -> int | None:
    """Return the peak bytes of the accelerator, or None on a CPU."""
    return torch.cuda.max_memory_allocated() if torch.cuda.is_available() else None


def matmul(n: int) -> Callable[[], None]:
    """Return a square float32 product of size n, for the ceiling."""
    a, b = torch.randn(n, n), torch.randn(n, n)
    out = torch.empty(n, n)
    return lambda: _ignore(torch.mm(a, b, out=out))


def _device(spec: Mapping[str, Any]) -> str:
    return "cuda" if spec["device"] == "gpu" else "cpu"


def _model(workload: Workload, program: ModuleType, spec: Mapping[str, Any], dtype: torch.dtype) -> nn.Module:
    model: nn.Module = program.build(workload.config)
    for name, tensor in _named(model).items():
        drawn = draw_weight(name, tuple(tensor.shape), spec["seed"])
        tensor.data = torch.from_numpy(drawn)
    model = model.to(device=_device(spec), dtype=dtype)
    if spec.get("mode") == "channels_last":
        model = model.to(memory_format=torch.channels_last)
    return model


def _named(model: nn.Module) -> dict[str, torch.Tensor]:
    """Return every weight and running statistic by name; a tied weight appears once."""
    tensors = dict(model.named_parameters()) | dict(model.named_buffers())
    return {name: tensor for name, tensor in tensors.items() if tensor.is_floating_point()}


def _shapes(model: nn.Module) -> dict[str, dict[str, Any]]:
    trained = dict(model.named_parameters())
    return {name: {"shape": list(t.shape), "trained": name in trained} for name, t in _named(model).items()}


def _batch(workload: Workload, spec: Mapping[str, Any], *, seed: int, dtype: torch.dtype) -> tuple[Any, Any]:
    size, kind = spec["batch_size"], "float64" if dtype == torch.float64 else "float32"
    inputs = []
    for number, entry in enumerate(workload.inputs):
        array = torch.from_numpy(draw_input(entry, batch=size, seed=seed * 1000 + number, dtype=kind))
        if entry["kind"] == "image":
            array = array.permute(0, 3, 1, 2)
            if spec.get("mode") != "channels_last":
                array = array.contiguous()
        inputs.append(array.to(_device(spec)))
    if workload.target is None:
        return inputs, None
    target = draw_input(workload.target, batch=size, seed=seed * 1000 + 999, dtype=kind)
    return inputs, torch.from_numpy(target).to(_device(spec))


def _compiled(model: nn.Module, spec: Mapping[str, Any]) -> Any:
    if spec["mode"] != "compile":
        return model
    if not _has_cpp_compiler() and spec["device"] == "cpu":
        raise Unsupported("torch.compile on a CPU needs a C++ compiler, and none was found")
    return torch.compile(model)


def _has_cpp_compiler() -> bool:
    return any(shutil.which(name) for name in (os.environ.get("CXX") or "g++", "c++", "clang++"))


def _training(model: nn.Module, forward: Callable[..., Any]) -> Callable[..., Any]:
    model.train()
    optimizer = torch.optim.SGD(model.parameters(), lr=LEARNING_RATE, momentum=MOMENTUM)

    def step(inputs: list[torch.Tensor], target: torch.Tensor) -> torch.Tensor:
        optimizer.zero_grad(set_to_none=True)
        loss = nn.functional.cross_entropy(forward(*inputs).flatten(0, -2), target.flatten())
        loss.backward()
        optimizer.step()
        return loss.detach()

    return step


def _inference(model: nn.Module, forward: Callable[..., Any]) -> Callable[..., Any]:
    model.eval()

    def step(inputs: list[torch.Tensor], _: object) -> torch.Tensor:
        with torch.inference_mode():
            outputs: torch.Tensor = forward(*inputs)
        return outputs

    return step


def _gradients(model: nn.Module, inputs: list[torch.Tensor], target: torch.Tensor) -> dict[str, Any]:
    model.train()
    model.zero_grad(set_to_none=True)
    nn.functional.cross_entropy(model(*inputs).flatten(0, -2), target.flatten()).backward()
    return {
        name: weight.grad.numpy().copy()
        for name, weight in model.named_parameters()
        if weight.grad is not None
    }


def _finish(result: object) -> float:
    if not isinstance(result, torch.Tensor):
        raise TypeError(f"a step returned {type(result).__name__} instead of a tensor")
    if result.is_cuda:
        torch.cuda.synchronize()
    return float(result.reshape(-1)[0])


def _compilations() -> int:
    dynamo = sys.modules.get("torch._dynamo.utils")
    return int(dynamo.counters["stats"]["unique_graphs"]) if dynamo else 0


def _ignore(_: object) -> None:
    """Drop a result that was computed for its time."""
