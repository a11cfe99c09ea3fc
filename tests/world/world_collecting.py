"""Frameworks that nobody has, and all that `collect` does without Prefect: all sources at the same time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from math import isclose
from pathlib import Path
from urllib.parse import urlsplit

import world_code
import world_lists
import world_packages
import world_papers
import world_people
from world_server import CONTRACTS, World

import collectors
from collectors import Collector
from evidence.errors import PayloadChanged
from evidence.types import Attempt, Framework, Observation, Payload

PLACES = (world_code, world_lists, world_packages, world_papers, world_people)
"""Importing them registers their contracts."""

TOKENS = {
    "GITHUB_TOKEN": "s3cret-github",
    "OPENALEX_API_KEY": "s3cret-openalex",
    "SEMANTIC_SCHOLAR_KEY": "s3cret-scholar",
    "STACKEXCHANGE_KEY": "s3cret-exchange",
}
WORKERS = 24
Key = tuple[str, str, str, str, str, str]


def framework(name: str, place: int) -> Framework:
    """An invented framework with a name for every source."""
    core = {
        "pypi": (name,),
        "github": (f"{name}/{name}",),
        "git": (f"{name}/{name}",),
        "osv": (name,),
        "ecosystems": (name,),
        "scorecard": (f"{name}/{name}",),
        "bestof": (name,),
        "openalex": (name,),
        "papers": (f"{name.title()}: an invented paper",),
        "semantic_scholar": (f"ARXIV:190{place}.00001", f"CorpusId:{place}"),
        "arxiv": (name,),
        "huggingface": (name,),
        "stackexchange": (name,),
        "hn_hiring": (name,),
        "discourse": (f"https://forum.{name}.example",),
        "dockerhub": (f"{name}/{name}",),
        "conda": (f"forge/{name}",),
        "census": (("modeling_", "modeling_tf_")[place % 2],),
        "mlperf": (name,),
    }
    broad = {
        "pypi": (f"{name}-vision",),
        "github": (f"{name}/vision", f"{name}/audio"),
        "stackexchange": (f"{name}-hub",),
    }
    return Framework(name, name.title(), {"core": core, "broad": broad})


FRAMEWORKS = (framework("alder", 0), framework("birch", 1))


def at_home(one: Framework, forums: str) -> Framework:
    """The framework with its forums moved below an address: their names are addresses themselves."""

    def moved(names: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        places = tuple(f"{forums}/{urlsplit(name).netloc}" for name in names.get("discourse", ()))
        return {**names, **({"discourse": places} if places else {})}

    return Framework(one.id, one.title, {scope: moved(names) for scope, names in one.names.items()})


def environment(world: World) -> dict[str, str]:
    """The variables that put the world in the place of every publisher."""
    sources = {one.source for one in CONTRACTS}
    return {**{f"TOUCHSTONE_{source.upper()}_URL": world.url(source) for source in sources}, **TOKENS}


def homes(world: World, only: Framework | None = None) -> list[Framework]:
    """The frameworks of a world, or only one of them, with their forums in it."""
    return [at_home(one, world.url("discourse")) for one in ([only] if only else world.frameworks)]


class Memory:
    """An archive in memory, for the tests that do not try the real one."""

    def __init__(self) -> None:
        self.saved: list[Payload] = []
        self._newest: dict[str, Payload] = {}
        self._lock = threading.Lock()

    def save(self, payload: Payload) -> None:
        """Keep an answer."""
        with self._lock:
            self.saved.append(payload)
            self._newest[payload.url] = payload

    def previous(self, url: str) -> Payload | None:
        """The newest answer to a url."""
        return self._newest.get(url)


def collect(
    world: World, memory: Memory, home: Path, *, sources: Sequence[str] = (), only: Framework | None = None
) -> list[Attempt]:
    """Ask the world as it is now; what comes is in the memory."""
    return collect_all(
        homes(world, only),
        run="run",
        save=memory.save,
        previous=memory.previous,
        home=home,
        sources=sources,
        clock=world.clock,
        sleep=world.sleep,
    )


def collect_all(
    frameworks: Sequence[Framework],
    *,
    run: str,
    save: Callable[[Payload], None],
    previous: Callable[[str], Payload | None],
    home: Path,
    clock: Callable[[], datetime],
    sleep: Callable[[float], None],
    sources: Sequence[str] = (),
    done: Callable[[Attempt], None] = lambda _: None,
) -> list[Attempt]:
    """Ask all sources at the same time, each about one framework after the other, as `collect` does."""
    circumstances = {
        "run": run,
        "save": save,
        "previous": previous,
        "home": home,
        "clock": clock,
        "sleep": sleep,
    }

    def ask(collector: Collector) -> list[Attempt]:
        made = []
        for one in frameworks:
            made.append(collectors.attempt(collector, one, **circumstances))
            done(made[-1])
        return made

    chosen = [one for name, one in collectors.discover().items() if not sources or name in sources]
    with ThreadPoolExecutor(WORKERS) as pool:
        return [attempt for attempts in pool.map(ask, chosen) for attempt in attempts]


def read(payloads: Iterable[Payload]) -> list[Observation]:
    """What the parsers make of the payloads that they can read."""
    made: list[Observation] = []
    for payload in payloads:
        try:
            made += collectors.discover()[payload.source].parse(payload)
        except PayloadChanged:
            continue
    return made


def facts(payloads: Iterable[Payload]) -> dict[Key, set[float]]:
    """What the payloads say, by what it is about and the days it holds for."""
    found: dict[Key, set[float]] = {}
    for one in read(payloads):
        key = (one.framework, one.metric, one.scope, one.name, f"{one.start:%Y-%m-%d}", f"{one.end:%Y-%m-%d}")
        found.setdefault(key, set()).add(one.value)
    return found


def untrue(
    known: Mapping[Key, set[float]], well: Mapping[Key, set[float]]
) -> dict[Key, tuple[object, object]]:
    """What is known and is not so when all is well. Waits and ages may differ by the minutes that passed."""
    return {
        key: (values, well.get(key))
        for key, values in known.items()
        if not all(
            any(isclose(one, other, rel_tol=2e-3, abs_tol=0.02) for other in well.get(key, ()))
            for one in values
        )
    }
