"""A process whose threads read the published database until its input closes, and that counts its errors."""

from __future__ import annotations

import json
import random
import sys
import threading
from collections import Counter
from pathlib import Path

from warehouse.read import Warehouse

_stop = threading.Event()


def read(home: Path, counts: Counter[str]) -> None:
    """Open, ask, compare what must belong together, close."""
    while not _stop.wait(random.uniform(0.2, 2.0)):  # a hundred busy loops would only measure themselves
        try:
            with Warehouse.open(home) as warehouse:
                (score,) = warehouse.scores("alone")
                row = warehouse.sql("select as_of, score from scorecard where comparison = 'alone'").iloc[0]
                if str(score.as_of) != warehouse.meta()["as_of"] or f"{row['as_of']:%Y-%m-%d}" != str(
                    score.as_of
                ):
                    counts["torn"] += 1
                counts[f"release {warehouse.release}"] += 1
                counts["read"] += 1
        except Exception as error:  # noqa: BLE001 - any error at all is what this looks for
            counts[f"error {type(error).__name__}: {error}"] += 1


def main(home: str, threads: str) -> None:
    counts: Counter[str] = Counter()
    readers = [threading.Thread(target=read, args=(Path(home), counts)) for _ in range(int(threads))]
    for reader in readers:
        reader.start()
    sys.stdin.read()
    _stop.set()
    for reader in readers:
        reader.join()
    sys.stdout.write(json.dumps(counts))


if __name__ == "__main__":
    main(*sys.argv[1:])
