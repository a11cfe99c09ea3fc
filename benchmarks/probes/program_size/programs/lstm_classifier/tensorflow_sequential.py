from tensorflow.keras import Sequential, layers


def build():
    return Sequential(
        [
            layers.Embedding(100, 16),
            layers.LSTM(32),
            layers.Dense(2),
        ]
    )
