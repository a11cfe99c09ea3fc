"""grad, grad of grad, vmap, jvp and hessian by `torch.func`."""

import torch

from benchmarks import transforms


def collect(spec):
    return transforms.collect(spec, "pytorch", {"torch": torch}, Torch())


class Torch:
    def constant(self, array):
        return torch.from_numpy(array)

    def numpy(self, tensor):
        return tensor.detach().numpy()

    def scalar(self, f, w):
        return lambda x: (torch.sin(f(x)) * w).sum()

    def grad(self, g):
        return torch.func.grad(g)

    def second(self, g, v):
        return torch.func.grad(lambda x: (torch.func.grad(g)(x) * v).sum())

    def jvp(self, g, x, v):
        return torch.func.jvp(g, (x,), (v,))[1]

    def vmap(self, f, rows):
        return torch.func.vmap(f)(rows), "batched"

    def hessian(self, g):
        return torch.func.hessian(g)
