import torch
from torch import nn
from torch.nn import functional

from benchmarks.workloads._blocks.pytorch import Block


class CachedBlock(Block):
    def cache(self, x, length):
        shape = (len(x), self.heads, length, self.q.out_features // self.heads)
        return [torch.empty(shape, dtype=x.dtype, device=x.device) for _ in range(2)]

    def step(self, x, place, cache):
        x = x + self.attend_one(self.norm1(x), place, cache)
        return x + self._feed(self.norm2(x))

    def attend_one(self, x, place, cache):
        q, k, v = (layer(x).view(len(x), self.heads, 1, -1) for layer in (self.q, self.k, self.v))
        for kept, new in zip(cache, (k, v), strict=True):
            kept[:, :, place : place + 1] = new
        keys, values = (kept[:, :, : place + 1] for kept in cache)
        return self.out(functional.scaled_dot_product_attention(q, keys, values).flatten(1))


class Generator(nn.Module):
    def __init__(self, *, vocabulary, width, heads, blocks, positions, length):
        super().__init__()
        self.length = length
        self.tokens = nn.Embedding(vocabulary, width)
        self.positions = nn.Embedding(positions, width)
        style = {"before": True, "causal": True, "epsilon": 1e-5, "approximate": "tanh"}
        self.blocks = nn.ModuleList(CachedBlock(width, heads, **style) for _ in range(blocks))
        self.norm = nn.LayerNorm(width, 1e-5)

    def forward(self, first):
        token, logits, caches = first[:, 0], [], None
        for place in range(self.length):
            x = self.tokens(token) + self.positions.weight[place]
            caches = caches or [block.cache(x, self.length) for block in self.blocks]
            for block, cache in zip(self.blocks, caches, strict=True):
                x = block.step(x, place, cache)
            logits.append(self.norm(x) @ self.tokens.weight.T)
            token = logits[-1].argmax(-1)
        return torch.stack(logits, 1)


def build(config):
    return Generator(**config)
