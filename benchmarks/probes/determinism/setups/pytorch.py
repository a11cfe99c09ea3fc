"""Each function gets what is trained and its inputs, and returns the loss as a function without arguments."""

import torch
import torch.nn.functional as F
from torch.utils.data import DataLoader


def convolution(weight, x):
    return lambda: F.conv2d(x, weight).square().mean()


def transposed_convolution(weight, x):
    return lambda: F.conv_transpose2d(x, weight, stride=2).square().mean()


def embedding(weight, ids):
    return lambda: F.embedding(ids, weight).square().sum(1).mean()


def gather(weight, ids):
    return lambda: weight.gather(1, ids).square().mean()


def index_add(weight, ids):
    return lambda: torch.zeros(20, 16).index_add(0, ids, weight).square().mean()


def bilinear_resize(weight, x):
    def loss():
        grown = F.interpolate(weight, size=(33, 33), mode="bilinear", align_corners=False)
        return (grown - x).square().mean()

    return loss


def cumulative_sum(weight, x):
    return lambda: (weight.cumsum(1) - x).square().mean()


def repeat(weight, x):
    return lambda: (weight.repeat_interleave(20, 0) - x).square().mean()


def max_pooling(weight, x):
    return lambda: (F.max_pool2d(weight, 2) - x).square().mean()


def recurrent(weight, x):
    """The recurrent part of an LSTM is trained: 12 inputs, 12 hidden units, four gates."""
    zero = torch.zeros(1, x.shape[0], 12)

    def loss():
        kernels = [weight[:12].t(), weight[12:24].t()]
        biases = [weight[24], weight[25]]
        output, _, _ = torch.lstm(x, (zero, zero), kernels + biases, True, 1, 0.0, True, False, True)
        return output.square().mean()

    return loss


def segment_sum(weight, ids):
    return lambda: torch.zeros(20, 16).scatter_add(0, ids[:, None].expand(-1, 16), weight).square().mean()


def sparse_product(weight, ids):
    matrix = torch.sparse_coo_tensor(ids, torch.ones(ids.shape[1]), (200, 200)).coalesce()
    return lambda: torch.sparse.mm(matrix, weight).square().mean()


def cross_entropy(weight, x, ids):
    return lambda: F.cross_entropy(x @ weight, ids)


def ctc(weight, x, ids):
    lengths = torch.full((16,), 30), torch.full((16,), 5)
    return lambda: F.ctc_loss((x @ weight).log_softmax(2), ids + 1, *lengths)


def batch_norm(weight, x):
    return lambda: (F.batch_norm(x, None, None, weight, training=True) - 1).square().mean()


def depthwise_convolution(weight, x):
    return lambda: F.conv2d(x, weight[:, None], groups=3).square().mean()


def nearest_resize(weight, x):
    return lambda: (F.interpolate(weight, size=(32, 32), mode="nearest") - x).square().mean()


def dropout(weight, x):
    return lambda: F.dropout(x @ weight, 0.5).square().mean()


def random_start(weight, x):
    with torch.no_grad():
        torch.nn.init.xavier_uniform_(weight)
    return lambda: (x @ weight).square().mean()


def shuffled_pipeline(weight, x):
    def batches():
        while True:
            yield from DataLoader(x, batch_size=32, shuffle=True)

    source = batches()
    return lambda: (next(source) @ weight).square().mean()
