"""What there is to tell an agency about a contribution, as plain data."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tiphub.mapping import Mapping, suggest
from tiphub.standard import flag_name
from tiphub.vault.s2_harmonise.advice import advice
from tiphub.vault.s2_harmonise.remarks import worded
from tiphub.vault.s2_harmonise.superseding import Changes
from tiphub.vault.schema import HARMONISED
from tiphub.vault.store import Contribution, Store

SHOWN = 200
"""Kinds of remark that a report lists; the commonest first."""


@dataclass(frozen=True)
class Remark:
    """One value of one column that could not be read, or that is odd: how often, and where first."""

    column: str
    value: str
    reason: str
    suggestion: str
    rows: int
    first_row: int


@dataclass(frozen=True)
class Coverage:
    """In how many accepted rows a field, or some option of a group, is known."""

    name: str
    known: int
    mapped: bool


@dataclass(frozen=True)
class Quality:
    """The figures of a quality report; they quote cells and are as sensitive as the records.

    ``problems`` and ``warnings`` are the commonest kinds of remark, ``problem_kinds`` and ``warning_kinds``
    how many kinds there are. ``released`` rows left the quarantine by this contribution.
    """

    accepted: int
    quarantined: int
    warned: int
    released: int
    changes: Changes | None
    correctable: bool
    problems: tuple[Remark, ...]
    problem_kinds: int
    warnings: tuple[Remark, ...]
    warning_kinds: int
    coverage: tuple[Coverage, ...]

    def as_data(self) -> dict[str, Any]:
        """As the vault keeps it."""
        return asdict(self)

    @classmethod
    def of_data(cls, data: dict[str, Any]) -> "Quality":
        """The opposite of `as_data`."""
        return cls(
            **data
            | {
                "changes": Changes(**data["changes"]) if data["changes"] else None,
                "problems": tuple(Remark(**item) for item in data["problems"]),
                "warnings": tuple(Remark(**item) for item in data["warnings"]),
                "coverage": tuple(Coverage(**item) for item in data["coverage"]),
            }
        )


def measure(
    store: Store, contribution: Contribution, mapping: Mapping, *, changes: Changes | None, released: int
) -> Quality:
    """Look through the harmonised rows of a contribution."""
    accepted, warned = store.engine.execute(
        f"""SELECT count(*) FILTER (problems IS NULL),
            count(*) FILTER (problems IS NULL AND warnings IS NOT NULL)
        FROM {HARMONISED} WHERE contribution = ?""",
        [contribution.number],
    )[0]
    problems, problem_kinds = _remarks(store, contribution, mapping, "problems")
    warnings, warning_kinds = _remarks(store, contribution, mapping, "warnings")
    return Quality(
        accepted=accepted,
        quarantined=contribution.rows - accepted,
        warned=warned,
        released=released,
        changes=changes,
        correctable=mapping.record_id is not None,
        problems=problems,
        problem_kinds=problem_kinds,
        warnings=warnings,
        warning_kinds=warning_kinds,
        coverage=_coverage(store, contribution, mapping),
    )


def _remarks(
    store: Store, contribution: Contribution, mapping: Mapping, kind: str
) -> tuple[tuple[Remark, ...], int]:
    accepted = "" if kind == "problems" else "AND problems IS NULL"
    store.engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE remarks AS
        SELECT r."column" AS place, r."value" AS said, r.reason,
            count(*) AS "rows", min("row") AS first_row
        FROM (SELECT "row", unnest({kind}) AS r FROM {HARMONISED}
              WHERE contribution = ? AND {kind} IS NOT NULL {accepted})
        GROUP BY ALL""",
        [contribution.number],
    )
    kinds = store.engine.execute("SELECT count(*) FROM remarks")[0][0]
    rows = store.engine.execute(
        f'SELECT * FROM remarks ORDER BY "rows" DESC, first_row, place, said LIMIT {SHOWN}'
    )
    found = []
    for place, said, reason, count, first in rows:
        column, value, why = worded(place, said, reason)
        near = suggest(store.standard, mapping, column, value) if value else ""
        suggestion = near or (advice(why) if kind == "problems" else "")
        found.append(Remark(column, value, why, suggestion, count, first))
    return tuple(found), kinds


def _coverage(store: Store, contribution: Contribution, mapping: Mapping) -> tuple[Coverage, ...]:
    standard = store.standard
    known = {name: _any([name]) for name in standard.fields}
    for group in standard.groups.values():
        known[group.name] = _any([flag_name(group.name, code.code) for code in standard.options(group.name)])
    counts = store.engine.execute(
        f"SELECT {', '.join(known.values())} FROM {HARMONISED} WHERE contribution = ? AND problems IS NULL",
        [contribution.number],
    )[0]
    given = {*mapping.fields, *mapping.groups}
    return tuple(
        Coverage(name, count, name in given)
        for name, count in zip(known, counts, strict=True)
        if count or name in given
    )


def _any(columns: Sequence[str]) -> str:
    listed = ", ".join(f'CAST("{name}" AS VARCHAR)' for name in columns)
    return f"count(coalesce({listed}))"
