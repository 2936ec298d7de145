"""``tiphub findings``: what a data file, a release or a hub can say, in sentences that hold."""

import json
from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.padding import Padding

from tiphub.cli.app import app
from tiphub.cli.extras import of_portal
from tiphub.cli.sources import open_source, open_vault, warn_unprotected
from tiphub.errors import TiphubError
from tiphub.standard import Standard, load_standard

if TYPE_CHECKING:
    from tiphub.evidence.findings import Result, Source


class Format(StrEnum):
    """How the findings are written."""

    table = "table"
    json = "json"
    html = "html"


@app.command()
def findings(
    source: Annotated[
        Path, typer.Argument(help="A data file, a release, or a hub: its newest release.", show_default=False)
    ],
    *,
    layout: Annotated[
        str | None, typer.Option(help="The layout of the data file, such as ctdc-2018.")
    ] = None,
    vault: Annotated[
        bool, typer.Option("--vault", help="Read the hub's vault instead: unprotected, for the hub alone.")
    ] = False,
    only: Annotated[list[str] | None, typer.Option(help="Only the finding of this name.")] = None,
    file: Annotated[list[Path] | None, typer.Option(help="A finding of your own, as a YAML file.")] = None,
    every: Annotated[
        bool,
        typer.Option("--all", help="Tell all parts of a finding, not just the ten with the most people."),
    ] = False,
    format: Annotated[Format, typer.Option(help="How to write them.")] = Format.table,  # noqa: A002
) -> None:
    """Answer the library of findings: shares and comparisons with their intervals, in plain sentences.

    Every sentence holds for the whole 95% interval; where none does, it says that the data cannot tell.
    """
    from tiphub.evidence.findings import answer, as_json, choose, library, load_finding

    if format is Format.html:
        with of_portal():
            from tiphub.portal.stories.sheet import sheet
    standard = load_standard()
    known = library(standard)
    own = [load_finding(path, standard) for path in file or []]
    wanted = [*choose(known, only or []), *own] or known
    with ExitStack() as stack:
        opened, title = _open(source, layout, standard, stack, vault=vault)
        results = [answer(item, opened, standard) for item in wanted]
    if vault:
        warn_unprotected()
    if format is Format.json:
        document = {"source": title, "findings": [as_json(result) for result in results]}
        typer.echo(json.dumps(document, ensure_ascii=False, indent=2))
    elif format is Format.html:
        typer.echo(sheet(results, title))
    else:
        _show(results, opened.smallest_count, every=every)


def _open(
    source: Path, layout: str | None, standard: Standard, stack: ExitStack, *, vault: bool
) -> "tuple[Source, str]":
    from tiphub.engine import spilling
    from tiphub.evidence.findings import Source, of_release

    if vault:
        own = open_vault(source, layout, standard, stack)
        return Source(own.table), own.title
    engine = stack.enter_context(spilling())
    opened = open_source(source, layout, standard, engine)
    if opened.release is None:
        return Source(opened.table), source.name
    title = f"{opened.release.title}, release {opened.release.version}"
    return of_release(opened.release, opened.table, engine, standard), title


LONGEST = 10
"""So many parts of a finding are told in a table; the other formats have them all."""


def _show(results: "list[Result]", smallest_count: int | None, *, every: bool) -> None:
    from tiphub.evidence.findings import coverage, included, largest

    console = Console(highlight=False)
    topic = ""
    for whole in results:
        result, parts = (whole, 0) if every else largest(whole, LONGEST, smallest_count)
        told = f"Of the {parts} groups that are told apart, these are the {LONGEST} with the most people; "
        left = f"{told}--all tells them all." if parts else ""
        if result.finding.topic != topic:
            topic = result.finding.topic
            console.print(f"\n[bold]{topic.replace('_', ' ').upper()}[/bold]")
        console.print(f"\n[bold]{result.finding.title}[/bold]  [dim]{result.finding.name}[/dim]")
        console.print(Padding(result.sentence, (0, 0, 0, 2)), markup=False)
        for line in filter(None, (left, coverage(result), *result.notes)):
            console.print(Padding(line, (0, 0, 0, 2)), style="dim", markup=False)
    if not results:
        raise TiphubError("There are no findings.")
    if said := included(results):
        console.print(f"\nIntervals are of 95% and include {said}.")
