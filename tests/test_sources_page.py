"""docs/sources.md is what the declarations say today, and every fact in it can be cited."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

import collectors

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "document_sources", ROOT / "scripts" / "document_sources.py"
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclasses look themselves up there
    spec.loader.exec_module(module)
    return module


def test_the_page_is_what_the_sources_declare_today(script):
    assert script.PAGE.read_text(encoding="utf-8") == script.page(), "run: python scripts/document_sources.py"


def test_every_anchor_of_the_page_is_there_once(script):
    anchors = re.findall(r'<a id="([^"]+)"', script.page())
    assert len(set(anchors)) == len(anchors)
    assert {fact.anchor for fact in script.facts()} <= set(anchors)
    assert set(collectors.discover()) <= set(anchors)


def test_every_metric_is_on_the_page(script):
    page = script.page()
    assert [metric for metric in collectors.metrics() if f"`{metric}`" not in page] == []


def test_every_source_that_asks_somebody_has_a_fact_behind_it(script):
    told = {fact.source for fact in script.facts()}
    asking = {name for name, one in collectors.discover().items() if one.source.budget}
    assert asking <= told


def test_an_incomplete_fact_is_named(script):
    with pytest.raises(ValueError, match=r"fact\.made-up"):
        script._fact("made-up", {"says": "something"})
