from torch import nn


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(10000, 256)
        self.rnn = nn.LSTM(256, 512, num_layers=2, batch_first=True)
        self.head = nn.Linear(512, 2)

    def forward(self, x):
        x, _ = self.rnn(self.embedding(x))
        return self.head(x[:, -1])


def build(config):
    return Classifier()
