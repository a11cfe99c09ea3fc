"""Releases are read by parts, a break counts once, where it is defined. All packages are made up."""

from __future__ import annotations

import hashlib
import importlib.util
import io
import sys
import zipfile
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from benchmarks import machine, releases, stability
from benchmarks.outcome import NotRun, classify
from benchmarks.process import Launch, run
from benchmarks.workload import PROBES, load_module, read_toml

NOW = datetime(2026, 11, 26, tzinfo=UTC)
FILLING = b"".join(hashlib.sha256(bytes([i % 256, i // 256])).digest() for i in range(60_000))
"""Two megabytes that do not compress: what is not Python."""


def wheel(files: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return held.getvalue()


PLAIN = wheel(
    {
        "sample/__init__.py": b"def one(): ...\n",
        "sample/lib.so": FILLING,
        "sample/typed.pyi": b"def two() -> int: ...\n",
        "sample/include/header.py": b"",
        "sample/_inner/deep.py": b"",
        "sample/more.so": FILLING,
        "other/__init__.py": b"",
    }
)


class Index:
    """An index with one distribution; counts the bytes of files that it sends."""

    def __init__(self, server: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
        self.server, self.sent, self.files = server, 0, []
        monkeypatch.setenv(releases.INDEX_VARIABLE, server.url_for("/simple/"))
        server.expect_request("/simple/sample/").respond_with_handler(self._page)

    def add(self, name: str, day: str, body: bytes = b"", *, ranges: bool = True, **more: Any) -> None:
        path = f"/files/{name}"
        entry = {
            "filename": name,
            "url": f"../..{path}",
            "size": len(body),
            "upload-time": f"{day}T00:00:00Z",
        }
        self.files.append(entry | more)
        self.server.expect_request(path).respond_with_handler(self._file(body, ranges=ranges))

    def _page(self, request: Request) -> Response:
        import json

        return Response(json.dumps({"files": self.files}), content_type="application/json")

    def _file(self, body: bytes, *, ranges: bool) -> Callable[[Request], Response]:
        def answer(request: Request) -> Response:
            found = request.range.range_for_length(len(body)) if ranges and request.range else None
            if request.range and ranges and found is None:  # a suffix longer than the file
                found = (0, len(body))
            part = body[found[0] : found[1]] if found else body
            self.sent += len(part)
            response = Response(part, 206 if found else 200)
            if found:
                response.headers["Content-Range"] = f"bytes {found[0]}-{found[1] - 1}/{len(body)}"
            return response

        return answer


@pytest.fixture
def index(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> Index:
    return Index(httpserver, monkeypatch)


def test_only_the_python_files_of_a_wheel_travel_and_they_are_kept(index: Index, tmp_path: Path) -> None:
    index.add("sample-1.0.0-py3-none-any.whl", "2026-01-01", PLAIN)
    index.add("sample-0.9.0-py3-none-any.whl", "2025-12-01", PLAIN)
    release = releases.minor_releases("sample", now=NOW)[-1]
    folder = releases.python_files(release, "sample", tmp_path, unread=["sample/_inner/"])
    found = {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}
    assert found == {"sample/__init__.py", "sample/typed.pyi"}
    assert index.sent < len(PLAIN) / 2
    before = index.sent
    assert releases.python_files(release, "sample", tmp_path) == folder
    assert index.sent == before


def test_a_server_without_ranges_serves_as_well(index: Index, tmp_path: Path) -> None:
    for version, day in (("0.9.0", "2025-12-01"), ("1.0.0", "2026-01-01")):
        index.add(f"sample-{version}-py3-none-any.whl", day, PLAIN, ranges=False)
    release = releases.minor_releases("sample", now=NOW)[-1]
    folder = releases.python_files(release, "sample", tmp_path)
    assert (folder / "sample" / "typed.pyi").read_text() == "def two() -> int: ...\n"


def test_a_broken_wheel_leaves_nothing_behind(index: Index, tmp_path: Path) -> None:
    at = PLAIN.index(b"sample/typed.pyi") + len(b"sample/typed.pyi")
    broken = PLAIN[:at] + bytes(8) + PLAIN[at + 8 :]
    for version, day in (("0.9.0", "2025-12-01"), ("1.0.0", "2026-01-01")):
        index.add(f"sample-{version}-py3-none-any.whl", day, broken)
    release = releases.minor_releases("sample", now=NOW)[-1]
    with pytest.raises((zipfile.BadZipFile, zlib.error)):
        releases.python_files(release, "sample", tmp_path)
    assert list((tmp_path / "sample").iterdir()) == []


def test_the_smallest_wheel_that_holds_the_package_is_read(index: Index, tmp_path: Path) -> None:
    index.add("sample-0.9.0-py3-none-any.whl", "2025-12-01", PLAIN)
    index.add("sample-1.0.0-py3-none-win_amd64.whl", "2026-01-01", wheel({"sample-1.0.0.dist-info/x": b""}))
    index.add("sample-1.0.0-py3-none-any.whl", "2026-01-01", PLAIN)
    release = releases.minor_releases("sample", now=NOW)[-1]
    assert (releases.python_files(release, "sample", tmp_path) / "sample" / "__init__.py").is_file()
    with pytest.raises(NotRun, match=r"no wheel of absent 1\.0\.0"):
        releases.python_files(release, "absent", tmp_path)


def test_the_first_final_release_of_each_minor_and_the_one_before_the_window(index: Index) -> None:
    for version, day, more in (
        ("1.0.0", "2023-01-01", {}),
        ("1.1.0", "2024-06-01", {}),
        ("1.2.0rc1", "2024-12-01", {}),
        ("1.2.0", "2025-01-01", {"yanked": "broken"}),
        ("1.2.1", "2025-02-01", {}),
        ("1.2.2", "2025-03-01", {}),
        ("1.10.0", "2026-02-01", {}),
    ):
        index.add(f"sample-{version}-py3-none-any.whl", day, **more)
    found = releases.minor_releases("sample", now=NOW)
    assert [str(release.version) for release in found] == ["1.1.0", "1.2.1", "1.10.0"]


def test_no_index_and_no_history_are_not_run(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    index.add("sample-1.0.0-py3-none-any.whl", "2026-01-01")
    with pytest.raises(NotRun, match="fewer than two minor releases"):
        releases.minor_releases("sample", now=NOW)
    monkeypatch.setenv(releases.INDEX_VARIABLE, "http://127.0.0.1:9/simple/")
    with pytest.raises(NotRun, match="does not answer"):
        releases.minor_releases("sample", now=NOW)
    assert classify(1, "benchmarks.outcome.NotRun: the package index does not answer") == (
        "not_run", "the package index does not answer",
    )  # fmt: skip


def package(root: Path, name: str, files: dict[str, str]) -> Any:
    for file, text in files.items():
        place = root / name / file
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    return stability.load(name, root)


BASE = "class _Base:\n    def gone(self): ...\n    def kept(self, x): ...\n"
OLD = f"""
{BASE}
class First(_Base): ...
class Second(_Base): ...
def removed(): ...
def announced():
    '''Deprecated: use another one.'''
def fewer(a, b): ...
def moved(a, b, c): ...
def required(a, b=None): ...
def keyword(a): ...
def default(a=1): ...
def hidden(a, _b=None): ...
def spelt(*args, **kwargs): ...
class Open(Known):
    limit = 1
    def __del__(self): ...
    def __init__(self): self.held = 1
class Made:
    def run(self): ...
def same(a, b=2): ...
"""
NEW = """
class _Base:
    def kept(self, x, y): ...
class First(_Base): ...
class Second(_Base): ...
def fewer(a): ...
def moved(z=1, a=2, b=3, c=4): ...
def required(a, b): ...
def keyword(*, a): ...
def default(a=2): ...
def hidden(a): ...
def spelt(inputs, *args): ...
class Open(Known): ...
class Made(made_at_run_time()): ...
def same(a, b=2, c=3): ...
"""


@pytest.fixture
def found(tmp_path: Path) -> list[dict[str, Any]]:
    sides = []
    for version, text in (("old", OLD), ("new", NEW)):
        root = package(tmp_path / version, "sample", {"__init__.py": text})
        sides.append(
            {f"sample.{name}": one for name, one in root.members.items() if not name.startswith("_")}
        )
    return stability.breaks(*sides)


def test_every_kind_of_break_is_found_with_its_name(found: list[dict[str, Any]]) -> None:
    kinds = {(one["kind"], one["name"]) for one in found}
    assert kinds == {
        ("removed", "sample.removed"),
        ("removed", "sample.announced"),
        ("removed", "sample.First.gone"),
        ("required parameter added", "sample.First.kept"),
        ("parameter removed", "sample.fewer"),
        ("parameter moved", "sample.moved"),
        ("parameter now required", "sample.required"),
        ("parameter's kind changed", "sample.keyword"),
        ("default changed", "sample.default"),
        ("removed", "sample.Open.limit"),
    }


def test_a_change_seen_through_two_classes_counts_once(found: list[dict[str, Any]]) -> None:
    assert sum(one["name"].endswith(".gone") for one in found) == 1


def test_a_removal_is_announced_when_the_release_before_says_so(found: list[dict[str, Any]]) -> None:
    announced = {one["name"]: one["announced"] for one in found}
    assert announced["sample.announced"]
    assert not announced["sample.removed"]


def test_an_alias_is_a_name_but_not_an_object(tmp_path: Path) -> None:
    top = "from sample.a import f\nfrom sample.a import f as g\n"
    root = package(tmp_path, "sample", {"__init__.py": top, "a.py": "def f(): ...\n"})
    names = {f"sample.{name}": root[name] for name in ("f", "g")}
    assert stability.count(names) == 1
    assert stability.shortest(names) == ["sample.f"]
    (lost,) = stability.breaks(names, {"sample.f": root["f"]})
    assert (lost["kind"], lost["name"]) == ("removed", "sample.g")


def test_public_names_with_all_without_all_and_generated(tmp_path: Path) -> None:
    public = load_module(PROBES / "api_stability" / "pytorch.py").public
    root = package(
        tmp_path, "torch",
        {
            "__init__.py": "from torch.nn import Layer\n__all__ = ['save']\ndef save(): ...\ndef no(): ...\n",
            "nn/__init__.py": "from torch.nn.modules import *\nfrom torch.autograd import Function\n",
            "nn/modules.py": "__all__ = ['Layer']\nclass Layer: ...\nclass Inner: ...\n",
            "autograd.py": "class Function: ...\ndef _own(): ...\nlimit = 3\nbound = _add_docstr(x, '')\n",
            "_dynamo.py": "def secret(): ...\n",
            "_C/__init__.pyi": "class Tensor: ...\n",
            "_C/_VariableFunctions.pyi": "def add(x): ...\ndef _add(x): ...\n",
        },
    )  # fmt: skip
    assert set(public("torch", root)) == {
        "torch.save", "torch.add", "torch.nn.Layer", "torch.nn.modules.Layer", "torch.autograd.Function",
        "torch.autograd.bound",
    }  # fmt: skip


@pytest.mark.parametrize("tree", ["", "api/"])
def test_public_names_of_an_exported_tree_old_and_new(tree: str, tmp_path: Path) -> None:
    public = load_module(PROBES / "api_stability" / "tensorflow.py").public
    path = f".{tree}".replace("/", "").rstrip(".")
    exported = f"from keras{path}.layers import Dense\nfrom keras{path} import layers\n"
    files = {
        "__init__.py": "",
        f"{tree}__init__.py": f"import os\n{exported}from keras.src.core import Dense as Top\n",
        f"{tree}layers/__init__.py": "from keras.src.core import Dense\nfrom numpy import array\n",
        "src/__init__.py": "",
        "src/core.py": "class Dense: ...\nclass Internal: ...\n",
    }
    root = package(tmp_path, "keras", files)
    names = public("keras", root)
    assert (
        {"keras.layers.Dense", "keras.Top"}
        <= set(names)
        <= {"keras.layers.Dense", "keras.Top", "keras.Dense"}
    )
    assert stability.count(names) == 1


def test_the_rate_is_per_thousand_objects_and_year() -> None:
    judge = load_module(PROBES / "api_stability" / "probe.py").judge
    gone = {
        "kind": "removed",
        "owner": "torch.nn.Layer",
        "name": "torch.nn.Layer.x",
        "detail": "",
        "announced": True,
    }
    moved = {**gone, "kind": "parameter moved", "owner": "torch.zeros", "announced": False}
    default = {**gone, "kind": "default changed"}
    pair = {
        "package": "torch",
        "from": "1",
        "to": "2",
        "uploaded": "2026-01-01",
        "days": 730.5,
        "objects": 400,
    }
    names = ["torch.nn.Layer", "torch.zeros"] + [f"torch.other{i}" for i in range(398)]
    facts = {
        "pytorch": [
            {"package": "torch", "names": names, "pairs": [pair | {"breaks": [gone, moved, default]}]}
        ]
    }
    figures = {
        one["variant"]: one for one in judge(read_toml(PROBES / "api_stability" / "probe.toml"), facts)
    }
    values = {variant: one["value"] for variant, one in figures.items()}
    assert values == {
        "": pytest.approx(2.5), "names_only": pytest.approx(1.25), "with_defaults": pytest.approx(3.75),
        "unannounced": pytest.approx(1.25), "matched_topics": pytest.approx(500),
    }  # fmt: skip
    kinds = [item.get("kind") for item in figures[""]["items"]]
    assert kinds == [None, "removed", "parameter moved", "default changed"]
    pair["objects"] = 0
    facts["pytorch"][0]["pairs"] = [pair | {"breaks": []}]
    with pytest.raises(ValueError, match="without public names"):
        list(judge({}, facts))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("side", "package_name", "prefix"),
    [("pytorch", "torch", "torch."), ("tensorflow", "tensorflow", "tf."), ("tensorflow", "keras", "keras.")],
)
def test_names_that_are_read_are_the_names_that_an_import_shows(
    side: str, package_name: str, prefix: str, tmp_path: Path
) -> None:
    """The installed release, by the rule of the documentation probe: what it imports, reading finds too.

    Apart from the C++ classes that the top of one package takes over by name, which reading leaves out.
    """
    spec = {
        "task": "probe", "framework": side, "module": package_name, "device": "cpu", "seed": 0, "threads": 1,
        "cpus": machine.usable_cpus(), "folder": str(PROBES / "documentation"),
        "config": read_toml(PROBES / "documentation" / "probe.toml"),
    }  # fmt: skip
    ended = run(spec, Launch(Path(sys.executable), 600.0, tmp_path))
    assert ended.status == "ok", ended.reason
    entries = [one for one in ended.result["facts"] if one["kind"] != "method"]
    imported = {one["name"] for one in entries if one["name"].startswith(prefix)}
    place = importlib.util.find_spec(package_name)
    root = stability.load(package_name, Path(place.origin).parent.parent)
    read = set(load_module(PROBES / "api_stability" / f"{side}.py").public(package_name, root))
    bound = {f"{prefix}{name}" for name in (root["_C"].members if "_C" in root.members else ())}
    missed = sorted(imported - read - bound)
    assert len(missed) < 0.1 * len(imported), missed[:40]
