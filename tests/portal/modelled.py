"""Releases whose hub declared models, of people whose odds ratios are planted; the noise is repeatable."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from evidence.people import CHILD_ON, TRUTH
from release.sample import Content, publish_sample
from tiphub.evidence.models import CountryValues, DeclaredModel, declare_model
from tiphub.progress import Silent
from tiphub.release import ModelTables
from tiphub.simulate import simulate_population
from tiphub.standard import encode, load_standard, variable
from tiphub.vault.ledger import Booking
from tiphub.vault.s4_protect.dp.accounting import delta_for, rho_for
from tiphub.vault.s4_protect.dp.models import measure_models
from tiphub.vault.s4_protect.dp.noise import SeededNoiseForTests

COLUMNS = ("education", "gender", "majority_status", "citizenship", "country_of_exploitation")
PEOPLE = 20_000
RISK = {name: float(3 * round(origin.climate / 3)) for name, origin in TRUTH.origins.items()}
PLANTED: Mapping[tuple[str, str | None], float] = {
    ("education", "none"): 22.76,
    ("income_level", "Low"): 5.57,
    ("climate_risk", None): 1.12,
    ("gender", "man"): TRUTH.child.gender["man"],
}
"""The odds ratios of the first model, as the people were drawn."""

BUDGET = rho_for(4, delta_for(PEOPLE)) / 10
HARDLY_ANY = Fraction(1, 10**7)
"""What the last two models may spend: their noise is thousands of people a count."""

METHOD, SPENT = "noise_of_a_test", 2 * BUDGET + 2 * HARDLY_ANY
"""What the release says that it is and spends: the gate lets no repeatable noise pass as protection."""


def declared() -> list[tuple[DeclaredModel, Fraction]]:
    """Models and what each spends: the study's two, one that noise hides, one whose tables are forged."""
    standard = load_standard()

    def declare(outcome: str, *on: str, **options: object) -> DeclaredModel:
        return declare_model(standard, outcome=outcome, on=on, carried=COLUMNS, **options)  # type: ignore[arg-type]

    risk = {"climate_risk": CountryValues(RISK, "Made-up <b>risk</b>")}
    return [
        (declare("child", *CHILD_ON, covariates=risk), BUDGET),
        (declare("international", "gender", among={"majority_status": "child"}), BUDGET),
        (declare("child", "gender", among={"education": "tertiary"}), HARDLY_ANY),
        (declare("child", "education", "gender"), HARDLY_ANY),
    ]


def publish_modelled(
    releases: Path, *, day: date = date(2026, 11, 21), seed: int = 1, outcome: str = ""
) -> Path:
    """Write a release of a few invented records that carries the models' tables of all ``PEOPLE``.

    ``outcome`` is said to be that of each model, as in a release of another standard.
    """
    standard = load_standard()
    origins = {name: replace(origin, climate=RISK[name]) for name, origin in TRUTH.origins.items()}
    people = simulate_population(PEOPLE, seed=seed, truth=replace(TRUTH, origins=origins)).people
    variables = [variable(standard, name, years=(2015, 2025)) for name in COLUMNS]
    told, tables = [], []
    for number, (model, rho) in enumerate(declared(), start=1):
        made = measure_models(
            lambda: [encode(people.select(COLUMNS), variables)],
            variables,
            [model],
            rho=rho,
            noise=SeededNoiseForTests(10 * seed + number % 3),
            standard=standard,
            progress=Silent(),
        ).tables
        assert made
        told += [{**said, "outcome": outcome or said["outcome"]} for said in made.declared]
        tables.append(_numbered(made.table, number, forged=number == 4))
    records = pa.table({name: pc.cast(people[name], pa.string()) for name in COLUMNS}).slice(0, 300)
    nothing = pa.nulls(1, pa.float64())
    total = {"fields": [""], "values": [""], "count": pa.array([records.num_rows], pa.int64())}
    return publish_sample(
        releases,
        day=day,
        given=Content(
            records=records,
            counts=pa.table(total | {"std": nothing, "low": nothing, "high": nothing}),
            statement={
                "method": METHOD,
                "parameters": {"rho": str(SPENT)},
                "unit": "one invented person's record",
                "protects_from": ["nothing: the noise is repeatable"],
                "does_not_protect_from": ["anything"],
            },
            loss={},
            models=ModelTables(tuple(told), pa.concat_tables(tables)),
        ),
        variables=tuple(variables),
        quasi_identifiers=(),
        smallest_count=None,
        booking=Booking(1, "0" * 64, METHOD, SPENT, day.isoformat(), 4.2, 1e-6),
    )


def _numbered(table: pa.Table, number: int, *, forged: bool) -> pa.Table:
    """The tables as those of this model; forged ones say without any noise what cannot be."""
    columns = table.to_pydict() | {"model": [number] * table.num_rows}
    if forged:
        columns |= {"count": [10**12] * table.num_rows, "std": [1e-300] * table.num_rows}
    return pa.table(columns, schema=table.schema)
