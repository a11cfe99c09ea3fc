"""Sampling error (F1): what another draw of weeks, rounds or trials would have shown.

    weeks    stationary block bootstrap, mean block 8 weeks (Politis & Romano, JASA 1994), the same weeks for
             all frameworks and indicators: weekly flows are correlated, and common shocks must cancel
    rounds   hierarchical bootstrap, workloads then rounds, paired across frameworks
             (Kalibera & Jones, ISMM 2013)
    share    Jeffreys' posterior Beta(k + 1/2, n - k + 1/2)

Source: SCORING 2.9, read 2026-11-23. All randomness is counter-based and keyed by words (factor, id): the
same evidence gives the same draws, and an indicator or a third framework that is added reshuffles nobody
else's. Sums avoid BLAS, whose rounding may depend on shapes and threads.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv, ndtr

from evidence import parameters as p
from evidence.types import Indicator, Reading, Sample

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Blocks = Mapping[str, Mapping[str, float]]
"""Block -> key -> x."""


@dataclass(frozen=True)
class Randomness:
    """The draws that belong to one seed: uniform or normal numbers, keyed by words."""

    seed: str
    draws: int

    def uniform(self, *key: str, columns: int | None = None) -> Floats:
        """Return `draws` (rows of) uniform numbers in [0, 1)."""
        return self._generator(key).random(self.draws if columns is None else (self.draws, columns))

    def normal(self, *key: str) -> Floats:
        """Return `draws` standard normal numbers."""
        return self._generator(key).standard_normal(self.draws)

    def _generator(self, key: tuple[str, ...]) -> np.random.Generator:
        digest = hashlib.sha256("\x1f".join((self.seed, *key)).encode()).digest()
        return np.random.Generator(np.random.Philox(key=int.from_bytes(digest[:16], "little")))


def seeded(comparison: str, dimension: str, as_of: date, *, frame: str, draws: int) -> Randomness:
    """Return the draws of one dimension of one comparison as of a day, in one frame."""
    return Randomness("\x1f".join((comparison, dimension, as_of.isoformat(), frame)), draws)


class Resampler:
    """Draws values of readings under sampling error; holds the drawn weeks, which all readings share."""

    def __init__(self, random: Randomness, pair: Sequence[str]) -> None:
        self._random, self._pair = random, pair
        self._weeks: dict[int, Floats] = {}

    def values(self, indicator: Indicator, readings: Mapping[str, Reading]) -> dict[str, Floats]:
        """Return, by framework, `draws` values of one indicator taken in one way.

        A reading without replicates behind it is a census: its value does not vary.
        """
        if indicator.sampling == "rounds":
            return self._rounds(indicator, readings)
        draw = {"weekly": self._weekly, "share": self._share, "none": self._fixed}[indicator.sampling]
        return {framework: draw(indicator, reading) for framework, reading in readings.items()}

    def _fixed(self, indicator: Indicator, reading: Reading) -> Floats:
        return np.full(self._random.draws, reading.value)

    def _weekly(self, indicator: Indicator, reading: Reading) -> Floats:
        """The value moves as the mean of its weeks does: in proportion, or (growth) by as much."""
        by_week = sorted((week_number(sample.key), sample.x) for sample in reading.samples)
        number = np.array([week for week, _ in by_week], np.int64)
        x = np.array([value for _, value in by_week], np.float64)
        if len(x) < 2 or x.mean() == 0:
            return self._fixed(indicator, reading)
        weeks = max(reading.window_weeks or 0, int(number.max() - number.min()) + 1)
        counts = self._counts(weeks)
        level = np.bincount(number % weeks, weights=x, minlength=weeks)
        present = np.bincount(number % weeks, minlength=weeks).astype(np.float64)
        drawn = np.einsum("dn,n->d", counts, present)
        total = np.einsum("dn,n->d", counts, level)
        mean = np.where(drawn > 0, total / np.maximum(drawn, 1.0), x.mean())
        if indicator.curve == "G":
            return np.asarray(reading.value + mean - x.mean())
        most = 1.0 if indicator.curve == "S" else math.inf
        return np.asarray(np.clip(reading.value * mean / x.mean(), 0.0, most))

    def _counts(self, weeks: int) -> Floats:
        if weeks not in self._weeks:
            self._weeks[weeks] = week_counts(self._random, weeks)
        return self._weeks[weeks]

    def _share(self, indicator: Indicator, reading: Reading) -> Floats:
        if not reading.trials or reading.successes is None:
            return self._fixed(indicator, reading)
        normal = self._random.normal("sampling", "share", indicator.id, reading.framework)
        drawn = beta_share(normal, reading.successes, reading.trials)
        # a share that is a mean over groups keeps its own centre and takes the spread of its trials
        return np.clip(drawn + reading.value - reading.successes / reading.trials, 0.0, 1.0)

    def _rounds(self, indicator: Indicator, readings: Mapping[str, Reading]) -> dict[str, Floats]:
        blocks = {framework: _blocks(reading.samples) for framework, reading in readings.items()}
        keys = _paired_keys([blocks[framework] for framework in self._pair])
        if not keys:
            return {framework: self._fixed(indicator, reading) for framework, reading in readings.items()}
        drawn = _Rounds.draw(self._random, indicator.id, keys)
        return {f: readings[f].value * np.exp(drawn.shift(blocks[f])) for f in readings}


def week_counts(random: Randomness, weeks: int) -> Floats:
    """Return (draws, weeks): how often each week is drawn, a week being known by its number modulo `weeks`.

    So one draw means the same weeks for every indicator with this window, wherever its window ends.
    """
    position = stationary_bootstrap(random, weeks)
    flat = (np.arange(random.draws)[:, None] * weeks + position).ravel()
    return np.bincount(flat, minlength=random.draws * weeks).reshape(-1, weeks).astype(np.float64)


def stationary_bootstrap(random: Randomness, weeks: int) -> Ints:
    """Return (draws, weeks) positions in [0, weeks): circular blocks of geometric length, mean 8."""
    restart = random.uniform("sampling", "restart", str(weeks), columns=weeks) < 1.0 / p.MEAN_BLOCK_WEEKS
    start = np.floor(random.uniform("sampling", "start", str(weeks), columns=weeks) * weeks).astype(np.int64)
    restart[:, 0] = True
    column = np.arange(weeks)
    begun = np.maximum.accumulate(np.where(restart, column, 0), axis=1)
    position: Ints = (np.take_along_axis(start, begun, axis=1) + column - begun) % weeks
    return position


def week_number(key: str) -> int:
    """Return the running number of an ISO week, "2026-W03", or of the week of a day, "2026-01-14"."""
    year, marker, week = key.partition("W")
    monday = date.fromisocalendar(int(year.rstrip("-")), int(week), 1) if marker else date.fromisoformat(key)
    return (monday.toordinal() - 1) // 7


_NODES = np.linspace(-5.5, 5.5, 353)


def by_quantile(normal: Floats, quantile: Callable[[Floats], Floats]) -> Floats:
    """Turn standard normal numbers into another distribution through its quantile function.

    It is interpolated between 353 nodes, so that draws move smoothly when the distribution does: the same
    luck before and after a change of weights or data.
    """
    return between_nodes(normal, at_nodes(quantile))


def at_nodes(quantile: Callable[[Floats], Floats]) -> Floats:
    """Return a quantile function at the nodes: all that `between_nodes` needs of a distribution."""
    return quantile(ndtr(_NODES))


def between_nodes(normal: Floats, known: Floats) -> Floats:
    """Turn standard normal numbers into the distribution that is `known` at the nodes."""
    return np.interp(normal, _NODES, known)


def beta_share(normal: Floats, successes: float, trials: float) -> Floats:
    """Return draws of a share: Beta(k + 1/2, n - k + 1/2)."""
    return by_quantile(normal, lambda u: betaincinv(successes + 0.5, trials - successes + 0.5, u))


@dataclass(frozen=True)
class _Rounds:
    """Drawn blocks, (draws, blocks), and inside each drawn block keys, (draws, blocks, most keys)."""

    keys: list[tuple[str, list[str]]]
    block: Ints
    key: Ints
    used: npt.NDArray[np.bool_]

    @classmethod
    def draw(cls, random: Randomness, indicator: str, keys: list[tuple[str, list[str]]]) -> _Rounds:
        lengths = np.array([len(names) for _, names in keys])
        most, blocks = int(lengths.max()), len(keys)
        outer = random.uniform("sampling", "blocks", indicator, columns=blocks)
        inner = random.uniform("sampling", "keys", indicator, columns=blocks * most)
        block = np.floor(outer * blocks).astype(np.int64)
        length = lengths[block][:, :, None]
        key = np.floor(inner.reshape(-1, blocks, most) * length).astype(np.int64)
        return cls(keys, block, key, np.arange(most) < length)

    def shift(self, blocks: Blocks) -> Floats:
        """How far the mean over blocks of the median over keys moves in each draw; 0 where unknown."""
        x = np.full((len(self.keys), self.key.shape[2]), np.nan)
        for row, (block, keys) in enumerate(self.keys):
            x[row, : len(keys)] = [blocks.get(block, {}).get(key, math.nan) for key in keys]
        drawn = np.where(self.used, x[self.block[:, :, None], self.key], np.nan)
        moved = _mean_known(_median_known(drawn)) - _mean_known(_median_known(x[None, :, :]))
        return np.nan_to_num(moved, nan=0.0)


def _blocks(samples: Sequence[Sample]) -> dict[str, dict[str, float]]:
    blocks: dict[str, dict[str, float]] = {}
    for sample in samples:
        blocks.setdefault(sample.block, {})[sample.key] = sample.x
    return blocks


def _paired_keys(pair: Sequence[Blocks]) -> list[tuple[str, list[str]]]:
    """Blocks and keys that both of the pair have, in order of name: rounds stay paired."""
    common = set.intersection(*(set(blocks) for blocks in pair))
    keys = [(b, sorted(set.intersection(*(set(blocks[b]) for blocks in pair)))) for b in sorted(common)]
    return [(block, names) for block, names in keys if names]


def _median_known(x: Floats) -> Floats:
    """Median over the last axis of what is not NaN; NaN where nothing is."""
    ordered = np.sort(x, axis=-1)  # NaN goes last
    known = np.count_nonzero(~np.isnan(x), axis=-1)[..., None]
    low = np.take_along_axis(ordered, np.maximum(known - 1, 0) // 2, axis=-1)
    high = np.take_along_axis(ordered, np.minimum(known // 2, x.shape[-1] - 1), axis=-1)
    return np.asarray((low + high)[..., 0] / 2.0)


def _mean_known(x: Floats) -> Floats:
    known = ~np.isnan(x)
    number = np.count_nonzero(known, axis=-1)
    total = np.where(known, x, 0.0).sum(axis=-1)
    return np.where(number > 0, total / np.maximum(number, 1), np.nan)
