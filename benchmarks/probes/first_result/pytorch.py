import numpy as np
import torch
from torch import nn


def first_step():
    rng = np.random.default_rng(0)
    images = torch.from_numpy(rng.standard_normal((64, 28, 28), dtype=np.float32))
    labels = torch.from_numpy(rng.integers(0, 10, 64))
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 10))
    loss_fn = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
    loss = loss_fn(model(images), labels)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    return loss.item()
