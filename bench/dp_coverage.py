"""Do the 95% intervals of released counts hold 95% of the true counts? Prints one table a kind of interval.

Usage: dp_coverage.py [--people 4000] [--releases 200] [--epsilon 4] [--columns 9] [--bounds-only]

One simulated population is released many times with OpenDP's noise on fresh entropy. Every true count of
every measured table is looked up: in the bounds of the noisy tables (all cells, also those that no record
has), and in counts.csv (the cells that are released, rounded outwards and widened to the count itself).
The share inside is told by the size of the true count, with the spread between releases, since the counts of
one release share their noise. A true 95% allows at least 92% everywhere and at most 98.5% over 100.
"""

import argparse
from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from tiphub.progress import Silent
from tiphub.simulate import simulate_population
from tiphub.standard import load_standard
from tiphub.standard.implications import implications, reconcile
from tiphub.standard.variables import encode, variable
from tiphub.vault.s4_protect.dp import FreshNoise
from tiphub.vault.s4_protect.dp.accounting import delta_for, rho_for
from tiphub.vault.s4_protect.dp.counting import count_tables
from tiphub.vault.s4_protect.dp.counts import bounds, counted, released_counts
from tiphub.vault.s4_protect.dp.domains import recode
from tiphub.vault.s4_protect.dp.logic import forbidden
from tiphub.vault.s4_protect.dp.measure import measure
from tiphub.vault.s4_protect.dp.synthesis import Effort, synthesise

COLUMNS = (
    "gender",
    "age_band",
    "majority_status",
    "citizenship",
    "country_of_exploitation",
    "exploitation_type_forced_labour",
    "exploitation_type_sexual_exploitation",
    "means_of_control_threats",
    "recruiter_relation_family",
    "year_of_registration",
    "labour_sector_agriculture",
    "means_of_control_false_promises",
)
SIZES = ((0, 0), (1, 9), (10, 99), (100, 999), (1_000, 10**9))
EFFORT = Effort(groups=300, steps=300, rounds=200)


def inside(truth, low, high) -> Iterator[tuple[tuple[int, int], int, int]]:
    for size in SIZES:
        chosen = (truth >= size[0]) & (truth <= size[1])
        yield size, int(chosen.sum()), int(((truth >= low) & (truth <= high))[chosen].sum())


def release(codes, variables, rho, *, records: bool):
    """The truth of every table of one release, and its bounds, in all cells and in those released."""
    rules = implications(load_standard(), variables)
    codes = reconcile(codes, rules)
    measured = measure(
        lambda: iter([codes]), variables, rho=rho, noise=FreshNoise(), into="broader", progress=Silent()
    )
    shown = recode(codes, measured.regroupings)
    true = count_tables([shown], measured.blocks.cardinalities, measured.tables)
    for table in measured.tables:
        low, high, _ = bounds(measured, table)
        yield f"noisy tables, {len(table)}-way", true[table], low, high
    if records:
        made = synthesise(
            measured,
            forbidden(rules, measured.blocks),
            random=np.random.default_rng(),
            progress=Silent(),
            effort=EFFORT,
        )
        yield from listed(measured, made, true)


def listed(measured, made, true):
    counts = released_counts(measured, counted(measured, made))
    names = [item.name for item in measured.variables]
    code = [{value: place for place, value in enumerate(("", *item.values))} for item in measured.variables]
    found = defaultdict(list)
    for row in counts.slice(1).to_pylist():
        table = tuple(names.index(name) for name in row["fields"].split("|"))
        cell = tuple(code[item][text] for item, text in zip(table, row["values"].split("|"), strict=True))
        found[len(table)].append((true[table][cell], row["low"], row["high"]))
    for size, rows in found.items():
        yield f"counts.csv, {size}-way", *np.array(rows).T


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=4_000)
    parser.add_argument("--releases", type=int, default=200)
    parser.add_argument("--epsilon", type=float, default=4.0)
    parser.add_argument("--columns", type=int, default=9)
    parser.add_argument("--bounds-only", action="store_true", help="leave the records out: much quicker")
    args = parser.parse_args()
    people = simulate_population(args.people, seed=1).people
    years = people["year_of_registration"].to_numpy()
    span = int(years.min()), int(years.max())
    variables = tuple(variable(load_standard(), name, years=span) for name in COLUMNS[: args.columns])
    codes = encode(people, variables)
    rho = rho_for(args.epsilon, delta_for(args.people))
    shares = defaultdict(list)
    cells = defaultdict(int)
    for _ in range(args.releases):
        here = defaultdict(lambda: [0, 0])
        for kind, truth, low, high in release(codes, variables, rho, records=not args.bounds_only):
            for size, number, held in inside(truth, low, high):
                here[kind, size][0] += number
                here[kind, size][1] += held
        for key, (number, held) in here.items():
            if number:
                shares[key].append(held / number)
                cells[key] += number
    print(
        f"{len(codes):,} people, {args.columns} columns, {args.releases} releases, epsilon {args.epsilon:g}"
    )
    print(f"{'':24}{'true count':>16}{'cells':>12}{'inside':>9}{'one release':>14}")
    for (kind, (least, most)), found in shares.items():
        mean, spread = float(np.mean(found)), float(np.std(found))
        size = "0" if not most else f"{least:,} and more" if most >= 10**9 else f"{least:,}-{most:,}"
        told = "" if mean >= 0.92 and (least < 100 or mean <= 0.985) else "  OUTSIDE"
        print(
            f"{kind:24}{size:>16}{cells[kind, (least, most)]:>12,}{mean:>9.1%}{f'± {spread:.1%}':>14}{told}"
        )


if __name__ == "__main__":
    main()
