"""Write files so that a kill or a power cut at any instant leaves either the old one or the new one."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from evidence.errors import TouchstoneError

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_CLOSED = {errno.EACCES, errno.EPERM, errno.EROFS}


def write(path: Path, data: bytes, *, temporary: Path) -> None:
    """Put `data` at `path`, complete or not at all. `temporary` lies on the same file system."""
    temporary.parent.mkdir(parents=True, exist_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    put(temporary, path)


def put(temporary: Path, path: Path) -> None:
    """Give a finished, synced file its name. The folder is synced too, or the name may not survive."""
    temporary.replace(path)
    sync_folder(path.parent)


def sync(path: Path) -> None:
    """Force a file's bytes to the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Force a folder's names to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def explained(place: Path, kept: str) -> Iterator[None]:
    """Turn what the file system refuses into one clear error. `kept` says what is still as it was."""
    try:
        yield
    except OSError as error:
        raise refused(place, error.errno, str(error), kept) from error


def refused(place: Path, number: int | None, why: str, kept: str) -> TouchstoneError:
    """Return the error to raise when nothing can be written at `place`."""
    if number in _FULL:
        return TouchstoneError(f"{place}: no space left to write. {kept} Free some space and run it again")
    if number in _CLOSED:
        return TouchstoneError(
            f"{place}: writing is not permitted ({why}). {kept} Mend the permissions or choose another --home"
        )
    return TouchstoneError(f"{place}: cannot be read or written ({why}). {kept}")
