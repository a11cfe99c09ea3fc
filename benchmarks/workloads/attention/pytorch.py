from torch import nn
from torch.nn import functional


class Attention(nn.Module):
    def forward(self, q, k, v):
        q, k, v = (x.transpose(1, 2) for x in (q, k, v))
        return functional.scaled_dot_product_attention(q, k, v).transpose(1, 2)


def build(config):
    return Attention()
