"""``tiphub prevalence``: how many people no list has seen, by several models side by side."""

import json
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from tiphub.amount import amount
from tiphub.cli.app import app
from tiphub.cli.extras import of_portal
from tiphub.cli.tables import show_table
from tiphub.errors import TiphubError

if TYPE_CHECKING:
    from tiphub.evidence.prevalence import Estimate, Fit, Prevalence


class Format(StrEnum):
    """How the estimates are written."""

    table = "table"
    json = "json"


@app.command()
def prevalence(
    lists: Annotated[Path, typer.Argument(help="List overlaps as JSON.", show_default=False)],
    *,
    entry: Annotated[str | None, typer.Option(help="Only this system of the file.")] = None,
    models: Annotated[
        str | None,
        typer.Option(help="Joined by commas: independence, aic, bic, p, dga (these by default), all-pairs."),
    ] = None,
    pair: Annotated[
        list[str] | None, typer.Option(help="Add a model in which this pair of lists depends: A+B.")
    ] = None,
    noise: Annotated[
        float | None, typer.Option(help="Standard deviation of the discrete Gaussian noise on every count.")
    ] = None,
    replicates: Annotated[int, typer.Option(help="Draws of each bootstrap.")] = 500,
    seed: Annotated[int, typer.Option(help="Where the random numbers begin.")] = 1,
    format: Annotated[Format, typer.Option(help="How to write it.")] = Format.table,  # noqa: A002
    chart: Annotated[Path | None, typer.Option(help="Draw it too: a .svg or .png file.")] = None,
) -> None:
    """Estimate how many people no list has seen, from how the lists overlap.

    Several models stand side by side with their 95% intervals and how well they fit, because they disagree;
    no single number is given. What cannot be estimated is refused with the reason.

    The file: {"lists": ["A", "B", "C"], "counts": {"A": 34, "A+B": 3}}, or several such by name. "A+B" counts
    the people on exactly these lists; a combination not named counts 0.
    """
    from tiphub.evidence.prevalence import DEFAULT, OverlapNoise, estimate, read_overlaps
    from tiphub.progress import Terminal

    systems = read_overlaps(lists, entry=entry, noisy=noise is not None)
    if chart is not None:
        _check_chart(chart, len(systems))
    found: dict[str, Prevalence] = {}
    refused: dict[str, TiphubError] = {}
    for name, system in systems.items():
        try:
            found[name] = estimate(
                system,
                noise=None if noise is None else OverlapNoise(noise),
                models=DEFAULT if models is None else tuple(part.strip() for part in models.split(",")),
                pairs=pair or (),
                seed=seed,
                replicates=replicates,
                progress=Terminal(),
            )
        except TiphubError as error:
            refused[name] = error
            continue
        if format is Format.table:
            _show(name, found[name])
        if chart is not None:
            _draw(chart, name, found[name])
    if format is Format.json and found:
        document = {name: _document(item) for name, item in found.items()}
        refusals = {name: {"refused": str(error)} for name, error in refused.items()}
        typer.echo(json.dumps(document | refusals, ensure_ascii=False, indent=2))
    _refuse(list(refused.values()))


def _refuse(errors: list[TiphubError]) -> None:
    for error in errors[:-1]:
        Console(stderr=True).print(f"no estimate: {error}", highlight=False, markup=False)
    if errors:
        raise errors[-1]


def _check_chart(chart: Path, systems: int) -> None:
    if chart.suffix not in {".svg", ".png"}:
        raise TiphubError(f"{chart.name} is no picture.", do="End its name in .svg or .png.")
    if systems > 1:
        raise TiphubError("A chart shows one system.", do="Choose it with --entry.")
    if not chart.parent.is_dir():
        raise TiphubError("There is no such folder for the chart.", where=str(chart.parent))
    with of_portal():
        import tiphub.charts  # noqa: F401 - before minutes of work, not after


def _interval(item: "Estimate") -> str:
    return f"{item.low:,.0f} to {item.high:,.0f}" if item.high is not None else f"{item.low:,.0f} or more"


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("model", no_wrap=True)
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    return table


def _p(fit: "Fit") -> str:
    if fit.p is None:
        return ""
    return f"<= {fit.p:.3f}" if fit.p_at_most else f"{fit.p:.3f}"


def _show(name: str, found: "Prevalence") -> None:
    console = Console()
    about = "" if found.noise is None else "about "
    title = f"{name}: {about}{amount(found.observed, 'person', 'people')} on at least one list"
    totals = _table("total", "95% interval")
    fits = _table("deviance", "df", "p", "AIC", "BIC")
    for item in found.estimates:
        totals.add_row(item.label, f"{item.total:,.0f}", _interval(item))
        if (fit := item.fit) is not None:
            deviance = "" if fit.deviance is None else f"{fit.deviance:,.1f}"
            fits.add_row(item.label, deviance, str(fit.df), _p(fit), f"{fit.aic:,.1f}", f"{fit.bic:,.1f}")
    for refusal in found.refusals:
        totals.add_row(refusal.label, "none", "")
    for heading, table in ((title, totals), ("How well they fit", fits)):
        if table.rows:
            console.print(heading, style="italic", highlight=False, markup=False)
            show_table(console, table)
            console.print()
    for item in found.estimates:
        terms = f" Dependent: {', '.join(item.terms)}." if item.terms else ""
        remarks = "".join(f" {note}" for note in item.notes)
        console.print(f"{item.label}: {item.interval}.{terms}{remarks}", highlight=False, markup=False)
    for refusal in found.refusals:
        console.print(f"{refusal.label}: no estimate; {refusal.reason}.", highlight=False, markup=False)
    console.print()
    for text in (found.sentence, *found.notes):
        console.print(text, highlight=False, markup=False)
    console.print()


def _document(found: "Prevalence") -> dict[str, Any]:
    overlaps = found.overlaps
    return {
        "lists": list(overlaps.lists),
        "observed": found.observed,
        "noise": None if found.noise is None else found.noise.std,
        "published": overlaps.published,
        "estimates": [asdict(item) for item in found.estimates],
        "refusals": [asdict(item) for item in found.refusals],
        "sentence": found.sentence,
        "notes": list(found.notes),
    }


def _draw(chart: Path, name: str, found: "Prevalence") -> None:
    from tiphub.charts import Frame, png, svg
    from tiphub.charts.prevalence import Model
    from tiphub.charts.prevalence import prevalence as picture

    rows = [
        Model(item.label, f"{item.total:,.0f}  ({_interval(item)})", item.total, item.low, item.high)
        for item in found.estimates
    ]
    rows += [Model(item.label, "no estimate", None) for item in found.refusals]
    frame = Frame(f"People seen and unseen: {name}", found.sentence, " ".join(found.notes))
    spec = picture(rows, found.observed, frame, found.overlaps.published, exact=found.noise is None)
    if chart.suffix == ".svg":
        chart.write_text(svg(spec), encoding="utf-8")
    else:
        chart.write_bytes(png(spec))
