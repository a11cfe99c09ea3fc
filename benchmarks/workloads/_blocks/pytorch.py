"""The transformer block that several workloads share."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional


class Block(nn.Module):
    """Attention and feed-forward, each with a residual and a layer norm.

    `before` puts the norms before (GPT, ViT) instead of after (BERT); `approximate` is none (erf) or tanh.
    """

    def __init__(
        self, width: int, heads: int, *, before: bool, causal: bool, epsilon: float, approximate: str
    ) -> None:
        super().__init__()
        self.heads, self.before, self.causal, self.approximate = heads, before, causal, approximate
        self.norm1 = nn.LayerNorm(width, epsilon)
        self.q = nn.Linear(width, width)
        self.k = nn.Linear(width, width)
        self.v = nn.Linear(width, width)
        self.out = nn.Linear(width, width)
        self.norm2 = nn.LayerNorm(width, epsilon)
        self.up = nn.Linear(width, 4 * width)
        self.down = nn.Linear(4 * width, width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the block's output, of the shape of its input (batch, tokens, width)."""
        if self.before:
            x = x + self._attend(self.norm1(x))
            return x + self._feed(self.norm2(x))
        x = self.norm1(x + self._attend(x))
        return self.norm2(x + self._feed(x))

    def _attend(self, x: torch.Tensor) -> torch.Tensor:
        batch, tokens, width = x.shape
        q, k, v = (
            layer(x).view(batch, tokens, self.heads, -1).transpose(1, 2) for layer in (self.q, self.k, self.v)
        )
        y = functional.scaled_dot_product_attention(q, k, v, is_causal=self.causal)
        return self.out(y.transpose(1, 2).reshape(batch, tokens, width))

    def _feed(self, x: torch.Tensor) -> torch.Tensor:
        return self.down(functional.gelu(self.up(x), approximate=self.approximate))
