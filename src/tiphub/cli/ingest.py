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
    from tiphub.vault.s2_harmonise import Quality, Reread


@app.command()
def ingest(
    hub: Annotated[Path, typer.Argument(help="The hub's folder.", metavar="HUB")],
    name: Annotated[str, typer.Argument(help="The agency's name in the hub.", metavar="NAME")],
    files: Annotated[list[Path], typer.Argument(help="What the agency sent.", metavar="FILE...")],
) -> None:
    """Take an agency's files in, and write the quality reports that go back to it.

    A file that was taken in before changes nothing. A corrected file replaces records by their id. The
    quarantine's CSV, put right, is handed in in the same way.

    Where the mapping has changed, earlier files are read anew. The exit code is 1 if a FILE does not fit it
    and keeps the mapping that read it before.
    """
    from tiphub.vault.hub import open_hub
    from tiphub.vault.pipeline import ingest as take_in

    outcome = take_in(open_hub(hub), name, files, Terminal(), told=_tell, told_anew=_tell_anew)
    if any(file.misfit for file in outcome.files):
        raise typer.Exit(1)


def _tell_anew(rereads: "tuple[Reread, ...]") -> None:
    from tiphub.vault.s2_harmonise import tell_anew

    _console().print("\n".join(tell_anew(rereads)))


def _tell(outcome: "FileOutcome") -> None:
    quality, taken = outcome.quality, outcome.contribution
    if outcome.known:
        when = f"{taken.received:%Y-%m-%d %H:%M} UTC"
        lines = [f"{taken.origin.name}: taken in already on {when}{_since(outcome)}"]
    else:
        rows = f"{quality.accepted:,} accepted, {quality.quarantined:,} quarantined"
        read = f"{taken.origin.name}: {amount(taken.rows, 'row')} read, {rows}"
        lines = [read, *_changes(quality, repair=taken.repair)]
    lines.append(f"  report for the agency: {outcome.report / 'report.html'}")
    _console().print("\n".join(lines))


def _since(outcome: "FileOutcome") -> str:
    if outcome.misfit:
        reason = f"{outcome.misfit.what} {outcome.misfit.do}".strip()
        return f". It does not fit the mapping as it is now, and keeps the one before. {reason}"
    return ", and read anew now." if outcome.anew else ". Nothing was changed."


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
