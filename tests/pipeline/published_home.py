"""The published weekly list (best-of-ml-python, CC BY-SA 4.0) through the pipeline. Real figures."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path

from invented_home import no_lines

from collectors import bestof
from evidence.types import Catalog, Indicator, Par, Payload, Score
from flows import definitions
from flows.publish import parsers
from flows.settings import PROJECT, Settings
from warehouse.archive import Archive
from warehouse.publish import publish
from warehouse.read import Warehouse

TABLE = bestof.TABLE
LAST = date(2025, 10, 30)
DIMENSIONS = ("community", "industry")


def fed_catalog() -> Catalog:
    """The project's catalog, with the two rows and the indicators that the list feeds."""
    catalog = definitions.catalog(Settings(Path(), PROJECT / "catalog"))
    fed = [i for i in catalog.indicators if all(need.startswith("bestof.") for need in i.needs)]
    return replace(
        catalog,
        indicators=tuple(fed),
        comparisons=(replace(catalog.comparisons[0], dimensions=DIMENSIONS),),
    )


def example_catalog() -> Catalog:
    """The same with industry as SCORING 4.1 had it: two families, dependents at their newest value."""
    catalog = fed_catalog()
    by_id = {indicator.id: indicator for indicator in catalog.indicators}
    packages = replace(
        by_id["dependent_packages"],
        family="dependents",
        window_weeks=None,
        sampling="none",
        par=Par(
            "panel", 3461.878659541498, LAST, "the prototype's panel: the value of the day, not the mean"
        ),
        sql="select framework, value, observed_at, payloads from latest_max('bestof.pypi_dependents')",
    )
    repositories = replace(
        by_id["new_dependents"],
        id="dependent_repositories",
        dimension="industry",
        criterion=packages.criterion,
        family="dependents",
    )
    installs = [replace(by_id[id_], family="installs") for id_ in ("downloads", "conda_downloads")]
    industry: list[Indicator] = [*installs, repositories, packages]
    return replace(
        catalog,
        indicators=(*(i for i in catalog.indicators if i.dimension == "community"), *industry),
    )


@dataclass(frozen=True)
class PublishedHome:
    """A home with the list in it, as it stood on a day."""

    folder: Path
    catalog: Catalog

    def fill(self, until: date = LAST) -> PublishedHome:
        """Archive the list's lines up to a day, retrieved on that day, and publish as of it."""
        header, *lines = TABLE.read_text(encoding="utf-8").splitlines(keepends=True)
        body = (header + "".join(line for line in lines if line[:10] <= until.isoformat())).encode()
        archive = Archive(self.folder / "archive")
        with archive.writer("list") as writer:
            for framework in self.catalog.frameworks[:2]:
                writer.save(_answer(framework.id, body, until))
        publish(
            self.folder,
            archive=archive,
            result_files=(),
            catalog=self.catalog,
            sources=definitions.sources(),
            parsers=parsers(),
            load_line=no_lines,
            as_of=until,
        )
        return self

    def scores(self) -> dict[str, Score]:
        """The published scores by dimension."""
        with Warehouse.open(self.folder) as warehouse:
            return {score.dimension: score for score in warehouse.scores()}

    def history(self, dimension: str, days: Iterable[date]) -> tuple[Score, ...]:
        """One dimension as of each day."""
        with Warehouse.open(self.folder) as warehouse:
            return warehouse.history(warehouse.default_comparison, dimension, days)


def _answer(framework: str, body: bytes, day: date) -> Payload:
    sha256 = hashlib.sha256(body).hexdigest()
    retrieved = datetime.combine(day, time(12), UTC)
    return Payload(
        bestof.SOURCE.id, framework, "core", framework, TABLE.name, retrieved, 200, {}, sha256, body
    )
