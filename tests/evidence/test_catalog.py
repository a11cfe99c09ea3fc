"""The catalog reader: what it accepts, and that every fault names file, key and mend."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from evidence import catalog as catalogs
from evidence.errors import CatalogError
from evidence.types import Catalog, Text
from flows import definitions
from warehouse import evaluate

ROOT = Path(__file__).resolve().parents[2]
OPINIONS = {
    "ease_of_use": (9, 7),
    "flexibility": (8, 7),
    "performance": (7, 8),
    "community": (8, 9),
    "computer_vision": (8, 8),
    "language": (8, 8),
    "industry": (7, 9),
    "academic": (9, 7),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the project's catalog that a test may spoil."""
    return Path(shutil.copytree(ROOT / "catalog", tmp_path / "catalog"))


@pytest.fixture(scope="module")
def real() -> Catalog:
    return read(ROOT / "catalog")


def read(folder: Path) -> Catalog:
    return catalogs.load(
        folder, metrics=definitions.metrics(), names=definitions.names(), macros=evaluate.macros()
    )


def swap(file: str, old: str, new: str) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text, f"{file} no longer holds {old!r}"
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")

    return spoil


def test_the_sixteen_opinions_are_as_given(real: Catalog) -> None:
    comparison = real.comparisons[0]
    first, second = comparison.frameworks
    given = {(claim.dimension, claim.framework): claim.score for claim in comparison.claims}
    assert len(comparison.claims) == 16
    assert {key: (given[key, first], given[key, second]) for key in comparison.dimensions} == OPINIONS
    assert {claim.out_of for claim in comparison.claims} == {10}


def test_eight_dimensions_answer_the_eleven_criteria(real: Catalog) -> None:
    assert [item.id for item in real.dimensions] == list(OPINIONS)
    criteria = [criterion for item in real.dimensions for criterion in item.criteria]
    assert {criterion.original for criterion in criteria} == set(range(1, 12))


def test_a_plain_string_is_english_and_a_table_may_have_both(folder: Path) -> None:
    file = folder / "indicators/community/commits.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(re.sub(r"(?m)^why = .*$", 'why = "Plain words."', text), encoding="utf-8")
    found = {item.id: item for item in read(folder).indicators}
    assert found["commits"].why == Text("Plain words.")
    assert found["commits"].why.words("zh") == "Plain words."
    assert found["commits"].bias.words("en") != found["commits"].bias.words("zh")


def test_every_preset_gives_every_dimension_a_weight_with_a_reason(real: Catalog) -> None:
    comparison = real.comparisons[0]
    assert [preset.id for preset in comparison.presets] == [
        "balanced",
        "beginner",
        "research",
        "production",
        "performance",
    ]
    for preset in comparison.presets:
        assert set(preset.weights) == set(preset.reasons) == set(comparison.dimensions)


def test_json_round_trip_gives_an_equal_catalog(real: Catalog) -> None:
    assert catalogs.from_json(catalogs.to_json(real)) == real


def test_frame_hash_ignores_prose_and_sees_every_choice(folder: Path) -> None:
    before = catalogs.frame_hash(read(folder))
    file = "indicators/ease_of_use/program_size.toml"
    swap(file, 'en = "What has to be written', 'en = "What must be written')(folder)
    assert catalogs.frame_hash(read(folder)) == before
    swap(file, 'grade = "A"', 'grade = "B"')(folder)
    changed = read(folder)
    assert catalogs.frame_hash(changed) != before
    assert catalogs.frame_hash(changed, "community") == catalogs.frame_hash(
        read(ROOT / "catalog"), "community"
    )


@pytest.mark.parametrize(
    ("old", "new", "moved"),
    [
        ("getvariable('as_of')", "getvariable('yesterday')", set(OPINIONS)),
        ("- interval 1 year", "- interval 2 year", {"computer_vision", "language", "academic"}),
        ("-- A computation counts only", "-- It's a computation that counts only", set()),
        ("    where largest > 0", "    where  -- not 0\n      largest > 0", set()),
        ("is 'Newest value of a metric per", "is 'Last value of a metric per", set()),
        ("create macro as_of_end()", "create macro unused() as 1;\n\ncreate macro as_of_end()", set()),
    ],
)
def test_frame_hash_sees_what_the_macros_do_where_they_are_called(
    real: Catalog, old: str, new: str, moved: set[str]
) -> None:
    changed = replace(real, macros=real.macros.replace(old, new, 1))
    assert changed != real
    for dimension in OPINIONS:
        same = catalogs.frame_hash(changed, dimension) == catalogs.frame_hash(real, dimension)
        assert same == (dimension not in moved), dimension
    assert (catalogs.frame_hash(changed) == catalogs.frame_hash(real)) == (not moved)


def test_changelog_names_the_present_frame(real: Catalog) -> None:
    frame = catalogs.frame_hash(real)
    text = (ROOT / "catalog" / "CHANGELOG.md").read_text(encoding="utf-8")
    assert frame in text, f"the frame changed: add an entry for {frame} to catalog/CHANGELOG.md"


SIZE = "indicators/ease_of_use/program_size"
FAULTS: dict[str, tuple[Callable[[Path], None], str, str]] = {
    "not TOML": (
        swap("frameworks.toml", 'id = "pytorch"', "id = pytorch"),
        "frameworks.toml",
        "not valid TOML",
    ),
    "unknown key": (swap(f"{SIZE}.toml", "unit =", "units ="), "program_size.toml", "unit"),
    "extra key": (swap(f"{SIZE}.toml", "unit =", 'colour = "red"\nunit ='), "colour", "unknown key"),
    "unknown language": (swap(f"{SIZE}.toml", "why = { en", 'why = { fr = "x", en'), "why.fr", "unknown key"),
    "a text without English": (swap(f"{SIZE}.toml", "why = { en", "why = { english"), "why.en", "missing"),
    "missing reason": (swap(f"{SIZE}.toml", 'grade = "Direct', 'curv = "Direct'), "reasons.grade", "missing"),
    "unknown metric": (
        swap(f"{SIZE}.toml", "probe.program_tokens", "probe.program_token"),
        "needs",
        "Did you mean 'probe.program_tokens'?",
    ),
    "unknown criterion": (swap(f"{SIZE}.toml", '"api_design"', '"api_desing"'), "criterion", "Did you mean"),
    "unknown source key": (
        swap("frameworks.toml", "published =", "publishd ="),
        "pytorch.publishd",
        "Did you mean 'published'?",
    ),
    "duplicate framework": (swap("frameworks.toml", 'id = "keras"', 'id = "jax"'), "framework", "twice"),
    "duplicate claim": (
        swap("comparisons/pytorch_vs_tensorflow.toml", 'framework = "tensorflow"', 'framework = "pytorch"'),
        "claim",
        "twice",
    ),
    "claim beyond its scale": (
        swap("comparisons/pytorch_vs_tensorflow.toml", "score = 9", "score = 19"),
        "score",
        "more than",
    ),
    "unknown framework": (
        swap("comparisons/pytorch_vs_tensorflow.toml", '"tensorflow"]', '"tensorfow"]'),
        "frameworks",
        "Did you mean 'tensorflow'?",
    ),
    "weight without a reason": (
        swap(
            "comparisons/pytorch_vs_tensorflow.toml", "[preset.reasons]\nease_of_use", "[preset.reasons]\nfoo"
        ),
        "reasons.ease_of_use",
        "missing",
    ),
    "no SQL": (lambda folder: (folder / f"{SIZE}.sql").unlink(), "program_size.toml", "pair"),
    "no TOML": (lambda folder: (folder / f"{SIZE}.toml").unlink(), "program_size.sql", "pair"),
    "panel without a value": (
        swap("indicators/community/new_stars.toml", "fixed_on = ", 'source_of = "x", fixed_on = '),
        "par",
        "unknown key",
    ),
    "break that ends before it starts": (
        swap("breaks.toml", "end = 2021-04-08", "end = 2021-03-08"),
        "end",
        "before",
    ),
    "no folder": (shutil.rmtree, "catalog", "no such folder"),
    "folder that is no dimension": (
        lambda folder: (folder / "indicators/ease_of_use").rename(folder / "indicators/ease"),
        "ease",
        "no dimension",
    ),
}


@pytest.mark.parametrize(("spoil", "place", "why"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_names_its_place_and_its_mend(
    folder: Path, spoil: Callable[[Path], None], place: str, why: str
) -> None:
    spoil(folder)
    with pytest.raises(CatalogError) as caught:
        read(folder)
    assert place in str(caught.value)
    assert why in str(caught.value)
