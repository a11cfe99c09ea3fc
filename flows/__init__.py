"""The schedule: collect, benchmark, publish, weekly. The only room that knows Prefect.

Every flow is a thin wrapper over plain functions of the other rooms, and runs without a server.
"""

from flows import _environment as _environment  # must come before prefect is imported anywhere
