"""The world of a test: a server, its clock, and an environment that turns every source to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
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


@pytest.fixture
def make_world(repositories: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., World]]:
    """Make a world and turn every source to it; the last one made is asked."""
    with ExitStack() as open_worlds:

        def make(seed: int = 1, **changes: object) -> World:
            world = open_worlds.enter_context(World(FRAMEWORKS, repositories, seed=seed, **changes))
            for name, value in environment(world).items():
                monkeypatch.setenv(name, value)
            return world

        yield make


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    """A world in which all is well."""
    return make_world()
