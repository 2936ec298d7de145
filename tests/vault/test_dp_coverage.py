"""The 95% bounds of counts hold the truth as often as they say, after everything that is done to the noise.

The short version of ``bench/dp_coverage.py``. The seeds are fixed. With others the first test would raise a
false alarm in 1 of 1,000 cases: between releases the share inside has a standard deviation of 0.01 to 0.02,
of 0.06 for the few counts over 1,000: the limits are 3.2 standard errors of 40 releases away. The second
would in 1 of 300: 2.9 standard errors of 6 releases.
"""

from collections import defaultdict
from fractions import Fraction

import numpy as np

from tiphub.progress import Silent
from tiphub.vault.s4_protect.dp import DifferentialPrivacy, SeededNoiseForTests
from tiphub.vault.s4_protect.dp.counting import count_tables
from tiphub.vault.s4_protect.dp.counts import bounds
from tiphub.vault.s4_protect.dp.measure import measure
from tiphub.vault.s4_protect.dp.synthesis import Effort
from vault.dp_people import batches, columns, people, population, standard

CLASSES = ((0, 0), (1, 9), (10, 99), (100, 999), (1_000, 10**9))
FEWER = ((0, 0), (1, 9), (10, 99), (100, 10**9))
CODES = people(4_000)
RHO = Fraction(1, 4)


class Tally:
    """Counts that lie inside their bounds, by the size of the true count; one share a release."""

    def __init__(self, classes: tuple[tuple[int, int], ...]) -> None:
        self.classes = classes
        self.inside: dict[tuple[int, int], list[float]] = defaultdict(list)

    def add(self, truth: np.ndarray, held: np.ndarray) -> None:
        for size in self.classes:
            chosen = (truth >= size[0]) & (truth <= size[1])
            if chosen.any():
                self.inside[size].append(float(held[chosen].mean()))


def test_bounds_hold_95_of_100_true_counts_in_every_class_of_size() -> None:
    tally = Tally(CLASSES)
    for seed in range(40):
        noise = SeededNoiseForTests(seed)
        measured = measure(batches(CODES), columns(), rho=RHO, noise=noise, into="broader", progress=Silent())
        true = count_tables([CODES], measured.blocks.cardinalities, measured.tables)
        truth, held = [], []
        for table in measured.tables:
            low, high, _ = bounds(measured, table)
            truth.append(true[table].ravel())
            held.append(((true[table] >= low) & (true[table] <= high)).ravel())
        tally.add(np.concatenate(truth), np.concatenate(held))
    assert set(tally.inside) == set(CLASSES)
    for (least, _), shares in tally.inside.items():
        assert np.mean(shares) >= 0.92
        if least >= 100:
            assert np.mean(shares) <= 0.985


def test_released_bounds_hold_too_and_are_not_padded() -> None:
    tally = Tally(FEWER)
    effort = Effort(groups=120, steps=120, rounds=80)
    names = [item.name for item in columns()]
    code = [{value: place for place, value in enumerate(("", *item.values))} for item in columns()]
    for seed in range(6):
        method = DifferentialPrivacy(
            rho=RHO,
            delta=1e-6,
            standard=standard(),
            noise=SeededNoiseForTests(100 + seed),
            seed_for_tests=seed,
            effort=effort,
        )
        made = method.protect(population(CODES, columns()), progress=Silent())
        rows = []
        tables: dict[str, np.ndarray] = {}
        for row in made.counts.to_pylist()[1:]:
            places = tuple(names.index(name) for name in row["fields"].split("|"))
            if row["fields"] not in tables:
                sizes = [item.cardinality for item in columns()]
                tables[row["fields"]] = count_tables([CODES], sizes, [places])[places]
            cell = tuple(code[p][v] for p, v in zip(places, row["values"].split("|"), strict=True))
            truth = tables[row["fields"]][cell]
            rows.append((truth, row["low"] <= truth <= row["high"]))
        tally.add(*np.array(rows).T)
    for (least, _), shares in tally.inside.items():
        assert np.mean(shares) >= 0.92
        if least >= 100:
            assert np.mean(shares) <= 0.985
