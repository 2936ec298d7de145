"""``tiphub synthesise``: synthetic records and noisy counts of one file."""

import datetime as dt
import json
import math
import re
import shutil
import tempfile
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tiphub.amount import amount
from tiphub.cli.app import app
from tiphub.cli.sources import tell_left_out, without_a_hub
from tiphub.errors import TiphubError
from tiphub.progress import Terminal

if TYPE_CHECKING:
    from fractions import Fraction

    from tiphub.vault.synthesise import Synthesis

DELTA = 1e-7
EXACT = "(tell nobody: this is counted exactly)"
PAIRS = " The promise is to each pair: to a person in several of them it is weaker (see statement.json)."


@app.command()
def synthesise(
    file: Annotated[Path, typer.Argument(help="The true records.", show_default=False)],
    *,
    layout: Annotated[str, typer.Option(help="The layout of the file, such as ctdc-2024.")],
    out: Annotated[Path, typer.Option(help="The folder to write; it must not exist or be empty.")],
    sheet: Annotated[str | None, typer.Option(help="The sheet of a spreadsheet.")] = None,
    epsilon: Annotated[float, typer.Option(help="The privacy loss that is allowed.")] = 4.0,
    delta: Annotated[float, typer.Option(help="Well below 1 in the number of people.")] = DELTA,
    years: Annotated[
        str, typer.Option(help="First and last year that the file may tell, such as 2002-2022.")
    ] = "",
    confirm_large_epsilon: Annotated[
        bool, typer.Option("--confirm-large-epsilon", help="Yes, an epsilon that protects next to nothing.")
    ] = False,
) -> None:
    """Make synthetic records of a file, with differential privacy, in the file's own layout.

    Writes records.csv, counts.csv (each count with its standard deviation and 95% bounds) and
    statement.json. The domains come from the layout and the declared years, never from the file.
    Of up to 100,000 records, two answers together that noise may have made are held below ten people.
    Nothing is booked: keep account of what you publish, or use a hub, whose ledger does.
    The promise is to one record. In layouts of pairs that is a victim-perpetrator pair, not a person.
    """
    from tiphub.mapping import standard_of
    from tiphub.vault.synthesise import synthesise as make

    standard = standard_of(layout)
    rho = _budget(epsilon, delta, confirmed=confirm_large_epsilon)
    told = _years(years, standard.fields["year_of_registration"].minimum or 1990)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise TiphubError("The folder to write is not empty.", where=str(out), do="Choose another.")
    with without_a_hub(layout, file):
        made = make(
            file,
            layout,
            sheet=sheet,
            rho=rho,
            delta=delta,
            years=told,
            standard=standard,
            progress=Terminal(),
            folder=next(place for place in out.absolute().parents if place.is_dir()),
        )
    _write(made, out)
    tell_left_out(made.left_out, layout)
    if made.quarantined:
        typer.echo(
            f"{made.quarantined:,} of {amount(made.read, 'row')} could not be read and "
            f"{'is' if made.quarantined == 1 else 'are'} not in it {EXACT}.",
            err=True,
        )
    for column, cells in made.outside.items():
        typer.echo(
            f"{column}: {amount(cells, 'cell')} outside the declared values became unknown {EXACT}.",
            err=True,
        )
    typer.echo(f"{made.number:,} synthetic records and {made.counts.num_rows:,} counts in {out}.")
    typer.echo(f"One record is {made.statement['record']}.{PAIRS if standard.record == 'pair' else ''}")


def _budget(epsilon: float, delta: float, *, confirmed: bool) -> "Fraction":
    """What may be spent; there is no hub whose settings could be wrong, only the two options."""
    from tiphub.vault.s4_protect.dp.accounting import LARGE_EPSILON, rho_for

    if not 0 < delta < 1:
        do = f"Write one well below 1 in the number of people; {DELTA:g} is the default."
        raise TiphubError(f"Delta cannot be {delta:g}: it is a small number above 0.", where="--delta", do=do)
    try:
        return rho_for(epsilon, delta, confirmed_large_epsilon=confirmed)
    except TiphubError as error:
        large = LARGE_EPSILON < epsilon < math.inf
        do = error.do if large else "Choose one between 0.1 and 10; 4 is the default."
        raise TiphubError(error.what, where="--epsilon", do=do) from None


def _years(text: str, first: int) -> tuple[int, int]:
    from tiphub.vault.setting_values import check_years

    if not text:
        return first, dt.datetime.now(tz=dt.UTC).year
    written = re.fullmatch(r"([0-9]{1,9})-([0-9]{1,9})", text)
    if written is None:
        raise TiphubError(f"'{text}' is no range of years.", where="--years", do="Write it as 2002-2022.")
    start, end = int(written[1]), int(written[2])
    check_years(start, end, "--years")
    return start, end


def _write(made: "Synthesis", out: Path) -> None:
    import pyarrow.csv as pa_csv

    out.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        options = pa_csv.WriteOptions(quoting_style="needed")
        pieces = made.pieces()
        first = next(pieces)
        with pa_csv.CSVWriter(draft / "records.csv", first.schema, write_options=options) as records:
            for piece in chain([first], pieces):
                records.write_table(piece)
        pa_csv.write_csv(made.counts, draft / "counts.csv", options)
        (draft / "statement.json").write_text(
            json.dumps(made.statement, ensure_ascii=False, indent=2) + "\n", "utf-8"
        )
        draft.chmod(0o755)
        if out.exists():
            out.rmdir()
        draft.replace(out)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
