"""``tiphub check``: is a release whole, as signed, and as safe as it says?"""

import json
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from tiphub.cli.app import app

if TYPE_CHECKING:
    from tiphub.release import Check


class Format(StrEnum):
    """How the checks are told."""

    table = "table"
    json = "json"


@app.command()
def check(
    release: Annotated[Path, typer.Argument(help="A release, or a hub: its newest release.")],
    public_key: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|HEX",
            help="The publisher's key: 64 hexadecimal digits, or a file with them or with a PEM public key.",
        ),
    ] = None,
    format_: Annotated[Format, typer.Option("--format", help="For people, or for scripts.")] = Format.table,
) -> None:
    """Check a release: files, signature, tables, smallest groups.

    Ends with 0 when everything holds and with 1 when anything is wrong, saying what and where.
    """
    from tiphub.release import examine, find_release, read_public_key

    release = find_release(release)

    checks = examine(release, read_public_key(public_key) if public_key is not None else None)
    good = _tell_json(release, checks) if format_ is Format.json else _tell(release, checks)
    raise typer.Exit(0 if good else 1)


def _tell(release: Path, checks: Iterable["Check"]) -> bool:
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"[bold]{escape(str(release))}[/bold]")
    wrong = 0
    for item in checks:
        mark = (
            "[red]✗[/red]" if item.findings else "[yellow]–[/yellow]" if item.skipped else "[green]✓[/green]"
        )
        console.print(
            f"{mark} {item.title}" + (f": not checked, {escape(item.skipped)}" if item.skipped else "")
        )
        if item.note:
            console.print(f"  [dim]{escape(item.note)}[/dim]")
        for finding in item.findings:
            wrong += 1
            console.print(f"  {escape(finding.what)}")
            if finding.where:
                console.print(f"    where: {escape(finding.where)}")
            if finding.do:
                console.print(f"    to do: {escape(finding.do)}")
    told = f"[red bold]{wrong} found.[/red bold]" if wrong else "[green bold]Everything holds.[/green bold]"
    console.print(told)
    return not wrong


def _tell_json(release: Path, checks: Iterable["Check"]) -> bool:
    told = list(checks)
    good = not any(item.findings for item in told)
    document = {
        "release": str(release),
        "good": good,
        "checks": [
            {
                "name": item.name,
                "title": item.title,
                "result": "failed" if item.findings else "skipped" if item.skipped else "passed",
                "note": item.skipped or item.note,
                "findings": [
                    {
                        "what": finding.what,
                        "file": finding.file,
                        "row": finding.row,
                        "column": finding.column,
                        "value": finding.value,
                        "do": finding.do,
                    }
                    for finding in item.findings
                ],
            }
            for item in told
        ],
    }
    typer.echo(json.dumps(document, indent=2, ensure_ascii=False))
    return good
