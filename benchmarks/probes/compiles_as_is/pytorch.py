import torch
import torch._dynamo
import torch._inductor.compile_fx
from torch._dynamo.utils import counters

from benchmarks import snippets

torch._inductor.config.compile_threads = 1  # a forked child must not inherit a pool of compilers


def collect(spec):
    def compiler(**options):
        return snippets.Compiler(
            wrap=lambda function: torch.compile(function, **options),
            graphs=lambda function: counters["stats"]["unique_graphs"],
            tensor=torch.tensor,
            plain=lambda value: value.numpy(),
        )

    return snippets.collect(spec, {"": compiler(fullgraph=True), "relaxed": compiler()})
