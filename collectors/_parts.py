"""A file on a server of which only the parts that are read are fetched, as far as the server sends parts."""

from __future__ import annotations

import io
from collections.abc import Callable

_END = 100_000
"""A first look fetches so many bytes of the file's end: in a zip there stand its list and the last files."""
_MORE = 16_000


class Parts(io.RawIOBase):
    """A file of a known size, for reading. `fetch(start, end)` gives its bytes [start, end)."""

    def __init__(self, fetch: Callable[[int, int], bytes], size: int) -> None:
        super().__init__()
        self._fetch, self._size, self._at = fetch, size, 0
        self._parts: list[tuple[int, bytes]] = []

    def seekable(self) -> bool:
        """Say that any place can be read."""
        return True

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place, counted from the start, from here or from the end."""
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        return self._at

    def tell(self) -> int:
        """Return the place."""
        return self._at

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, at most `size`. Raises ValueError when the server sends fewer than asked."""
        start, end = self._at, self._size if size < 0 else min(self._at + size, self._size)
        if start >= end:
            return b""
        self._at = end
        for begin, part in self._parts:
            if begin <= start and end <= begin + len(part):
                return part[start - begin : end - begin]
        first, stop = self._span(start, end)
        part = self._fetch(first, stop)
        if len(part) != stop - first:
            raise ValueError(f"{len(part)} bytes came, and {stop - first} were asked for")
        self._parts.append((first, part))
        return part[start - first : end - first]

    def _span(self, start: int, end: int) -> tuple[int, int]:
        """Return what to fetch for [start, end): some more than that, so that few requests are made."""
        last = max(self._size - _END, 0)
        return (last, self._size) if start >= last else (start, min(max(end, start + _MORE), self._size))
