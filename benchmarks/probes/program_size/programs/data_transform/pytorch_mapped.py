from torch.utils.data import DataLoader, Dataset


class Normalised(Dataset):
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __len__(self):
        return len(self.x)

    def __getitem__(self, i):
        return (self.x[i] - 0.5) / 2.0, self.y[i]


def batches(x, y):
    return DataLoader(Normalised(x, y), batch_size=8, shuffle=True, num_workers=2, prefetch_factor=2)
