from benchmarks.installed import footprint as collect  # noqa: F401
