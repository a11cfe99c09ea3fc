"""Synthetic scores for the pages: every number here is invented to exercise a drawing rule."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from evidence.types import (
    BlindSpot,
    Catalog,
    Claim,
    Comparison,
    Contrast,
    Contribution,
    Coverage,
    Criterion,
    Dimension,
    Framework,
    Gap,
    Indicator,
    Interval,
    Missing,
    Par,
    Robustness,
    Score,
    Text,
    Verdict,
)

HOSTILE = "<script>alert(1)</script>\"'&<img src=x onerror=alert(2)>**bold**[x](javascript:alert(3))"
AS_OF = date(2026, 11, 15)
SEEN = datetime(2026, 11, 9, 4, tzinfo=UTC)

# dimension, opinion, difference, 90 % half width, status, verdict label, size, who is ahead
CASES = (
    ("ease", "Ease of use", "易用性与学习曲线", (9, 7), 1.3, 0.6, "reported",
     "supported", "compatible", "alpha"),
    ("flexibility", "Flexibility", "灵活性与扩展性", (8, 7), 0.7, 0.7, "reported",
     "leaning_for", "", "alpha"),
    ("performance", "Performance", "性能与可伸缩性", (7, 8), 0.1, 0.4, "reported",
     "contradicted_no_difference", "", None),
    ("community", "Community & support", "社区与支持", (8, 9), 1.2, 0.5, "reported",
     "contradicted_opposite", "", "alpha"),
    ("vision", "Computer vision", "计算机视觉应用", (8, 8), 1.5, 1.0, "provisional",
     "leaning_against", "", "alpha"),
    ("language", "Natural language", "自然语言处理应用", (8, 8), 2.6, 0.8, "reported",
     "contradicted_not_a_tie", "", "alpha"),
    ("industry", "Industrial use", "工业与商业应用", (7, 9), -0.9, 0.8, "insufficient",
     "insufficient", "", None),
    ("research", "Academic research", "学术研究应用", (9, 7), None, 0.0, "none", "none", "", None),
)  # fmt: skip


def make_catalog(*, title: str = "Alpha") -> Catalog:
    """Return a catalog of two invented frameworks and the eight cases."""
    dimensions = tuple(
        Dimension(
            id=case[0],
            title=Text(case[1], case[2]),
            question=Text(f"Which serves better: {case[1]}?", "哪个更好？"),
            is_not=Text("Fame.", "名气。"),
            criteria=(Criterion("all", case[0], Text("All", "全部")),),
            blind_spots=(BlindSpot(Text("What people feel.", "使用者的感受。"), date(2026, 11, 1)),),
        )
        for case in CASES
    )
    claims = tuple(
        Claim(case[0], framework, case[3][place], 10, Text("an invented table", "一张虚构的表"))
        for case in CASES
        for place, framework in enumerate(("alpha", "beta"))
    )
    return Catalog(
        frameworks=(
            Framework("alpha", title, {"core": {"bestof": ("alpha",)}}),
            Framework("beta", "Beta", {"core": {"bestof": ("beta",)}}),
        ),
        dimensions=dimensions,
        indicators=tuple(_indicator(case[0], place) for case in CASES for place in range(4)),
        comparisons=(
            Comparison(
                "alpha_vs_beta",
                Text(f"{title} vs Beta", f"{title} 与 Beta"),
                ("alpha", "beta"),
                tuple(case[0] for case in CASES),
                claims,
            ),
        ),
    )


def make_score(
    dimension: str,
    _english: str,
    _chinese: str,
    _opinion: tuple[int, int],
    value: float | None,
    half: float,
    status: str,
    label: str,
    size: str,
    ahead: str | None,
) -> Score:
    """Return the score of one case; its contributions sum to `value` exactly."""
    parts = () if value is None else tuple(_part(dimension, value, place) for place in range(3))
    contrast = None
    scores: Mapping[str, Interval | None] = {"alpha": None, "beta": None}
    if value is not None:
        contrast = _contrast(sum(part.contribution for part in parts), half)
        scores = {"alpha": _around(6 + value / 2), "beta": _around(6 - value / 2)}
    return Score(
        comparison="alpha_vs_beta",
        dimension=dimension,
        as_of=AS_OF,
        frame="3f9a" * 16,
        scores=scores,
        contrast=contrast,
        coverage=Coverage(0.22 if status == "insufficient" else 0.71 if parts else 0.0, len(parts), 9, 2),
        status=status,  # type: ignore[arg-type]
        dated=date(2025, 10, 30) if dimension == "vision" else None,
        verdict=Verdict(label, size, ahead, status == "provisional"),
        contributions=parts,
        context=(),
        missing=(
            Missing(f"{dimension}_3", "attention", "C", (Gap("beta", "no_value"),), "set TOKEN and collect"),
        ),
        robustness=_robustness(dimension) if parts else None,
    )


def _indicator(dimension: str, place: int) -> Indicator:
    return Indicator(
        id=f"{dimension}_{place}",
        dimension=dimension,
        criterion="all",
        family=f"family_{place}",
        title=Text(f"Invented count {place}", f"虚构计数 {place}"),
        unit=("repositories", "share", "s", "bytes")[place],
        direction="lower" if place == 2 else "higher",
        curve="S" if place == 1 else "P",
        par=Par("pair"),
        grade="ABCC"[place],  # type: ignore[arg-type]
        window_weeks=None if place == 2 else 52,
        max_age=timedelta(days=400),
        needs=("bestof.stars",),
        sampling="none",
        why=Text("It is invented.", "它是虚构的。"),
        bias=Text("It is made up.", "它是编造的。"),
        guard=Text("It says so.", "它如实说明。"),
        fill=Text("set TOKEN and collect", "设置 TOKEN 后采集"),
        sql="select 1",
    )


def _part(dimension: str, value: float, place: int) -> Contribution:
    share = (0.7, 0.5, -0.2)[place]
    raw = (
        {"alpha": 271_256.0, "beta": 116_440.0},
        {"alpha": 0.57, "beta": 0.41},
        {"alpha": 0.0046, "beta": 0.0031},
    )
    return Contribution(
        indicator=f"{dimension}_{place}",
        criterion="all",
        family=f"family_{place}",
        grade="ABC"[place],  # type: ignore[arg-type]
        weight=(0.5, 0.3, 0.2)[place],
        contribution=value * share,
        raw=raw[place],
        scores={"alpha": 6.5, "beta": 5.1},
        observed_at={"alpha": SEEN, "beta": SEEN - timedelta(days=40 * place)},
        payloads={"alpha": ("a" * 64,), "beta": ("b" * 64,)},
        par=1234.5,
        dated=dimension == "vision" and place == 1,
    )


def _contrast(value: float, half: float) -> Contrast:
    return Contrast(
        first="alpha", second="beta", value=value,
        low90=value - half, high90=value + half, low50=value - half * 0.4, high50=value + half * 0.4,
        sampling_low=value - half / 4, sampling_high=value + half / 4,
        p_positive=0.97, p_beyond={"first": 0.91, "tie": 0.08, "second": 0.01}, margin=0.5,
    )  # fmt: skip


def _around(value: float) -> Interval:
    return Interval(value, value - 0.5, value + 0.5, value - 0.2, value + 0.2)


def _robustness(dimension: str) -> Robustness:
    return Robustness(
        epsilon_star=0.32, weight_to_move=0.25, manski_low=-0.5, manski_high=2.2,
        leave_one_out={f"family_{place}": 0.9 + place / 10 for place in range(3)},
        flip_factors={f"{dimension}_0": 10.8, f"{dimension}_1": float("inf")},
    )  # fmt: skip
