import torch
from torch import nn

from benchmarks.workloads._blocks.pytorch import Block


class VisionTransformer(nn.Module):
    def __init__(self, width, heads, blocks):
        super().__init__()
        self.patches = nn.Conv2d(3, width, 16, 16)
        self.token = nn.Parameter(torch.zeros(1, 1, width))
        self.positions = nn.Parameter(torch.zeros(197, width))
        style = {"before": True, "causal": False, "epsilon": 1e-6, "approximate": "none"}
        self.blocks = nn.ModuleList(Block(width, heads, **style) for _ in range(blocks))
        self.norm = nn.LayerNorm(width, 1e-6)
        self.head = nn.Linear(width, 1000)

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(x.shape[0], -1, -1), x], 1) + self.positions
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x)[:, 0])


def build(config):
    return VisionTransformer(config["width"], config["heads"], config["blocks"])
