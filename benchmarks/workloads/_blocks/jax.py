"""Layers as functions of a dictionary of weights, under the names and layouts of the reference.

`w` holds every weight; `name` is the prefix of the layer's own. Statistics of norms are computed in float32
or wider, whatever the input is in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp

Weights = Mapping[str, Any]
Shapes = dict[str, tuple[int, ...]]


def linear_shapes(name: str, inputs: int, outputs: int) -> Shapes:
    """Return the shapes of a dense layer: weight (outputs, inputs) and bias."""
    return {f"{name}.weight": (outputs, inputs), f"{name}.bias": (outputs,)}


def norm_shapes(name: str, width: int) -> Shapes:
    """Return the shapes of a layer norm."""
    return {f"{name}.weight": (width,), f"{name}.bias": (width,)}


def batch_norm_shapes(name: str, width: int) -> Shapes:
    """Return the shapes of a batch norm, running statistics included."""
    return norm_shapes(name, width) | {f"{name}.running_mean": (width,), f"{name}.running_var": (width,)}


def block_shapes(name: str, width: int) -> Shapes:
    """Return the shapes of a transformer block."""
    shapes = norm_shapes(f"{name}.norm1", width) | norm_shapes(f"{name}.norm2", width)
    for part in ("q", "k", "v", "out"):
        shapes |= linear_shapes(f"{name}.{part}", width, width)
    return (
        shapes
        | linear_shapes(f"{name}.up", width, 4 * width)
        | linear_shapes(f"{name}.down", 4 * width, width)
    )


def linear(w: Weights, name: str, x: Any) -> Any:
    """Return x W^T + b."""
    return x @ w[f"{name}.weight"].T + w[f"{name}.bias"]


def conv(w: Weights, name: str, x: Any, *, stride: int = 1, padding: int = 0) -> Any:
    """Return a convolution of (batch, height, width, channels), padded symmetrically, without bias."""
    return jax.lax.conv_general_dilated(
        x,
        w[f"{name}.weight"],
        (stride, stride),
        [(padding, padding)] * 2,
        dimension_numbers=("NHWC", "OIHW", "NHWC"),
    )


def layer_norm(w: Weights, name: str, x: Any, epsilon: float) -> Any:
    """Return the layer norm over the last axis."""
    wide = x.astype(jnp.promote_types(x.dtype, jnp.float32))
    mean = wide.mean(-1, keepdims=True)
    variance = jnp.square(wide - mean).mean(-1, keepdims=True)
    scaled = (wide - mean) * jax.lax.rsqrt(variance + epsilon)
    return (scaled * w[f"{name}.weight"] + w[f"{name}.bias"]).astype(x.dtype)


def batch_norm(w: Weights, name: str, x: Any, statistics: dict[str, Any] | None) -> Any:
    """Return the batch norm over all axes but the last, with the reference's epsilon 1e-5 and momentum 0.1.

    `statistics` is None in inference; in training it takes up the new running values by name.
    """
    wide = x.astype(jnp.promote_types(x.dtype, jnp.float32))
    mean, variance = w[f"{name}.running_mean"], w[f"{name}.running_var"]
    if statistics is not None:
        axes, count = tuple(range(x.ndim - 1)), x.size // x.shape[-1]
        batch_mean = wide.mean(axes)
        batch_variance = jnp.square(wide - batch_mean).mean(axes)
        statistics[f"{name}.running_mean"] = 0.9 * mean + 0.1 * batch_mean
        statistics[f"{name}.running_var"] = 0.9 * variance + 0.1 * batch_variance * (count / (count - 1))
        mean, variance = batch_mean, batch_variance
    scale = jax.lax.rsqrt(variance + 1e-5) * w[f"{name}.weight"]
    return ((wide - mean) * scale + w[f"{name}.bias"]).astype(x.dtype)


def max_pool(x: Any) -> Any:
    """Return the maximum over 3x3 at stride 2, padded by one on every side."""
    padding = ((0, 0), (1, 1), (1, 1), (0, 0))
    return jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, (1, 3, 3, 1), (1, 2, 2, 1), padding)


def attention(q: Any, k: Any, v: Any, *, causal: bool = False, by: str | None = None) -> Any:
    """Return scaled dot-product attention of (batch, tokens, heads, width).

    `by` is an implementation of JAX's function (None: what it chooses), or `formula`: JAX's function takes
    its softmax in float32 whatever its inputs are, which a proof in float64 cannot use.
    """
    if by != "formula":
        return jax.nn.dot_product_attention(q, k, v, is_causal=causal, implementation=by)
    logits = jnp.einsum("bqhd,bkhd->bhqk", q, k) * q.shape[-1] ** -0.5
    if causal:
        logits = jnp.where(jnp.tri(*logits.shape[-2:], dtype=bool), logits, -jnp.inf)
    return jnp.einsum("bhqk,bkhd->bqhd", jax.nn.softmax(logits), v)


def block(
    w: Weights,
    name: str,
    x: Any,
    *,
    heads: int,
    before: bool,
    causal: bool,
    epsilon: float,
    approximate: str,
    attention_by: str | None = None,
) -> Any:
    """Return attention and feed-forward of (batch, tokens, width), each with a residual and a layer norm.

    `before` puts the norms before (GPT, ViT) instead of after (BERT); `approximate` is none (erf) or tanh;
    `attention_by` is what computes attention, see `attention`.
    """

    def attend(x: Any) -> Any:
        batch, tokens, width = x.shape
        q, k, v = (linear(w, f"{name}.{part}", x).reshape(batch, tokens, heads, -1) for part in "qkv")
        y = attention(q, k, v, causal=causal, by=attention_by)
        return linear(w, f"{name}.out", y.reshape(batch, tokens, width))

    def feed(x: Any) -> Any:
        y = jax.nn.gelu(linear(w, f"{name}.up", x), approximate=approximate == "tanh")
        return linear(w, f"{name}.down", y)

    if before:
        x = x + attend(layer_norm(w, f"{name}.norm1", x, epsilon))
        return x + feed(layer_norm(w, f"{name}.norm2", x, epsilon))
    x = layer_norm(w, f"{name}.norm1", x + attend(x), epsilon)
    return layer_norm(w, f"{name}.norm2", x + feed(x), epsilon)
