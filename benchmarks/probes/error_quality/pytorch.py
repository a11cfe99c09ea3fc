import torch

from benchmarks import mistakes


def collect(spec):
    def compiled(function):
        torch._dynamo.reset()
        return torch.compile(function)

    return mistakes.collect(spec, compiled)
