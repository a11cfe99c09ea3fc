"""`torch.utils.data`: a map-style data set and a DataLoader, with or without worker processes."""

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

from benchmarks.timing import Stepper
from benchmarks.workloads.image_pipeline.records import BATCHES_PER_RUN, draw

ENDLESS = 2**24


class Images(Dataset):
    def __init__(self, config, seed, dtype):
        self.records, self.config, self.dtype = draw(config, seed), config, dtype

    def __len__(self):
        return ENDLESS

    def __getitem__(self, index):
        number, crop = index % self.config["records"], self.config["crop"]
        y, x = self.records.corners[number]
        image = torch.from_numpy(self.records.images[number])[y : y + crop, x : x + crop].permute(2, 0, 1)
        if self.records.flips[number]:
            image = image.flip(2)
        return image.to(self.dtype).div_(255).sub_(self.config["mean"]).div_(self.config["sd"])


def batches(workload, spec, dtype):
    workers = 0 if spec["mode"] == "in process" else spec["threads"]
    data = Images(workload.config, spec["seed"], dtype)
    return iter(DataLoader(data, batch_size=spec["batch_size"], num_workers=workers))


def stepper(workload, spec):
    found = batches(workload, spec, torch.float32)

    def run(_):
        for _ in range(BATCHES_PER_RUN):
            batch = next(found)
        return batch

    return Stepper(run, lambda batch: float(batch[0, 0, 0, 0]), lambda: 0, steps=BATCHES_PER_RUN)


def evaluate(workload, spec):
    found = batches(workload, spec, getattr(torch, spec["dtype"]))
    outputs = np.concatenate([next(found).permute(0, 2, 3, 1).numpy() for _ in range(3)])
    return {"outputs": outputs, "gradients": {}, "losses": [], "weights": {}}
