"""One error class per different reaction of a caller. Every message names place, cause and next step."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path


class TouchstoneError(Exception):
    """Anything this project says to a person instead of showing a traceback."""


class InputError(TouchstoneError):
    """What the user gave cannot be used: an option, a file, a figure."""


class CatalogError(TouchstoneError):
    """A definition in the catalog is wrong. Mend the named key in the named file."""

    def __init__(self, file: Path | str, key: str, why: str) -> None:
        self.file, self.key, self.why = str(file), key, why
        super().__init__(f"{file}: {key}: {why}" if key else f"{file}: {why}")


class SourceError(TouchstoneError):
    """A source could not be asked or understood. Never becomes a value."""

    def __init__(self, source: str, url: str, why: str) -> None:
        self.source, self.url, self.why = source, url, why
        super().__init__(f"{source}: {why} ({url})" if url else f"{source}: {why}")


class Unavailable(SourceError):
    """A timeout, a refused connection or a 5xx: asking again may help."""


class RateLimited(SourceError):
    """The source wants us to wait until `until` (UTC)."""

    def __init__(self, source: str, url: str, until: datetime, why: str = "") -> None:
        self.until = until
        super().__init__(source, url, why or f"rate limited until {until:%Y-%m-%d %H:%M} UTC")


class Refused(SourceError):
    """401, 403, 404, 410 or a missing token: only a human can mend it."""


class Absent(SourceError):
    """The source answers, and says that it does not know the thing: an outcome, not a failure."""


class PayloadChanged(SourceError):
    """The bytes are not of the shape we know. They are kept; the parser needs a look."""

    def __init__(self, source: str, sha256: str, why: str) -> None:
        self.sha256 = sha256
        super().__init__(source, "", f"{why} (body {sha256[:12]}…, kept). The interface may have changed")


class ArchiveError(TouchstoneError):
    """The archive holds something that is not what its name says."""


class MeasurementError(TouchstoneError):
    """A benchmark or probe cannot be set up or its result line is not valid."""


class CheckFailed(TouchstoneError):
    """A check of the built database found a structural fault; nothing was published."""

    def __init__(self, check: str, rows: list[dict[str, object]]) -> None:
        self.check, self.rows = check, rows
        shown = "; ".join(str(row) for row in rows[:3])
        super().__init__(
            f"check {check} found {len(rows)} row(s), nothing was published. First: {shown}. "
            "The last published file stays in place."
        )


class Busy(TouchstoneError):
    """Another run holds the lock."""
