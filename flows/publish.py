"""Build the database from the archive, the result files and the catalog, and put it into place."""

from __future__ import annotations

from datetime import UTC, date, datetime

from prefect import flow

from flows import definitions
from flows.progress import Stage, tell
from flows.settings import COMMITTED_RESULTS, Settings
