"""The rows of a contribution that are in quarantine, as a CSV file that can be handed in again."""

import csv
from collections.abc import Mapping as Lookup
from collections.abc import Sequence
from typing import IO, Any

import ibis
import ibis.expr.types as ir

from tiphub.mapping import Mapping, suggest
from tiphub.vault.handback import ADDED, PREFIX, guard, unguard
from tiphub.vault.s2_harmonise.advice import advice
from tiphub.vault.s2_harmonise.remarks import worded
from tiphub.vault.store import Contribution, Store

_SUGGESTED = 2_000
"""Different values that suggestions are looked for; beyond, something else is wrong than single values."""
_BOM = "\ufeff"
"""Without it spreadsheets take UTF-8 for something else."""


def write_quarantine(store: Store, contribution: Contribution, mapping: Mapping, stream: IO[str]) -> int:
    """Write the rows that are still in quarantine: their cells as sent, and what is wrong with them.

    Returns:
        How many rows there are.
    """
    names = {item.number: (item.name, item.origin.name) for item in store.contributions(contribution.agency)}
    own = tuple(name for name in contribution.columns if not name.startswith(PREFIX))
    delimiter = contribution.origin.delimiter
    stream.write(_BOM)
    out = csv.writer(stream, delimiter=delimiter if delimiter in {",", ";", "\t"} else ",")
    out.writerow([*own, *ADDED])
    suggestions = _Suggestions(store, mapping)
    rows = 0
    for batch in store.engine.batches(_held(store, contribution, own), rows=10_000):
        for row in batch.to_pylist():
            cells = [guard(row[f"cell_{place}"]) for place in range(len(own))]
            contribution_name, file = names[row["first_contribution"]]
            remarks = [guard(text) for text in suggestions.describe(row["problems"])]
            out.writerow([*cells, contribution_name, guard(file), row["first_row"], *remarks])
            rows += 1
    return rows


def _held(store: Store, contribution: Contribution, own: Sequence[str]) -> ir.Table:
    rows = store.harmonised()
    held = rows.filter((rows.contribution == contribution.number) & rows.problems.notnull()).select(
        "row",
        "problems",
        first_contribution=ibis.coalesce(rows.first_contribution, rows.contribution),
        first_row=ibis.coalesce(rows.first_row, rows["row"]),
    )
    raw = store.raw(contribution)
    as_sent = unguard if contribution.repair else lambda cell: cell
    cells = raw.select("_row", **{f"cell_{place}": as_sent(raw[name]) for place, name in enumerate(own)})
    return held.join(cells, held["row"] == cells["_row"]).order_by("row")


class _Suggestions:
    def __init__(self, store: Store, mapping: Mapping) -> None:
        self._store = store
        self._mapping = mapping
        self._known: dict[tuple[str, str], str] = {}

    def describe(self, problems: Sequence[Lookup[str, Any]]) -> tuple[str, str, str, str]:
        """Columns, values, reasons and suggestions of a row, each in one cell."""
        told = [worded(item["column"], item["value"], item["reason"]) for item in problems]
        suggestions = [self._suggest(column, value) or advice(reason) for column, value, reason in told]
        columns, values, reasons = (" | ".join(texts) for texts in zip(*told, strict=True))
        return columns, values, reasons, " | ".join(dict.fromkeys(suggestions))

    def _suggest(self, column: str, value: str) -> str:
        if not value:
            return ""
        key = (column, value)
        if key not in self._known:
            if len(self._known) >= _SUGGESTED:
                return ""
            self._known[key] = suggest(self._store.standard, self._mapping, column, value)
        return self._known[key]
