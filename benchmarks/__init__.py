"""Measures frameworks on this machine and writes result lines; knows nothing of the warehouse."""
