"""Odds ratios in a language: names, figures, and sentences true to their intervals.

In English they are those of ``tiphub model`` (`tiphub.evidence.models.wording`); a test holds them together.
"""

from dataclasses import dataclass

from tiphub.evidence.findings import two_digits
from tiphub.evidence.models import Effect, OddsRatios, Ratio
from tiphub.evidence.models.wording import digits, figure
from tiphub.portal.texts import Texts
from tiphub.standard import Standard

SMALLEST, LARGEST = 0.001, 1000
"""Beyond them no digit matters, and a ratio is not written."""


@dataclass(frozen=True)
class Words:
    """What a model found, in one language."""

    found: OddsRatios
    t: Texts
    standard: Standard

    @property
    def question(self) -> str:
        """What the odds are of."""
        return self.t.or_empty(f"models.question.{self.found.outcome}") or self.found.question

    def title(self, name: str) -> str:
        """A covariate's name."""
        return covariate_title(name, self.standard, self.t) or self.found.titles[name]

    def label(self, effect: Effect) -> str:
        """A category's name, or what one step of a number is."""
        if self.t.language == "en":
            return effect.label
        if effect.level is None:
            return self.t("models.step")
        return value_label(effect.variable, effect.level, self.standard, self.t)

    def ratio(self, ratio: Ratio | None) -> str:
        """A ratio with its interval, or that there is none."""
        if ratio is None:
            return self.t("models.untold")
        return f"{self.figure(ratio.ratio, digits(ratio))} ({self.bounds(ratio)})"

    def bounds(self, ratio: Ratio) -> str:
        """The interval of a ratio."""
        low, high = (self.figure(end, digits(ratio)) for end in (ratio.low, ratio.high))
        beyond = ratio.low >= LARGEST or ratio.high < SMALLEST
        return low if beyond else self.t.span(low, high)

    def figure(self, value: float, exact: int = 2) -> str:
        """A ratio in as many digits as matter."""
        if value >= LARGEST:
            return self.t("models.over", limit=LARGEST)
        if value < SMALLEST:
            return self.t("models.under", limit=f"0{self.t.decimal}001")
        return figure(value, exact).replace(".", self.t.decimal)

    def wider(self, effect: Effect) -> str:
        """How many times wider protection makes an interval; empty where nobody knows."""
        return "" if effect.wider is None else self.t("models.times", times=self.t.decimals(effect.wider, 2))

    def population(self) -> str:
        """Who the model is of; where the noise hides every ratio, it hides that too."""
        if not told_at_all(self.found):
            return self.t("models.people.hidden")
        if not self.found.noise:
            return self.t("models.people.exact", people=self.found.used, events=self.found.events)
        used, events = two_digits(self.found.used), two_digits(self.found.events)
        return self.t("models.people", people=used, events=events)

    def sentence(self, effect: Effect) -> str:
        """One effect, no stronger than its interval."""
        title, label = self.title(effect.variable), self.label(effect)
        if effect.adjusted is None:
            reason = effect.reason if self.t.language == "en" else self.t("models.hidden")
            return self.t("models.said.none", title=title, level=label, reason=reason)
        kind = "unclear" if effect.adjusted.low <= 1 <= effect.adjusted.high else "clear"
        return self.t(
            f"models.said.{kind}.{'level' if effect.level else 'step'}",
            title=title,
            level=label,
            reference=self._reference(effect.variable),
            question=self.question,
            ratio=self.figure(effect.adjusted.ratio, digits(effect.adjusted)),
            bounds=self.bounds(effect.adjusted),
        )

    def _reference(self, name: str) -> str:
        found = (effect for effect in self.found.effects if effect.reference and effect.variable == name)
        return next((self.label(effect) for effect in found), "")


def told_at_all(found: OddsRatios) -> bool:
    """Whether noise leaves anything to tell."""
    return not found.noise or any(effect.adjusted for effect in found.effects)


def covariate_title(name: str, standard: Standard, t: Texts) -> str:
    """A covariate's name; empty for the hub's own."""
    return t("models.income") if name == "income_level" else column_title(name, standard, t)


def column_title(name: str, standard: Standard, t: Texts) -> str:
    """A column's name; of an option, with its group's. Empty where the standard has no such column."""
    column = standard.columns.get(name)
    if column is None:
        return ""
    label = t.of(column.label)
    return f"{t.of(standard.groups[column.group].label)}: {label.lower()}" if column.group else label


def value_label(name: str, value: str, standard: Standard, t: Texts) -> str:
    """A value's name: a code of the standard, yes or no, or a level of income. Case does not matter."""
    if name == "income_level":
        return t.or_empty(f"models.income.{value}") or value
    column = standard.columns.get(name)
    if column is not None and column.codes is not None:
        for code in standard.code_lists[column.codes].codes:
            if value.casefold() in {text.casefold() for text in (code.code, *code.label.values())}:
                return t.of(code.label)
    return t.or_empty(f"models.flag.{value.casefold()}") or value
