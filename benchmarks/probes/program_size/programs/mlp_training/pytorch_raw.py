import torch
import torch.nn.functional as F


def build():
    sizes = [(20, 64), (64,), (64, 3), (3,)]
    return [torch.randn(size, requires_grad=True) for size in sizes]


def model(weights, x):
    w1, b1, w2, b2 = weights
    return torch.relu(x @ w1 + b1) @ w2 + b2


def train(weights, x, y):
    for _ in range(20):
        loss = F.cross_entropy(model(weights, x), y)
        loss.backward()
        with torch.no_grad():
            for w in weights:
                w.sub_(0.1 * w.grad)
                w.grad.zero_()
