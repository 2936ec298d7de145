"""``tiphub tabulate``: shares of a group or a field, from a data file or a release."""

import csv
import json
import sys
from dataclasses import asdict, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from tiphub.cli.app import app
from tiphub.cli.sources import open_source, pairs
from tiphub.errors import TiphubError
from tiphub.standard import Standard

if TYPE_CHECKING:
    from tiphub.evidence import Row, Tabulation


PAIRS = (
    "Counted are victim-perpetrator pairs, not people: somebody in several pairs is counted in each, "
    "and intervals, which take pairs for independent, may be too narrow."
)
BOUNDS = ("numerator_low", "numerator_high", "denominator_low", "denominator_high")
WIDE = 200
"""Characters a line, where the table goes to a file or another program."""


class Format(StrEnum):
    """How the table is written."""

    table = "table"
    json = "json"
    csv = "csv"


@app.command()
def tabulate(
    source: Annotated[Path, typer.Argument(help="A data file, or a release folder.", show_default=False)],
    *,
    layout: Annotated[
        str | None, typer.Option(help="The layout of the data file, such as ctdc-2018.")
    ] = None,
    group: Annotated[str | None, typer.Option(help="A question with several answers.")] = None,
    field: Annotated[str | None, typer.Option(help="A question with one answer.")] = None,
    by: Annotated[list[str] | None, typer.Option(help="Break down by a field or a flag.")] = None,
    where: Annotated[list[str] | None, typer.Option(help="Only these records: FIELD=VALUE.")] = None,
    format: Annotated[Format, typer.Option(help="How to write it.")] = Format.table,  # noqa: A002
) -> None:
    """Tabulate a data file or a release: shares with their denominators and 95% intervals.

    Of a release with privacy noise each count has an interval too: between which numbers the true one lies.
    Where the release did not measure the columns together, it says "not measured" instead.

    A group follows CTDC's denominator rule: among the records with at least one of its options set.
    A field is taken among the records whose value is known. One option of a group goes by the group's rule
    as a field, in --by and in --where too; a release with privacy noise does not tell who has it not.
    """
    from tiphub.engine import spilling
    from tiphub.evidence import tabulate as count
    from tiphub.mapping import standard_of

    if (group is None) == (field is None):
        raise TiphubError("Name either a group or a field.", do="Give --group or --field, not both.")
    standard = standard_of(layout)
    conditions = pairs(where or [])
    with spilling() as engine:
        opened = open_source(source, layout, standard, engine)
        found = count(
            opened.table,
            standard,
            group=group,
            field=field,
            by=by or [],
            where=conditions,
            smallest_count=opened.smallest_count,
            noise=opened.noise(engine),
        )
    if standard.record == "pair":
        found = replace(found, notes=(*found.notes, PAIRS))
    if format is Format.json:
        rows = [asdict(row) for row in found.rows]
        notes = {"notes": list(found.notes)} if found.notes else {}
        head = {"source": str(source), "measure": found.measure, "includes": list(found.includes)}
        document = {**head, "rows": rows, **notes}
        typer.echo(json.dumps(document, ensure_ascii=False, indent=2))
        return
    if format is Format.csv:
        _csv(found, by or [])
    elif found.rows:
        _show(found, by or [], standard)
    for note in found.notes:
        Console(stderr=format is Format.csv).print(note, highlight=False, markup=False)


UNMEASURED = "not measured"


def _figures(row: "Row", by: list[str], *, noisy: bool) -> list[str]:
    cells = ["unknown" if row.by[name] is None else str(row.by[name]) for name in by]
    count = "held back" if row.numerator is None else f"{row.numerator:,}"
    base = "held back" if row.denominator is None else f"{row.denominator:,}"
    share = "" if row.share is None else f"{row.share:.1%}"
    interval = "" if row.low is None or row.high is None else f"{row.low:.1%} to {row.high:.1%}"
    if not noisy:
        return [*cells, row.value, count, base, share, interval]
    between = (
        f"{row.numerator_low:,} to {row.numerator_high:,}" if row.numerator_low is not None else UNMEASURED
    )
    return [*cells, row.value, count, between, base, share, interval or UNMEASURED]


def _show(found: "Tabulation", by: list[str], standard: Standard) -> None:
    known = standard.groups.get(found.measure) or standard.columns[found.measure]
    table = Table(title=known.label["en"], title_justify="left", box=None, pad_edge=False)
    for name in (*by, found.measure):
        table.add_column(name)
    between = ("95% interval",) if found.noisy else ()
    for name in ("count", *between, "of", "share", "95% interval"):
        table.add_column(name, justify="right")
    last: object = None
    for row in found.rows:
        if by and last is not None and last != row.by:
            table.add_section()
        table.add_row(*_figures(row, by, noisy=found.noisy))
        last = row.by
    console = Console()
    Console(width=console.width if console.is_terminal else WIDE).print(table)


def _csv(found: "Tabulation", by: list[str]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    bounds = BOUNDS if found.noisy else ()
    writer.writerow([*by, found.measure, "numerator", "denominator", "share", "low", "high", *bounds])
    for row in found.rows:
        figures = [row.numerator, row.denominator, row.share, row.low, row.high]
        figures += [getattr(row, name) for name in bounds]
        told = [UNMEASURED if figure is None and found.noisy else figure for figure in figures]
        writer.writerow([*(row.by[name] for name in by), row.value, *told])
