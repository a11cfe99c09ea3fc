import torch
from torch import nn


def build():
    return nn.Sequential(nn.Linear(20, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Linear(64, 3))


def predict(model, x):
    model.eval()
    with torch.no_grad():
        logits = model(x)
    return torch.softmax(logits, dim=1).numpy()
