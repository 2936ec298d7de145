"""How often the intervals of hidden totals cover the planted truth, with and without privacy noise.

Usage: prevalence.py [--systems 200] [--people 2000] [--std 5] [--replicates 60] [MODEL ...]

Systems of four lists that find people independently of each other, with probabilities of 0.05, 0.08, 0.12
and 0.15. Prints, for each model, how many of the 95% intervals cover the total, and how many lie wholly
below or above it (false alarms). Nothing is asserted.
"""

import argparse
from math import inf

import numpy as np
from rich.console import Console
from rich.table import Table

from tiphub.evidence.prevalence import DEFAULT, OverlapNoise, Overlaps, estimate
from tiphub.evidence.prevalence.observation import discrete_gaussian
from tiphub.evidence.prevalence.overlaps import combinations
from tiphub.progress import Terminal

LISTS = ("A", "B", "C", "D")
CHANCES = np.array([0.05, 0.08, 0.12, 0.15])


def system(people: int, std: float, rng: np.random.Generator) -> Overlaps:
    cells = combinations(len(LISTS))
    chance = np.prod(np.where(cells == 1, CHANCES, 1 - CHANCES), axis=1)
    counts = rng.multinomial(people, np.append(chance, 1 - chance.sum()))[:-1]
    if std:
        counts = counts + discrete_gaussian(std, counts.shape, rng)
    return Overlaps(LISTS, tuple(int(count) for count in counts))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("models", nargs="*", default=list(DEFAULT))
    parser.add_argument("--systems", type=int, default=200)
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--std", type=float, default=5.0)
    parser.add_argument("--replicates", type=int, default=60)
    asked = parser.parse_args()
    table = Table(box=None)
    columns = (
        "model",
        "noise",
        "covered",
        "all below",
        "all above",
        "no estimate",
        "middle estimate",
        "middle width",
    )
    for column in columns:
        table.add_column(column, justify="right")
    for std in (0.0, asked.std):
        found: dict[str, list[tuple[float, float, float]]] = {model: [] for model in asked.models}
        rng = np.random.default_rng(7)
        with Terminal().stage(f"noise {std:g}", asked.systems) as task:
            for place in range(asked.systems):
                told = estimate(
                    system(asked.people, std, rng),
                    noise=OverlapNoise(std) if std else None,
                    models=asked.models,
                    seed=place,
                    replicates=asked.replicates,
                )
                for item in told.estimates:
                    high = inf if item.high is None else item.high
                    found[item.model].append((item.total, item.low, high))
                task.advance(1)
        for model, rows in found.items():
            if not rows:
                continue
            total, low, high = np.array(rows).T
            below, above = (high < asked.people).mean(), (low > asked.people).mean()
            table.add_row(
                model,
                f"{std:g}",
                f"{1 - below - above:.1%}",
                f"{below:.1%}",
                f"{above:.1%}",
                str(asked.systems - len(rows)),
                f"{np.median(total):,.0f}",
                f"{np.median(high - low):,.0f}",
            )
    Console().print(table)


if __name__ == "__main__":
    main()
