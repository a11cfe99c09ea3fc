"""One mistake per function, on the line that is marked."""

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, Dataset


def matmul_inner():
    a, b = torch.ones(37, 53), torch.ones(59, 61)
    return a @ b  # mistake


def layer_input():
    layer = nn.Linear(53, 5)
    x = torch.ones(2, 37)
    return layer(x)  # mistake


def concatenate():
    a, b = torch.ones(3, 43), torch.ones(3, 47)
    return torch.cat([a, b], 0)  # mistake


def broadcast():
    a, b = torch.ones(37), torch.ones(41)
    return a + b  # mistake


class Inner(nn.Module):
    def forward(self, x):
        return x @ torch.ones(59, 61)  # mistake nested_module


def nested_module():
    model = nn.Sequential(nn.Linear(3, 53), Inner())
    return model(torch.ones(2, 3))


def mixed_float():
    a, b = torch.ones(2, 2), torch.ones(2, 2, dtype=torch.float64)
    return a @ b  # mistake


def float_index():
    table, ids = torch.ones(5, 3), torch.tensor([0.0, 1.0])
    return F.embedding(ids, table)  # mistake


def text_number():
    values = ["qwv", "qwx"]
    return torch.tensor(values) + 1.0  # mistake


def complex_order():
    a = torch.ones(3, dtype=torch.complex64)
    return a < a  # mistake


def sum_axis():
    x = torch.ones(2, 3)
    return x.sum(7)  # mistake


def softmax_axis():
    x = torch.ones(2, 3)
    return torch.softmax(x, 9)  # mistake


def permutation():
    x = torch.ones(2, 3, 4)
    return x.permute(0, 1, 5)  # mistake


def stack_axis():
    x = torch.ones(2, 3)
    return torch.stack([x, x], 11)  # mistake


def convolution_rank():
    x, w = torch.ones(37, 41), torch.ones(1, 1, 3, 3)
    return F.conv2d(x, w)  # mistake


def inverse():
    x = torch.ones(37, 41)
    return torch.linalg.inv(x)  # mistake


def reshape_size():
    x = torch.ones(37, 3)
    return x.reshape(41, -1)  # mistake


def unpack():
    x = torch.ones(2, 3)
    batch, length, width = x.shape  # mistake
    return batch * length * width


def embedding_index():
    table, ids = torch.ones(53, 3), torch.tensor([97])
    return F.embedding(ids, table)  # mistake


def gather_index():
    x, ids = torch.ones(71, 3), torch.tensor([89])
    return torch.index_select(x, 0, ids)  # mistake


def row_index():
    x = torch.ones(31, 3)
    return x[83]  # mistake


def label_range():
    logits, labels = torch.ones(2, 43), torch.tensor([1, 67])
    return F.cross_entropy(logits, labels)  # mistake


def target_shape():
    logits, target = torch.ones(3, 43), torch.ones(3, 41)
    return F.cross_entropy(logits, target)  # mistake


def target_length():
    logits, labels = torch.ones(37, 5), torch.zeros(29, dtype=torch.long)
    return F.cross_entropy(logits, labels)  # mistake


def gradient_twice():
    x = torch.ones(3, requires_grad=True)
    y = (x * x).sum()
    y.backward()
    y.backward()  # mistake


def no_gradient():
    x = torch.ones(3)
    y = (x * x).sum()
    y.backward()  # mistake


def integer_gradient():
    x = torch.tensor([1, 2, 3], requires_grad=True)  # mistake
    (x * x).sum().backward()
    return x.grad


def unknown_keyword():
    return nn.Linear(3, 4, biaz=True)  # mistake


def unknown_activation():
    return nn.TransformerEncoderLayer(8, 2, activation="reluu")  # mistake


def probability():
    return nn.Dropout(1.7)  # mistake


def groups():
    return nn.Conv2d(37, 41, 3, groups=5)  # mistake


def weight_shape():
    saved = nn.Linear(3, 43).state_dict()
    layer = nn.Linear(3, 41)
    layer.load_state_dict(saved)  # mistake


def absent_file():
    return torch.load("absent_qwv.pt")  # mistake


def no_parameters():
    model = nn.ReLU()
    return torch.optim.SGD(model.parameters(), lr=0.1)  # mistake


class Rows(Dataset):
    def __len__(self):
        return 4

    def __getitem__(self, i):
        return torch.ones(37).reshape(41)  # mistake pipeline_map


def pipeline_map():
    return list(DataLoader(Rows(), batch_size=2))


class Uneven(Dataset):
    def __len__(self):
        return 2

    def __getitem__(self, i):
        return torch.ones([37, 41][i])


def pipeline_batch():
    loader = DataLoader(Uneven(), batch_size=2)
    return list(loader)  # mistake
