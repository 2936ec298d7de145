"""``tiphub model``: odds ratios of the study's two logistic models, from a data file or a release."""

import json
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from tiphub.cli.app import app
from tiphub.cli.sources import open_source, pairs
from tiphub.errors import TiphubError
from tiphub.standard import load_standard

if TYPE_CHECKING:
    from tiphub.evidence.models import OddsRatios


class Format(StrEnum):
    """How the odds ratios are written."""

    table = "table"
    json = "json"


class Unknown(StrEnum):
    """What becomes of people for whom a covariate is unknown."""

    leave_out = "leave-out"
    category = "category"


@app.command()
def model(
    source: Annotated[Path, typer.Argument(help="A data file, or a release folder.", show_default=False)],
    *,
    outcome: Annotated[str, typer.Option(help="child or international.")],
    on: Annotated[
        list[str],
        typer.Option(
            help="The covariates, separated by commas: fields or flags, income_level, or a name given to "
            "--covariate."
        ),
    ],
    layout: Annotated[
        str | None, typer.Option(help="The layout of the data file, such as ctdc-2018.")
    ] = None,
    among: Annotated[list[str] | None, typer.Option(help="Only these records: FIELD=VALUE.")] = None,
    reference: Annotated[
        list[str] | None, typer.Option(help="The category to compare with: COVARIATE=VALUE.")
    ] = None,
    covariate: Annotated[
        list[str] | None,
        typer.Option(help="A number by country of citizenship: NAME=FILE.csv (country,value)."),
    ] = None,
    unknown: Annotated[Unknown, typer.Option(help="People with an unknown covariate.")] = Unknown.leave_out,
    format: Annotated[Format, typer.Option(help="How to write it.")] = Format.table,  # noqa: A002
    chart: Annotated[Path | None, typer.Option(help="Draw a forest plot: a .svg or .png file.")] = None,
) -> None:
    """Fit a logistic model and give its odds ratios with 95% intervals.

    The outcome `child` compares children with adults, `international` people exploited abroad with people
    exploited in their country of citizenship (add `--among majority_status=child` for children).
    """
    from tiphub.engine import DuckDBEngine
    from tiphub.evidence.models import odds_ratios, read_country_values
    from tiphub.evidence.models.releases import refuse_protected
    from tiphub.evidence.models.wording import sentences

    if chart is not None and chart.suffix not in {".svg", ".png"}:
        raise TiphubError("A chart is written as .svg or .png.", where=str(chart))
    standard = load_standard()
    values = {
        name: read_country_values(Path(path), standard) for name, path in pairs(covariate or []).items()
    }
    names = [name.strip() for text in on for name in text.split(",") if name.strip()]
    with DuckDBEngine() as engine:
        opened = open_source(source, layout, standard, engine)
        if opened.release is not None:
            refuse_protected(opened.release, outcome=outcome, on=names, covariates=tuple(values))
        found = odds_ratios(
            opened.table,
            standard,
            outcome=outcome,
            on=names,
            among=pairs(among or []),
            references=pairs(reference or []),
            covariates=values,
            unknown_category=unknown is Unknown.category,
            smallest_count=opened.smallest_count,
        )
    if format is Format.json:
        said = {"source": str(source), **asdict(found), "sentences": list(sentences(found))}
        typer.echo(json.dumps(said, ensure_ascii=False, indent=2))
    else:
        _show(found)
    if chart is not None:
        _draw(found, source, chart)


def _show(found: "OddsRatios") -> None:
    from tiphub.evidence.models.wording import counted, written

    console = Console()
    table = Table(box=None, pad_edge=False, title=f"Odds of {found.question}", title_justify="left")
    for name in ("", "with", "without", "adjusted (95%)", "unadjusted (95%)"):
        table.add_column(name, justify="right" if name else "left")
    last = ""
    for effect in found.effects:
        if effect.variable != last:
            if last:
                table.add_row("")
            table.add_row(Text(found.titles[effect.variable], style="bold"))
            last = effect.variable
        counts = ["" if number is None else f"{number:,}" for number in (effect.yes, effect.no)]
        ratios = [
            "1 (reference)" if effect.reference else written(ratio)
            for ratio in (effect.adjusted, effect.unadjusted)
        ]
        table.add_row(Padding(effect.label, (0, 0, 0, 2)), *counts, *ratios)
    console.print(table, highlight=False)
    for text in counted(found):
        console.print(text, highlight=False, markup=False)


def _draw(found: "OddsRatios", source: Path, path: Path) -> None:
    try:
        from tiphub.charts import Frame, png, svg
        from tiphub.charts.forest import Point, forest
    except ImportError:
        raise TiphubError("Charts are not installed.", do="Install tiphub[portal].") from None
    from tiphub.evidence.models.wording import population, written

    points: list[Point] = []
    for effect in found.effects:
        title = found.titles[effect.variable]
        if title not in {point.label for point in points if point.heading}:
            points.append(Point(title, "", heading=True))
        if effect.adjusted is None:
            points.append(Point(effect.label, "1 (reference)" if effect.reference else written(None)))
            continue
        one = effect.adjusted
        points.append(Point(effect.label, written(one), one.ratio, one.low, one.high))
    note = (
        "Adjusted for all covariates shown; log scale; lines are 95% intervals; a hollow point's interval "
        f"holds 1 (no difference). Identified victims, not a random sample. Source: {source.name}."
    )
    note = f"{note} {found.noise}".strip()
    spec = forest(points, Frame(f"Odds of {found.question}", population(found), note))
    drawn = svg(spec).encode("utf-8") if path.suffix == ".svg" else png(spec)
    try:
        path.write_bytes(drawn)
    except OSError as error:
        raise TiphubError(f"The chart cannot be written: {error.strerror}.", where=str(path)) from None
