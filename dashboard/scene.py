"""What every drawing needs beside a score: the catalog, the comparison and the language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from dashboard import format as fmt
from dashboard import terms, texts
from evidence.types import Catalog, Claim, Comparison, Contrast, Dimension, Framework, Indicator, Score, Text

SLOTS = 6
"""Colours and shapes there are; a seventh framework is drawn in ink."""


@dataclass(frozen=True)
class Scene:
    """Titles, opinions and words of one comparison in one language."""

    catalog: Catalog
    comparison: Comparison
    language: str
    chosen: tuple[str, ...] = ()
    """The two frameworks whose contrast is shown, where these are not the comparison's first two."""

    def say(self, key: str, /, **values: object) -> str:
        """Return a text of `texts` in this language."""
        return texts.say(key, self.language, **values)

    def local(self, text: Text) -> str:
        """Return a text in this language, else in English."""
        return text.words(self.language)

    def term(self, kind: terms.Kind, name: str, english: str = "") -> str:
        """Return what has no text of its own in the catalog in this language, else in English."""
        return self.local(terms.term(kind, name, english))

    def family(self, name: str) -> str:
        """Return what a family of evidence is called."""
        return self.term("family", name, name.replace("_", " "))

    def framework(self, name: str) -> Framework:
        """Return a framework by id."""
        return self._frameworks[name]

    def title(self, name: str) -> str:
        """Return a framework's title, or its id where the catalog has dropped it."""
        return self._frameworks[name].title if name in self._frameworks else name

    def slot(self, name: str) -> int:
        """Return the place (1 …) that gives a framework its colour and shape on every page; 0 is ink."""
        place = self._places.get(name, 0)
        return place if place <= SLOTS else 0

    def dimension(self, name: str) -> Dimension:
        """Return a dimension by id."""
        return self._dimensions[name]

    def dimension_title(self, name: str) -> str:
        """Return a dimension's title in this language."""
        return self.local(self._dimensions[name].title)

    def indicator(self, name: str) -> Indicator:
        """Return an indicator by id."""
        return self._indicators[name]

    def claim(self, dimension: str, framework: str) -> Claim | None:
        """Return the opinion on a framework in a dimension, if there is one."""
        return self._claims.get((dimension, framework))

    def opinion(self, dimension: str) -> str:
        """Return the opinion as `8 : 9` in the order of the comparison, or a dash."""
        claims = [self.claim(dimension, name) for name in self.comparison.frameworks]
        if not any(claims):
            return fmt.MISSING
        return " : ".join(fmt.MISSING if claim is None else f"{claim.score:g}" for claim in claims)

    def opinion_difference(self, dimension: str) -> float | None:
        """Return the opinion's first score minus its second, in points out of ten."""
        claims = [self.claim(dimension, name) for name in self.pair]
        first, second = claims if len(claims) == 2 else (None, None)
        if first is None or second is None:
            return None
        return 10 * (first.score / first.out_of - second.score / second.out_of)

    def coverage(self, score: Score) -> str:
        """Return how many of the planned families are measured for both."""
        return self.say(
            "scorecard.coverage.families", measured=score.coverage.measured, planned=score.coverage.planned
        )

    def interval(self, contrast: Contrast) -> str:
        """Return the 90 % interval of a contrast in words."""
        return self.between(fmt.difference(contrast.low90), fmt.difference(contrast.high90))

    def between(self, low: str, high: str) -> str:
        """Return an interval in words."""
        return fmt.between(low, high, self.language)

    def link(self, page: str, **parameters: str) -> str:
        """Return the relative address of a page of this comparison in this language."""
        kept = {
            "cmp": self.comparison.id,
            "pair": ",".join(self.chosen),
            "lang": self.language,
            **parameters,
        }
        if self.comparison.id == self.catalog.comparisons[0].id:
            del kept["cmp"]
        if self.language == texts.LANGUAGES[0]:
            del kept["lang"]
        query = urlencode({key: value for key, value in kept.items() if value})
        return f"{page or './'}?{query}" if query else page or "./"

    @property
    def pair(self) -> tuple[str, ...]:
        """Return the two frameworks of the contrast; fewer where the comparison has no pair."""
        return self.chosen or self.comparison.frameworks[:2]

    @property
    def asked(self) -> str:
        """Return how `warehouse.read` is asked for the comparison: its id, and the pair that was chosen."""
        return f"{self.comparison.id}:{','.join(self.chosen)}" if self.chosen else self.comparison.id

    @cached_property
    def _frameworks(self) -> Mapping[str, Framework]:
        return {framework.id: framework for framework in self.catalog.frameworks}

    @cached_property
    def _places(self) -> Mapping[str, int]:
        return {framework.id: place for place, framework in enumerate(self.catalog.frameworks, start=1)}

    @cached_property
    def _dimensions(self) -> Mapping[str, Dimension]:
        return {dimension.id: dimension for dimension in self.catalog.dimensions}

    @cached_property
    def _indicators(self) -> Mapping[str, Indicator]:
        return {indicator.id: indicator for indicator in self.catalog.indicators}

    @cached_property
    def _claims(self) -> Mapping[tuple[str, str], Claim]:
        return {(claim.dimension, claim.framework): claim for claim in self.comparison.claims}
