"""``tiphub evaluate``: what a release kept, and what attacks find; for the hub's team alone."""

import json
import os
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from tiphub.cli.app import app
from tiphub.errors import TiphubError
from tiphub.progress import Terminal

if TYPE_CHECKING:
    from tiphub.vault.hub import Hub

_MARKS = {
    "plain": "[dim]•[/dim]",
    "good": "[green]✓[/green]",
    "care": "[yellow]![/yellow]",
    "alarm": "[red]✗[/red]",
}
_NOTE = "These figures give people away: they are for the hub's team. Do not publish them."


class Format(StrEnum):
    """How the figures are told."""

    table = "table"
    json = "json"


@app.command()
def evaluate(
    hub: Annotated[Path, typer.Argument(help="The hub's folder.", metavar="HUB")],
    *,
    release: Annotated[
        str, typer.Option(metavar="VERSION", help="Which release. [default: the newest]")
    ] = "",
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the report as one HTML file as well.")
    ] = None,
    attacks: Annotated[
        bool, typer.Option("--attacks/--no-attacks", help="Try attacks if that was not done yet.")
    ] = True,
    again: Annotated[bool, typer.Option("--again", help="Try the attacks anew.")] = False,
    format_: Annotated[Format, typer.Option("--format", help="For people, or for scripts.")] = Format.table,
) -> None:
    """Tell how useful a release is and whether attacks find anybody: private, for the hub's team.

    Holds the release's counts and findings against the people behind it. For the attacks the release is
    rehearsed with four people in five and thrown away, which takes about as long as a build; nothing is
    published and no budget is spent. Ends with 1 if an attack succeeds.
    """
    from tiphub.vault.appraisal import appraise
    from tiphub.vault.hub import open_hub
    from tiphub.vault.s5_evaluate import report

    opened = open_hub(hub)
    if out is not None:
        _refuse_public(out, opened)
    found = appraise(opened, release, Terminal(), attacks=attacks, again=again)
    if out is not None:
        _write(out, report(found.figures, release=found.release.version, labels=_labels()))
    Console(stderr=True).print(_NOTE, style="bold red", highlight=False)
    if format_ is Format.json:
        typer.echo(json.dumps({"release": found.release.version, **found.figures}, indent=2))
    else:
        _tell(found.release.version, found.figures)
        if out is not None:
            typer.echo(f"The report: {out}")
    rehearsal = found.figures.get("rehearsal") or {"attacks": ()}
    raise typer.Exit(1 if any(item["succeeds"] for item in rehearsal["attacks"]) else 0)


def _labels() -> dict[str, str]:
    """What columns are called; an option with its group."""
    from tiphub.standard import load_standard

    standard = load_standard()
    return {
        name: f"{standard.groups[column.group].label['en']}: {column.label['en']}"
        if column.group
        else column.label["en"]
        for name, column in standard.columns.items()
    }


def _refuse_public(out: Path, hub: "Hub") -> None:
    if out.resolve().is_relative_to(hub.releases.resolve()):
        raise TiphubError(
            "What lies in the folder of releases is published, and this report must not be.",
            where=str(out),
            do="Name another place for it.",
        )


def _write(out: Path, page: str) -> None:
    """Write a file that its owner alone can read, whole or not at all."""
    draft = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(page)
        draft.replace(out)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise TiphubError(
            f"The report could not be written: {error.strerror}.", where=str(out), do="Name another place."
        ) from None


def _tell(version: str, figures: Mapping[str, Any]) -> None:
    from tiphub.vault.s5_evaluate import protection, summary

    console = Console(highlight=False)
    console.print(f"[bold]Release {version}[/bold]\n{protection(figures)}\n")
    remarks = Table.grid(padding=(0, 1, 0, 0))
    for remark in summary(figures, _labels()):
        remarks.add_row(_MARKS[remark.level], escape(remark.text))
    console.print(remarks)
    if figures.get("accuracy"):
        console.print("\n[bold]Combinations of answers that ten people or more have[/bold]")
        console.print(_accuracy(figures["accuracy"]))
    wrong = [item for item in (figures.get("findings") or {}).get("changed", ()) if item["verdict"] != "less"]
    for item in wrong:
        console.print(f"\n[bold]{escape(item['title'])}[/bold]  [dim]says something else[/dim]")
        for who in ("people", "release"):
            console.print(Padding(f"[dim]{who}:[/dim] {escape(item[who])}", (0, 0, 0, 2)))


def _accuracy(entries: list[dict[str, Any]]) -> Table:
    table = Table("columns", box=None, pad_edge=False, header_style="bold")
    for name in ("combinations", "mean error", "as a share", "gone", "invented", "invented of 10+"):
        table.add_column(name, justify="right")
    for item in entries:
        shares = (f"{item[name]:.1%}" for name in ("rel", "missing", "fab", "fab10"))
        table.add_row(str(item["k"]), f"{item['n']:,}", f"{item['mae']:,.1f}", *shares)
    return table
