"""``tiphub ingest``: take an agency's files into the vault."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from tiphub.amount import amount
from tiphub.cli.app import app
from tiphub.progress import Terminal

if TYPE_CHECKING:
    from tiphub.vault.pipeline import FileOutcome
    from tiphub.vault.s2_harmonise import Quality


@app.command()
def ingest(
    hub: Annotated[Path, typer.Argument(help="The hub's folder.", metavar="HUB")],
    name: Annotated[str, typer.Argument(help="The agency's name in the hub.", metavar="NAME")],
    files: Annotated[list[Path], typer.Argument(help="What the agency sent.", metavar="FILE...")],
) -> None:
    """Take an agency's files in, and write the quality reports that go back to it.

    A file that was taken in before changes nothing. A corrected file replaces records by their id. The
    quarantine's CSV, put right, is handed in in the same way.
    """
    from tiphub.vault.hub import open_hub
    from tiphub.vault.pipeline import ingest as take_in

    outcome = take_in(open_hub(hub), name, files, Terminal(), told=_tell)
    if outcome.anew:
        _console().print(f"The mapping has changed: {outcome.anew} earlier files were read anew.")


def _tell(outcome: "FileOutcome") -> None:
    quality, taken = outcome.quality, outcome.contribution
    if outcome.known:
        when = f"{taken.received:%Y-%m-%d %H:%M} UTC"
        lines = [f"{taken.origin.name}: taken in already on {when}. Nothing was changed."]
    else:
        rows = f"{quality.accepted:,} accepted, {quality.quarantined:,} quarantined"
        read = f"{taken.origin.name}: {amount(taken.rows, 'row')} read, {rows}"
        lines = [read, *_changes(quality, repair=taken.repair)]
    lines.append(f"  report for the agency: {outcome.report / 'report.html'}")
    _console().print("\n".join(lines))


def _changes(quality: "Quality", *, repair: bool) -> Iterator[str]:
    if changes := quality.changes:
        unsent = "" if repair else f", {changes.not_sent:,} not sent this time"
        yield (
            f"  against earlier files: {changes.new:,} new, {changes.changed:,} changed, "
            f"{changes.unchanged:,} unchanged{unsent}"
        )
    if quality.released:
        yield f"  {amount(quality.released, 'row')} left the quarantine"
    if not quality.correctable:
        yield "  no record id: the file adds, and its rows cannot be corrected one by one"


def _console() -> Console:
    return Console(highlight=False, soft_wrap=True, markup=False)
