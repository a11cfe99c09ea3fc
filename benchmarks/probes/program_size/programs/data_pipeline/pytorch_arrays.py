import torch
from torch.utils.data import DataLoader, TensorDataset


def batches(x, y):
    dataset = TensorDataset(torch.as_tensor(x), torch.as_tensor(y))
    return DataLoader(dataset, batch_size=8, shuffle=True)
