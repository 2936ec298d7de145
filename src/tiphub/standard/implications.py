"""What one answer implies about another, by the standard's own logic."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tiphub.standard.model import Standard
from tiphub.standard.variables import Codes, Variable


@dataclass(frozen=True, slots=True)
class Implication:
    """Where the variable at ``cause`` has the code ``value``, the one at ``effect`` has ``follows``."""

    cause: int
    value: int
    effect: int
    follows: int


def implications(
    standard: Standard, variables: Sequence[Variable], *, requires: bool = True
) -> tuple[Implication, ...]:
    """What follows from what among these variables.

    An age band lies within one majority status. With ``requires``, an option of a group that requires another
    answer (a sector of labour requires forced labour) implies it: the more specific answer tells more.

    >>> from tiphub.standard import load_standard, variable
    >>> standard = load_standard()
    >>> names = ("age_band", "majority_status")
    >>> implications(standard, [variable(standard, name, years=(2020, 2024)) for name in names])[0]
    Implication(cause=0, value=1, effect=1, follows=1)
    """
    place = {item.name: position for position, item in enumerate(variables)}
    return (
        *_of_age(standard, variables, place),
        *(_of_groups(standard, variables, place) if requires else ()),
    )


def _of_age(
    standard: Standard, variables: Sequence[Variable], place: dict[str, int]
) -> Iterator[Implication]:
    if not {"age_band", "majority_status"} <= place.keys():
        return
    band, status = place["age_band"], place["majority_status"]
    bands = standard.codes_of("age_band").by_code
    for value, code in enumerate(variables[band].values):
        within = bands[code].broader or code
        if within in variables[status].values:
            yield Implication(band, value + 1, status, variables[status].values.index(within) + 1)


def _of_groups(
    standard: Standard, variables: Sequence[Variable], place: dict[str, int]
) -> Iterator[Implication]:
    for name, position in place.items():
        group = standard.columns[name].group
        needed = standard.groups[group].requires if group else None
        if needed in place:
            yes, follows = (variables[item].values.index("yes") + 1 for item in (position, place[needed]))
            yield Implication(position, yes, place[needed], follows)


def reconcile(codes: Codes, rules: Iterable[Implication]) -> Codes:
    """Records in which everything that follows is said; changes each record by itself alone."""
    out = codes.copy(order="F")
    for rule in rules:
        out[out[:, rule.cause] == rule.value, rule.effect] = rule.follows
    return out
