"""The pure core: what is compared, what counts as evidence, and how it becomes a score.

Nothing here opens a file (but the catalog), a socket or a database; numpy and scipy do the arithmetic.
"""
