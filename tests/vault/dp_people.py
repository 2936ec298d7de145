"""Small made-up populations for the tests of differential privacy, and noise of a test's own choice."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from tiphub.standard import Standard, Variable, load_standard
from tiphub.standard.variables import Codes, variable
from tiphub.vault.s4_protect import Population
from tiphub.vault.s4_protect.dp.noise import Counts
from tiphub.vault.s4_protect.dp.synthesis import Effort

YEARS = (2015, 2024)
QUICK = Effort(groups=60, steps=60, rounds=30)
COLUMNS = (
    "gender",
    "age_band",
    "majority_status",
    "exploitation_type_forced_labour",
    "labour_sector_agriculture",
    "means_of_control_threats",
)


@cache
def standard() -> Standard:
    return load_standard()


def columns(*names: str) -> tuple[Variable, ...]:
    return tuple(variable(standard(), name, years=YEARS) for name in names or COLUMNS)


def people(number: int, seed: int = 1) -> Codes:
    """Codes of ``COLUMNS``, as the standard's logic allows them."""
    random = np.random.default_rng(seed)
    variables = columns()
    gender = random.choice(4, number, p=[0.1, 0.6, 0.27, 0.03])
    age = random.choice(10, number, p=[0.2, 0.02, 0.2, 0.15, 0.13, 0.1, 0.08, 0.07, 0.04, 0.01])
    above = [0, *(variables[2].values.index(item or "adult") + 1 for item in variables[1].broader)]
    status = np.array(above)[age]
    labour = np.where(random.random(number) < 0.3 + 0.3 * (gender == 2), 2, random.integers(0, 2, number))
    sector = np.where(labour == 2, random.integers(0, 3, number), random.integers(0, 2, number))
    threats = np.where(random.random(number) < 0.2 + 0.4 * (labour == 2), 2, random.integers(0, 2, number))
    return np.column_stack([gender, age, status, labour, sector, threats]).astype(np.int16)


def population(codes: Codes, variables: tuple[Variable, ...], pieces: int = 3) -> Population:
    return Population(variables=variables, quasi_identifiers=(), batches=batches(codes, pieces))


def batches(codes: Codes, pieces: int = 3) -> Callable[[], Iterator[Codes]]:
    return lambda: iter(np.array_split(codes, pieces))


@dataclass
class Recorder:
    """Passes counts on to another noise, and remembers the scale of each."""

    behind: object
    private: bool = False
    scales: list[float] = field(default_factory=list)

    def add(self, counts: Counts, *, scale: float) -> Counts:
        self.scales.append(scale)
        noisy: Counts = self.behind.add(counts, scale=scale)  # type: ignore[attr-defined]
        return noisy
