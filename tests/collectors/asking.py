"""A source asked through a local server: what the collector tests share."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from collectors import attempt, discover
from evidence.types import Framework

NOW = datetime(2026, 11, 25, 6, tzinfo=UTC)
PAYLOADS = Path(__file__).parent.parent / "payloads"


def body(case):
    """The body of a recorded answer."""
    return (PAYLOADS / case).read_bytes()


class World:
    """One archive, one clock that only sleeping moves, and a source whose address is the local server."""

    def __init__(self, server, monkeypatch, source):
        self.source, self.collector = source, discover()[source]
        self.now, self.naps, self.archive, self.saved = NOW, [], {}, []
        self.server = server
        monkeypatch.setenv(f"TOUCHSTONE_{source.upper()}_URL", server.url_for("/").rstrip("/"))

    def ask(self, framework="acme", *, core=("acme",), broad=()):
        """Ask about a framework and archive what comes; answer with the attempt."""
        needs = self.collector.source.needs
        names = {"core": {needs: tuple(core)}, "broad": {needs: tuple(broad)}}
        self.saved = []
        return attempt(
            self.collector,
            Framework(id=framework, title=framework, names=names),
            run="test",
            save=self.save,
            previous=self.archive.get,
            clock=lambda: self.now,
            sleep=self.sleep,
        )

    def allow_backfill(self, requests):
        """Let an attempt spend so many requests on what the archive lacks."""
        source = replace(self.collector.source, backfill=requests)
        self.collector = replace(self.collector, source=source)

    def save(self, payload):
        self.saved.append(payload)
        self.archive[payload.url] = payload

    def sleep(self, seconds):
        self.naps.append(seconds)

    @property
    def observations(self):
        """What the payloads of the last attempt say."""
        return [one for payload in self.saved for one in self.collector.parse(payload)]

    def values(self, metric, name=None):
        """The values of a metric in the last attempt, by the day their interval starts."""
        found = [one for one in self.observations if one.metric == metric and name in (None, one.name)]
        return {one.start.date().isoformat(): one.value for one in found}

    def requests(self):
        """The requests the server has seen, oldest first."""
        return [request for request, _ in self.server.log]
