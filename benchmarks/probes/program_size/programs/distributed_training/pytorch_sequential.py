import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, TensorDataset
from torch.utils.data.distributed import DistributedSampler


def build():
    return nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 3))


def train(model, x, y):
    dist.init_process_group(backend="gloo")
    dataset = TensorDataset(x, y)
    loader = DataLoader(dataset, batch_size=16, sampler=DistributedSampler(dataset, shuffle=False))
    parallel = DistributedDataParallel(model)
    loss_fn = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(parallel.parameters(), lr=0.1)
    for _ in range(5):
        for xs, ys in loader:
            loss = loss_fn(parallel(xs), ys)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
    dist.destroy_process_group()
