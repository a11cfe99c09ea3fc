import tensorflow as tf

from benchmarks.checklist import collect  # noqa: F401
