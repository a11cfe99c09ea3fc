"""The browser and the server of `scripts/screenshots.py`, for the tests that need them."""

from __future__ import annotations

import importlib.util
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HARMLESS = ("/_stcore/health", "/_stcore/host-config")
"""What a page opened by its sub-path asks for in vain."""

_spec = importlib.util.spec_from_file_location("screenshots", ROOT / "scripts" / "screenshots.py")
assert _spec
assert _spec.loader
_script = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_script)

FLAGS = _script.FLAGS
executable = _script.chromium
server = _script.served
