"""The world of a test: a server, its clock, and an environment that turns every source to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from world_code import make_repository
from world_collecting import FRAMEWORKS, environment
from world_figures import midnight, monday
from world_server import NOW, World


@pytest.fixture(scope="session")
def repositories(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Bare git repositories with invented histories."""
    folder = tmp_path_factory.mktemp("served")
    for place, one in enumerate(FRAMEWORKS):
        for name in one.named("git"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            make_repository(
                folder / f"{name}.git", commits=150, until=midnight(monday(NOW.date())), seed=place
            )
    return folder


@contextmanager
def turned_to(world: World) -> Iterator[World]:
    """Open a world and turn every source to it."""
    with world, pytest.MonkeyPatch.context() as patch:
        for name, value in environment(world).items():
            patch.setenv(name, value)
        yield world


@pytest.fixture
def make_world(repositories: Path) -> Iterator[Callable[..., World]]:
    """Make a world and turn every source to it; the last one made is asked."""
    with ExitStack() as open_worlds:
        yield lambda seed=1: open_worlds.enter_context(
            turned_to(World(FRAMEWORKS, repositories, seed=seed, weeks=40))
        )


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    """A world in which all is well."""
    return make_world()


@pytest.fixture(scope="module")
def one_world(repositories: Path) -> Iterator[World]:
    """One world for all tests of a file: what is true in it does not change."""
    with turned_to(World(FRAMEWORKS, repositories, seed=7, weeks=40)) as world:
        yield world
