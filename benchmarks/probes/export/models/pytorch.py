"""One block of each family, small; images are (batch, 3, 32, 32), texts are (batch, 12) ids below 100."""

import torch
import torch.nn.functional as F
from torch import nn

WIDTH, CLASSES, WORDS, LENGTH = 16, 10, 100, 12


def head(width=WIDTH):
    return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, CLASSES))


def stem():
    return nn.Sequential(nn.Conv2d(3, WIDTH, 3, padding=1, bias=False), nn.BatchNorm2d(WIDTH), nn.ReLU())


class Residual(nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, x):
        return x + self.inner(x)


class Dense(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Sequential(nn.BatchNorm2d(WIDTH), nn.ReLU(), nn.Conv2d(WIDTH, 8, 3, padding=1))
        self.second = nn.Sequential(
            nn.BatchNorm2d(WIDTH + 8), nn.ReLU(), nn.Conv2d(WIDTH + 8, 8, 3, padding=1)
        )

    def forward(self, x):
        x = torch.cat([x, self.first(x)], 1)
        return torch.cat([x, self.second(x)], 1)


class Branches(nn.Module):
    def __init__(self):
        super().__init__()
        self.one = nn.Conv2d(WIDTH, 8, 1)
        self.three = nn.Sequential(nn.Conv2d(WIDTH, 8, 1), nn.ReLU(), nn.Conv2d(8, 8, 3, padding=1))
        self.pool = nn.Sequential(nn.AvgPool2d(3, 1, padding=1), nn.Conv2d(WIDTH, 8, 1))

    def forward(self, x):
        return torch.cat([self.one(x), self.three(x), self.pool(x)], 1).relu()


class SqueezeExcite(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.gate = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Conv2d(width, 4, 1), nn.SiLU(), nn.Conv2d(4, width, 1), nn.Sigmoid()
        )

    def forward(self, x):
        return x * self.gate(x)


class ChannelsLastNorm(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.LayerNorm(WIDTH, eps=1e-6)

    def forward(self, x):
        return self.norm(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


def vgg():
    return nn.Sequential(
        nn.Conv2d(3, WIDTH, 3, padding=1), nn.ReLU(), nn.Conv2d(WIDTH, WIDTH, 3, padding=1), nn.ReLU(),
        nn.MaxPool2d(2), nn.Flatten(), nn.Linear(WIDTH * 256, 32), nn.ReLU(), nn.Dropout(0.5), nn.Linear(32, CLASSES),
    )  # fmt: skip


def resnet():
    block = nn.Sequential(
        nn.Conv2d(WIDTH, WIDTH, 3, padding=1, bias=False), nn.BatchNorm2d(WIDTH), nn.ReLU(),
        nn.Conv2d(WIDTH, WIDTH, 3, padding=1, bias=False), nn.BatchNorm2d(WIDTH),
    )  # fmt: skip
    return nn.Sequential(stem(), Residual(block), nn.ReLU(), head())


def densenet():
    return nn.Sequential(stem(), Dense(), nn.AvgPool2d(2), head(WIDTH + 16))


def inception():
    return nn.Sequential(stem(), Branches(), head(24))


def mobilenet():
    block = nn.Sequential(
        nn.Conv2d(WIDTH, 32, 1, bias=False), nn.BatchNorm2d(32), nn.ReLU6(),
        nn.Conv2d(32, 32, 3, padding=1, groups=32, bias=False), nn.BatchNorm2d(32), nn.ReLU6(),
        nn.Conv2d(32, WIDTH, 1, bias=False), nn.BatchNorm2d(WIDTH),
    )  # fmt: skip
    return nn.Sequential(stem(), Residual(block), head())


def efficientnet():
    block = nn.Sequential(
        nn.Conv2d(WIDTH, 32, 1, bias=False), nn.BatchNorm2d(32), nn.SiLU(),
        nn.Conv2d(32, 32, 3, padding=1, groups=32, bias=False), nn.BatchNorm2d(32), nn.SiLU(),
        SqueezeExcite(32), nn.Conv2d(32, WIDTH, 1, bias=False), nn.BatchNorm2d(WIDTH),
    )  # fmt: skip
    return nn.Sequential(stem(), Residual(block), head())


def convnext():
    block = nn.Sequential(
        nn.Conv2d(WIDTH, WIDTH, 7, padding=3, groups=WIDTH), ChannelsLastNorm(),
        nn.Conv2d(WIDTH, 64, 1), nn.GELU(), nn.Conv2d(64, WIDTH, 1),
    )  # fmt: skip
    return nn.Sequential(nn.Conv2d(3, WIDTH, 4, 4), Residual(block), head())


class Mean(nn.Module):
    def forward(self, x):
        return x.mean(1)


class Swapped(nn.Module):
    def forward(self, x):
        return x.transpose(1, 2)


class Last(nn.Module):
    def forward(self, found):
        return found[0][:, -1]


class Positions(nn.Module):
    def __init__(self):
        super().__init__()
        self.words, self.places = nn.Embedding(WORDS, WIDTH), nn.Embedding(LENGTH, WIDTH)

    def forward(self, x):
        return self.words(x) + self.places(torch.arange(LENGTH))


class Block(nn.Module):
    def __init__(self, causal):
        super().__init__()
        self.causal = causal
        self.first, self.second = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.mix, self.out = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.feed = nn.Sequential(nn.Linear(WIDTH, 64), nn.GELU(), nn.Linear(64, WIDTH))

    def forward(self, x):
        heads = self.mix(self.first(x)).view(-1, LENGTH, 3, 2, WIDTH // 2).permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(*heads.unbind(0), is_causal=self.causal)
        x = x + self.out(mixed.transpose(1, 2).reshape(-1, LENGTH, WIDTH))
        return x + self.feed(self.second(x))


def embedding_mean():
    return nn.Sequential(nn.Embedding(WORDS, WIDTH), Mean(), nn.Linear(WIDTH, CLASSES))


def text_convolution():
    return nn.Sequential(
        nn.Embedding(WORDS, WIDTH), Swapped(), nn.Conv1d(WIDTH, WIDTH, 3), nn.ReLU(),
        nn.AdaptiveMaxPool1d(1), nn.Flatten(), nn.Linear(WIDTH, CLASSES),
    )  # fmt: skip


def recurrent(layer, width=WIDTH):
    return nn.Sequential(nn.Embedding(WORDS, WIDTH), layer, Last(), nn.Linear(width, CLASSES))


def lstm():
    return recurrent(nn.LSTM(WIDTH, WIDTH, batch_first=True))


def bidirectional_lstm():
    return recurrent(nn.LSTM(WIDTH, WIDTH, batch_first=True, bidirectional=True), 2 * WIDTH)


def gru():
    return recurrent(nn.GRU(WIDTH, WIDTH, batch_first=True))


def encoder():
    return nn.Sequential(Positions(), Block(causal=False), Mean(), nn.Linear(WIDTH, CLASSES))


def decoder():
    return nn.Sequential(Positions(), Block(causal=True), nn.LayerNorm(WIDTH), nn.Linear(WIDTH, WORDS))
