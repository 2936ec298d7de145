"""``NOTES.md``: what changed since the last release, computed from the two releases alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tiphub.amount import amount
from tiphub.release import SEPARATOR, UNKNOWN, Release
from tiphub.release.schema import is_flag
from tiphub.standard import Standard, Variable
from tiphub.vault.s6_publish.draft import Draft

_LEAST = 0.01
"""A share that moved by less is not told."""
_MOST = 20
_MOST_CODES = 15


@dataclass(frozen=True)
class Move:
    """The share of one value, before and now, among all records."""

    column: str
    value: str
    before: float
    now: float


def notes(draft: Draft) -> bytes:
    """Write the release notes."""
    lines = [f"# {draft.description.title}, version {draft.version}", ""]
    if beside := draft.statement.get("beside"):
        lines += _beside(draft.statement["method"], beside)
    if draft.previous is None:
        lines += [
            "The first release.",
            "",
            f"- {amount(draft.records.num_rows, 'record')}, {amount(len(draft.columns), 'column')}.",
        ]
    else:
        lines += _changes(draft, draft.previous)
    return ("\n".join(lines) + "\n").encode()


def _beside(method: str, others: Mapping[str, Any]) -> list[str]:
    told = (
        f"**Two methods on the same people.** This release ({method}) stands beside"
        f" {_named(others['versions'])} ({', '.join(others['methods'])}). What those give away, the promise"
        f" of this one does not cover. Signed for publishing both: {others['signed_by']}."
    )
    return [told, ""]


def _changes(draft: Draft, last: Release) -> list[str]:
    added = [name for name in draft.columns if name not in last.columns]
    removed = [name for name in last.columns if name not in draft.columns]
    difference = draft.records.num_rows - last.rows
    lines = [
        f"What changed since version {last.version}, counted on the two releases as published.",
        "",
        "## Size",
        "",
    ]
    lines += [f"- Records: {draft.records.num_rows:,} (was {last.rows:,}: {difference:+,})."]
    lines += [f"- Columns: {len(draft.columns)} (was {len(last.columns)})."]
    lines += [f"- Columns added: {_named(added)}."] if added else []
    lines += [f"- Columns removed: {_named(removed)}."] if removed else []
    lines += _protection(draft, last)
    now, before = _counted(draft.counts), _counted(pq.read_table(last.file("counts.parquet")))
    shared = [item for item in draft.variables if item.name in last.columns]
    lines += ["", "## Codes", "", *_codes(shared, now, before)]
    lines += ["", "## Shares that moved", "", *_moves(draft.standard, shared, now, before)]
    return lines


def _named(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _protection(draft: Draft, last: Release) -> list[str]:
    lines = []
    if last.statement.get("method") != draft.statement["method"]:
        lines.append(
            f"- Method of protection: {draft.statement['method']} (was {last.statement.get('method')})."
        )
    if last.smallest_count != draft.smallest_count:
        lines.append(
            f"- Smallest group: {draft.smallest_count or 'none'} (was {last.smallest_count or 'none'})."
        )
    if last.fingerprint != draft.fingerprint:
        lines.append("- The signing key is another than that of the last release.")
    return lines


def _counted(counts: pa.Table) -> dict[str, dict[str, int]]:
    """The published one-way counts: column, value, people; the total under the empty name."""
    found: dict[str, dict[str, int]] = {}
    for row in counts.select(["fields", "values", "count"]).to_pylist():
        if SEPARATOR not in row["fields"]:
            found.setdefault(row["fields"], {})[row["values"]] = row["count"]
    return found


def _codes(shared: Sequence[Variable], now: Mapping[str, Any], before: Mapping[str, Any]) -> list[str]:
    lines = []
    for item in shared:
        here = set(now.get(item.name, {})) - {UNKNOWN}
        there = set(before.get(item.name, {})) - {UNKNOWN}
        for word, codes in (("now counted", here - there), ("no longer counted", there - here)):
            if codes:
                told = sorted(codes)[:_MOST_CODES]
                more = f" and {len(codes) - len(told)} more" if len(codes) > len(told) else ""
                lines.append(f"- `{item.name}`: {word}: {_named(told)}{more}.")
    return lines or ["The same codes are counted."]


def _moves(
    standard: Standard, shared: Sequence[Variable], now: Mapping[str, Any], before: Mapping[str, Any]
) -> list[str]:
    moves = sorted(
        (move for item in shared for move in _moved(item, now, before)),
        key=lambda move: -abs(move.now - move.before),
    )
    if not moves:
        return [f"No share moved by {_LEAST:.0%} of the records or more."]
    lines = [
        "Shares of all records; unknown is a value. The protection of either release is part of a change.",
        "",
        "| column | value | was | is | change |",
        "| --- | --- | ---: | ---: | ---: |",
    ]
    for move in moves[:_MOST]:
        change = 100 * (move.now - move.before)
        label = standard.columns[move.column].label["en"]
        lines.append(
            f"| {label} (`{move.column}`) | {move.value or 'unknown'} | {move.before:.1%} | {move.now:.1%} |"
            f" {change:+.1f} points |"
        )
    return [*lines, "", f"{len(moves) - _MOST} more moved less."] if len(moves) > _MOST else lines


def _moved(item: Variable, now: Mapping[str, Any], before: Mapping[str, Any]) -> list[Move]:
    totals = now.get("", {}).get("", 0), before.get("", {}).get("", 0)
    values = ("yes",) if is_flag(item) else (*item.values, UNKNOWN)
    here, there = now.get(item.name, {}), before.get(item.name, {})
    if not all(totals):
        return []
    both = [value for value in values if value in here and value in there]
    moves = [Move(item.name, value, there[value] / totals[1], here[value] / totals[0]) for value in both]
    return [move for move in moves if abs(move.now - move.before) >= _LEAST]
