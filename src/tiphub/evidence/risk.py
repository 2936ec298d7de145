"""The disclosure risk of a table: who could be told apart by some columns, and which of these cause it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import ibis
import ibis.expr.types as ir
from ibis import _

from tiphub.errors import TiphubError

BOUNDS = frozenset({1, 2, 5, 20, 50, 100, 1000})
LARGEST_SET = 3
SETS = 200
"""Up to so many sets of columns are searched for the smallest that single people out."""


@dataclass(frozen=True, slots=True)
class GroupSizes:
    """How many groups have ``at_least`` to ``at_most`` records (``None``: no upper bound)."""

    at_least: int
    at_most: int | None
    groups: int
    records: int


@dataclass(frozen=True, slots=True)
class Cause:
    """What leaving one column out would change: the smallest group and the records at risk without it."""

    column: str
    k_without: int
    at_risk_without: int


@dataclass(frozen=True, slots=True)
class KeySet:
    """Columns that single records out, none of them being superfluous.

    A *minimal sample unique* of special uniques detection (Elliot, Manning, Ford, A Computational Algorithm
    for Handling the Special Uniques Problem, 2002): ``records`` are alone on these columns, and on no fewer
    of them.
    """

    columns: tuple[str, ...]
    records: int


@dataclass(frozen=True, slots=True)
class Risk:
    """The disclosure risk over ``columns``; ``threshold`` is the group size below which a record is at risk.

    ``k`` is the size of the smallest group of records alike in all the columns (0 in an empty table), unknown
    being a value like any other; ``unique`` records are alone in their group. ``key_sets`` is ``None`` where
    there were too many columns to search.
    """

    columns: tuple[str, ...]
    threshold: int
    records: int
    groups: int
    k: int
    unique: int
    at_risk: int
    sizes: tuple[GroupSizes, ...]
    causes: tuple[Cause, ...]
    key_sets: tuple[KeySet, ...] | None

    def share(self, records: int) -> float:
        """A number of records as a share of all; 0 in an empty table."""
        return records / self.records if self.records else 0.0


def disclosure_risk(table: ir.Table, columns: Sequence[str], *, threshold: int = 11) -> Risk:
    """Count who stands in how small a group.

    The table is read once, by the engine; what is counted after that are its distinct combinations, so
    that memory grows with these, not with the rows.

    Args:
        table: any table.
        columns: those that somebody looking for a person may know.
        threshold: groups smaller than this are at risk.

    Raises:
        TiphubError: no columns, a column that the table lacks, or a threshold below 2.
    """
    chosen = tuple(dict.fromkeys(columns))
    if not chosen:
        raise TiphubError(
            "No columns to audit.", do="Name the columns that somebody may know about a person."
        )
    if missing := [name for name in chosen if name not in table.columns]:
        raise TiphubError(
            f"The file has no column {', '.join(missing)}.", do=f"Choose among: {', '.join(table.columns)}."
        )
    if threshold < 2:
        raise TiphubError(f"k is {threshold}: every group is that large.", do="Choose k = 2 or more.")
    names = [f"c{position}" for position in range(len(chosen))]
    grouped = table.select(
        **{short: table[name] for short, name in zip(names, chosen, strict=True)}
    ).group_by(names)
    counted = _Counted(table.get_backend(), grouped.agg(people=_.count()))
    sizes = counted.sizes(names)
    causes = []
    for short, name in zip(names, chosen, strict=True):
        without = counted.sizes([other for other in names if other != short])
        causes.append(Cause(name, min(without, default=0), _below(without, threshold)))
    return Risk(
        columns=chosen,
        threshold=threshold,
        records=sum(size * groups for size, groups in sizes.items()),
        groups=sum(sizes.values()),
        k=min(sizes, default=0),
        unique=sizes.get(1, 0),
        at_risk=_below(sizes, threshold),
        sizes=_distribution(sizes, threshold),
        causes=tuple(sorted(causes, key=lambda cause: (cause.at_risk_without, -cause.k_without))),
        key_sets=_key_sets(counted, chosen),
    )


class _Counted:
    """The distinct combinations with the number of people in each, fetched once, asked on their backend."""

    def __init__(self, backend: ibis.BaseBackend, groups: ir.Table) -> None:
        self._backend = backend
        self.groups = ibis.memtable(backend.to_pyarrow(groups))

    def rows(self, expression: ir.Table) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self._backend.to_pyarrow(expression).to_pylist()
        return rows

    def sizes(self, names: Sequence[str]) -> Mapping[int, int]:
        """How many groups of each size the columns ``names`` make."""
        size = _.people.sum()
        groups = self.groups.group_by(list(names)).agg(size=size) if names else self.groups.agg(size=size)
        found = self.rows(groups.group_by("size").agg(groups=_.count()))
        return {int(row["size"]): int(row["groups"]) for row in found if row["size"]}


def _below(sizes: Mapping[int, int], threshold: int) -> int:
    return sum(size * groups for size, groups in sizes.items() if size < threshold)


def _distribution(sizes: Mapping[int, int], threshold: int) -> tuple[GroupSizes, ...]:
    bounds = sorted(BOUNDS | {threshold})
    found = []
    for low, above in zip(bounds, (*bounds[1:], None), strict=True):
        inside = {size: n for size, n in sizes.items() if size >= low and (above is None or size < above)}
        records = sum(size * n for size, n in inside.items())
        found.append(GroupSizes(low, None if above is None else above - 1, sum(inside.values()), records))
    return tuple(found)


def _key_sets(counted: _Counted, columns: Sequence[str]) -> tuple[KeySet, ...] | None:
    sets = [
        chosen for size in range(1, LARGEST_SET + 1) for chosen in combinations(range(len(columns)), size)
    ]
    if len(sets) > SETS:
        return None
    label = {chosen: "s" + "_".join(map(str, chosen)) for chosen in sets}
    alone = counted.groups.select(
        **{
            label[chosen]: _.people.sum().over(ibis.window(group_by=[f"c{i}" for i in chosen])) == 1
            for chosen in sets
        }
    )
    minimal = {}
    for chosen in sets:
        smaller = [part for size in range(1, len(chosen)) for part in combinations(chosen, size)]
        found = alone[label[chosen]]
        for part in smaller:
            found &= ~alone[label[part]]
        minimal[label[chosen]] = found.sum().fill_null(0)
    numbers = counted.rows(alone.agg(**minimal))[0]
    found_sets = [KeySet(tuple(columns[i] for i in chosen), int(numbers[label[chosen]])) for chosen in sets]
    return tuple(
        sorted((item for item in found_sets if item.records), key=lambda item: (-item.records, item.columns))
    )
