"""Homes that the tests of the warehouse start from. Building one takes a second, so it is copied."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from material import NOW, PLAIN, House, furnished


@pytest.fixture(scope="session")
def model_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home after its first run and publication; nobody changes it."""
    home = tmp_path_factory.mktemp("model") / "home"
    furnished(home).publish()
    return home


@pytest.fixture(scope="session")
def plain_home(model_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with a second publication, of one comparison of one framework; nobody changes it either."""
    home = tmp_path_factory.mktemp("plain") / "home"
    shutil.copytree(model_home, home, copy_function=shutil.copy2)
    House(home, catalog=PLAIN).publish(now=NOW + timedelta(hours=1))
    return home


@pytest.fixture
def house(model_home: Path, tmp_path: Path) -> House:
    """A published house of one's own."""
    home = tmp_path / "home"
    shutil.copytree(model_home, home, copy_function=shutil.copy2)
    return House(home)


@pytest.fixture
def plain(plain_home: Path, tmp_path: Path) -> House:
    """A published house of one's own, in which a publication takes a fraction of a second."""
    home = tmp_path / "home"
    shutil.copytree(plain_home, home, copy_function=shutil.copy2)
    return House(home, catalog=PLAIN)


@pytest.fixture
def bare(tmp_path: Path) -> House:
    """A house in which nothing has happened yet."""
    return House(tmp_path / "home")
