"""Every test runs offline: only this machine answers, unless a test is marked `live`."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_socket import enable_socket, socket_allow_hosts


@pytest.fixture(autouse=True)
def offline(request: pytest.FixtureRequest) -> None:
    """Refuse every connection but those to this machine."""
    if request.node.get_closest_marker("live"):
        enable_socket()
    else:
        socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every test has a home of its own; the user's is never touched."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("TOUCHSTONE_HOME", str(home))
    return home
