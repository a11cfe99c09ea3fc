import torch
from torch import nn


def build():
    return nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 3))


def save_and_restore(model, path):
    batch = torch.export.Dim("batch", min=2)
    program = torch.export.export(model, (torch.randn(2, 20),), dynamic_shapes=({0: batch},))
    torch.export.save(program, path)
    return torch.export.load(path).module()
