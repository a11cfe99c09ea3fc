import torch
import torch._dynamo
import torch._inductor.compile_fx

from benchmarks import mistakes

torch._inductor.config.compile_threads = 1  # a forked child must not inherit a pool of compilers


def collect(spec):
    def compiled(function):
        torch._dynamo.reset()
        return torch.compile(function)

    return mistakes.collect(spec, compiled)
