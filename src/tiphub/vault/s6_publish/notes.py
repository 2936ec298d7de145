"""``NOTES.md``: what changed since the last release, computed from the two releases alone."""

from collections.abc import Iterator, Mapping, Sequence
from math import ceil, floor, sqrt
from typing import Any

import pyarrow.parquet as pq

from tiphub.amount import amount
from tiphub.evidence.interval import together
from tiphub.release import Release
from tiphub.standard import Standard, Variable
from tiphub.vault.s6_publish.draft import Draft
from tiphub.vault.s6_publish.moves import Count, Move, Side, beyond_noise, share_moves, side_of

_LEAST = 0.01
"""A share that moved by less is not told."""
_MOST = 20
_MOST_CODES = 15
_RULE = {
    False: "The protection of either release is part of a change.",
    True: (
        "Counts carry noise. Of {:,} shares those are told that moved by 1% of the records or more, and by "
        "more than {:.2f} standard deviations of the noise in both releases: with 95% certainty, none of all "
        "that are told moved by noise alone. The intervals hold for all of them together. What is not told "
        "may have moved all the same. Countries that one release alone shows by name are not compared, nor "
        "are their regions."
    ),
}
"""How moves are told, without noise and with it."""


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
    shared = [item for item in draft.variables if item.name in last.columns]
    now = side_of(draft, draft.counts)
    before = side_of(last, pq.read_table(last.file("counts.parquet")))
    noisy = bool(now.noise or before.noise)
    compared = list(share_moves(shared, now, before))
    times = together(len(compared) + 1) if noisy else 0.0
    sizes = now.total or Count(draft.records.num_rows), before.total or Count(last.rows)
    lines = [
        f"What changed since version {last.version}, counted on the two releases as published.",
        "",
        "## Size",
        "",
    ]
    lines += [_size(*sizes, times)]
    lines += [f"- Columns: {len(draft.columns)} (was {len(last.columns)})."]
    lines += [f"- Columns added: {_named(added)}."] if added else []
    lines += [f"- Columns removed: {_named(removed)}."] if removed else []
    lines += _protection(draft, last)
    codes = _declared(shared, last) if noisy else _codes(shared, now, before)
    lines += ["", "## Codes", "", *codes]
    lines += ["", "## Shares that moved", "", *_moves(draft.standard, compared, times, noisy=noisy)]
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


def _size(now: Count, before: Count, times: float) -> str:
    """How many records there are; with noise, whether that is a change at all."""
    grown = now.people - before.people
    if not (now.variance or before.variance):
        return f"- Records: {now.people:,} (was {before.people:,}: {grown:+,})."
    half = times * sqrt(now.variance + before.variance)
    if abs(grown) <= half:
        return f"- Records: {now.people:,} (was {before.people:,}). Noise alone can explain the difference."
    bounds = f"{floor(grown - half):+,} to {ceil(grown + half):+,}"
    return f"- Records: {now.people:,} (was {before.people:,}: {grown:+,}, 95% interval {bounds})."


def _codes(shared: Sequence[Variable], now: Side, before: Side) -> list[str]:
    lines: list[str] = []
    for item in shared:
        here, there = now.codes(item.name), before.codes(item.name)
        lines += _came_and_went(item.name, ("now counted", "no longer counted"), here, there)
    return lines or ["The same codes are counted."]


def _declared(shared: Sequence[Variable], last: Release) -> list[str]:
    """What codes there can be: with noise, which of them somebody has is noise too."""
    then = {item.name: set(item.values) for item in last.variables}
    words = ("can now be", "can no longer be")
    lines: list[str] = []
    for item in shared:
        lines += _came_and_went(item.name, words, set(item.values), then[item.name])
    told = "Which of them records have is a matter of noise, and not compared."
    return [*(lines or ["There can be the same codes."]), "", told]


def _came_and_went(name: str, words: tuple[str, str], here: set[str], there: set[str]) -> Iterator[str]:
    for word, codes in zip(words, (here - there, there - here), strict=True):
        if codes:
            told = sorted(codes)[:_MOST_CODES]
            more = f" and {len(codes) - len(told)} more" if len(codes) > len(told) else ""
            yield f"- `{name}`: {word}: {_named(told)}{more}."


def _moves(standard: Standard, compared: Sequence[Move], times: float, *, noisy: bool) -> list[str]:
    moves = sorted(
        (move for move in beyond_noise(compared, times) if abs(move.change) >= _LEAST),
        key=lambda move: -abs(move.change),
    )
    beyond = ", and more than noise can explain" if noisy else ""
    nothing = f"No share moved by {_LEAST:.0%} of the records or more{beyond}."
    if not (moves or noisy):
        return [nothing]
    lines = [f"Shares of all records; unknown is a value. {_RULE[noisy]}".format(len(compared), times)]
    if not moves:
        return [*lines, "", nothing]
    interval, rule = (" 95% interval |", " ---: |") if noisy else ("", "")
    lines += [
        "",
        f"| column | value | was | is | change |{interval}",
        f"| --- | --- | ---: | ---: | ---: |{rule}",
    ]
    for move in moves[:_MOST]:
        label = standard.columns[move.column].label["en"]
        low, high = (100 * (move.change + sign * times * move.deviation) for sign in (-1, 1))
        lines.append(
            f"| {label} (`{move.column}`) | {move.value or 'unknown'} | {move.before:.1%} | {move.now:.1%} |"
            f" {100 * move.change:+.1f} points |{f' {low:+.1f} to {high:+.1f} |' if noisy else ''}"
        )
    return [*lines, "", f"{len(moves) - _MOST} more moved less."] if len(moves) > _MOST else lines
