import torch

from benchmarks.checklist import collect  # noqa: F401
