"""Odds ratios of a private release: find the declared model that was asked for, and fit it to its tables."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

import numpy as np
import pyarrow as pa

from tiphub.errors import TiphubError
from tiphub.evidence.models.country_values import CountryValues
from tiphub.evidence.models.declared import Declared, Pair
from tiphub.evidence.models.declared_model import DeclaredModel, declare_model
from tiphub.evidence.models.noisy import NoisyTable
from tiphub.evidence.models.noisy_model import noisy_odds_ratios
from tiphub.evidence.models.outcomes import OUTCOMES
from tiphub.evidence.models.result import OddsRatios
from tiphub.release import Release
from tiphub.release.model_tables import FILE, read_model_tables
from tiphub.standard import Standard

Tables = Mapping[Pair, NoisyTable]

NOT_DECLARED = (
    "Add it to models in hub.yml, for the next release: what a release did not measure cannot be had from it."
)


def released_odds_ratios(
    release: Release,
    standard: Standard,
    *,
    outcome: str | None = None,
    on: Sequence[str] = (),
    among: Mapping[str, str] | None = None,
    references: Mapping[str, str] | None = None,
) -> OddsRatios:
    """The odds ratios of a model that the release's hub declared, their intervals with the noise counted in.

    Args:
        release: one with differential privacy.
        standard: what its columns mean.
        outcome: as declared; may be left out, with ``on``, where one model is declared.
        on: the covariates, all of a declared model or some of them.
        among: as declared.
        references: the category to compare with, by covariate.

    Raises:
        TiphubError: no such model is declared (those that are, are named), the release was made by another
            version of the standard, or the noise hides everything.
    """
    offered = declared_models(release, standard)
    place, model = _choose(offered, outcome, on, among or {}, str(release.path))
    return odds_ratios_of(release, model, place, on=on, references=references)


def odds_ratios_of(
    release: Release,
    model: DeclaredModel,
    place: int,
    *,
    on: Sequence[str] = (),
    references: Mapping[str, str] | None = None,
) -> OddsRatios:
    """The odds ratios of one of a release's models (`declared_models`, ``place`` from 0), or of a part of it.

    Raises:
        TiphubError: its tables cannot be read, or the noise hides everything.
    """
    measured = tables_of(read_model_tables(release.file(FILE)), place + 1, model)
    shape, tables = _some(model.shape, measured, on or model.on)
    found = noisy_odds_ratios(shape, tables, model.outcome, references=references)
    return replace(found, notes=(*_about(model, shape, tables), *found.notes))


def declared_models(release: Release, standard: Standard) -> tuple[DeclaredModel, ...]:
    """The models whose tables a release has, in the order of its codebook.

    Raises:
        TiphubError: the codebook and this version of the standard do not agree.
    """
    return tuple(_read(said, release, standard) for said in release.codebook.get("models") or [])


def _read(said: Mapping[str, Any], release: Release, standard: Standard) -> DeclaredModel:
    try:
        model = declare_model(
            standard,
            outcome=said["outcome"],
            on=[item["name"] for item in said["on"]],
            carried=release.columns,
            among=said["among"],
            covariates={
                name: CountryValues(
                    {code: float(value) for code, value in given["values"].items()}, given["source"]
                )
                for name, given in said["country_values"].items()
            },
        )
        same = model.as_json()["axes"] == said["axes"]
    except (TiphubError, KeyError, TypeError, ValueError, AttributeError):
        same = False
    if not same:
        raise TiphubError(
            "The release's models cannot be read: its standard is another than that of this tiphub"
            f" ({release.package['tiphub'].get('standard')}, not {standard.version}).",
            where=str(release.path),
            do="Use the version of tiphub that made the release.",
        )
    return model


def _choose(
    offered: Sequence[DeclaredModel],
    outcome: str | None,
    on: Sequence[str],
    among: Mapping[str, str],
    where: str,
) -> tuple[int, DeclaredModel]:
    """The declared model with the fewest covariates that has all those asked for; its place from 0."""
    if not offered:
        raise TiphubError(
            "This release has no tables of declared models. Odds ratios of its synthetic records would come"
            " with intervals that leave the privacy noise out.",
            where=where,
            do=f"Declare the model first. {NOT_DECLARED}",
        )
    if outcome is not None and outcome not in OUTCOMES:
        raise TiphubError(f"There is no outcome {outcome}.", do=f"There are {' and '.join(OUTCOMES)}.")
    listed = "; ".join(model.words for model in offered)
    fitting = [
        (place, model)
        for place, model in enumerate(offered)
        if outcome in (None, model.outcome.name)
        and set(on) <= set(model.on)
        and (_said(among) == _said(model.among) or (outcome is None and not among))
    ]
    if not fitting:
        raise TiphubError(
            f"This release does not support this model. It supports: {listed}.", where=where, do=NOT_DECLARED
        )
    if not on and len(fitting) > 1:
        raise TiphubError(
            f"This release supports {len(fitting)} such models: {listed}.",
            where=where,
            do="Choose one with --outcome, --on and --among.",
        )
    return min(fitting, key=lambda item: len(item[1].on))


def _said(among: Mapping[str, str]) -> dict[str, str]:
    return {name: value.casefold() for name, value in among.items()}


def tables_of(table: pa.Table, place: int, model: DeclaredModel) -> dict[Pair, NoisyTable]:
    """The noisy tables of one model (``place`` from 1) out of those of all, as a release lists them."""
    rows = [
        (fields, count, std)
        for number, fields, count, std in zip(
            *(table.column(name).to_pylist() for name in ("model", "fields", "count", "std")), strict=True
        )
        if number == place
    ]
    groups = [list(group) for _, group in groupby(rows, key=lambda row: row[0])]
    found = {}
    for pair, group in zip(model.shape.pairs, groups, strict=True):
        counts, stds = (np.array([row[at] for row in group], dtype=float) for at in (1, 2))
        shape = model.shape.shape(pair)
        found[pair] = NoisyTable(counts.reshape(shape), stds.reshape(shape))
    return found


def _some(shape: Declared, tables: Tables, on: Sequence[str]) -> tuple[Declared, Tables]:
    """The shape and tables of some of the covariates, in the order asked for: sums of cells already told."""
    names = [item.name for item in shape.terms]
    terms = tuple(shape.terms[names.index(name)] for name in on)
    columns = tuple(dict.fromkeys(item.column for item in terms))
    places, values = [np.arange(2)], []
    for column in columns:
        axis = shape.columns.index(column)
        own = [item.name for item in shape.terms if item.column == column]
        kept = [own.index(item.name) for item in terms if item.column == column]
        parts = [tuple(cell[at] for at in kept) for cell in shape.values[axis]]
        there = tuple(dict.fromkeys(parts))
        values.append(there)
        places.append(np.array([there.index(part) for part in parts]))
    some = Declared(terms, columns, tuple(values))
    old = [0, *(1 + shape.columns.index(column) for column in columns)]
    found = {}
    for pair in some.pairs:
        first, second = old[pair[0]], old[pair[1]]
        given = tables[min(first, second), max(first, second)]
        counts, variances = given.counts, given.std**2
        if first > second:
            counts, variances = counts.T, variances.T
        at = np.ix_(places[pair[0]], places[pair[1]])
        summed, spread = np.zeros(some.shape(pair)), np.zeros(some.shape(pair))
        np.add.at(summed, at, counts)
        np.add.at(spread, at, variances)
        found[pair] = NoisyTable(summed, np.sqrt(spread))
    return some, found


def _about(model: DeclaredModel, shape: Declared, tables: Tables) -> list[str]:
    stds = np.concatenate([table.std.ravel() for table in tables.values()])
    ends = dict.fromkeys(f"{end:.1f}" for end in (stds.min(), stds.max()))
    notes = [f"Noise on the model's counts: a standard deviation of {' to '.join(ends)} people."]
    if model.among:
        among = " and ".join(f"{name} is {value}" for name, value in model.among.items())
        notes.append(f"Only people whose {among}.")
    asked = {item.name for item in shape.terms}
    if others := [item.title.lower() for item in model.shape.terms if item.name not in asked]:
        notes.append(f"Only people whose {' and '.join(others)} is known too: the declared model needs it.")
    return notes
