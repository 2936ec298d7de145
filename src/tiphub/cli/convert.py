"""``tiphub convert``: from one published layout to another, with what is lost on the way."""

from pathlib import Path
from typing import Annotated

import typer

from tiphub.amount import amount
from tiphub.cli.app import app
from tiphub.cli.sources import tell_left_out, without_a_hub
from tiphub.errors import TiphubError


@app.command()
def convert(
    file: Annotated[Path, typer.Argument(help="The file to read.", show_default=False)],
    *,
    source: Annotated[str, typer.Option("--from", metavar="LAYOUT", help="The layout it is in.")],
    target: Annotated[str, typer.Option("--to", metavar="LAYOUT", help="The layout to write.")],
    out: Annotated[Path, typer.Option(help="The CSV file to write.")],
    sheet: Annotated[str | None, typer.Option(help="The sheet of a spreadsheet.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a file that is there.")] = False,
) -> None:
    """Convert a file from one layout to another and tell what the other cannot say."""
    import pyarrow.csv as pa_csv

    from tiphub.engine import spilling
    from tiphub.mapping import load_layout, open_standard, standard_of, write_layout

    standard = standard_of(source)
    layout = load_layout(target, standard)
    if out.exists() and not overwrite:
        raise TiphubError("The file to write is there already.", where=str(out), do="Add --overwrite.")
    with spilling() as engine:
        with without_a_hub(source, file):
            opened = open_standard(file, source, standard, engine, sheet=sheet)
        tell_left_out(opened.left_out, source)
        written, losses = write_layout(opened.table.order_by("row"), layout, standard)
    part = out.with_name(f"{out.name}.part")
    try:
        pa_csv.write_csv(written, part, pa_csv.WriteOptions(quoting_style="needed"))
        part.replace(out)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise TiphubError(f"The file cannot be written: {error.strerror or error}.", where=str(out)) from None
    aside = f"; {opened.quarantined:,} of {opened.read:,} could not be read" if opened.quarantined else ""
    typer.echo(f"{amount(written.num_rows, 'row')} written to {out}{aside}.")
    if losses:
        typer.echo(f"What {layout.name} cannot say (records, column of the standard, why):")
    for loss in losses:
        typer.echo(f"{loss.records:>11,}  {loss.column}: {loss.reason}")
