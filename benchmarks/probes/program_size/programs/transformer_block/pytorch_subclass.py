from torch import nn


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = nn.MultiheadAttention(32, 4, batch_first=True)
        self.norm1 = nn.LayerNorm(32)
        self.up = nn.Linear(32, 64)
        self.relu = nn.ReLU()
        self.down = nn.Linear(64, 32)
        self.norm2 = nn.LayerNorm(32)

    def forward(self, x):
        attended, _ = self.attention(x, x, x)
        x = self.norm1(x + attended)
        return self.norm2(x + self.down(self.relu(self.up(x))))


def build():
    return Block()
