"""One home, filled by the real command once: published figures only, every other source unreachable."""

from __future__ import annotations

import pytest
from commanding import Published, touchstone


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Published:
    """Run `touchstone run` once, without measuring."""
    home = tmp_path_factory.mktemp("published")
    return Published(home, touchstone(home, "run", "--suite", "none"))
