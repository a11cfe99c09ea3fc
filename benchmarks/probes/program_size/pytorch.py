"""Run every program with weights drawn by position, and return its outputs."""

import os
import tempfile
from pathlib import Path

import numpy as np
import torch
from torch import nn

from benchmarks import programs
from benchmarks.arrays import draw_weight
from benchmarks.parallel import coordinator


def collect(spec):
    host, port = coordinator.free_addresses(1)[0].rsplit(":", 1)
    os.environ |= {
        "MASTER_ADDR": host,
        "MASTER_PORT": port,
        "RANK": "0",
        "WORLD_SIZE": "1",
    }  # as torchrun does
    return programs.collect(spec, run)


def run(module, program, data):
    x = torch.from_numpy(data.x)
    x = x.permute(0, 3, 1, 2).contiguous() if x.ndim == 4 else x
    y = torch.from_numpy(data.y)
    interface = program["interface"]
    if interface == "batches":
        return programs.summary((xs.numpy(), ys.numpy()) for xs, ys in module.batches(data.x, data.y))
    if interface == "function":
        return np.concatenate([part.detach().numpy() for part in module.value_and_gradient(x)])
    model = module.build()
    set_weights(model)
    if interface == "train":
        module.train(model, x, y)
    if interface == "restore":
        with tempfile.TemporaryDirectory() as folder:
            model = module.save_and_restore(model, str(Path(folder) / "model.pt2"))
    if interface == "predict":
        return module.predict(model, x)
    with torch.no_grad():
        return (module.model(model, x) if isinstance(model, list) else model(x)).numpy()


def set_weights(model):
    with torch.no_grad():
        for number, (tensor, role, transposed) in enumerate(tensors(model)):
            shape = tuple(reversed(tensor.shape)) if transposed else tuple(tensor.shape)
            drawn = draw_weight(f"{number}.{role}", shape, seed=7)
            tensor.copy_(torch.from_numpy(drawn.T if transposed else drawn))


def tensors(model):
    """Yield (tensor, role, is it transposed against the canonical layout) in the order of construction."""
    if isinstance(model, list):
        yield from ((tensor, "raw", tensor.ndim == 2) for tensor in model)
        return
    for module in model.modules():
        norm = isinstance(module, nn.LayerNorm | nn.BatchNorm1d)
        for name, tensor in own(module):
            yield tensor, name if norm and name in {"weight", "running_var"} else "raw", False


def own(module):
    if isinstance(module, nn.LSTM):
        module.bias_hh_l0.zero_()  # the other side has one bias only
        return [("raw", part) for part in (module.weight_ih_l0, module.weight_hh_l0, module.bias_ih_l0)]
    if isinstance(module, nn.MultiheadAttention):
        parts = zip(module.in_proj_weight.chunk(3), module.in_proj_bias.chunk(3))
        return [("raw", part) for pair in parts for part in pair]
    found = [*module.named_parameters(recurse=False), *module.named_buffers(recurse=False)]
    return [(name, tensor) for name, tensor in found if tensor.is_floating_point()]
