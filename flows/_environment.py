"""Prefect's settings that must stand in the environment before Prefect is imported.

No telemetry (both switches are needed: measured with an audit hook, 2026-11-23), quiet logs of the
temporary server, and a database of runs that belongs to this project's home, not to the user's.
"""

import os
from pathlib import Path

from flows.settings import Settings

os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
os.environ.setdefault("PREFECT_SERVER_LOGGING_LEVEL", "CRITICAL")
# Prefect would print a traceback for every error that the command line says in one line.
os.environ.setdefault("PREFECT_LOGGING_LEVEL", "CRITICAL")
os.environ.setdefault("PREFECT_CLI_PROMPT", "false")
# Migrations of a fresh database take about 11 s here and may take longer on a busy machine.
os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "90")
os.environ.setdefault("PREFECT_HOME", str(Settings.from_environment().home / "prefect"))
# Prefect makes this folder but not the ones above it.
Path(os.environ["PREFECT_HOME"]).mkdir(parents=True, exist_ok=True)
