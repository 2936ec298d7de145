"""A model as readers get it: what its page, its picture and its files say, in one language."""

from dataclasses import dataclass

from tiphub.evidence.models import Effect, OddsRatios, Ratio
from tiphub.portal.models.words import Words
from tiphub.portal.texts import Texts
from tiphub.standard import Standard


@dataclass(frozen=True, slots=True)
class Line:
    """A category or a number as it is written; its ``effect`` has the figures."""

    label: str
    effect: Effect
    adjusted: str
    unadjusted: str
    wider: str

    @property
    def ratio(self) -> Ratio | None:
        """What is drawn."""
        return self.effect.adjusted


@dataclass(frozen=True, slots=True)
class Part:
    """A covariate: its name for readers and for programs, and its lines."""

    title: str
    name: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """A model in words.

    Attributes:
        title: what the odds are of.
        population: who was counted.
        parts: the figures, covariate by covariate.
        sentences: every ratio in a sentence.
        reading: how the picture is to be read, without where the data come from; with ``{source}`` in it.
        sides: what lies left and right of 1.
        marks: what parts thousands, what decimals, and whether the text runs from right to left.
        exact: whether it was fitted to records, so that people are counted and no noise is.
    """

    title: str
    population: str
    parts: tuple[Part, ...]
    sentences: tuple[str, ...]
    reading: str
    sides: tuple[str, str]
    marks: tuple[str, str, bool]
    exact: bool


def tell(found: OddsRatios, t: Texts, standard: Standard) -> Told:
    """Say what a model found in a language."""
    words = Words(found, t, standard)
    parts = []
    for name in found.titles:
        lines = tuple(_line(effect, words) for effect in found.effects if effect.variable == name)
        if lines:
            parts.append(Part(words.title(name), name, lines))
    noise = [] if not found.noise else [t("models.noise"), t("models.pairs")]
    return Told(
        title=t("models.title", question=words.question),
        population=words.population(),
        parts=tuple(parts),
        sentences=tuple(words.sentence(effect) for effect in found.effects if not effect.reference),
        reading=" ".join([t("models.reading", source="{source}"), *noise]),
        sides=(t("models.less"), t("models.more")),
        marks=(t.thousands, t.decimal, t.direction == "rtl"),
        exact=not found.noise,
    )


def _line(effect: Effect, words: Words) -> Line:
    base = words.t("models.reference")
    adjusted, unadjusted = (
        base if effect.reference else words.ratio(ratio) for ratio in (effect.adjusted, effect.unadjusted)
    )
    return Line(words.label(effect), effect, adjusted, unadjusted, words.wider(effect))
