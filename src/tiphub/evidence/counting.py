"""How many people have each option of a group or each value of a field, place by place of a breakdown."""

from collections.abc import Mapping, Sequence
from typing import Any

import ibis
import ibis.expr.types as ir

Place = tuple[Any, ...]
"""A value for each column of the breakdown; ``None`` is unknown."""
Counts = dict[Place, tuple[int, dict[str, int]]]
"""For each place: how many are counted at all, and how many have each value."""


def group_counts(rows: ir.Table, flags: Mapping[str, str], by: Sequence[str]) -> Counts:
    """Count the people who have each option of a group, and those who have any."""
    flat = rows.select(
        **{f"key_{place}": rows[name] for place, name in enumerate(by)},
        **{f"has_{place}": rows[flag].fill_null(False) for place, flag in enumerate(flags.values())},
    ).view()
    named = [flat[f"has_{place}"] for place in range(len(flags))]
    sums = {f"n_{place}": flag.sum() for place, flag in enumerate(named)}
    keys = [flat[f"key_{place}"] for place in range(len(by))]
    found = flat.aggregate(base=ibis.or_(*named).sum(), **sums, by=keys).to_pyarrow().to_pylist()
    return {
        _place(row, by): (
            row["base"] or 0,
            {option: row[f"n_{place}"] or 0 for place, option in enumerate(flags)},
        )
        for row in found
    }


def field_counts(rows: ir.Table, field: str, by: Sequence[str], order: Sequence[str]) -> Counts:
    """Count the people who have each value of a field (``order``: the standard's), and those who have any."""
    flat = rows.select(
        value=rows[field], **{f"key_{place}": rows[name] for place, name in enumerate(by)}
    ).view()
    keys = [flat[f"key_{place}"] for place in range(len(by))]
    found = flat.aggregate(count=flat.count(), by=[*keys, flat.value]).to_pyarrow().to_pylist()
    found.sort(key=lambda row: rank((_plain(row["value"]),), [order]))
    counts: Counts = {}
    for row in found:
        known, values = counts.get(_place(row, by), (0, {}))
        if row["value"] is not None:
            known += row["count"]
            values[str(_plain(row["value"]))] = row["count"]
        counts[_place(row, by)] = (known, values)
    return counts


def with_nobody(counts: Counts) -> Counts:
    """Each place with every value that any place has."""
    seen = dict.fromkeys(value for _, values in counts.values() for value in values)
    return {
        place: (known, {value: values.get(value, 0) for value in seen})
        for place, (known, values) in counts.items()
    }


def _place(row: Mapping[str, Any], by: Sequence[str]) -> Place:
    return tuple(_plain(row[f"key_{place}"]) for place in range(len(by)))


def _plain(value: Any) -> Any:
    return ("yes" if value else "no") if isinstance(value, bool) else value


def rank(place: Place, orders: Sequence[Sequence[str]]) -> tuple[tuple[bool, Any], ...]:
    """Unknown last; codes in the standard's order, numbers in their own."""
    ranks = [
        order.index(value) if value in order else value for value, order in zip(place, orders, strict=True)
    ]
    return tuple((rank is None, 0 if rank is None else rank) for rank in ranks)
