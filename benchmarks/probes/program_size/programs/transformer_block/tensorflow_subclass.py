from tensorflow.keras import layers


class Block(layers.Layer):
    def __init__(self):
        super().__init__()
        self.attention = layers.MultiHeadAttention(num_heads=4, key_dim=8)
        self.norm1 = layers.LayerNormalization()
        self.up = layers.Dense(64, activation="relu")
        self.down = layers.Dense(32)
        self.norm2 = layers.LayerNormalization()

    def call(self, x):
        attended = self.attention(x, x)
        x = self.norm1(x + attended)
        return self.norm2(x + self.down(self.up(x)))


def build():
    return Block()
