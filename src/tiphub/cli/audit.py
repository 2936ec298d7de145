"""``tiphub audit``: who could be told apart in a file, and which columns cause it?"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tiphub.amount import amount
from tiphub.cli.app import app
from tiphub.cli.sources import tell_left_out, without_a_hub
from tiphub.errors import TiphubError
from tiphub.progress import Terminal
from tiphub.standard import ONE_RECORD

if TYPE_CHECKING:
    import pyarrow as pa

    from tiphub.engine import Engine
    from tiphub.evidence.risk import Risk
    from tiphub.tabular import RawTable

SHOWN_SETS = 10


class Format(StrEnum):
    """How the risk is told."""

    table = "table"
    json = "json"


@dataclass(frozen=True, slots=True)
class _Audited:
    risk: "Risk"
    quarantined: int
    record: str = ""


@app.command()
def audit(
    file: Annotated[Path, typer.Argument(help="The file: CSV, XLSX, ODS, JSON Lines or Parquet.")],
    *,
    layout: Annotated[str | None, typer.Option(metavar="NAME", help="How the file is laid out.")] = None,
    raw: Annotated[bool, typer.Option("--raw", help="Take the cells as they are, without a layout.")] = False,
    sheet: Annotated[str | None, typer.Option(help="The sheet of a spreadsheet.")] = None,
    columns: Annotated[
        str | None,
        typer.Option(
            metavar="A,B,C",
            help="What somebody may know about a person: columns of the standard, or of the file with "
            "--raw. Left out: the layout's quasi-identifiers, or every column.",
        ),
    ] = None,
    k: Annotated[int, typer.Option("--k", help="Groups smaller than this are at risk.")] = 11,
    require_k: Annotated[
        int | None, typer.Option(metavar="K", help="End with 1 if the smallest group is smaller than this.")
    ] = None,
    format_: Annotated[Format, typer.Option("--format", help="For people, or for scripts.")] = Format.table,
) -> None:
    """Tell the disclosure risk of a file.

    Counts how many records are alike in the chosen columns, who is alone, and what each column adds to that.
    """
    if raw == (layout is not None):
        raise TiphubError(
            "Say how to read the file.",
            where=str(file),
            do=f"Give either --layout ({', '.join(_layouts())}) or --raw.",
        )
    chosen = [name.strip() for name in columns.split(",") if name.strip()] if columns is not None else None
    audited = _audit(file, layout, sheet=sheet, chosen=chosen, k=k)
    if format_ is Format.json:
        typer.echo(json.dumps(_document(file, layout, audited), indent=2, ensure_ascii=False))
    else:
        _tell(file, layout, audited)
    raise typer.Exit(1 if require_k is not None and audited.risk.k < require_k else 0)


def _layouts() -> Sequence[str]:
    from tiphub.mapping import layout_names

    return layout_names()


def _audit(
    file: Path, layout: str | None, *, sheet: str | None, chosen: Sequence[str] | None, k: int
) -> _Audited:
    from tiphub.engine import spilling

    with spilling() as engine:
        if layout is None:
            return _audit_raw(file, engine, sheet=sheet, chosen=chosen, k=k)
        return _audit_layout(file, layout, engine, sheet=sheet, chosen=chosen, k=k)


def _audit_layout(
    file: Path, layout: str, engine: "Engine", *, sheet: str | None, chosen: Sequence[str] | None, k: int
) -> _Audited:
    from tiphub.evidence.risk import disclosure_risk
    from tiphub.mapping import load_layout, open_standard, standard_of

    standard = standard_of(layout)
    declared = load_layout(layout, standard).quasi_identifiers
    with without_a_hub(layout, file):
        opened = open_standard(file, layout, standard, engine, sheet=sheet)
    tell_left_out(opened.left_out, layout)
    names = chosen or declared or [name for name in standard.quasi_identifiers if name in opened.columns]
    risk = disclosure_risk(opened.table.select(list(opened.columns)), names, threshold=k)
    return _Audited(risk, opened.quarantined, ONE_RECORD[opened.layout.record])


def _audit_raw(
    file: Path, engine: "Engine", *, sheet: str | None, chosen: Sequence[str] | None, k: int
) -> _Audited:
    import pyarrow as pa

    from tiphub.evidence.risk import disclosure_risk
    from tiphub.tabular import ReadOptions, open_table

    opened = open_table(file, ReadOptions(sheet=sheet))
    unread: list[int] = []
    schema = pa.schema([(name, pa.string()) for name in opened.columns])
    table = engine.register("audited", pa.RecordBatchReader.from_batches(schema, _sound(opened, unread)))
    risk = disclosure_risk(table, opened.columns if chosen is None else chosen, threshold=k)
    return _Audited(risk, sum(unread))


def _sound(opened: "RawTable", unread: list[int]) -> "Iterator[pa.RecordBatch]":
    """The rows that could be read, their cells alone; how many could not is added to ``unread``."""
    from tiphub.tabular import DEFECT

    for batch in opened.batches(Terminal()):
        sound = batch.filter(batch.column(DEFECT).is_null())
        unread.append(batch.num_rows - sound.num_rows)
        yield sound.select(list(opened.columns))


def _document(file: Path, layout: str | None, audited: _Audited) -> dict[str, Any]:
    risk = audited.risk
    return {
        "source": str(file),
        "layout": layout,
        "record": audited.record or None,
        "quarantined": audited.quarantined,
        **asdict(risk),
        "unique_share": risk.share(risk.unique),
        "at_risk_share": risk.share(risk.at_risk),
    }


def _tell(file: Path, layout: str | None, audited: _Audited) -> None:
    risk, console = audited.risk, Console(highlight=False)
    console.print(f"[bold]{escape(str(file))}[/bold]" + (f"  layout {layout}" if layout else "  as it is"))
    if audited.record not in {"", ONE_RECORD["victim"]}:
        console.print(f"One record is {audited.record}: somebody in several of them may be easier to find.")
    left_out = f", {audited.quarantined:,} more not accepted" if audited.quarantined else ""
    names = f"{amount(len(risk.columns), 'column')}: {escape(', '.join(risk.columns))}"
    console.print(f"{amount(risk.records, 'record')}{left_out}; {names}")
    if not risk.records:
        console.print("[yellow]There is no record to audit.[/yellow]")
        return
    colour = "green" if risk.k >= risk.threshold else "red"
    console.print(f"\n[bold {colour}]k = {risk.k}[/]  the smallest group of records alike in all of them")
    console.print(_part(risk, risk.unique, "alone in their group"))
    console.print(_part(risk, risk.at_risk, f"in groups smaller than {risk.threshold}"))
    _head(console, "Size of the groups", _sizes(risk))
    if risk.at_risk:
        _head(console, "What each column adds", _causes(risk))
        if risk.key_sets:
            _head(console, "The fewest columns that single records out", _key_sets(risk))
        elif risk.key_sets is None:
            console.print("\n[dim]Too many columns to search for the fewest that single records out.[/dim]")


def _head(console: Console, title: str, table: Table) -> None:
    console.print(f"\n[bold]{title}[/bold]")
    console.print(table)


def _part(risk: "Risk", records: int, what: str) -> str:
    return f"{amount(records, 'record')} ({_percent(risk.share(records))}) {what}"


def _percent(share: float) -> str:
    return f"{share:.1%}" if share == 0 or share >= 0.001 else "<0.1%"


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for position, column in enumerate(columns):
        table.add_column(column, justify="left" if position == 0 else "right", header_style="dim")
    return table


def _sizes(risk: "Risk") -> Table:
    table = _table("records alike", "groups", "records", "share")
    table.add_column("")
    for item in risk.sizes:
        bounds = (
            f"{item.at_least:,}"
            if item.at_most == item.at_least
            else f"{item.at_least:,}–{item.at_most or 0:,}"
        )
        name = f"{item.at_least:,} or more" if item.at_most is None else bounds
        share = risk.share(item.records)
        bar = "█" * max(round(share * 24), 1 if item.records else 0)
        colour = "red" if item.at_least < risk.threshold else "green"
        table.add_row(name, f"{item.groups:,}", f"{item.records:,}", _percent(share), f"[{colour}]{bar}[/]")
    return table


def _causes(risk: "Risk") -> Table:
    table = _table("left out", "k then", "at risk then", "share", "fewer at risk")
    for cause in risk.causes:
        fewer = risk.at_risk - cause.at_risk_without
        table.add_row(
            escape(cause.column),
            f"{cause.k_without:,}",
            f"{cause.at_risk_without:,}",
            _percent(risk.share(cause.at_risk_without)),
            f"{fewer:,}",
        )
    return table


def _key_sets(risk: "Risk") -> Table:
    table = _table("columns", "records", "share")
    for item in (risk.key_sets or ())[:SHOWN_SETS]:
        table.add_row(
            escape(" + ".join(item.columns)), f"{item.records:,}", _percent(risk.share(item.records))
        )
    return table
