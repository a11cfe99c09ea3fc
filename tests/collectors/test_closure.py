"""What an installer brings along: the rules of the choice, and every way in which it cannot be told."""

import hashlib
import io
import json
import re
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from asking import NOW, World
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from werkzeug import Response

from collectors import _closure, _parts, attempt, discover
from collectors._closure import Demand, Unresolved, demands, pick, wheels
from evidence.errors import PayloadChanged
from evidence.types import Framework, Payload


class Index:
    """An index with invented wheels: `shelf` says what each version of each project requires."""

    def __init__(self, server, shelf, *, spoilt=(), beside=True):
        self.shelf, self.beside = shelf, beside
        for name, versions in shelf.items():
            server.expect_request(f"/simple/{name}/").respond_with_json(self.listing(name))
            for version, lines in versions.items():
                told = self.metadata(name, version, lines)
                path = f"/packages/{self.file(name, version)}"
                if self.file(name, version) not in spoilt:
                    server.expect_request(f"{path}.metadata").respond_with_data(told)
                server.expect_request(path).respond_with_handler(parts_of(wheel(told)))
        releases = {version: [upload(self.file("acme", version))] for version in shelf["acme"]}
        project = {"info": {"name": "acme", "requires_dist": None}, "releases": releases}
        server.expect_request("/pypi/acme/json").respond_with_json(project)
        server.expect_request(re.compile("/simple/.*")).respond_with_data("404 Not Found", status=404)

    def file(self, name, version):
        return f"{name}-{version}-py3-none-any.whl"

    def metadata(self, name, version, lines):
        head = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
        return "\n".join([*head, *(f"Requires-Dist: {line}" for line in lines), ""]).encode()

    def listing(self, name):
        files = [
            {
                "filename": self.file(name, version),
                "url": f"../../packages/{self.file(name, version)}",
                "size": len(wheel(self.metadata(name, version, lines))),
                "yanked": False,
                "core-metadata": self.beside and {"sha256": digest(self.metadata(name, version, lines))},
            }
            for version, lines in self.shelf[name].items()
        ]
        return {"meta": {"api-version": "1.1"}, "name": name, "files": files}


def digest(body):
    return hashlib.sha256(body).hexdigest()


def wheel(metadata, padding=500_000):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(zipfile.ZipInfo("acme/library.so"), b"\0" * padding, zipfile.ZIP_STORED)
        carried = "acme/_vendor/other-1.0.dist-info/METADATA"
        file.writestr(zipfile.ZipInfo(carried), "Metadata-Version: 2.1\nName: other\nRequires-Dist: nobody\n")
        file.writestr(zipfile.ZipInfo("acme-1.0.dist-info/METADATA"), metadata)
    return made.getvalue()


def parts_of(data):
    def part(request):
        first, _, last = request.headers["Range"].removeprefix("bytes=").partition("-")
        return Response(data[int(first) : int(last) + 1], status=206)

    return part


def upload(filename):
    moment = "2026-10-01T10:00:00Z"
    return {"filename": filename, "size": 1, "upload_time": moment, "yanked": False, "requires_python": None}


@pytest.fixture
def world(httpserver, monkeypatch):
    return World(httpserver, monkeypatch, "pypi")


def told(world):
    """(packages, bytes) of the last attempt; None when the closure was not told."""
    found = [list(world.values(f"pypi.{one}").values()) for one in ("requirement_closure", "closure_bytes")]
    return tuple(values[0] for values in found) if all(found) else None


def statement(world):
    return json.loads(next(one.body for one in world.saved if "#closure=" in one.url))


def chosen(world):
    return {one["name"]: one["version"] for one in statement(world)["packages"]}


BASE = "base-2.5-py3-none-any.whl"
SHELF = {
    "acme": {"1.0": ["left", "right[more]>=1", "nothing; sys_platform == 'win32'"], "0.9": ["missing"]},
    "left": {"1.0": ["base<3"]},
    "right": {"1.0": ["base>=2", "added; extra == 'more'", "other; extra == 'less'"]},
    "base": {"1.0": [], "2.0": [], "2.5": [], "3.0": [], "2.9rc1": []},
    "added": {"1.0": ["acme"]},
}


def test_the_newest_that_suits_all_is_taken_and_each_package_counts_once(world, httpserver):
    Index(httpserver, SHELF)
    made = world.ask()
    assert made.outcome == "ok", made.reason
    assert chosen(world) == {"acme": "1.0", "added": "1.0", "base": "2.5", "left": "1.0", "right": "1.0"}
    assert told(world)[0] == 4
    assert told(world)[1] == sum(one["bytes"] for one in statement(world)["packages"]) > 5 * 500_000
    assert world.saved[-1].requested_at == NOW


def test_a_closure_is_stated_once_for_a_release_and_a_new_release_asks_only_for_what_changed(
    world, httpserver
):
    Index(httpserver, SHELF)
    first = world.ask()
    assert first.requests == 1 + 5 + 5
    for _ in range(8):
        world.now += timedelta(days=7)
        assert world.ask().requests == 1
    httpserver.clear()
    Index(httpserver, {**SHELF, "acme": {"1.1": ["left"]}, "base": {"2.5": []}})
    world.now += timedelta(days=7)
    again = world.ask()
    assert chosen(world) == {"acme": "1.1", "base": "2.5", "left": "1.0"}
    assert again.requests == 1 + 3 + 1  # the project, three listings, and the metadata of the new wheel


def test_another_framework_reads_the_same_files_without_asking(world, httpserver):
    Index(httpserver, SHELF)
    world.ask("one")
    second = world.ask("two")
    assert (second.outcome, second.requests) == ("ok", 0)
    assert {one.framework for one in world.saved} == {"two"}
    assert told(world)[0] == 4


def test_the_past_is_backfill_and_a_budget_that_ends_is_said(world, httpserver):
    Index(httpserver, SHELF)
    world.allow_backfill(4)
    made = world.ask()
    assert (made.outcome, made.requests) == ("capped", 5)
    assert told(world) is None
    assert world.values("pypi.releases_final")
    made = [world.ask().outcome for _ in range(2)]
    assert made == ["capped", "ok"]
    assert told(world) is not None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"left": {"1.0": ["unknown-thing"]}}, "the index does not know unknown-thing"),
        ({"left": {"1.0": ["base>=9"]}}, "no wheel of base for CPython 3.12.3, Linux"),
        ({"left": {"1.0": ["base @ https://example.org/base.whl"]}}, "base is asked for by address"),
        ({"left": {"1.0": ["base (=> 1"]}}, "left-1.0-py3-none-any.whl requires what no installer reads"),
    ],
)
def test_what_cannot_be_resolved_is_said_and_not_guessed(world, httpserver, change, reason):
    Index(httpserver, {**SHELF, **change})
    made = world.ask()
    assert made.outcome == "ok"
    assert f"what acme==1.0 brings along is not told: {reason}" in made.reason
    assert told(world) is None
    assert statement(world)["packages"] == []


def test_choices_that_chase_each_other_end(world, httpserver):
    shelf = {
        "acme": {"1.0": ["tick", "tock"]},
        "tick": {"2.0": ["tock<2"], "1.0": ["tock>=2"]},
        "tock": {"2.0": [], "1.0": ["tick<2"]},
    }
    Index(httpserver, shelf)
    made = world.ask()
    assert made.outcome == "ok"
    assert "the newest versions do not go together" in made.reason
    assert told(world) is None


def test_a_package_with_sources_only_is_said(world, httpserver):
    sources = {"meta": {}, "name": "base", "files": [{"filename": "base-2.5.tar.gz", "url": "x", "size": 5}]}
    httpserver.expect_request("/simple/base/").respond_with_json(sources)
    Index(httpserver, {name: versions for name, versions in SHELF.items() if name != "base"})
    assert "base has no wheel for CPython 3.12.3" in world.ask().reason


def test_what_was_not_told_is_tried_again(world, httpserver):
    Index(httpserver, {**SHELF, "base": {}})
    assert "not told" in world.ask().reason
    httpserver.clear()
    Index(httpserver, SHELF)
    world.now += timedelta(days=1)
    again = world.ask()
    assert (again.outcome, again.reason) == ("ok", "")
    assert told(world)[0] == 4


def test_where_no_metadata_lie_beside_a_wheel_they_are_read_out_of_it_and_nothing_else_of_it(
    world, httpserver
):
    Index(httpserver, SHELF, beside=False)
    made = world.ask()
    assert (made.outcome, made.requests) == ("ok", 1 + 5 + 5)
    assert chosen(world) == {"acme": "1.0", "added": "1.0", "base": "2.5", "left": "1.0", "right": "1.0"}
    assert told(world)[1] > 5 * 500_000
    assert made.bytes < 5 * 120_000
    world.now += timedelta(days=7)
    assert world.ask().requests == 1


def test_a_list_of_files_longer_than_a_first_look_is_fetched_whole(world, httpserver, monkeypatch):
    monkeypatch.setattr(_parts, "_END", 60)
    monkeypatch.setattr(_parts, "_MORE", 10)
    Index(httpserver, SHELF, beside=False)
    assert world.ask().outcome == "ok"
    assert told(world)[0] == 4


@pytest.mark.parametrize(
    "data", [b"", b"no zip", wheel(b"x")[:-30], wheel(b"x").replace(b"METADATA", b"metadata")]
)
def test_a_wheel_that_cannot_be_read_is_said(world, httpserver, data):
    httpserver.expect_request(f"/packages/{BASE}").respond_with_data(data, status=206)
    Index(httpserver, SHELF, beside=False)
    made = world.ask()
    assert made.outcome == "ok"
    assert f"the metadata of {BASE} cannot be read: " in made.reason


def test_a_server_that_sends_no_parts_of_files_is_said(world, httpserver):
    httpserver.expect_request(f"/packages/{BASE}").respond_with_data(wheel(b"x"))
    Index(httpserver, SHELF, beside=False)
    assert "the server does not send parts of files" in world.ask().reason


def test_metadata_of_another_wheel_are_refused(world, httpserver):
    other = b"Metadata-Version: 2.1\nName: other\n"
    httpserver.expect_request(f"/packages/{BASE}").respond_with_handler(parts_of(wheel(other)))
    Index(httpserver, SHELF, beside=False)
    assert world.ask().outcome in ("ok", "failed")
    assert told(world) is None


def test_metadata_that_the_list_names_and_the_index_lacks_are_said(world, httpserver):
    Index(httpserver, SHELF, spoilt=(BASE,))
    httpserver.expect_request(f"/packages/{BASE}.metadata").respond_with_data("", status=404)
    assert f"the index has no metadata of {BASE}" in world.ask().reason


def test_metadata_of_another_digest_are_kept_and_never_used(world, httpserver):
    Index(httpserver, SHELF, spoilt=(BASE,))
    httpserver.expect_oneshot_request(f"/packages/{BASE}.metadata").respond_with_data(
        "Metadata-Version: 2.1\nName: base\n"
    )
    made = world.ask()
    assert made.outcome == "failed"
    assert "not the metadata that the listing names" in made.reason
    assert not any("#closure=" in one.url for one in world.saved)
    Index(httpserver, SHELF)
    assert world.ask().outcome == "ok"
    assert told(world)[0] == 4


@pytest.mark.parametrize("page", [b"<html></html>", b"{}", b'{"name": "base", "files": [{"filename": 3}]}'])
def test_a_listing_of_another_shape_is_kept_and_fails(world, httpserver, page):
    httpserver.expect_request("/simple/base/").respond_with_data(page)
    Index(httpserver, SHELF)
    made = world.ask()
    assert made.outcome == "failed"
    assert page in [one.body for one in world.saved]


def test_an_extra_that_is_asked_for_later_brings_what_it_stands_for():
    known = {
        "a": [Requirement("b"), Requirement("c")],
        "b": [Requirement("d; extra == 'x-y'")],
        "c": [Requirement("b[x_y]")],
    }
    assert set(demands(Requirement("a"), known)) == {"a", "b", "c", "d"}
    assert set(demands(Requirement("a"), {**known, "c": []})) == {"a", "b", "c"}


# The choice of a wheel


def listed(*files):
    told = [{"filename": f"acme-{name}.whl", "url": "x", "size": 1, **more} for name, more in files]
    return wheels(page_of({"name": "acme", "files": told}))


def page_of(said, name="acme"):
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    url = "https://index.example/simple/acme/"
    return Payload("pypi", "acme", "core", name, url, NOW, 200, {}, digest(body), body)


@pytest.mark.parametrize(
    ("specifier", "version"),
    [("", "1.2"), ("<1.2", "1.0"), (">=1.3a1", "1.3rc1"), ("==1.1", "1.1"), (">1", "1.2"), ("==1.1.*", None)],
)
def test_yanked_and_unfinished_versions_are_for_those_who_name_them(specifier, version):
    found = listed(
        ("1.0-py3-none-any", {}),
        ("1.1-py3-none-any", {"yanked": "broken"}),
        ("1.2-py3-none-any", {}),
        ("1.3rc1-py3-none-any", {}),
    )
    demand = Demand(SpecifierSet(specifier))
    if version is None:
        with pytest.raises(Unresolved, match=r"satisfies ==1\.1\.\*"):
            pick("acme", found, demand)
    else:
        assert str(pick("acme", found, demand).version) == version


@pytest.mark.parametrize(
    ("tag", "fits"),
    [
        ("cp312-cp312-manylinux_2_28_x86_64", True),
        ("cp312-cp312-manylinux2014_x86_64.manylinux_2_17_x86_64", True),
        ("cp312-cp312-linux_x86_64", True),
        ("cp310-abi3-manylinux1_x86_64", True),
        ("py3-none-manylinux2010_x86_64", True),
        ("py2.py3-none-any", True),
        ("cp312-cp312-manylinux_2_40_x86_64", False),
        ("cp312-cp312-musllinux_1_2_x86_64", False),
        ("cp312-cp312-manylinux_2_28_aarch64", False),
        ("cp313-cp313-manylinux_2_28_x86_64", False),
        ("cp313-abi3-manylinux_2_28_x86_64", False),
        ("cp312-cp312-macosx_14_0_arm64", False),
    ],
)
def test_a_wheel_is_for_the_reference_machine_or_not_listed(tag, fits):
    assert bool(listed((f"1.0-{tag}", {}))) is fits


def test_a_python_that_the_wheel_does_not_want_shuts_it_out():
    assert not listed(("1.0-py3-none-any", {"requires-python": ">=3.13"}))
    assert listed(("1.0-py3-none-any", {"requires-python": ">=3.12.1,!=3.12.2"}))


def test_the_file_that_suits_the_machine_best_is_taken():
    tags = ("py3-none-any", "cp312-cp312-manylinux1_x86_64", "cp312-cp312-manylinux_2_28_x86_64")
    found = listed(*((f"1.0-{tag}", {}) for tag in tags))
    assert pick("acme", found, Demand()).filename == "acme-1.0-cp312-cp312-manylinux_2_28_x86_64.whl"


# Any bytes


CLOSURE = {
    "requirement": "acme==1.0",
    "reference": _closure.REFERENCE,
    "unresolved": "",
    "packages": [
        {"name": "acme", "version": "1.0", "file": "a", "bytes": 5, "requires_dist": ["base>1"]},
        {"name": "base", "version": "2.0", "file": "b", "bytes": 7, "requires_dist": []},
    ],
}


def parsed(said, url="https://index.example/simple/#closure=acme==1.0"):
    return list(discover()["pypi"].parse(replace(page_of(said), url=url)))


def test_a_statement_is_worked_out_anew_from_what_it_says():
    assert [one.value for one in parsed(CLOSURE)] == [1, 12]
    assert parsed({**CLOSURE, "unresolved": "base has no wheel", "packages": []}) == []


@pytest.mark.parametrize(
    "change",
    [
        {"requirement": "other==1.0"},
        {"requirement": "acme==2.0"},
        {"reference": "another machine"},
        {"packages": CLOSURE["packages"][:1]},
        {"packages": [*CLOSURE["packages"], CLOSURE["packages"][1]]},
        {"packages": [*CLOSURE["packages"], {**CLOSURE["packages"][1], "name": "more"}]},
        {"packages": [CLOSURE["packages"][0], {**CLOSURE["packages"][1], "version": "1.0"}]},
        {"packages": [CLOSURE["packages"][0], {**CLOSURE["packages"][1], "bytes": -1}]},
        {"packages": [CLOSURE["packages"][0], {**CLOSURE["packages"][1], "requires_dist": ["c @ file:c"]}]},
        {"packages": [CLOSURE["packages"][0], {**CLOSURE["packages"][1], "requires_dist": ["?"]}]},
        {"unresolved": None},
    ],
)
def test_a_statement_that_does_not_hold_together_is_refused(change):
    with pytest.raises(PayloadChanged):
        parsed({**CLOSURE, **change})


PAGES = {
    "listing": "https://index.example/simple/acme/",
    "metadata": "https://index.example/packages/acme-1.0-py3-none-any.whl.metadata#sha256=",
    "closure": "https://index.example/simple/#closure=acme==1.0",
}
BODIES = {
    "listing": json.dumps({"name": "acme", "files": [{"filename": "a-1-py3-none-any.whl"}]}).encode(),
    "metadata": b"Metadata-Version: 2.1\nName: acme\nRequires-Dist: base>1; extra == 'x'\n",
    "closure": json.dumps(CLOSURE).encode(),
}


@pytest.mark.parametrize("kind", PAGES)
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_bytes_of_any_kind_give_observations_or_a_refusal(kind, data):
    body = bytearray(BODIES[kind])
    for _ in range(data.draw(st.integers(0, 4))):
        at = data.draw(st.integers(0, len(body)))
        body[at : at + data.draw(st.integers(0, 30))] = data.draw(st.binary(max_size=12))
    url = PAGES[kind]
    if kind == "metadata":
        url += hashlib.sha256(bytes(body)).hexdigest()
    try:
        parsed(bytes(body), url)
    except PayloadChanged:
        return


# The real index


@pytest.mark.live
@pytest.mark.parametrize(
    ("name", "expected"), [("torch", {"sympy", "mpmath"}), ("tensorflow", {"numpy", "keras"})]
)
def test_the_real_index_tells_what_a_framework_brings_along(name, expected):
    saved = []
    made = attempt(
        discover()["pypi"],
        Framework("live", "live", {"core": {"pypi": (name,)}}),
        run="live",
        save=saved.append,
        previous=lambda _url: None,
        clock=lambda: datetime.now(UTC),
    )
    if made.outcome == "failed" and not saved:
        pytest.skip(f"the index does not answer from here: {made.reason}")
    assert (made.outcome, made.reason) == ("ok", "")
    assert made.requests <= 1 + discover()["pypi"].source.backfill
    last = saved[-1]
    packages = {one["name"] for one in json.loads(last.body)["packages"]}
    assert expected | {name} <= packages
    found = {one.metric: one.value for one in discover()["pypi"].parse(last)}
    assert found["pypi.requirement_closure"] == len(packages) - 1
    assert found["pypi.closure_bytes"] > 100e6
