"""Recording an answer as a case of the contract test."""

import re

from asking import PAYLOADS, body

from collectors import discover, record
from collectors._record import as_rows, read_case
from evidence.types import Framework


def test_a_recorded_answer_reads_back_as_it_came(httpserver, monkeypatch, tmp_path):
    monkeypatch.setenv("TOUCHSTONE_ECOSYSTEMS_URL", httpserver.url_for("/"))
    answered = body("ecosystems/package.json")
    httpserver.expect_request(re.compile(".*/packages/torch")).respond_with_data(
        answered, headers={"ETag": '"1"'}
    )
    collector = discover()["ecosystems"]
    made = record(collector, Framework("acme", "Acme", {"core": {"ecosystems": ("torch",)}}), tmp_path)
    assert made.outcome == "ok"
    assert {file.name for file in tmp_path.iterdir()} == {
        "torch-1.about.json",
        "torch-1.json",
        "torch-1.expected.csv",
    }
    payload = read_case(tmp_path / "torch-1.about.json")
    assert payload.body == answered
    assert payload.headers["etag"] == '"1"'
    written = (tmp_path / "torch-1.expected.csv").read_text().splitlines()[1:]
    assert written == [",".join(row) for row in as_rows(collector.parse(payload))]


def test_an_answer_that_does_not_parse_is_recorded_without_expectations(httpserver, monkeypatch, tmp_path):
    monkeypatch.setenv("TOUCHSTONE_PYPI_URL", httpserver.url_for("/"))
    httpserver.expect_request("/pypi/torch/json").respond_with_data("<html>", content_type="text/html")
    framework = Framework("acme", "Acme", {"core": {"pypi": ("torch",)}})
    assert record(discover()["pypi"], framework, tmp_path).outcome == "failed"
    assert {file.name for file in tmp_path.iterdir()} == {"torch-1.about.json", "torch-1.txt"}


def test_no_case_names_the_index(monkeypatch):
    from pypi_simple import PYPI_SIMPLE_ENDPOINT

    host = PYPI_SIMPLE_ENDPOINT.split("/")[2].encode()
    assert not [file for file in PAYLOADS.glob("*/*") if host in file.read_bytes()]
