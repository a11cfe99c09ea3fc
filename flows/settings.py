"""Where data and definitions live: two folders, from the environment or the command line."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
COMMITTED_RESULTS = PROJECT / "benchmarks" / "results"
HOME_VARIABLE = "TOUCHSTONE_HOME"
CATALOG_VARIABLE = "TOUCHSTONE_CATALOG"


@dataclass(frozen=True)
class Settings:
    """`home` holds everything that is collected and published; `catalog` everything that is a choice."""

    home: Path
    catalog: Path

    @classmethod
    def from_environment(cls) -> Settings:
        """Read TOUCHSTONE_HOME and TOUCHSTONE_CATALOG; without them the folders beside the code."""
        return cls(
            home=Path(os.environ.get(HOME_VARIABLE) or PROJECT / "data").expanduser().absolute(),
            catalog=Path(os.environ.get(CATALOG_VARIABLE) or PROJECT / "catalog").expanduser().absolute(),
        )

    def export(self) -> None:
        """Put both into the environment, so that flows and worker processes read the same."""
        os.environ[HOME_VARIABLE] = str(self.home)
        os.environ[CATALOG_VARIABLE] = str(self.catalog)

    @property
    def own_results(self) -> Path:
        """Folder of the benchmark runs made or imported here."""
        return self.home / "results"
