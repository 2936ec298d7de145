"""Odds ratios of a private release: from noisy tables, with the noise counted into the intervals."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from tiphub.errors import TiphubError
from tiphub.evidence.interval import Z95
from tiphub.evidence.models.declared import OUTCOME, Declared, Pair
from tiphub.evidence.models.design import Design, Floats, design_of
from tiphub.evidence.models.noisy import NoisyFit, NoisyTable, fit_noisy
from tiphub.evidence.models.outcomes import Outcome
from tiphub.evidence.models.references import ordered_levels
from tiphub.evidence.models.result import Effect, OddsRatios, Ratio, odds
from tiphub.evidence.models.score import LIMIT
from tiphub.evidence.models.terms import Term

_HIDDEN = "The noise that protects people is too large to tell it."
_ANOTHER = "With another reference some may be told."


def noisy_odds_ratios(
    declared: Declared,
    tables: Mapping[Pair, NoisyTable],
    outcome: Outcome,
    *,
    references: Mapping[str, str] | None = None,
) -> OddsRatios:
    """Odds ratios whose 95% intervals hold sampling and privacy noise together.

    Args:
        declared: the model's shape, as the release declared it.
        tables: the noisy two-way table of each of `Declared.pairs`, not clipped, axis 0 being yes and no.
        outcome: what was asked.
        references: the category to compare with, by covariate.

    Raises:
        TiphubError: a table is missing or of another shape, or the noise hides everything.
    """
    for pair in declared.pairs:
        expected = declared.shape(pair)
        if pair not in tables or tables[pair].counts.shape != expected or tables[pair].std.shape != expected:
            raise TiphubError(f"The release lacks the table of {_named(declared, outcome, pair)}.")
    there = {
        cell: (people, 0.0) for cell, people in zip(declared.patterns, _margin(declared, tables), strict=True)
    }
    levels, notes = ordered_levels(there, declared.terms, references or {})
    design = design_of(there, declared.terms, levels)
    whole = fit_noisy(declared, design.matrix, tables)
    if whole is None:
        raise TiphubError(f"No odds ratio can be told. {_HIDDEN.replace('tell it', 'fit this model')}")
    effects: list[Effect] = []
    for item in declared.terms:
        own = _only(declared, item)
        table = tables[OUTCOME, 1 + declared.columns.index(item.column)]
        alone = fit_noisy(own, _columns(own, item, levels), {(OUTCOME, 1): table})
        effects += _effects(item, levels=levels.get(item.name, ()), design=design, whole=whole, alone=alone)
    people, events = whole.people
    wider = [effect.wider for effect in effects if effect.wider]
    if wider:
        notes.append(
            f"Protection widens the intervals {min(wider):.2f} to {max(wider):.2f} times (on the log scale): "
            f"{1 - min(wider) ** -2:.0%} to {1 - max(wider) ** -2:.0%} of their variance is its noise."
        )
    notes += [item.about for item in declared.terms if item.about]
    return OddsRatios(
        outcome=outcome.name,
        question=outcome.question,
        titles={item.name: item.title for item in declared.terms},
        effects=tuple(effects),
        people=round(people),
        used=round(people),
        events=round(events),
        outcome_unknown=None,
        unknown={},
        notes=tuple(notes),
        noise=(
            "From noisy tables: all counts are estimates, and the intervals count the noise in. How three "
            "covariates depend on each other is not modelled."
        ),
    )


def _effects(
    item: Term,
    *,
    levels: tuple[str, ...],
    design: Design,
    whole: NoisyFit,
    alone: NoisyFit | None,
) -> list[Effect]:
    places = [place for place, (name, _) in enumerate(design.parameters) if name == item.name]
    rows = []
    if levels:
        rows.append(Effect(item.name, levels[0], item.labels[levels[0]], True, None, None, None, None))
    for at, place in enumerate(places):
        level = levels[at + 1] if levels else None
        label = item.labels[level] if level else item.unit
        row = Effect(item.name, level, label, False, None, None, None, None)
        ratio = _ratio(whole, place)
        if ratio is None:
            rows.append(replace(row, reason=_HIDDEN))
            continue
        length = float(whole.high[place] - whole.low[place])
        wider = length / (2 * Z95 * float(np.sqrt(whole.sampling[place]))) if np.isfinite(length) else None
        single = _ratio(alone, at) if alone else None
        rows.append(replace(row, adjusted=ratio, unadjusted=single, wider=wider))
    told = [row for row in rows if row.adjusted]
    if len(levels) > 2 and not told:
        rows = [replace(row, reason=f"{row.reason} {_ANOTHER}") if row.reason else row for row in rows]
    return rows


def _ratio(found: NoisyFit, place: int) -> Ratio | None:
    """An odds ratio with its interval; ``None`` where the tables bound it on neither side."""
    middle, low, high = (float(part[place]) for part in (found.coefficients, found.low, found.high))
    if not np.isfinite(low) and not np.isfinite(high):
        return None
    low = low if np.isfinite(low) else min(-LIMIT, middle)
    high = high if np.isfinite(high) else max(LIMIT, middle)
    return Ratio(odds(middle), odds(low), odds(high), float(found.p[place]))


def _margin(declared: Declared, tables: Mapping[Pair, NoisyTable]) -> Floats:
    """About how many people each pattern has, as if columns were independent: to choose usual references."""
    people = np.ones(len(declared.patterns))
    for axis in range(1, len(declared.sizes)):
        share = tables[OUTCOME, axis].counts.sum(0).clip(0.5)
        people *= (share / share.sum())[declared.axes[axis, ::2]]
    return people * 1e6


def _only(declared: Declared, item: Term) -> Declared:
    """The shape of the model of one covariate alone."""
    axis = declared.columns.index(item.column)
    own = tuple(other for other in declared.terms if other.column == item.column)
    return Declared(own, (item.column,), (declared.values[axis],))


def _columns(own: Declared, item: Term, levels: Mapping[str, tuple[str, ...]]) -> Floats:
    return design_of(dict.fromkeys(own.patterns, (0.0, 0.0)), own.terms, levels).only(item.name).matrix


def _named(declared: Declared, outcome: Outcome, pair: Pair) -> str:
    names = (outcome.name, *declared.columns)
    return f"{names[pair[0]]} by {names[pair[1]]}"
