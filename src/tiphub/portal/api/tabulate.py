"""Any table of a release, by the same counting as the dashboard and the command line."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Annotated, Any

import ibis.expr.types as ir
from fastapi import FastAPI, Query, Request
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from tiphub.errors import TiphubError
from tiphub.evidence.columns import chosen, countable, group_flags, meant
from tiphub.evidence.noise import Cell, MeasuredCounts
from tiphub.evidence.tabulate import Row as Counted
from tiphub.evidence.tabulate import tabulate
from tiphub.portal.errors import NoReleaseError
from tiphub.portal.nobody import with_nobody
from tiphub.portal.parameters import once
from tiphub.portal.reading import add_reading
from tiphub.portal.texts import texts
from tiphub.portal.view import Portal
from tiphub.standard import Standard

_LONGEST = 100
_SEVERAL = ("by", "where")
"""What an address may say more than once."""

_UNLISTED = "Values that are not listed may have people all the same: too few for the noise to tell."
"""Of a release with noise."""

_Text = Annotated[str, Field(max_length=_LONGEST)]


class Row(BaseModel):
    """One option among the people of one breakdown; nulls where fewer people than may be shown.

    Where the release added noise (``includes`` of the table), each number has its 95% bounds; a bound that is
    null is unknown, because the release did not measure these columns together.
    """

    by: dict[str, str | int | None]
    value: str | None
    numerator: int | None
    denominator: int | None
    share: float | None
    low: float | None
    high: float | None
    numerator_low: int | None
    numerator_high: int | None
    denominator_low: int | None
    denominator_high: int | None


class Table(BaseModel):
    """A tabulation with its 95% intervals (Wilson's, and with privacy noise where ``includes`` names it)."""

    source: str
    measure: dict[str, Any]
    smallest_count: int | None
    includes: list[str]
    rows: list[Row]
    notes: list[str]


def add_tabulate(app: FastAPI, portal: Portal) -> None:
    """Serve the endpoint."""

    def table(
        *,
        request: Request,
        group: Annotated[
            str | None, Query(max_length=_LONGEST, description="a group of the standard")
        ] = None,
        field: Annotated[
            str | None, Query(max_length=_LONGEST, description="a field of the standard")
        ] = None,
        by: Annotated[list[_Text] | None, Query(max_length=3, description="fields to break down by")] = None,
        where: Annotated[
            list[_Text] | None, Query(max_length=10, description="conditions, each FIELD=VALUE")
        ] = None,
        release: Annotated[
            str | None, Query(max_length=20, description="a version; the newest if left out")
        ] = None,
    ) -> Table:
        said = request.query_params.multi_items()
        once((pair for pair in said if pair[0] not in _SEVERAL), texts("en"))
        shelf = portal.catalog.look()
        if not shelf.releases:
            raise NoReleaseError
        try:
            picked = shelf.pick(release)
        except KeyError:
            raise HTTPException(404, "There is no such release.") from None
        if (group is None) == (field is None):
            raise TiphubError(
                "Ask for either a group or a field.", do="For example group=recruiter_relation."
            )
        asked: dict[str, Any] = {"group": group} if group else {"field": field}
        conditions = _conditions(where or ())
        noise = portal.catalog.noise(picked)
        with portal.catalog.records(picked) as records:
            met = _met(records, portal.standard, conditions)
            cells = _cells(met, portal.standard, asked, by or ())
            if cells > portal.settings.most_cells:
                raise _too_large(cells, portal.settings.most_cells, picked.version)
            found = tabulate(
                records,
                portal.standard,
                **asked,
                by=tuple(by or ()),
                where=conditions,
                smallest_count=picked.smallest_count,
                noise=noise,
            )
            rows, notes = found.rows, found.notes
            if noise:
                cell = {
                    name: (meant(records, portal.standard, name, value),)
                    for name, value in conditions.items()
                }
                rows = _with_nobody(rows, portal.standard, field, noise, cell)
                notes += (_UNLISTED,)
                if conditions and not rows:
                    notes += (_hidden(int(met.count().to_pyarrow().as_py()), noise, cell),)
        return Table(
            source=f"{picked.title}, release {picked.version}",
            measure={**asked, "by": by or [], "where": conditions},
            smallest_count=picked.smallest_count,
            includes=list(found.includes),
            rows=[Row(**asdict(row)) for row in rows],
            notes=list(notes),
        )

    add_reading(
        app,
        "/api/tabulate",
        table,
        tags=["api"],
        summary="Count a field or a group of a release",
        description=(
            f"A table of more than {portal.settings.most_cells:,} cells is refused (400):"
            " count it from the release's records.csv."
        ),
    )


def _cells(records: ir.Table, standard: Standard, asked: Mapping[str, str], by: Sequence[str]) -> int:
    """How many rows a table can have: the options or values, times the places of the breakdown."""
    names = [countable(records, standard, name).name for name in dict.fromkeys(by)]
    if "group" in asked:
        options = len(group_flags(records, standard, asked["group"]))
    else:
        options = _different(records, [countable(records, standard, asked["field"]).name])
    return options * _different(records, names)


def _too_large(cells: int, most: int, version: str) -> TiphubError:
    return TiphubError(
        f"This table has up to {cells:,} cells; an answer has at most {most:,}.",
        do=f"Break it down by less, add conditions, or count it from /releases/{version}/records.csv.",
    )


def _different(records: ir.Table, names: Sequence[str]) -> int:
    """How many different answers there are to these columns together."""
    return int(records.select(*names).distinct().count().to_pyarrow().as_py()) if names else 1


def _with_nobody(
    rows: tuple[Counted, ...], standard: Standard, field: str | None, noise: MeasuredCounts, within: Cell
) -> tuple[Counted, ...]:
    """The rows with those of a field's answers that nobody gave; a group has all of its options already."""
    if field is None:
        return rows
    return tuple(with_nobody(rows, standard, field, noise, within))


def _met(records: ir.Table, standard: Standard, conditions: Mapping[str, str]) -> ir.Table:
    """The records that meet the conditions."""
    tests = [chosen(records, standard, name, value) for name, value in conditions.items()]
    return records.filter(*tests) if tests else records


def _hidden(people: int, noise: MeasuredCounts, within: Cell) -> str:
    """How many people there may be where none is shown."""
    if bounds := noise.bounds(within, people):
        return f"With 95% certainty {bounds.low:,} to {bounds.high:,} people meet the conditions."
    return "The release measured no table of the conditions: nobody can say how many meet them."


def _conditions(asked: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in asked:
        name, equals, value = text.partition("=")
        if not (name and equals and value):
            raise TiphubError(
                f"“{text}” is no condition.", do="Write it as FIELD=VALUE, for example gender=woman."
            )
        if name in found:
            raise TiphubError(f"“{name}” stands in two conditions.", do="Keep one of them.")
        found[name] = value
    return found
