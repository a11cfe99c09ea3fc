"""Each task in the way that the documentation shows; the module-level models are made anew in each task."""

import numpy as np
import torch
import torch._dynamo
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.checklist import NotOffered


def doubling():
    """Two layers, each the identity times one or two: x -> x -> 2x."""
    model = nn.Sequential(nn.Linear(2, 2, bias=False), nn.Linear(2, 2, bias=False))
    with torch.no_grad():
        model[0].weight.copy_(torch.eye(2))
        model[1].weight.copy_(2 * torch.eye(2))
    return model


def output_changed_in_flight():
    model = nn.Sequential(nn.Identity(), nn.Identity())
    model[0].register_forward_hook(lambda module, arguments, output: output + 1)
    return model(torch.full((2,), 2.0))


def intermediate_gradient():
    model, found = doubling(), []

    def keep(module, arguments, output):
        output.register_hook(found.append)

    model[0].register_forward_hook(keep)
    (model(torch.tensor([1.5, 2.0])) ** 2).sum().div(2).backward()
    return found[0]


def functional_state():
    model = nn.Linear(1, 1, bias=False)
    with torch.no_grad():
        model.weight.fill_(2.0)
    other = torch.func.functional_call(model, {"weight": torch.tensor([[10.0]])}, torch.ones(1))
    return {"other": other.item(), "own": model(torch.ones(1)).item()}


def shape_without_compute():
    layer = nn.Linear(2000, 300000, device="meta")
    return list(layer(torch.empty(100000, 2000, device="meta")).shape)


def every_operation_seen():
    class Watch(TorchDispatchMode):
        def __init__(self):
            super().__init__()
            self.seen = []

        def __torch_dispatch__(self, function, types, arguments=(), keywords=None):
            self.seen.append(str(function))
            return function(*arguments, **(keywords or {}))

    x = torch.ones(2, 2, requires_grad=True)
    with Watch() as watch:
        torch.relu(x @ x).sum().backward()
    text = " ".join(watch.seen)
    return "relu" in text and text.count("aten.mm") == 3


def graph_edited():
    class Program(nn.Module):
        def forward(self, x):
            return torch.relu(x)

    traced = torch.fx.symbolic_trace(Program())
    for node in traced.graph.nodes:
        if node.target is torch.relu:
            node.target = torch.positive
    traced.recompile()
    return traced(torch.tensor([-1.0, 2.0]))


def tensor_subclass():
    class Length(torch.Tensor):
        unit = "m"

        @classmethod
        def __torch_function__(cls, function, types, arguments=(), keywords=None):
            return super().__torch_function__(function, types, arguments, keywords or {})

    total = torch.add(
        torch.tensor([1.0, 2.0]).as_subclass(Length), torch.tensor([3.0, 4.0]).as_subclass(Length)
    )
    return {"value": total.as_subclass(torch.Tensor), "unit": total.unit}


def nan_located():
    x = torch.full((1,), -1.0, requires_grad=True)
    with torch.autograd.set_detect_anomaly(True):
        try:
            torch.sqrt(x).sum().backward()
        except RuntimeError as error:
            return "Sqrt" in str(error)
    return False


def saved_values_changed():
    x = torch.tensor([3.0], requires_grad=True)
    with torch.autograd.graph.saved_tensors_hooks(lambda tensor: tensor.numpy(force=True), torch.from_numpy):
        y = x * x
    y.backward()
    return x.grad.item() == 6.0


def constrained_weight():
    class Symmetric(nn.Module):
        def forward(self, w):
            return w.triu() + w.triu(1).transpose(-1, -2)

    layer = nn.Linear(3, 3)
    nn.utils.parametrize.register_parametrization(layer, "weight", Symmetric())
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
    layer(torch.randn(5, 3)).square().sum().backward()
    optimizer.step()
    return bool((layer.weight == layer.weight.T).all())


def operations_counted():
    with FlopCounterMode(display=False) as counter:
        torch.ones(2, 3) @ torch.ones(3, 4)
    return counter.get_total_flops()


def random_state():
    state = torch.get_rng_state()
    first = torch.rand(3)
    torch.set_rng_state(state)
    return bool((first == torch.rand(3)).all())


def intermediate_output():
    model, found = nn.Sequential(nn.Linear(2, 2, bias=False), nn.ReLU()), []
    with torch.no_grad():
        model[0].weight.copy_(2 * torch.eye(2))
    model[0].register_forward_hook(lambda module, arguments, output: found.append(output))
    model(torch.ones(2))
    return found[0].detach()


def layer_replaced():
    model = nn.Sequential(nn.Identity(), nn.ReLU())
    model[1] = nn.Identity()
    return model(torch.tensor([-1.0, 2.0]))


def step_of_the_loop():
    raise NotOffered("the core has no training loop: the step is written by its user anyway")


def penalty_from_a_layer():
    raise NotOffered("a module has no place for a loss term; it is returned or collected by hand")


def architecture_as_data():
    raise NotOffered("architectures are code; a captured program can be saved, not an architecture as data")


def shape_inferred():
    layer = nn.LazyLinear(3)
    layer(torch.ones(2, 7))
    return layer.in_features


def program_without_its_class():
    class Double(nn.Module):
        def forward(self, x):
            return 2 * x

    torch.export.save(torch.export.export(Double(), (torch.ones(2),)), "program.pt2")
    del Double
    return torch.export.load("program.pt2").module()(torch.tensor([1.0, 2.0]))


def recording_paused():
    x = torch.tensor(1.0, requires_grad=True)
    with torch.no_grad():
        y = x * 5
    (2 * x + y).backward()
    return x.grad


def batch_jacobian():
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    return torch.func.vmap(torch.func.jacrev(torch.square))(x)


def foreign_code_in_a_graph():
    @torch.library.custom_op("touchstone::plus_one", mutates_args=())
    def plus_one(x: torch.Tensor) -> torch.Tensor:
        return torch.from_numpy(np.add(x.numpy(), 1))

    plus_one.register_fake(torch.empty_like)
    compiled = torch.compile(plus_one, fullgraph=True, backend="aot_eager")
    return compiled(torch.tensor([1.0, 2.0]))


def precision_of_a_layer():
    layer = nn.Linear(2, 2)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        computed = layer(torch.ones(2)).dtype
    return {
        "computes": str(computed).removeprefix("torch."),
        "keeps": str(layer.weight.dtype).removeprefix("torch."),
    }


def compiled_code_debugged():
    lines = []

    @torch.compile(backend="aot_eager")
    def program(x):
        lines.append("one")
        return x + 1

    with torch.compiler.set_stance("force_eager"):
        for _ in range(3):
            program(torch.ones(2))
    return len(lines)
