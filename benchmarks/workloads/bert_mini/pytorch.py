import torch
from torch import nn

from benchmarks.workloads._blocks.pytorch import Block


class Encoder(nn.Module):
    def __init__(self, vocabulary, width, heads, blocks, positions):
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, width)
        self.positions = nn.Embedding(positions, width)
        self.segments = nn.Embedding(2, width)
        self.norm = nn.LayerNorm(width, 1e-12)
        style = {"before": False, "causal": False, "epsilon": 1e-12, "approximate": "none"}
        self.blocks = nn.ModuleList(Block(width, heads, **style) for _ in range(blocks))
        self.pooler = nn.Linear(width, width)
        self.head = nn.Linear(width, 2)

    def forward(self, x):
        places = torch.arange(x.shape[1], device=x.device)
        x = self.norm(self.tokens(x) + self.positions(places) + self.segments.weight[0])
        for block in self.blocks:
            x = block(x)
        return self.head(torch.tanh(self.pooler(x[:, 0])))


def build(config):
    sizes = {name: size for name, size in config.items() if name != "tokens"}  # any length will do here
    return Encoder(**sizes)
