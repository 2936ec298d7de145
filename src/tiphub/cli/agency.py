"""``tiphub agency``: add one to a hub, list them, draft the mapping of one from its file."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tiphub.cli.app import agency

if TYPE_CHECKING:
    from tiphub.mapping.draft import Draft
    from tiphub.vault.hub import Hub

HubFolder = Annotated[Path, typer.Argument(help="The hub's folder.", metavar="HUB")]
Name = Annotated[str, typer.Argument(help="The agency's name in the hub.", metavar="NAME")]


@agency.command()
def add(
    hub: HubFolder,
    name: Name,
    *,
    title: Annotated[str, typer.Option(help="What the agency is called.")] = "",
    contact: Annotated[str, typer.Option(help="Whom to write to.")] = "",
    agreement: Annotated[str, typer.Option(help="A reference to what was agreed.")] = "",
    licence: Annotated[str, typer.Option(help="The licence of its data.")] = "",
) -> None:
    """Make an agency's folder in a hub."""
    from tiphub.vault.agencies import add_agency
    from tiphub.vault.hub import open_hub

    made = add_agency(open_hub(hub), name, title=title, contact=contact, agreement=agreement, licence=licence)
    console = _console()
    console.print(f"{made.name}: {made.root}")
    console.print(f"next: tiphub agency draft {hub} {name} --from FILE")


@agency.command("list")
def list_(hub: HubFolder) -> None:
    """List the agencies of a hub, and whether each has a mapping."""
    from tiphub.vault.agencies import list_agencies
    from tiphub.vault.hub import open_hub

    found = list_agencies(open_hub(hub))
    console = _console()
    if not found:
        console.print(f"This hub has no agency yet. A first one: tiphub agency add {hub} NAME")
        return
    table = Table("name", "title", "contact", "mapping")
    for one in found:
        mapping = "there" if one.mapping.is_file() else "missing"
        table.add_row(escape(one.name), escape(one.title), escape(one.contact), mapping)
    console.print(table)


@agency.command()
def draft(
    hub: HubFolder,
    name: Name,
    file: Annotated[Path, typer.Option("--from", help="A file that the agency sent.", metavar="FILE")],
    *,
    force: Annotated[bool, typer.Option("--force", help="Write over a mapping that is there.")] = False,
    encoding: Annotated[str | None, typer.Option(help="The file's encoding, where it is not found.")] = None,
    delimiter: Annotated[str | None, typer.Option(help="What stands between two cells.")] = None,
    sheet: Annotated[str | None, typer.Option(help="The sheet of a spreadsheet.")] = None,
    header_row: Annotated[int | None, typer.Option(help="The row that names the columns.", min=1)] = None,
) -> None:
    """Propose a mapping from an agency's file, for a person to correct.

    Every line comes with a confidence and a reason. What finds no place is named.
    """
    from tiphub.errors import TiphubError
    from tiphub.mapping.draft import draft_mapping
    from tiphub.standard import load_standard
    from tiphub.tabular import ReadOptions, open_table
    from tiphub.vault.hub import open_hub

    opened = open_hub(hub)
    path = opened.agencies / name / "mapping.yml"
    if path.exists() and not force:
        raise TiphubError(
            "This agency has a mapping already.",
            where=str(path),
            do="Correct that one, or write over it with --force.",
        )
    options = ReadOptions(encoding=encoding, delimiter=delimiter, sheet=sheet, header_row=header_row)
    proposed = draft_mapping(open_table(file, options), load_standard())
    _write(opened, name, proposed.yaml)
    _show(proposed, path)
    console = _console()
    console.print(f"Read it through, settle what says CHECK or DECIDE, then: tiphub ingest {hub} {name} FILE")


def _write(hub: "Hub", name: str, text: str) -> None:
    from tiphub.vault.agencies import add_agency, load_agency

    if (hub.agencies / name / "agency.yml").exists():
        load_agency(hub, name).mapping.write_text(text, "utf-8")
    else:
        add_agency(hub, name, mapping=text)


def _show(proposed: "Draft", path: Path) -> None:
    console = _console()
    table = Table("in the standard", "column", "sure", "because")
    for line in sorted(proposed.lines, key=lambda line: line.confidence):
        sure = f"{min(line.confidence, 0.99):.0%}" if line.settled else "decide"
        style = None if line.settled and line.confidence >= 0.8 else "yellow"
        table.add_row(
            escape(line.target), escape(_short(line.column)), sure, escape(line.reason), style=style
        )
    console.print(table)
    if proposed.unplaced:
        left = Table("without a place", "why")
        for entry in proposed.unplaced:
            left.add_row(escape(entry.column), escape(entry.why))
        console.print(left)
    for note in proposed.notes:
        console.print(f"note: {escape(note)}", soft_wrap=True)
    console.print(f"written: {path}", soft_wrap=True)


def _short(columns: str) -> str:
    first, *others = columns.split(", ")
    return f"{first} and {len(others)} more" if others else first


def _console() -> Console:
    return Console(highlight=False, soft_wrap=True)
