"""Fetch the official machine-readable contracts that a package registry offers, at pinned versions.

    python scripts/fetch_contracts.py [--into .contracts]

The registry is the one npm is configured with. Each file is checked against the digest below, so that a
contract changes only when somebody changes a line here. Contracts that no registry offers (OpenAlex, Semantic
Scholar, OSV, Scorecard) are not fetched: tests/contracts says where it looks for them and why it skips.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Contract:
    """One file of one published package, and the name under which it is kept."""

    package: str
    version: str
    member: str
    name: str
    sha256: str


CONTRACTS = (
    Contract(
        "@octokit/graphql-schema",
        "15.26.1",
        "schema.graphql",
        "github.graphql",
        "3c62d0526d133cee53221c89de9b455ade24db78b9e7ad56d642c4c15bce2654",
    ),
    Contract(
        "@octokit/openapi",
        "23.0.2",
        "generated/api.github.com.json",
        "github-rest.json",
        "829b4bebb19a53133289f7b0bc819f4f1118115821db2ca9f25e9ee995a7da2a",
    ),
)


def fetch(one: Contract, folder: Path) -> None:
    """Fetch one contract into the folder, unless it is there. Raises RuntimeError saying what went wrong."""
    target = folder / one.name
    if target.exists() and _digest(target) == one.sha256:
        return
    with tempfile.TemporaryDirectory() as place:
        archive = _pack(one, Path(place))
        with tarfile.open(archive) as packed, target.with_suffix(".part").open("wb") as file:
            member = packed.extractfile(f"package/{one.member}")
            if member is None:
                raise RuntimeError(f"{one.package} {one.version} has no {one.member}")
            shutil.copyfileobj(member, file)
    found = _digest(target.with_suffix(".part"))
    if found != one.sha256:
        raise RuntimeError(f"{one.package} {one.version}: {one.member} has sha256 {found}, not {one.sha256}")
    target.with_suffix(".part").replace(target)


def _pack(one: Contract, place: Path) -> Path:
    command = ["npm", "pack", "--silent", "--pack-destination", str(place), f"{one.package}@{one.version}"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    except (FileNotFoundError, subprocess.TimeoutExpired) as error:
        raise RuntimeError(f"npm cannot be run: {error}. Install Node.js, which brings it") from error
    archives = list(place.glob("*.tgz"))
    if done.returncode or len(archives) != 1:
        raise RuntimeError(f"npm pack {one.package}@{one.version} failed: {done.stderr.strip()[-300:]}")
    return archives[0]


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def main() -> int:
    """Fetch all; the exit status says whether all are there."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--into", type=Path, default=ROOT / ".contracts")
    folder = parser.parse_args().into
    folder.mkdir(parents=True, exist_ok=True)
    for one in CONTRACTS:
        try:
            fetch(one, folder)
        except RuntimeError as error:
            print(error, file=sys.stderr)
            return 1
        print(f"{folder / one.name}: {one.package} {one.version}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
