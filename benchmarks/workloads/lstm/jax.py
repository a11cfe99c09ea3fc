import jax
import jax.numpy as jnp

from benchmarks.frameworks.jax import Model
from benchmarks.workloads._blocks.jax import linear, linear_shapes

WIDTH = 512


def layer(w, level, x):
    """Return all states of one layer; the product of all inputs is taken at once, outside of the loop."""
    bias = w[f"rnn.bias_ih_l{level}"] + w[f"rnn.bias_hh_l{level}"]
    inputs = x @ w[f"rnn.weight_ih_l{level}"].T + bias
    recurrent = w[f"rnn.weight_hh_l{level}"].T

    def step(state, gates):
        hidden, cell = state
        i, f, g, o = jnp.split(gates + hidden @ recurrent, 4, -1)
        cell = jax.nn.sigmoid(f) * cell + jax.nn.sigmoid(i) * jnp.tanh(g)
        hidden = jax.nn.sigmoid(o) * jnp.tanh(cell)
        return (hidden, cell), hidden

    zero = jnp.zeros((x.shape[0], WIDTH), x.dtype)
    _, states = jax.lax.scan(step, (zero, zero), inputs.swapaxes(0, 1))
    return states.swapaxes(0, 1)


def apply(w, x, *, training):
    x = layer(w, 1, layer(w, 0, w["embedding.weight"][x]))
    return linear(w, "head", x[:, -1]), {}


def build(config):
    shapes = {"embedding.weight": (10000, 256)}
    for level, inputs in ((0, 256), (1, WIDTH)):
        shapes |= {
            f"rnn.weight_ih_l{level}": (4 * WIDTH, inputs),
            f"rnn.weight_hh_l{level}": (4 * WIDTH, WIDTH),
        }
        shapes |= {f"rnn.bias_ih_l{level}": (4 * WIDTH,), f"rnn.bias_hh_l{level}": (4 * WIDTH,)}
    return Model(shapes | linear_shapes("head", WIDTH, 2), apply)
