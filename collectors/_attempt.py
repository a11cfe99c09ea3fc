"""One source asked about one framework: whatever happens becomes an outcome with a reason."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from collectors._contract import Capped, Collector
from collectors._http import Client, Previous, utc_now
from evidence.errors import Absent, PayloadChanged, SourceError
from evidence.types import Attempt, Framework, Outcome, Payload

Save = Callable[[Payload], None]


def attempt(
    collector: Collector,
    framework: Framework,
    *,
    run: str,
    save: Save,
    previous: Previous,
    home: Path | None = None,
    clock: Callable[[], datetime] = utc_now,
    sleep: Callable[[float], None] = time.sleep,
) -> Attempt:
    """Ask the source, save every answer as soon as it is complete, read it once, and say what came of it.

    `previous` gives the last archived answer to a url; one that no longer parses counts as none, so that it
    is asked anew. Nothing that the source does raises; a `save` that fails does.
    """
    source, started_at, started = collector.source, clock(), time.monotonic()
    archive = _Archive(collector, previous, save)
    client = None
    try:
        with Client(source, previous=archive.usable, home=home, clock=clock, sleep=sleep) as client:
            outcome, reason = _collect(collector, framework, client, archive)
    except SourceError as error:
        outcome, reason = _outcome(error)
    return Attempt(
        run=run,
        source=source.id,
        framework=framework.id,
        outcome=outcome,
        reason="; ".join([client.scrub(reason), *client.notes] if client else [reason]).strip("; "),
        started_at=started_at,
        requests=client.requests if client else 0,
        bytes=client.bytes if client else 0,
        seconds=round(time.monotonic() - started, 3),
    )


@dataclass
class _Archive:
    """What has been kept: reads of it are remembered, and nothing is kept twice.

    `faults` says why the parser refused what came in this attempt.
    """

    collector: Collector
    previous: Previous
    save: Save
    known: dict[str, Payload | None] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def usable(self, url: str) -> Payload | None:
        """Return the last archived answer to a url if it still parses."""
        if url not in self.known:
            old = self.previous(url)
            self.known[url] = old if old and not self.fault(old) else None
        return self.known[url]

    def keep(self, payload: Payload) -> None:
        """Save an answer and read it, unless it came from the archive as it stands."""
        known = self.known.get(payload.url)
        if known == payload:
            return
        self.save(payload)
        is_read = known and (known.sha256, known.name) == (payload.sha256, payload.name)  # unchanged: a 304
        if fault := "" if is_read else self.fault(payload):
            self.faults.append(fault)
        else:
            self.known[payload.url] = payload  # a question is asked once, also within one attempt

    def fault(self, payload: Payload) -> str:
        """Return why the parser refuses a payload, or nothing."""
        try:
            for _ in self.collector.parse(payload):
                pass
        except PayloadChanged as changed:
            return changed.why
        return ""


def _collect(
    collector: Collector, framework: Framework, client: Client, archive: _Archive
) -> tuple[Outcome, str]:
    source = collector.source
    if not framework.scoped_names(source.needs):
        return "not_applicable", f"the framework has no {source.needs} name"
    if source.token_required and not client.has_token:
        return "failed", f"no {source.token_env}"
    try:
        for payload in collector.fetch(client, framework):
            archive.keep(payload)  # one that cannot be read does not stop the others: they are still evidence
    except SourceError as error:
        if not archive.faults:
            raise
        archive.faults.append(_outcome(error)[1])  # an unreadable answer is not hidden by what came after it
    return ("failed", "; ".join(archive.faults[:2])) if archive.faults else ("ok", "")


def _outcome(error: SourceError) -> tuple[Outcome, str]:
    reason = f"{error.why} ({error.url})" if error.url else error.why
    if isinstance(error, Absent):
        return "absent", reason
    return ("capped" if isinstance(error, Capped) else "failed"), reason
