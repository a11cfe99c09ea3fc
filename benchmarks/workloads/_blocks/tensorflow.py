"""The transformer block and the small layers that several workloads share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import keras
import tensorflow as tf
from keras import layers

from benchmarks.frameworks.tensorflow import Bound, layer_map, same


class Block(layers.Layer):
    """Attention and feed-forward, each with a residual and a layer norm.

    `before` puts the norms before (GPT, ViT) instead of after (BERT); `approximate` is none (erf) or tanh.
    """

    PARTS = ("norm1", "q", "k", "v", "out", "norm2", "up", "down")

    def __init__(
        self,
        width: int,
        heads: int,
        *,
        before: bool,
        causal: bool,
        epsilon: float,
        approximate: str,
        name: str,
    ) -> None:
        super().__init__(name=name)
        self.heads, self.width, self.before, self.causal = heads, width, before, causal
        self.tanh = approximate == "tanh"
        self.norm1 = layers.LayerNormalization(epsilon=epsilon)
        self.q = layers.Dense(width)
        self.k = layers.Dense(width)
        self.v = layers.Dense(width)
        self.out = layers.Dense(width)
        self.norm2 = layers.LayerNormalization(epsilon=epsilon)
        self.up = layers.Dense(4 * width)
        self.down = layers.Dense(width)

    def call(self, x: Any) -> Any:
        """Return the block's output, of the shape of its input (batch, tokens, width)."""
        if self.before:
            x = x + self._attend(self.norm1(x))
            return x + self._feed(self.norm2(x))
        x = self.norm1(x + self._attend(x))
        return self.norm2(x + self._feed(x))

    def canonical(self, prefix: str) -> Iterator[Bound]:
        """Yield the weights of the parts under the block's name."""
        for part in self.PARTS:
            yield from layer_map(getattr(self, part), f"{prefix}.{part}")

    def _attend(self, x: Any) -> Any:
        tokens = x.shape[1]
        shape = (-1, tokens, self.heads, self.width // self.heads)
        q, k, v = (tf.reshape(layer(x), shape) for layer in (self.q, self.k, self.v))
        y = keras.ops.dot_product_attention(q, k, v, is_causal=self.causal)
        return self.out(tf.reshape(y, (-1, tokens, self.width)))

    def _feed(self, x: Any) -> Any:
        # The default of keras.ops.gelu is the tanh form, that of the other side the erf form.
        return self.down(keras.ops.gelu(self.up(x), approximate=self.tanh))


class Table(layers.Layer):
    """Adds rows of a learned table to its input: positions, or one row for all (`row`)."""

    def __init__(self, rows: int, *, name: str, row: int | None = None, weight: str = "weight") -> None:
        super().__init__(name=name)
        self.rows, self.row, self.weight_name = rows, row, weight

    def build(self, shape: Any) -> None:
        """Create the table for the width of the input."""
        self.table = self.add_weight(shape=(self.rows, shape[-1]), name="table")

    def call(self, x: Any) -> Any:
        """Return the input plus its rows."""
        return x + (self.table[: x.shape[1]] if self.row is None else self.table[self.row])

    def canonical(self, prefix: str) -> Iterator[Bound]:
        """Yield the table under the layer's name."""
        yield same(self.table, f"{prefix}.{self.weight_name}")


class TiedHead(layers.Layer):
    """Logits by the transposed embedding: the weight belongs to the embedding and counts there."""

    def __init__(self, embedding: Any) -> None:
        super().__init__()
        self.embedding = embedding

    def call(self, x: Any) -> Any:
        """Return logits over the vocabulary."""
        return tf.matmul(x, self.embedding.embeddings, transpose_b=True)

    def canonical(self, prefix: str) -> Iterator[Bound]:
        """Yield nothing: the head has no weight of its own."""
        yield from ()
