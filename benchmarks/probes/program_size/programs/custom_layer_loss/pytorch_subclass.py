import torch
from torch import nn


class Scale(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(features))

    def forward(self, x):
        rms = torch.sqrt(x.square().mean(-1, keepdim=True) + 1e-6)
        return self.weight * x / rms


class FocalLoss(nn.Module):
    def forward(self, logits, target):
        log_p = torch.log_softmax(logits, -1)
        log_p = log_p.gather(-1, target[:, None])[:, 0]
        return -((1 - log_p.exp()) ** 2 * log_p).mean()


def build():
    return nn.Sequential(nn.Linear(20, 64), Scale(64), nn.Linear(64, 3))


def train(model, x, y):
    loss_fn = FocalLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(10):
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
