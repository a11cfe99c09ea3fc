"""Data-parallel training on one machine: a process per rank, one thread and one core each, same batch each.

The gradients are averaged over all ranks in every step, so afterwards all ranks hold the same weights
although each saw other data: that is checked, and a run whose ranks differ is an error. One module per
framework says how it starts and how it averages.
"""
