import torch
from torch import nn

from benchmarks.workloads._blocks.pytorch import Block


class Decoder(nn.Module):
    def __init__(self, vocabulary, width, heads, blocks, positions):
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, width)
        self.positions = nn.Embedding(positions, width)
        style = {"before": True, "causal": True, "epsilon": 1e-5, "approximate": "tanh"}
        self.blocks = nn.ModuleList(Block(width, heads, **style) for _ in range(blocks))
        self.norm = nn.LayerNorm(width, 1e-5)

    def forward(self, x):
        x = self.tokens(x) + self.positions(torch.arange(x.shape[1], device=x.device))
        for block in self.blocks:
            x = block(x)
        return self.norm(x) @ self.tokens.weight.T


def build(config):
    sizes = {name: size for name, size in config.items() if name != "tokens"}  # any length will do here
    return Decoder(**sizes)
