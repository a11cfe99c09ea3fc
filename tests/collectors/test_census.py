"""The architecture census: wheels read by their end, on a local server and, live, on the index."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from asking import World, body
from werkzeug import Response

from collectors import census
from collectors._http import Client
from evidence.types import Framework

FILES = [
    "acme/models/bert/modeling_bert.py",
    "acme/models/bert/modeling_tf_bert.py",
    "acme/models/vit/modeling_vit.py",
    "acme/models/vit/modeling_flax_vit.py",
    "acme/models/deprecated/van/modeling_van.py",
    "acme/models/brand_new/modeling_brand_new.py",
    "acme/models/bert/modeling_bert_helper.py",
    "acme/models/bert/configuration_bert.py",
    "acme/models/auto/modeling_auto.py",
    "acme/modeling_utils.py",
    "acme/models/bert/tests/modeling_bert.py",
]


def wheel(names=FILES, comment=b""):
    """A zip with these names, and a body before its list, as wheels have."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        file.writestr("acme/big.py", "x" * 5000)
        for name in names:
            file.writestr(name, "x")
        file.comment = comment
    return made.getvalue()


def listing(*releases):
    files = [
        {
            "filename": f"transformers-{version}-py3-none-any.whl",
            "upload-time": f"{day}T10:00:00.5Z",
            "url": f"../../packages/{version}.whl",
            "yanked": False,
        }
        for version, day in releases
    ]
    files += [
        {
            "filename": "transformers-4.30.0.tar.gz",
            "upload-time": "2023-06-08T10:00:00Z",
            "url": "x",
            "yanked": False,
        },
        {
            "filename": "transformers-9.0-py3-none-any.whl",
            "upload-time": "2026-11-20T10:00:00Z",
            "url": "x",
            "yanked": "broken",
        },
    ]
    return json.dumps({"meta": {"api-version": "1.1"}, "name": "transformers", "files": files})


@pytest.fixture
def world(httpserver, monkeypatch):
    return World(httpserver, monkeypatch, "census")


def serve(server, *releases, data=None):
    data = wheel() if data is None else data
    server.expect_request("/simple/transformers/").respond_with_data(listing(*releases))

    def part(request):
        start = max(len(data) - int(request.headers["Range"].removeprefix("bytes=-")), 0)
        span = f"bytes {start}-{len(data) - 1}/{len(data)}"
        return Response(data[start:], status=206, headers={"Content-Range": span})

    for version, _ in releases:
        server.expect_request(f"/packages/{version}.whl").respond_with_handler(part)


def counted(world, name):
    found = {one.metric: one.value for one in world.observations if one.name == name}
    return tuple(found[f"census.{kind}architectures"] for kind in ("", "vision_", "text_"))


def test_folders_are_counted_by_the_longest_prefix(world, httpserver):
    serve(httpserver, ("4.30.0", "2023-06-08"))
    names = ["modeling_", "modeling_tf_", "modeling_flax_"]
    assert world.ask(core=names).outcome == "ok"
    assert counted(world, "modeling_") == (4, 2, 1)  # bert, vit, van and brand_new, which is on no list
    assert counted(world, "modeling_tf_") == (1, 0, 1)
    assert counted(world, "modeling_flax_") == (1, 1, 0)
    assert set(world.values("census.architectures")) == {"2023-06-08"}


def test_a_framework_without_a_file_has_a_counted_zero(world, httpserver):
    serve(httpserver, ("5.0.0", "2026-01-26"), data=wheel(FILES[:1]))
    world.ask(core=["modeling_tf_"])
    assert counted(world, "modeling_tf_") == (0, 0, 0)


def test_the_newest_final_wheel_of_every_quarter_is_read_once(world, httpserver):
    releases = [
        ("4.57.1", "2025-12-10"),
        ("4.57.0", "2025-11-10"),
        ("5.0.0rc1", "2026-01-02"),
        ("5.0.0", "2026-01-26"),
    ]
    serve(httpserver, *releases, ("4.57.6", "2026-02-20"), ("3.5.0", "2020-11-10"))
    first = world.ask(core=["modeling_"])
    assert (first.outcome, first.requests) == ("ok", 3)
    assert set(world.values("census.architectures")) == {"2025-12-10", "2026-01-26"}
    world.now += timedelta(days=7)
    assert world.ask(core=["modeling_"]).requests == 1
    assert census.SOURCE.budget == 6


def test_another_framework_reads_the_same_wheels_without_asking(world, httpserver):
    serve(httpserver, ("5.0.0", "2026-01-26"))
    world.ask("one", core=["modeling_"])
    assert world.ask("two", core=["modeling_tf_"]).requests == 0
    assert {one.framework for one in world.observations} == {"two"}


def test_a_long_list_is_asked_for_again_and_whole(world, httpserver, monkeypatch):
    monkeypatch.setattr(census, "_TAIL", 100)
    serve(httpserver, ("5.0.0", "2026-01-26"), data=wheel(comment=b"made up"))
    made = world.ask(core=["modeling_"])
    assert (made.outcome, made.requests) == ("ok", 3)
    assert counted(world, "modeling_")[0] == 4


def test_a_budget_that_ends_leaves_the_rest_for_the_next_run(world, httpserver):
    world.allow_backfill(1)
    serve(httpserver, ("5.0.0", "2026-01-26"), ("4.57.1", "2025-12-10"), ("4.30.0", "2023-06-08"))
    assert world.ask(core=["modeling_"]).outcome == "capped"
    assert set(world.values("census.architectures")) == {"2026-01-26", "2025-12-10"}
    assert world.ask(core=["modeling_"]).outcome == "ok"
    assert set(world.values("census.architectures")) == {"2023-06-08"}


def test_a_server_that_sends_no_parts_is_refused(world, httpserver):
    httpserver.expect_request("/simple/transformers/").respond_with_data(listing(("5.0.0", "2026-01-26")))
    httpserver.expect_request("/packages/5.0.0.whl").respond_with_data(wheel())
    made = world.ask(core=["modeling_"])
    assert made.outcome == "failed"
    assert "parts of files" in made.reason


@pytest.mark.parametrize("data", [b"no zip at all", wheel([]), wheel()[:-30], b"PK\x05\x06"])
def test_a_list_that_cannot_be_read_is_kept_and_fails(world, httpserver, data):
    serve(httpserver, ("5.0.0", "2026-01-26"), data=data)
    assert world.ask(core=["modeling_"]).outcome == "failed"
    assert len(world.saved) == 2


@pytest.mark.parametrize(
    "page", ["<html></html>", '{"files": [3]}', '{"files": [{"filename": "a-1-py3-none-any.whl"}]}']
)
def test_a_list_of_releases_of_another_shape_asks_for_no_wheel(world, httpserver, page):
    httpserver.expect_request("/simple/transformers/").respond_with_data(page)
    made = world.ask(core=["modeling_"])
    assert made.requests == 1
    assert made.outcome in {"ok", "failed"}


def test_the_lists_do_not_overlap_and_name_real_folders():
    lists = census.lists()
    assert not lists.vision & lists.text
    assert lists.prefixes[0] == "modeling_flax_"
    names = census._names(body("census/wheel_of_2020.txt"))
    folders = {place[1] for name in names if (place := census._place(name))}
    assert len(folders & lists.text) > 30


def test_counts_agree_with_those_that_were_published():
    # 4.0 of November 2020 had 39 folders by an earlier count of the same library
    names = census._names(body("census/wheel_of_2020.txt"))
    folders = {place[1] for name in names if (place := census._place(name)) and place[0] == "modeling_"}
    assert 38 <= len(folders) <= 42


@pytest.mark.live
def test_the_newest_wheel_on_the_index_can_be_counted():
    framework = Framework("any", "Any", {"core": {"census": census.lists().prefixes}})
    with Client(census.SOURCE) as client:
        payloads = census.fetch(client, framework)
        next(payloads)
        found = {
            one.name: one.value
            for one in census.parse(next(payloads))
            if one.metric == "census.architectures"
        }
        assert client.bytes < 2_000_000
    assert found["modeling_"] > 500
