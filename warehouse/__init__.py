"""Raw bytes in, one checked database file out: archive, build, publish, read.

The only room that knows DuckDB, and it imports nothing of ours but `evidence`: parsers, sources and the
catalog come as arguments.
"""
