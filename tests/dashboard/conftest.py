"""Synthetic catalog and scores, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest
from home import make_home
from invented import CASES, make_catalog, make_score

from dashboard.scene import Scene
from evidence.types import Catalog, Score


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return make_catalog()


@pytest.fixture(scope="session")
def scores() -> tuple[Score, ...]:
    return tuple(make_score(*case) for case in CASES)


@pytest.fixture(params=["en", "zh"])
def scene(request: pytest.FixtureRequest, catalog: Catalog) -> Scene:
    return Scene(catalog, catalog.comparisons[0], request.param)


@pytest.fixture
def english(catalog: Catalog) -> Scene:
    return Scene(catalog, catalog.comparisons[0], "en")


@pytest.fixture(scope="session")
def published_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a published warehouse; copy it before changing it."""
    folder = tmp_path_factory.mktemp("published")
    make_home(folder)
    return folder
