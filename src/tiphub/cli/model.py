"""``tiphub model``: odds ratios of the study's two logistic models, from a file, a release or a vault."""

import json
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from tiphub.cli.app import app
from tiphub.cli.extras import of_portal
from tiphub.cli.sources import (
    NOT_PROTECTED,
    OwnRecords,
    Source,
    open_source,
    open_vault,
    pairs,
    warn_unprotected,
)
from tiphub.cli.tables import show_table
from tiphub.errors import TiphubError
from tiphub.standard import Standard, load_standard

if TYPE_CHECKING:
    from tiphub.evidence.models import OddsRatios
    from tiphub.release import Release


class Format(StrEnum):
    """How the odds ratios are written."""

    table = "table"
    json = "json"
    html = "html"


class Unknown(StrEnum):
    """What becomes of people for whom a covariate is unknown."""

    leave_out = "leave-out"
    category = "category"


@app.command()
def model(
    source: Annotated[
        Path, typer.Argument(help="A data file, a release, or a hub: its newest release.", show_default=False)
    ],
    *,
    outcome: Annotated[str | None, typer.Option(help="child or international.")] = None,
    on: Annotated[
        list[str] | None,
        typer.Option(
            help="The covariates, separated by commas: fields or flags, income_level, or a name given to "
            "--covariate."
        ),
    ] = None,
    layout: Annotated[
        str | None, typer.Option(help="The layout of the data file, such as ctdc-2018.")
    ] = None,
    vault: Annotated[
        bool, typer.Option("--vault", help="Fit it to the hub's own records: unprotected, for the hub alone.")
    ] = False,
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

    A release with differential privacy answers the models that its hub declared (`models` in hub.yml), or
    some of their covariates. The intervals count the privacy noise in. If it has one such model, it needs no
    options.

    `--vault` fits any model to the records of a hub, for its own team; without `--outcome` or `--on`, the one
    that hub.yml declares. The answer is not protected and must not be passed on.
    """
    if chart is not None and chart.suffix not in {".svg", ".png"}:
        raise TiphubError("A chart is written as .svg or .png.", where=str(chart))
    if chart is not None or format is Format.html:
        _pictures()
    standard = load_standard()
    names = [name.strip() for text in on or [] for name in text.split(",") if name.strip()]
    compared = pairs(reference or [], "reference", "COVARIATE=VALUE, such as gender=man")
    given = pairs(covariate or [], "file of values", "NAME=FILE.csv, such as risk=risk.csv")
    asked = _Asked(outcome, tuple(names), pairs(among or []), compared, given)
    with ExitStack() as stack:
        if vault:
            own = open_vault(source, layout, standard, stack)
            found, title = _of_vault(own, standard, asked, unknown), own.title
        else:
            found, title = _of_source(source, layout, standard, asked, unknown)
    if vault:
        warn_unprotected()
    if format is Format.json:
        from tiphub.evidence.models.wording import sentences

        said = {
            "source": title if vault else str(source),
            **asdict(found),
            "sentences": list(sentences(found)),
        }
        typer.echo(json.dumps(said, ensure_ascii=False, indent=2))
    elif format is Format.html:
        typer.echo(_pictures().odds_page(found, title))
    else:
        _show(found)
    if chart is not None:
        _draw(found, title, chart)


@dataclass(frozen=True)
class _Asked:
    outcome: str | None
    on: tuple[str, ...]
    among: Mapping[str, str]
    references: Mapping[str, str]
    covariates: Mapping[str, str]


def _of_source(
    source: Path, layout: str | None, standard: Standard, asked: _Asked, unknown: Unknown
) -> "tuple[OddsRatios, str]":
    """The odds ratios of a data file or a release, and how it is named."""
    from tiphub.engine import spilling

    with spilling() as engine:
        opened = open_source(source, layout, standard, engine)
        release = opened.release
        if release is None:
            return _of_records(opened, standard, asked, unknown), source.name
        title = f"{release.title}, release {release.version}"
        if release.statement.get("method") == "differential_privacy":
            return _of_release(release, standard, asked, unknown), title
        return _of_records(opened, standard, asked, unknown), title


def _of_vault(own: OwnRecords, standard: Standard, asked: _Asked, unknown: Unknown) -> "OddsRatios":
    from tiphub.vault.model_settings import ModelSettings
    from tiphub.vault.models import asked_model

    said = ModelSettings(asked.outcome or "", asked.on, asked.among, asked.covariates)
    model = asked_model(own.hub, said)
    whole = replace(asked, outcome=model.outcome, on=model.on, among=model.among, covariates=model.covariates)
    found = _of_records(Source(own.table), standard, whole, unknown)
    among = " and ".join(f"{name} is {value}" for name, value in whole.among.items())
    whom = (f"Only people whose {among}.",) if among else ()
    return replace(found, notes=(NOT_PROTECTED, *whom, *found.notes))


def _of_records(opened: Source, standard: Standard, asked: _Asked, unknown: Unknown) -> "OddsRatios":
    from tiphub.evidence.models import odds_ratios, read_country_values
    from tiphub.evidence.models.releases import refuse_protected

    if asked.outcome is None or not asked.on:
        do = "Such as: --outcome child --on education,income_level,gender"
        raise TiphubError("Say which model to fit.", do=do)
    values = {name: read_country_values(Path(path), standard) for name, path in asked.covariates.items()}
    if opened.release is not None:
        refuse_protected(opened.release, outcome=asked.outcome, on=asked.on, covariates=tuple(values))
    return odds_ratios(
        opened.table,
        standard,
        outcome=asked.outcome,
        on=asked.on,
        among=asked.among,
        references=asked.references,
        covariates=values,
        unknown_category=unknown is Unknown.category,
        smallest_count=opened.smallest_count,
    )


def _of_release(release: "Release", standard: Standard, asked: _Asked, unknown: Unknown) -> "OddsRatios":
    from tiphub.evidence.models import released_odds_ratios

    if asked.covariates:
        raise TiphubError(
            "A release with differential privacy brings the values by country that its models were declared "
            "with; others cannot be put in their place.",
            do="Leave --covariate out and name the covariate in --on.",
        )
    if unknown is Unknown.category:
        raise TiphubError(
            "The tables of a declared model hold people for whom everything is known; unknown cannot be a "
            "category.",
            do="Leave --unknown out.",
        )
    return released_odds_ratios(
        release,
        standard,
        outcome=asked.outcome,
        on=asked.on,
        among=asked.among,
        references=asked.references,
    )


def _show(found: "OddsRatios") -> None:
    from tiphub.evidence.models.wording import counted, widened, written

    console, exact = Console(), not found.noise
    table = Table(box=None, pad_edge=False, title=f"Odds of {found.question}", title_justify="left")
    sides = ("with", "without") if exact else ()
    for name in ("", *sides, "adjusted (95%)", "unadjusted (95%)", *(() if exact else ("wider by privacy",))):
        table.add_column(name, justify="right" if name else "left", no_wrap=bool(name))
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
        cells = [*counts, *ratios] if exact else [*ratios, widened(effect)]
        table.add_row(Padding(effect.label, (0, 0, 0, 2)), *cells)
    show_table(console, table)
    for text in counted(found):
        console.print(text, highlight=False, markup=False)


def _pictures() -> ModuleType:
    with of_portal():
        from tiphub.portal import odds
    return odds


def _draw(found: "OddsRatios", title: str, path: Path) -> None:
    spec = _pictures().odds_spec(found, title)
    from tiphub.charts import png, svg

    drawn = svg(spec).encode("utf-8") if path.suffix == ".svg" else png(spec)
    try:
        path.write_bytes(drawn)
    except OSError as error:
        raise TiphubError(f"The chart cannot be written: {error.strerror}.", where=str(path)) from None
