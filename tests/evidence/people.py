"""Tables of people for the models' tests, and people drawn from the planted truth."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import ibis.expr.types as ir
import pyarrow as pa

from tiphub.engine import DuckDBEngine
from tiphub.evidence.models import CountryValues, OddsRatios, Ratio, odds_ratios
from tiphub.simulate import Truth, load_truth, simulate_population
from tiphub.standard import load_standard

STANDARD = load_standard()
TRUTH = load_truth()
RISK = CountryValues({name: origin.climate for name, origin in TRUTH.origins.items()}, "fictional")
CHILD_ON = ("education", "income_level", "climate_risk", "gender")
CHILD_TRUTH: Mapping[tuple[str, str | None], float] = {
    ("education", "none"): 22.76,
    ("education", "primary"): TRUTH.child.education["primary"],
    ("income_level", "Low"): 5.57,
    ("climate_risk", None): 1.12,
    ("gender", "man"): TRUTH.child.gender["man"],
}


@contextmanager
def table(columns: Mapping[str, list[object]] | pa.Table) -> Iterator[ir.Table]:
    with DuckDBEngine() as engine:
        yield engine.register("people", columns if isinstance(columns, pa.Table) else pa.table(dict(columns)))


def grouped(counts: Mapping[tuple[str, ...], tuple[int, int]], *names: str) -> dict[str, list[object]]:
    """A row a person: for each combination of ``names`` so many children and so many adults."""
    found: dict[str, list[object]] = {name: [] for name in (*names, "majority_status")}
    for cell, pair in counts.items():
        for status, people in zip(("child", "adult"), pair, strict=True):
            for name, value in zip(names, cell, strict=True):
                found[name] += [value] * people
            found["majority_status"] += [status] * people
    return found


def model(columns: Mapping[str, list[object]] | pa.Table, *on: str, **options: object) -> OddsRatios:
    with table(columns) as rows:
        return odds_ratios(rows, STANDARD, **{"outcome": "child", "on": on, **options})  # type: ignore[arg-type]


def ratios(found: OddsRatios) -> dict[tuple[str, str | None], Ratio | None]:
    return {(effect.variable, effect.level): effect.adjusted for effect in found.effects}


def simulated(people: int, seeds: range, truth: Truth = TRUTH) -> Iterator[ir.Table]:
    """Populations one after the other, on one engine."""
    with DuckDBEngine() as engine:
        for seed in seeds:
            yield engine.register("people", simulate_population(people, seed=seed, truth=truth).people)


def covers(ratio: Ratio | None, truth: float) -> bool:
    return ratio is not None and ratio.low <= truth <= ratio.high
