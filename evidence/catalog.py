"""Read the catalog: TOML and SQL that say what is compared and what counts as evidence.

The only file access of the pure core. Every fault is a `CatalogError` that names file, key and mend.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from evidence import parameters
from evidence.errors import CatalogError
from evidence.types import (
    BlindSpot,
    Break,
    Catalog,
    Claim,
    Comparison,
    Criterion,
    CurveClass,
    Dimension,
    Direction,
    Framework,
    Grade,
    Indicator,
    Metric,
    Par,
    ParKind,
    Preset,
    Sampling,
    Text,
)

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Prose = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
M = TypeVar("M", bound=BaseModel)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=False)


class _Text(_Strict):
    """Words in both languages, or a plain string: a catalog of one's own needs no Chinese."""

    en: Prose
    zh: Prose | None = None

    @model_validator(mode="before")
    @classmethod
    def _plain_is_english(cls, given: object) -> object:
        return {"en": given} if isinstance(given, str) else given

    def as_text(self) -> Text:
        return Text(self.en, self.zh or "")


class _Framework(_Strict):
    id: Id
    title: Prose
    core: dict[Id, tuple[Prose, ...]]
    broad: dict[Id, tuple[Prose, ...]] = {}


class _Frameworks(_Strict):
    framework: tuple[_Framework, ...]


class _Criterion(_Strict):
    id: Id
    title: _Text
    original: int | None = None


class _BlindSpot(_Strict):
    text: _Text
    looked_for: date


class _Dimension(_Strict):
    id: Id
    title: _Text
    question: _Text
    is_not: _Text
    criterion: tuple[_Criterion, ...] = Field(min_length=1)
    blind_spot: tuple[_BlindSpot, ...] = ()


class _Dimensions(_Strict):
    dimension: tuple[_Dimension, ...]


class _Par(_Strict):
    kind: ParKind
    value: float | None = None
    fixed_on: date | None = None
    source: Prose


class _Indicator(_Strict):
    title: _Text
    criterion: Id
    family: Prose
    unit: Prose
    direction: Direction
    curve: CurveClass
    par: _Par
    grade: Grade
    window_weeks: int | None = Field(default=None, gt=0)
    max_age_days: int = Field(gt=0)
    needs: tuple[Prose, ...] = Field(min_length=1)
    sampling: Sampling
    why: _Text
    bias: _Text
    guard: _Text
    fill: _Text
    reasons: dict[str, Prose]
    chaoss: str = ""


class _Claim(_Strict):
    dimension: Id
    framework: Id
    score: float = Field(ge=0)
    out_of: float = Field(gt=0)
    source: _Text


class _Preset(_Strict):
    id: Id
    title: _Text
    weights: dict[Id, float]
    reasons: dict[Id, _Text]


class _Comparison(_Strict):
    id: Id
    title: _Text
    frameworks: tuple[Id, ...] = Field(min_length=1)
    dimensions: tuple[Id, ...] = Field(min_length=1)
    claim: tuple[_Claim, ...] = ()
    preset: tuple[_Preset, ...] = ()


class _Break(_Strict):
    source: Prose
    metric: Prose
    framework: Id | None = None
    start: date
    end: date
    reason: _Text
    link: Prose


class _Breaks(_Strict):
    breaks: tuple[_Break, ...] = Field(default=(), alias="break")


def load(
    folder: Path,
    *,
    metrics: Mapping[str, Metric] | None = None,
    names: Collection[str] | None = None,
    macros: str = "",
) -> Catalog:
    """Read and cross-check the catalog in `folder`.

    `metrics` (by id) and `names` (the keys of `Framework.names` that a source understands) are what the
    sources declare; given, an indicator's needs and a framework's names are checked against them. `macros`
    is the SQL that the indicators are written in: it is part of the frame.
    """
    if not folder.is_dir():
        raise CatalogError(folder, "", "no such folder. Name another with --catalog or TOUCHSTONE_CATALOG")
    frameworks = _frameworks(folder / "frameworks.toml", names)
    dimensions = _dimensions(folder / "dimensions.toml")
    indicators = _indicators(folder / "indicators", dimensions, metrics)
    comparisons = _comparisons(folder / "comparisons", frameworks, dimensions)
    breaks = _breaks(folder / "breaks.toml", frameworks)
    return Catalog(frameworks, dimensions, indicators, comparisons, breaks, macros)


def to_json(catalog: Catalog) -> str:
    """Return the catalog as JSON from which `from_json` makes an equal one."""
    return _ADAPTER.dump_json(catalog).decode()


def from_json(text: str) -> Catalog:
    """Return the catalog that `to_json` wrote."""
    return _ADAPTER.validate_json(text)


def frame_hash(catalog: Catalog, dimension: str | None = None) -> str:
    """Return 12 hex digits that change when anything a score depends on changes.

    Titles, prose and comments are left out: a better sentence is not another frame. With `dimension`, only
    that dimension's criteria and indicators count, and the macros that these call.
    """
    prose = {"title", "why", "bias", "guard", "fill", "reasons", "chaoss"}
    indicators = [
        {key: value for key, value in asdict(indicator).items() if key not in prose}
        | {"sql": _code(indicator.sql)}
        for indicator in sorted(catalog.indicators, key=lambda indicator: indicator.id)
        if dimension in (None, indicator.dimension)
    ]
    macros = _called(catalog.macros, " ".join(indicator["sql"] for indicator in indicators))
    criteria = [
        (criterion.dimension, criterion.id)
        for item in sorted(catalog.dimensions, key=lambda item: item.id)
        if dimension in (None, item.id)
        for criterion in item.criteria
    ]
    canonical = json.dumps([parameters.values(), criteria, indicators, macros], sort_keys=True, default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()[:12]


_ADAPTER: TypeAdapter[Catalog] = TypeAdapter(Catalog)
_STRING_OR_SPACE = re.compile(r"('[^']*')|(?:--[^\n]*|\s)+")
_MACRO = re.compile(r"create macro (\w+)((?:[^';]|'[^']*')*);")
_CALL = re.compile(r"(\w+)\(")


def _code(sql: str) -> str:
    """SQL without comments and line ends; what stands in quotes stays as it is."""
    return _STRING_OR_SPACE.sub(lambda found: found[1] or " ", sql).strip()


def _called(macros: str, sql: str) -> dict[str, str]:
    """The macros that a statement calls, and those that they call in turn: definition by name."""
    known = dict(_MACRO.findall(_code(macros)))
    called: dict[str, str] = {}
    waiting = [sql]
    while waiting:
        for name in _CALL.findall(waiting.pop()):
            if name in known and name not in called:
                called[name] = known[name]
                waiting.append(known[name])
    return called


def _frameworks(file: Path, names: Collection[str] | None) -> tuple[Framework, ...]:
    blocks = _read(file, _Frameworks).framework
    _unique(file, "framework", (block.id for block in blocks))
    for block in blocks:
        for key in (*block.core, *block.broad):
            if names is not None and key not in names:
                raise CatalogError(
                    file, f"{block.id}.{key}", f"no source asks by this name. {_nearest(key, names)}"
                )
    return tuple(
        Framework(block.id, block.title, {"core": block.core, "broad": block.broad}) for block in blocks
    )


def _dimensions(file: Path) -> tuple[Dimension, ...]:
    blocks = _read(file, _Dimensions).dimension
    _unique(file, "dimension", (block.id for block in blocks))
    _unique(file, "criterion", (criterion.id for block in blocks for criterion in block.criterion))
    return tuple(
        Dimension(
            id=block.id,
            title=block.title.as_text(),
            question=block.question.as_text(),
            is_not=block.is_not.as_text(),
            criteria=tuple(
                Criterion(item.id, block.id, item.title.as_text(), item.original) for item in block.criterion
            ),
            blind_spots=tuple(BlindSpot(spot.text.as_text(), spot.looked_for) for spot in block.blind_spot),
        )
        for block in blocks
    )


def _indicators(
    folder: Path, dimensions: tuple[Dimension, ...], metrics: Mapping[str, Metric] | None
) -> tuple[Indicator, ...]:
    known = {dimension.id: dimension for dimension in dimensions}
    found = []
    for file in sorted(folder.glob("*/*.toml")):
        if file.parent.name not in known:
            raise CatalogError(
                file, "", f"folder {file.parent.name!r} is no dimension. {_nearest(file.parent.name, known)}"
            )
        found.append(_indicator(file, known[file.parent.name], metrics))
    for file in sorted(folder.glob("*/*.sql")):
        if not file.with_suffix(".toml").exists():
            raise CatalogError(file, "", "an indicator is a pair; write the .toml beside it")
    _unique(folder, "indicator", (indicator.id for indicator in found))
    return tuple(found)


def _indicator(file: Path, dimension: Dimension, metrics: Mapping[str, Metric] | None) -> Indicator:
    block = _read(file, _Indicator)
    criteria = [criterion.id for criterion in dimension.criteria]
    if block.criterion not in criteria:
        raise CatalogError(
            file,
            "criterion",
            f"{block.criterion!r} is not of {dimension.id}. {_nearest(block.criterion, criteria)}",
        )
    for metric in block.needs:
        if metrics is not None and metric not in metrics:
            raise CatalogError(
                file,
                "needs",
                f"no source delivers {metric!r}. {_nearest(metric, metrics)} (touchstone metrics)",
            )
    _check_par(file, block)
    _check_reasons(file, block)
    query = file.with_suffix(".sql")
    if not query.exists():
        raise CatalogError(file, "", f"an indicator is a pair; write {query.name} beside it")
    texts = ("title", "why", "bias", "guard", "fill")
    return Indicator(
        id=_identifier(file),
        dimension=dimension.id,
        par=Par(block.par.kind, block.par.value, block.par.fixed_on, block.par.source),
        max_age=timedelta(days=block.max_age_days),
        sql=query.read_text(encoding="utf-8"),
        **{key: getattr(block, key).as_text() for key in texts},
        **block.model_dump(exclude={*texts, "par", "max_age_days"}),
    )


def _check_par(file: Path, block: _Indicator) -> None:
    par = block.par
    if par.kind == "pair" and par.value is not None:
        raise CatalogError(file, "par.value", "a pair's par is computed from the pair; delete the value")
    if par.kind == "panel" and (par.value is None or par.fixed_on is None):
        raise CatalogError(file, "par", "a panel's par needs value and fixed_on")
    if par.kind == "natural" and block.curve != "S" and par.value is None:
        raise CatalogError(file, "par.value", "a natural par needs its value (only a share has none)")
    if par.value is not None and par.value <= 0 and block.curve != "G":
        raise CatalogError(file, "par.value", f"{par.value} is not above zero; the curve needs a ratio scale")


def _check_reasons(file: Path, block: _Indicator) -> None:
    wanted = {"grade", "curve", "max_age"} | ({"window"} if block.window_weeks else set())
    for key in sorted(wanted - block.reasons.keys()):
        raise CatalogError(file, f"reasons.{key}", "missing; every choice says why in one sentence")
    for key in sorted(block.reasons.keys() - wanted - {"direction", "family", "sampling"}):
        raise CatalogError(file, f"reasons.{key}", f"not a choice of this indicator. {_nearest(key, wanted)}")


def _comparisons(
    folder: Path, frameworks: tuple[Framework, ...], dimensions: tuple[Dimension, ...]
) -> tuple[Comparison, ...]:
    files = sorted(folder.glob("*.toml"))
    if not files:
        raise CatalogError(folder, "", "no comparison; add one TOML file")
    framework_ids = [framework.id for framework in frameworks]
    dimension_ids = [dimension.id for dimension in dimensions]
    found = []
    for file in files:
        block = _read(file, _Comparison)
        if block.id != _identifier(file):
            raise CatalogError(file, "id", f"{block.id!r} must be the file's name, {file.stem!r}")
        _unique(file, "frameworks", block.frameworks)
        _unique(file, "dimensions", block.dimensions)
        _all_known(file, "frameworks", block.frameworks, framework_ids)
        _all_known(file, "dimensions", block.dimensions, dimension_ids)
        _check_claims(file, block)
        _check_presets(file, block)
        found.append(_comparison(block))
    return tuple(found)


def _comparison(block: _Comparison) -> Comparison:
    return Comparison(
        id=block.id,
        title=block.title.as_text(),
        frameworks=block.frameworks,
        dimensions=block.dimensions,
        claims=tuple(
            Claim(claim.dimension, claim.framework, claim.score, claim.out_of, claim.source.as_text())
            for claim in block.claim
        ),
        presets=tuple(
            Preset(
                preset.id,
                preset.title.as_text(),
                preset.weights,
                {dimension: reason.as_text() for dimension, reason in preset.reasons.items()},
            )
            for preset in block.preset
        ),
    )


def _check_claims(file: Path, block: _Comparison) -> None:
    _unique(file, "claim", (f"{claim.dimension}/{claim.framework}" for claim in block.claim))
    _all_known(file, "claim.dimension", (claim.dimension for claim in block.claim), block.dimensions)
    _all_known(file, "claim.framework", (claim.framework for claim in block.claim), block.frameworks)
    for claim in block.claim:
        if claim.score > claim.out_of:
            raise CatalogError(
                file, f"claim.{claim.dimension}.score", f"{claim.score} is more than {claim.out_of}"
            )


def _check_presets(file: Path, block: _Comparison) -> None:
    _unique(file, "preset", (preset.id for preset in block.preset))
    for preset in block.preset:
        _all_known(file, f"preset.{preset.id}.weights", preset.weights, block.dimensions)
        for dimension, weight in preset.weights.items():
            if weight < 0:
                raise CatalogError(file, f"preset.{preset.id}.weights.{dimension}", f"{weight} is below zero")
            if dimension not in preset.reasons:
                raise CatalogError(
                    file, f"preset.{preset.id}.reasons.{dimension}", "missing; every weight has its reason"
                )


def _breaks(file: Path, frameworks: tuple[Framework, ...]) -> tuple[Break, ...]:
    if not file.exists():
        return ()
    blocks = _read(file, _Breaks).breaks
    ids = [framework.id for framework in frameworks]
    for block in blocks:
        if block.framework is not None:
            _all_known(file, "break.framework", [block.framework], ids)
        if block.end < block.start:
            raise CatalogError(file, f"break.{block.source}.end", f"{block.end} is before {block.start}")
    return tuple(
        Break(reason=block.reason.as_text(), **block.model_dump(exclude={"reason"})) for block in blocks
    )


def _read(file: Path, model: type[M]) -> M:
    try:
        data: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CatalogError(file, "", "no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogError(file, "", f"cannot be read: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise CatalogError(file, "", f"not valid TOML: {error}") from None
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        raise CatalogError(file, key, _mend(first["type"], first["msg"])) from None


def _mend(kind: str, message: str) -> str:
    if kind == "extra_forbidden":
        return "unknown key; delete it or mend its spelling"
    if kind == "missing":
        return "missing; add it"
    return message[0].lower() + message[1:]


def _identifier(file: Path) -> str:
    if not file.stem.isidentifier() or file.stem != file.stem.lower():
        raise CatalogError(file, "", "the file's name is the id: lower snake case")
    return file.stem


def _unique(file: Path, key: str, ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for item in ids:
        if item in seen:
            raise CatalogError(file, key, f"{item!r} stands twice; ids are unique")
        seen.add(item)


def _all_known(file: Path, key: str, ids: Iterable[str], known: Collection[str]) -> None:
    for item in ids:
        if item not in known:
            raise CatalogError(file, key, f"unknown {item!r}. {_nearest(item, known)}")


def _nearest(word: str, known: Iterable[str]) -> str:
    candidates = sorted(known)
    near = difflib.get_close_matches(word, candidates, n=1)
    return f"Did you mean {near[0]!r}?" if near else f"Known: {', '.join(candidates[:12])}"
