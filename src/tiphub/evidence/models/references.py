"""Which category the others are compared with."""

from collections import Counter
from collections.abc import Mapping, Sequence

from tiphub.errors import TiphubError
from tiphub.evidence.models.design import UNKNOWN
from tiphub.evidence.models.patterns import Cell
from tiphub.evidence.models.terms import REFERENCES, Term


def ordered_levels(
    used: Mapping[Cell, tuple[float, float]], terms: Sequence[Term], references: Mapping[str, str]
) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    """The categories that people have, the reference first, and notes on what was chosen or is empty.

    Without a wish the reference is that of the study (`REFERENCES`), else the most frequent category.

    Raises:
        TiphubError: a reference was asked for that is no category, or that nobody has.
    """
    if wrong := set(references) - {item.name for item in terms if not item.is_number}:
        raise TiphubError(f"{min(wrong)} is no covariate with categories, so it has no reference.")
    found: dict[str, tuple[str, ...]] = {}
    notes: list[str] = []
    for place, item in enumerate(terms):
        if item.is_number:
            continue
        people: Counter[str] = Counter()
        for cell, pair in used.items():
            people[str(cell[place])] += round(sum(pair))
        there = [level for level in (*item.labels, UNKNOWN) if people[level]]
        wished = references.get(item.name)
        first = _wished(item, wished, there) if wished else REFERENCES.get(item.name)
        if first not in there:
            usual = first
            first = max(
                (level for level in there if level != UNKNOWN),
                key=lambda level: people[level],
                default=there[0],
            )
            if usual:
                notes.append(
                    f"{item.title}: nobody used has “{item.labels[usual]}”, the usual reference; "
                    f"compared with “{item.labels.get(first, first)}”."
                )
        found[item.name] = (first, *(level for level in there if level != first))
    return found, notes


def _wished(item: Term, wished: str, there: Sequence[str]) -> str:
    spelled = {code.casefold(): code for code in item.labels} | {UNKNOWN: UNKNOWN}
    spelled |= {label.casefold(): code for code, label in item.labels.items()}
    code = spelled.get(wished.casefold())
    if code is None:
        raise TiphubError(f"{item.name} has no category {wished}.", do=f"It has {', '.join(there)}.")
    if code not in there:
        raise TiphubError(
            f"Nobody used has {item.name}={wished}, so it cannot be the reference.",
            do=f"Choose one of {', '.join(there)}.",
        )
    return code
