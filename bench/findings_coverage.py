"""Do findings of private releases hold the truth, and how wide are they? One line a kind of figure.

Usage: findings_coverage.py [--people 20000] [--releases 5] [--epsilon 4] [--quick] [--misses]

A simulated population is made to look like records of agencies: some answer nothing of a group, more so for
men; some tick what applies and never write no; fields have gaps. It is released by differential privacy, each
time with fresh noise and fresh people, and the library of findings is answered from the records as they were
(the truth) and from the release. An interval counts sampling in, so that it should hold the truth of these
very people more often than in 95 of 100 cases; under 92 of 100 it does not hold. What is told at all, and how
wide it is, is the other half: intervals can always be held by saying nothing.

Also told: how far the number of people who answered a group at all is off in the synthetic records.
"""

import argparse
from collections import defaultdict

import numpy as np
import pyarrow as pa

from tiphub.engine import DuckDBEngine
from tiphub.evidence.findings import Source, answer, library
from tiphub.evidence.findings.noise import Noise
from tiphub.evidence.noise import MeasuredCounts
from tiphub.progress import Silent
from tiphub.simulate import simulate_population
from tiphub.standard import encode, load_standard, variable
from tiphub.standard.implications import implications, reconcile
from tiphub.standard.variables import decode
from tiphub.vault.s4_protect import Population
from tiphub.vault.s4_protect.dp import DifferentialPrivacy, FreshNoise
from tiphub.vault.s4_protect.dp.accounting import delta_for, rho_for
from tiphub.vault.s4_protect.dp.synthesis import Effort
from tiphub.vault.s6_publish.tables import typed_records

STANDARD = load_standard()
LIBRARY = library(STANDARD)
LEFT_OUT = {"citizenship", "source_kind", "abduction", "majority_status_at_entry"}
QUICK = Effort(groups=300, steps=300, rounds=250)


def reported(people: int, seed: int, names: tuple[str, ...]):
    """Codes of simulated people as agencies would have recorded them, and the variables."""
    rows = simulate_population(people, seed=seed).people
    years = rows["year_of_registration"].to_numpy()
    span = int(years.min()), int(years.max())
    variables = tuple(variable(STANDARD, name, years=span) for name in names)
    codes = encode(rows.select(list(names)), variables)
    random = np.random.default_rng([seed, 1])
    place = {name: position for position, name in enumerate(names)}
    man = codes[:, place["gender"]] == 2
    ticks_only = random.random(people) < 0.6
    for number, group in enumerate(STANDARD.groups):
        silent = random.random(people) < 0.1 + 0.07 * number + 0.2 * man
        for name in names:
            if STANDARD.columns[name].group == group:
                cells = codes[:, place[name]]
                cells[silent | (ticks_only & (cells == 1))] = 0
    for name in names:
        if not STANDARD.columns[name].group:
            codes[random.random(people) < 0.12, place[name]] = 0
    return reconcile(codes, implications(STANDARD, variables)), variables


def release(codes, variables, epsilon: float, effort: Effort | None):
    people = len(codes)
    delta = delta_for(people)
    method = DifferentialPrivacy(
        rho=rho_for(epsilon, delta), delta=delta, standard=STANDARD, noise=FreshNoise(), effort=effort
    )
    population = Population(variables=variables, quasi_identifiers=(), batches=lambda: iter([codes]))
    return method.protect(population, progress=Silent())


def union(table: pa.Table, flags: list[str]) -> int:
    columns = [np.array([cell is True for cell in table.column(flag).to_pylist()]) for flag in flags]
    return int(np.any(columns, axis=0).sum())


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--releases", type=int, default=5)
    parser.add_argument("--epsilon", type=float, default=4.0)
    parser.add_argument("--quick", action="store_true", help="fit the records less long than a release is")
    parser.add_argument("--misses", action="store_true", help="name every interval that misses the truth")
    args = parser.parse_args()
    names = tuple(name for name in STANDARD.published if name not in LEFT_OUT)
    told = defaultdict(list)
    asked = defaultdict(int)
    for seed in range(args.releases):
        codes, variables = reported(args.people, seed, names)
        made = release(codes, variables, args.epsilon, QUICK if args.quick else None)
        with DuckDBEngine() as engine:
            true = typed_records(decode(codes, variables), variables)
            records = typed_records(made.records, variables)
            truth = Source(engine.register("truth", true))
            noise = Noise(MeasuredCounts(made.counts, variables), STANDARD)
            noisy = Source(engine.register("records", records), noise=noise, left_out={})
            for finding in LIBRARY:
                known = {
                    (cell.part, cell.option): cell.estimate for cell in answer(finding, truth, STANDARD).cells
                }
                for cell in answer(finding, noisy, STANDARD).cells:
                    right, found = known.get((cell.part, cell.option)), cell.estimate
                    if right is None or right.share is None:
                        continue
                    kind = finding.measure.kind, "by another column" if finding.parts else "of all"
                    asked[kind] += 1
                    if found.share is None:
                        continue
                    inside = found.low <= right.share <= found.high
                    told[kind].append((inside, found.high - found.low, right.high - right.low))
                    if args.misses and not inside:
                        print(
                            f"{finding.name} {cell.part} {cell.option}: {right.numerator}/{right.denominator}"
                            f" {right.share:.3f}, told {found.numerator}/{found.denominator}"
                            f" {found.low:.3f} to {found.high:.3f}"
                        )
        off = [
            f"{group} {union(records, flags) / max(union(true, flags), 1) - 1:+.1%}"
            for group in STANDARD.groups
            if (flags := [name for name in names if STANDARD.columns[name].group == group])
        ]
        print(f"release {seed + 1}, who answered at all, off by: {', '.join(off)}", flush=True)
    print(f"\n{args.people:,} people, epsilon {args.epsilon:g}, {args.releases} releases")
    print(f"{'':28}{'asked':>8}{'told':>8}{'inside':>9}{'mean width':>12}{'without noise':>15}")
    for kind in sorted(asked):
        rows = np.array(told[kind] or [(np.nan,) * 3], float)
        inside, width, plain = rows.mean(axis=0)
        few = "  OUTSIDE" if inside < 0.92 else ""
        number = f"{asked[kind]:>8,}{len(told[kind]):>8,}"
        print(f"{', '.join(kind):28}{number}{inside:>9.1%}{width:>12.3f}{plain:>15.3f}{few}")


if __name__ == "__main__":
    main()
