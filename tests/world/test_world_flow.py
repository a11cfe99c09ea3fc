"""The real flow, with Prefect, collects from the world as the plain attempts of the other tests do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree

import pytest
from world_collecting import FRAMEWORKS, at_home, environment, facts
from world_server import World

import collectors
from evidence.types import Framework
from warehouse.archive import Archive

ROOT = Path(__file__).resolve().parents[2]
FLOW = "from flows.collect import collect; collect(frameworks=('pytorch', 'tensorflow'))"


def catalog(folder: Path, world: World) -> Path:
    """A copy of the catalog: two frameworks have the names of the invented ones, the others have none."""
    copytree(ROOT / "catalog", folder)
    table = folder / "frameworks.toml"
    ids = [
        line.partition('"')[2].rstrip('"')
        for line in table.read_text().splitlines()
        if line.startswith("id = ")
    ]
    invented = [at_home(one, world.url("discourse")) for one in FRAMEWORKS]
    blocks = [
        block(name, invented[place] if place < len(invented) else None) for place, name in enumerate(ids)
    ]
    table.write_text("\n".join(blocks))
    return folder


def block(name: str, one: Framework | None) -> str:
    """One block of frameworks.toml."""
    lines = ["[[framework]]", f'id = "{name}"', f'title = "{name}"']
    for scope in ("core", "broad"):
        lines.append(f"[framework.{scope}]")
        lines += [
            f"{key} = {json.dumps(list(names))}" for key, names in (one.names[scope] if one else {}).items()
        ]
    return "\n".join(lines)


@pytest.mark.slow
def test_the_flow_collects_everything_from_the_world(repositories, own_home, tmp_path):
    with World(FRAMEWORKS, repositories, weeks=40, now=datetime.now(UTC)) as world:
        variables = {**os.environ, **environment(world), "TOUCHSTONE_HOME": str(own_home)}
        variables["TOUCHSTONE_CATALOG"] = str(catalog(tmp_path / "catalog", world))
        command = [sys.executable, "-c", FLOW]
        done = subprocess.run(
            command, cwd=ROOT, env=variables, capture_output=True, text=True, timeout=240, check=False
        )
        assert done.returncode == 0, done.stderr
        assert world.broken == []
    archive = Archive(own_home / "archive")
    made = list(archive.attempts())
    assert sorted(one.source for one in made) == sorted([*collectors.discover()] * 2)
    outcomes = Counter(one.outcome for one in made if one.source != "published")
    assert set(outcomes) <= {"ok", "capped"}
    known = facts(archive.payload(entry) for entry in archive.entries())
    delivered = {metric.partition(".")[0] for _, metric, *_ in known}
    assert delivered >= set(collectors.discover()) - {"published"}
