"""A release with privacy noise, made of random people by the method itself, with little effort."""

from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa

from release.sample import _cells, publish_sample, variables
from tiphub.progress import Silent
from tiphub.standard import Variable, encode, load_standard
from tiphub.vault.ledger import Booking
from tiphub.vault.s4_protect import Population, Protected
from tiphub.vault.s4_protect.dp.method import DifferentialPrivacy
from tiphub.vault.s4_protect.dp.noise import SeededNoiseForTests
from tiphub.vault.s4_protect.dp.synthesis import Effort

NAMES = (
    "year_of_registration",
    "gender",
    "age_band",
    "majority_status",
    "citizenship",
    "country_of_exploitation",
    "recruiter_relation_intimate_partner",
    "recruiter_relation_friend",
    "recruiter_relation_family",
    "recruiter_relation_other",
)
RHO = Fraction(1, 4)
STATEMENT = {
    "method": "noise_of_a_test",
    "parameters": {"rho": str(RHO)},
    "unit": "none",
    "protects_from": ["nothing: the noise is repeatable"],
    "does_not_protect_from": ["anything"],
}
"""The gate lets no repeatable noise pass, and none that no ledger booked; this one says what it is."""

QUICK = Effort(groups=100, steps=100, rounds=60)


@dataclass(frozen=True)
class Noisy:
    """The true records, and what the method made of them."""

    truth: pa.Table
    made: Protected


def chosen() -> tuple[Variable, ...]:
    """The columns of the release."""
    return tuple(item for item in variables() if item.name in NAMES)


@cache
def noisy(people: int = 3_000, *, seed: int = 1, rho: Fraction = RHO, women: bool = False) -> Noisy:
    """People drawn at random, or all of them women, protected with repeatable noise."""
    cells = _cells(people, np.random.default_rng(7))
    truth = pa.table({name: pa.array(cells[name], pa.string()) for name in NAMES})
    if women:
        place = truth.column_names.index("gender")
        truth = truth.set_column(place, "gender", pa.array(["woman"] * people))
    method = DifferentialPrivacy(
        rho=rho,
        delta=1e-6,
        standard=load_standard(),
        effort=QUICK,
        noise=SeededNoiseForTests(seed),
        seed_for_tests=seed,
    )
    codes = encode(truth, chosen())
    population = Population(variables=chosen(), quasi_identifiers=(), batches=lambda: iter([codes]))
    return Noisy(truth, method.protect(population, progress=Silent()))


def publish_noisy(releases: Path, *, day: date = date(2026, 11, 21), given: Noisy | None = None) -> Path:
    """Write the release, or that of other people; gives its folder."""
    return publish_sample(
        releases,
        day=day,
        given=replace((given or noisy()).made, statement=STATEMENT),  # type: ignore[arg-type]
        variables=chosen(),
        quasi_identifiers=(),
        smallest_count=None,
        booking=Booking(1, "0" * 64, str(STATEMENT["method"]), RHO, day.isoformat(), 4.2, 1e-6),
        argument="# Why it holds\n\nIt does not: the noise is repeatable, for tests alone.\n",
        evaluation={"method": STATEMENT["method"], "errors_of_counts": []},
    )
