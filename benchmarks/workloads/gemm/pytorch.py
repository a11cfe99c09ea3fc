from torch import nn


class Product(nn.Module):
    def forward(self, a, b):
        return a @ b


def build(config):
    return Product()
