import torch

from benchmarks import determinism


def collect(spec):
    return determinism.collect(spec, Torch())


class Torch:
    def prepare(self, threads, *, switch):
        torch.set_num_threads(threads)
        torch.manual_seed(7)
        torch.use_deterministic_algorithms(switch)

    def trainer(self, loss, data):
        tensors = {name: torch.from_numpy(array) for name, array in data.items()}
        weight = tensors.pop("weight").requires_grad_()
        evaluate = loss(weight, **tensors)

        def step():
            (gradient,) = torch.autograd.grad(evaluate(), weight)
            with torch.no_grad():
                weight.sub_(gradient, alpha=0.01)

        return step, lambda: weight.detach().numpy()

    def refuses(self, error):
        return "does not have a deterministic implementation" in str(error)
