import torch
from torch import nn


def build():
    return nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 3))


def save_and_restore(model, path):
    torch.save(model, path)
    return torch.load(path, weights_only=False)
