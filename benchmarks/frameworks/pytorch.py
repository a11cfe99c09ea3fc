"""PyTorch: threads, modes, synchronisation, weights by name, training and inference steps.

The canonical names and layouts of weights are those of `state_dict()`.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from types import ModuleType
from typing import Any

import numpy as np
import torch
from torch import nn

from benchmarks import precision
from benchmarks.arrays import draw_input, draw_weight
from benchmarks.outcome import Unsupported
from benchmarks.timing import Stepper
from benchmarks.workload import Workload

Casts = Callable[[], AbstractContextManager[Any]]
"""What surrounds forward pass and loss: automatic mixed precision, or nothing."""
LEARNING_RATE = 1e-3
MOMENTUM = 0.9


def set_up(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Set threads and device; return the settings as probed, not as asked for."""
    torch.set_num_threads(spec["threads"])
    if torch.get_num_interop_threads() != 1:  # can be set once in a process only
        torch.set_num_interop_threads(1)
    settings = {
        "threads": torch.get_num_threads(),
        "blas": "mkl" if torch.backends.mkl.is_available() else "openblas or eigen",
        "onednn": torch.backends.mkldnn.is_available(),
    }
    if spec["device"] == "gpu":
        settings |= _set_up_gpu(spec)
    return settings | {"precision": _probed(spec)}


def versions() -> dict[str, str]:
    """Return the versions that decide how fast it is."""
    found = {"torch": torch.__version__, "numpy": np.__version__}
    if torch.version.cuda:
        found |= {"cuda": torch.version.cuda, "cudnn": str(torch.backends.cudnn.version())}
    return found


def stepper(workload: Workload, program: ModuleType, spec: Mapping[str, Any]) -> Stepper:
    """Return the step of a workload in the mode of the spec: `train` or `infer`."""
    dtype, casts = _numbers(precision.of(spec), spec)
    model = build_model(workload, program, spec, dtype)
    batches = [draw_batch(workload, spec, seed=spec["seed"] + i, dtype=dtype) for i in range(4)]
    forward = _compiled(model, spec)
    run = (training_step if spec["phase"] == "train" else _inference)(model, forward, casts)
    graphs = spec["mode"] == "reduce-overhead"

    def step(i: int) -> torch.Tensor:
        if graphs:
            torch.compiler.cudagraph_mark_step_begin()
        return run(*batches[i % len(batches)])

    return Stepper(run=step, finish=finish, compilations=_compilations)


def evaluate(workload: Workload, program: ModuleType, spec: Mapping[str, Any]) -> dict[str, Any]:
    """Return outputs, gradients and a loss trace in the spec's `dtype`: numpy arrays, canonical names.

    `dtype` is float64 or a class of precision.
    """
    dtype, casts = _numbers(spec["dtype"], spec)
    model = build_model(workload, program, spec, dtype)
    inputs, target = draw_batch(workload, spec, seed=spec["seed"], dtype=dtype)
    outputs = _inference(model, model, casts)(inputs, target)
    if outputs.ndim == 4 and workload.inputs[0]["kind"] == "image":
        outputs = outputs.permute(0, 2, 3, 1)  # the canonical image is (height, width, channels)
    result: dict[str, Any] = {
        "outputs": _array(outputs),
        "gradients": {},
        "losses": [],
        "weights": _shapes(model),
    }
    if workload.target is not None and not spec.get("only_outputs"):
        result["gradients"] = _gradients(model, inputs, target, casts)
        if dtype == torch.float64:  # a loss trace is compared in float64 only
            step = training_step(model, model, casts)
            result["losses"] = [float(step(inputs, target)) for _ in range(3)]
    return result


def peak_device_memory(spec: Mapping[str, Any]) -> int | None:
    """Return the peak bytes of the accelerator, or None on a CPU."""
    return torch.cuda.max_memory_allocated() if spec["device"] == "gpu" else None


def matmul(n: int, spec: Mapping[str, Any]) -> Callable[[], None]:
    """Return a square product of size n in the precision of the spec, for the ceiling."""
    half = precision.ROOF[precision.of(spec)] == precision.BF16
    kind: dict[str, Any] = {"dtype": torch.bfloat16 if half else torch.float32, "device": _device(spec)}
    a, b, out = torch.randn(n, n, **kind), torch.randn(n, n, **kind), torch.empty(n, n, **kind)

    def run() -> None:
        torch.mm(a, b, out=out)
        _synchronize(spec)

    return run


def scale(count: int, spec: Mapping[str, Any]) -> Callable[[], None]:
    """Return the product of `count` float32 numbers on the device with one number, for the bandwidth."""
    x = torch.ones(count, device=_device(spec))
    out = torch.empty_like(x)

    def run() -> None:
        torch.mul(x, 2.0, out=out)
        _synchronize(spec)

    return run


def _set_up_gpu(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Ask for the precision, and let cuDNN try its algorithms as the compilers of the others do."""
    if not torch.cuda.is_available():
        raise Unsupported(f"torch {torch.__version__} sees no CUDA device")
    exact = precision.of(spec) == precision.FLOAT32
    torch.set_float32_matmul_precision("highest" if exact else "high")
    torch.backends.cudnn.allow_tf32 = not exact
    torch.backends.cudnn.benchmark = True
    return {"cudnn_benchmark": True, "capability": list(torch.cuda.get_device_capability())}


def _probed(spec: Mapping[str, Any]) -> str:
    """Return the class of products as the workload will compute them: under its casts."""
    dtype, casts = _numbers(precision.of(spec), spec)
    size, kind = precision.PROBE_SIZE, {"dtype": dtype, "device": _device(spec)}

    def product(value: float) -> float:
        with torch.inference_mode(), casts():
            factor = torch.full((size, size), value, **kind)
            return float((factor @ torch.full((size, size), 1.0 / size, **kind))[0, 0])

    return precision.probed(product)


def _numbers(dtype: str, spec: Mapping[str, Any]) -> tuple[torch.dtype, Casts]:
    """Return the type of weights and inputs, and the casts, of float64 or of a class of precision."""
    if dtype == precision.BF16:
        return torch.float32, lambda: torch.autocast(_device(spec), dtype=torch.bfloat16)
    types = {"float64": torch.float64, precision.BF16_PURE: torch.bfloat16}
    return types.get(dtype, torch.float32), nullcontext


def _synchronize(spec: Mapping[str, Any]) -> None:
    if spec["device"] == "gpu":
        torch.cuda.synchronize()


def _array(found: torch.Tensor) -> Any:
    """Return a copy as a numpy array, never narrower than float32."""
    wide = found.detach().float() if found.dtype == torch.bfloat16 else found.detach()
    return wide.cpu().numpy().copy()


def _device(spec: Mapping[str, Any]) -> str:
    return "cuda" if spec["device"] == "gpu" else "cpu"


def build_model(
    workload: Workload, program: ModuleType, spec: Mapping[str, Any], dtype: torch.dtype
) -> nn.Module:
    """Return the workload's model with weights drawn by canonical name."""
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


def draw_batch(
    workload: Workload, spec: Mapping[str, Any], *, seed: int, dtype: torch.dtype
) -> tuple[Any, Any]:
    """Return a list of inputs and the target of one batch, on the spec's device."""
    size, kind = spec["batch_size"], "float64" if dtype == torch.float64 else "float32"
    inputs = []
    for number, entry in enumerate(workload.inputs):
        array = torch.from_numpy(draw_input(entry, batch=size, seed=seed * 1000 + number, dtype=kind))
        if entry["kind"] == "image":
            array = array.permute(0, 3, 1, 2)
            if spec.get("mode") != "channels_last":
                array = array.contiguous()
        inputs.append(array.to(_device(spec), dtype if array.is_floating_point() else array.dtype))
    if workload.target is None:
        return inputs, None
    target = draw_input(workload.target, batch=size, seed=seed * 1000 + 999, dtype=kind)
    return inputs, torch.from_numpy(target).to(_device(spec))


def _compiled(model: nn.Module, spec: Mapping[str, Any]) -> Any:
    if spec["mode"] not in {"compile", "reduce-overhead"}:
        return model
    if not _has_cpp_compiler() and spec["device"] == "cpu":
        raise Unsupported("torch.compile on a CPU needs a C++ compiler, and none was found")
    if spec["mode"] == "compile":
        return torch.compile(model)
    if spec["device"] == "cpu":
        raise Unsupported("mode reduce-overhead records CUDA graphs, which a CPU does not have")
    return torch.compile(model, mode="reduce-overhead")


def _has_cpp_compiler() -> bool:
    return any(shutil.which(name) for name in (os.environ.get("CXX") or "g++", "c++", "clang++"))


def training_step(
    model: nn.Module, forward: Callable[..., Any], casts: Casts = nullcontext
) -> Callable[..., Any]:
    """Return a function of inputs and target: one step of SGD with momentum, which returns the loss."""
    model.train()
    optimizer = torch.optim.SGD(model.parameters(), lr=LEARNING_RATE, momentum=MOMENTUM)

    def step(inputs: list[torch.Tensor], target: torch.Tensor) -> torch.Tensor:
        optimizer.zero_grad(set_to_none=True)
        with casts():
            loss = nn.functional.cross_entropy(forward(*inputs).flatten(0, -2), target.flatten())
        loss.backward()
        optimizer.step()
        return loss.detach()

    return step


def _inference(model: nn.Module, forward: Callable[..., Any], casts: Casts) -> Callable[..., Any]:
    model.eval()

    def step(inputs: list[torch.Tensor], _: object) -> torch.Tensor:
        with torch.inference_mode(), casts():
            outputs: torch.Tensor = forward(*inputs)
        return outputs

    return step


def _gradients(
    model: nn.Module, inputs: list[torch.Tensor], target: torch.Tensor, casts: Casts
) -> dict[str, Any]:
    model.train()
    model.zero_grad(set_to_none=True)
    with casts():
        loss = nn.functional.cross_entropy(model(*inputs).flatten(0, -2), target.flatten())
    loss.backward()
    return {name: _array(weight.grad) for name, weight in model.named_parameters() if weight.grad is not None}


def finish(result: object) -> float:
    """Wait until a result is there and return its first number."""
    if not isinstance(result, torch.Tensor):
        raise TypeError(f"a step returned {type(result).__name__} instead of a tensor")
    if result.is_cuda:
        torch.cuda.synchronize()
    return float(result.reshape(-1)[0])


def _compilations() -> int:
    dynamo = sys.modules.get("torch._dynamo.utils")
    return int(dynamo.counters["stats"]["unique_graphs"]) if dynamo else 0
