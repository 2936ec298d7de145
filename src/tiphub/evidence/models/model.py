"""From records to odds ratios: choose references, leave out who is unknown, fit, say what cannot be said."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import ibis.expr.types as ir

from tiphub.errors import TiphubError
from tiphub.evidence.columns import chosen
from tiphub.evidence.models import diagnose
from tiphub.evidence.models.country_values import CountryValues
from tiphub.evidence.models.design import UNKNOWN, complete, design_of
from tiphub.evidence.models.effects import category_effects, fewest, number_effect
from tiphub.evidence.models.few import some
from tiphub.evidence.models.fit import fit
from tiphub.evidence.models.outcomes import Outcome, made_from, outcome_of
from tiphub.evidence.models.patterns import Cell, Patterns, count_patterns
from tiphub.evidence.models.references import ordered_levels
from tiphub.evidence.models.result import Effect, OddsRatios
from tiphub.evidence.models.terms import Term, in_steps, refuse_names, term
from tiphub.standard import Standard


def odds_ratios(
    table: ir.Table,
    standard: Standard,
    *,
    outcome: str,
    on: Sequence[str],
    among: Mapping[str, str] | None = None,
    references: Mapping[str, str] | None = None,
    covariates: Mapping[str, CountryValues] | None = None,
    unknown_category: bool = False,
    smallest_count: int | None = None,
) -> OddsRatios:
    """Fit a logistic model and give its odds ratios with 95% Wald intervals.

    The people used are those whose outcome and covariates are all known (complete cases), unless
    ``unknown_category`` makes unknown a category of each covariate that has categories. Unadjusted ratios are
    of the same people, so that the difference is what adjusting does.

    Args:
        table: columns of the standard; those that the source does not carry should not be there.
        standard: what the columns mean.
        outcome: ``child`` or ``international``.
        on: the covariates: fields or flags of the standard, ``income_level``, or a name in ``covariates``.
        among: only these records: column and value, as for `tabulate`.
        references: the category to compare with, by covariate; see `REFERENCES` for the defaults.
        covariates: numbers by country of citizenship.
        unknown_category: keep people with unknown categories, as a category of its own.
        smallest_count: hold back the counts of covariates that have a smaller one.

    Raises:
        TiphubError: a name is not known, the source does not carry it, or there is nothing to compare.
    """
    named = outcome_of(outcome, table)
    if not on:
        raise TiphubError("Name at least one covariate.")
    if twice := [name for place, name in enumerate(on) if name in on[:place]]:
        raise TiphubError(f"The covariate {twice[0]} stands twice.")
    refuse_names(covariates or {}, on, standard)
    terms = [in_steps(term(name, table, standard, covariates or {})) for name in on]
    if made := [item.name for item in terms if item.name in made_from(named, standard)]:
        raise TiphubError(f"The outcome {outcome} is made from {made[0]}, which therefore explains nothing.")
    tests = [chosen(table, standard, name, value) for name, value in (among or {}).items()]
    counted = count_patterns(table, standard, named, terms, tests)
    return from_patterns(
        counted,
        named,
        terms,
        references=references or {},
        unknown_category=unknown_category,
        smallest_count=smallest_count,
    )


def from_patterns(
    counted: Patterns,
    outcome: Outcome,
    terms: Sequence[Term],
    *,
    references: Mapping[str, str],
    unknown_category: bool = False,
    smallest_count: int | None = None,
) -> OddsRatios:
    """The same from counts by pattern.

    Raises:
        TiphubError: there is nothing to compare, or a reference is not there.
    """
    used = complete(counted.counts, terms, unknown_category=unknown_category)
    unknown = {
        item.name: round(sum(sum(pair) for cell, pair in counted.counts.items() if cell[place] is None))
        for place, item in enumerate(terms)
    }
    _something_to_compare(counted, used, outcome, unknown, smallest_count)
    notes = _about_countries(counted, terms, smallest_count)
    levels, said = ordered_levels(used, terms, references)
    notes += said
    varying = [item for place, item in enumerate(terms) if len({cell[place] for cell in used}) > 1]
    notes += _one_value(used, terms, varying, levels)
    if not varying:
        raise TiphubError("No covariate differs between the people used.", do=" ".join(notes))
    design = design_of(_without(used, terms, varying), varying, levels)
    whole = fit(design)
    titles = {item.name: item.title for item in terms}
    notes += diagnose.entangled(design, whole, titles)
    notes += [] if whole.tells_nothing else diagnose.few_events(design, outcome, smallest_count)
    notes += diagnose.separated(design, whole, titles, smallest_count)
    effects: list[Effect] = []
    for item in varying:
        if item.is_number:
            rows = [number_effect(design, whole, item)]
            effects += rows
            notes += diagnose.nearly_tells(rows, item.title)
            continue
        rows = category_effects(
            design, whole, item, levels=levels[item.name], outcome=outcome, smallest=smallest_count
        )
        warned = [*diagnose.few_people(rows, item.title), *diagnose.nearly_tells(rows, item.title)]
        if smallest_count and fewest(rows) < smallest_count:
            rows = [replace(row, yes=None, no=None) for row in rows]
            warned = [f"{item.title}: counts are held back, since one is under {smallest_count}."]
        effects += rows
        notes += warned
    return OddsRatios(
        outcome=outcome.name,
        question=outcome.question,
        titles=titles,
        effects=tuple(effects),
        people=counted.people,
        used=round(sum(map(sum, used.values()))),
        events=round(sum(yes for yes, _ in used.values())),
        outcome_unknown=_held(counted.outcome_unknown, smallest_count),
        unknown={name: _held(count, smallest_count) for name, count in unknown.items()},
        notes=tuple(dict.fromkeys(notes)),
    )


def _held(count: int, smallest: int | None) -> int | None:
    """A number of people; ``None`` where it is held back."""
    return None if smallest and 0 < count < smallest else count


def _something_to_compare(
    counted: Patterns,
    used: Mapping[Cell, tuple[float, float]],
    outcome: Outcome,
    unknown: Mapping[str, int],
    smallest: int | None,
) -> None:
    if counted.people == 0:
        raise TiphubError("There are no records to fit a model to.")
    if not counted.counts:
        raise TiphubError(f"Nobody's outcome is known: no record tells {outcome.yes} from {outcome.no}.")
    yes, no = (sum(pair[side] for pair in used.values()) for side in (0, 1))
    if yes + no == 0:
        raise TiphubError(
            "Nobody is left: there is no record whose outcome and covariates are all known (unknown: "
            + ", ".join(f"{name} {_number(count, smallest)}" for name, count in unknown.items() if count)
            + f" of {_number(counted.people - counted.outcome_unknown, smallest)}).",
            do="Ask for fewer covariates, or keep unknown as a category.",
        )
    if yes == 0 or no == 0:
        only, other = (outcome.no, outcome.yes) if yes == 0 else (outcome.yes, outcome.no)
        everybody = round(yes + no)
        who = f"All {some(everybody, smallest)} used are {only}"
        if everybody == 1 and not smallest:
            who = "Only one person can be used"
        raise TiphubError(f"{who}: there are no {other} to compare with.")


def _number(count: int, smallest: int | None) -> str:
    return some(count, smallest).removesuffix(" people").removesuffix(" person")


def _about_countries(counted: Patterns, terms: Sequence[Term], smallest: int | None) -> list[str]:
    notes = []
    for item in terms:
        if item.about:
            notes.append(item.about)
        lacking = counted.without_value.get(item.name, {})
        if lacking:
            ranked = sorted(lacking, key=lambda code: (-lacking[code], code))
            more = " and others" if len(ranked) > 10 else ""
            notes.append(
                f"{item.title}: no value for {', '.join(ranked[:10])}{more} "
                f"({some(sum(lacking.values()), smallest)}), counted as unknown."
            )
    return notes


def _one_value(
    used: Mapping[Cell, tuple[float, float]],
    terms: Sequence[Term],
    varying: Sequence[Term],
    levels: Mapping[str, Sequence[str]],
) -> list[str]:
    notes = []
    for place, item in enumerate(terms):
        if item not in varying:
            value = next(iter(used))[place]
            label = item.labels.get(levels[item.name][0], UNKNOWN) if not item.is_number else f"{value:g}"
            notes.append(f"{item.title}: everyone used has “{label}”, so it is left out.")
    return notes


def _without(
    used: Mapping[Cell, tuple[float, float]], terms: Sequence[Term], varying: Sequence[Term]
) -> dict[Cell, tuple[float, float]]:
    places = [place for place, item in enumerate(terms) if item in varying]
    found: dict[Cell, tuple[float, float]] = {}
    for cell, (yes, no) in used.items():
        kept = tuple(cell[place] for place in places)
        before = found.get(kept, (0.0, 0.0))
        found[kept] = (before[0] + yes, before[1] + no)
    return found
