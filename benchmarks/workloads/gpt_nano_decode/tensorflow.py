import keras
import tensorflow as tf
from keras import layers

from benchmarks.frameworks.tensorflow import layer_map
from benchmarks.workloads._blocks.tensorflow import Block, Table


class CachedBlock(Block):
    def build(self, shape):
        for part in self.PARTS:
            getattr(self, part).build((None, 4 * self.width if part == "down" else self.width))

    def step(self, x, place, cache):
        attended, cache = self.attend_one(self.norm1(x), place, cache)
        x = x + attended
        return x + self._feed(self.norm2(x)), cache

    def attend_one(self, x, place, cache):
        shape = (tf.shape(x)[0], 1, self.heads, self.width // self.heads)
        q, k, v = (tf.reshape(layer(x), shape) for layer in (self.q, self.k, self.v))
        cache = [
            keras.ops.slice_update(kept, (0, place, 0, 0), new)
            for kept, new in zip(cache, (k, v), strict=True)
        ]
        seen = tf.range(tf.shape(cache[0])[1])[tf.newaxis, tf.newaxis, tf.newaxis] <= place
        y = keras.ops.dot_product_attention(q, *cache, mask=seen)
        return self.out(tf.reshape(y, (-1, self.width))), cache


class Generator(layers.Layer):
    def __init__(self, *, vocabulary, width, heads, blocks, positions, length):
        super().__init__(name="generator")
        self.width, self.heads, self.length, self.vocabulary = width, heads, length, vocabulary
        self.tokens = layers.Embedding(vocabulary, width)
        self.positions = Table(positions, name="positions")
        style = {"before": True, "causal": True, "epsilon": 1e-5, "approximate": "tanh"}
        self.blocks = [CachedBlock(width, heads, **style, name=f"blocks.{i}") for i in range(blocks)]
        self.norm = layers.LayerNormalization(epsilon=1e-5)

    def build(self, shape):
        self.tokens.build(shape)
        for part in (self.positions, *self.blocks, self.norm):
            part.build((None, self.width))

    def call(self, first):
        batch = tf.shape(first)[0]
        empty = tf.zeros((batch, self.length, self.heads, self.width // self.heads), self.compute_dtype)
        logits = tf.TensorArray(self.compute_dtype, self.length, element_shape=(None, self.vocabulary))
        state = (0, first[:, 0], [[empty, empty] for _ in self.blocks], logits)
        logits = tf.while_loop(lambda place, *_: place < self.length, self.step, state)[-1]
        return tf.transpose(logits.stack(), (1, 0, 2))

    def step(self, place, token, caches, logits):
        x, kept = self.tokens(token) + self.positions.table[place], []
        for block, cache in zip(self.blocks, caches, strict=True):
            x, filled = block.step(x, place, cache)
            kept.append(filled)
        found = tf.matmul(self.norm(x), self.tokens.embeddings, transpose_b=True)
        return place + 1, tf.argmax(found, -1), kept, logits.write(place, found)

    def compute_output_shape(self, shape):
        return (shape[0], self.length, self.vocabulary)

    def canonical(self, prefix):
        yield from layer_map(self.tokens, "tokens")
        yield from self.positions.canonical("positions")
        for block in self.blocks:
            yield from block.canonical(block.name)
        yield from layer_map(self.norm, "norm")


def build(config):
    inputs = keras.Input((1,), dtype="int64")
    return keras.Model(inputs, Generator(**config)(inputs))
