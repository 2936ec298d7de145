"""Do attacks find more about people in the data than about others, and do they find a planted leak?

Usage: attacks.py [--people 60000] [--rehearsals 20] [--epsilon 4] [--others 2] [--seed 1000]

Fictional people with all columns that a hub publishes, their gaps included. Each rehearsal has other people
and other noise: the method protects four people in five as a release would, and attacks that are shown the
records guess about them and about the fifth (see `tiphub.vault.s5_evaluate`). For each method:

- accused: rehearsals in which any attack beat its control by more than its interval. A sound method is
  accused in at most 1 of 40;
- largest: of all attacks in all rehearsals, the one whose interval reaches furthest above its control: by how
  many percentage points it beat it, with the interval.

``--others`` rehearsals each are made of leaks that have to be found (records that are the people; protected
records of which one in ten is a person's own), and of k-anonymity, which promises less.
"""

import argparse
import time
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pyarrow as pa

from tiphub.progress import Silent
from tiphub.simulate import simulate_population
from tiphub.simulate.sightings import leave_gaps
from tiphub.standard import load_standard
from tiphub.standard.implications import implications, reconcile
from tiphub.standard.variables import Codes, Variable, decode, encode, variable
from tiphub.vault.s4_protect import KAnonymity, Population, Protected
from tiphub.vault.s4_protect.dp import DifferentialPrivacy
from tiphub.vault.s4_protect.dp.accounting import delta_for, rho_for
from tiphub.vault.s5_evaluate import rehearse

YEARS = (2002, 2025)
Protect = Callable[[Population], Protected]


def people_of(number: int, seed: int) -> Population:
    """Fictional people as an agency's file knows them, in the columns that a hub publishes."""
    standard, drawn = load_standard(), simulate_population(number, seed=seed)
    known = leave_gaps(np.random.default_rng(seed), drawn.truth, standard, drawn.people, "open_file")
    names = [name for name in standard.published if name in known.column_names]
    variables = tuple(variable(standard, name, years=YEARS) for name in names)
    codes = reconcile(encode(known, variables), implications(standard, variables))
    quasi = tuple(name for name in standard.quasi_identifiers if name in names)
    return Population(variables=variables, quasi_identifiers=quasi, batches=lambda: iter([codes]))


def private(epsilon: float, people: int) -> Protect:
    delta = delta_for(people)
    method = DifferentialPrivacy(rho=rho_for(epsilon, delta), delta=delta, standard=load_standard())
    return lambda population: method.protect(population, progress=Silent())


def k_anonymous(population: Population) -> Protected:
    return KAnonymity(k=11).protect(population, progress=Silent())


def raw(population: Population) -> Protected:
    """A planted leak: the people themselves."""
    return _of(np.concatenate(list(population.batches())), population.variables)


def one_in_ten(population: Population) -> Protected:
    """A planted leak: one record in ten is a person's own, the others say nothing of anybody.

    These others have the answers of the people, each column shuffled by itself.
    """
    codes, random = np.concatenate(list(population.batches())), np.random.default_rng()
    made = np.column_stack([random.permutation(codes[:, place]) for place in range(codes.shape[1])])
    own = random.random(len(codes)) < 0.1
    made[own] = codes[own]
    return _of(made, population.variables)


def _of(codes: Codes, variables: Sequence[Variable]) -> Protected:
    records = decode(codes, variables)
    return Protected(records=records, counts=pa.table({}), statement={}, loss={})


def tell(name: str, protect: Protect, people: int, seeds: range) -> None:
    start, accused, attacks = time.process_time(), 0, []
    for seed in seeds:
        population = people_of(people, seed=seed)

        def protected(batches: Callable[[], Iterator[Codes]], here: Population = population) -> Protected:
            return protect(
                Population(
                    variables=here.variables, quasi_identifiers=here.quasi_identifiers, batches=batches
                )
            )

        found = rehearse(population, protected)["attacks"]
        accused += any(item["succeeds"] for item in found)
        attacks += found
    worst = max(attacks, key=lambda item: item["beyond"][1])
    gap, low, high = (100 * share for share in worst["beyond"])
    told = f"{gap:+.1f} ({low:+.1f} to {high:+.1f}) {worst['name']}"
    seconds = (time.process_time() - start) / len(seeds)
    print(f"{name:28}{f'{accused} of {len(seeds)}':>10}{seconds:>9.0f}  {told}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=60_000)
    parser.add_argument("--rehearsals", type=int, default=20)
    parser.add_argument("--epsilon", type=float, nargs="+", default=[4.0])
    parser.add_argument("--others", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1_000, help="of the first people; noise takes none")
    args = parser.parse_args()
    others = range(args.seed, args.seed + args.others)
    columns = len(people_of(2_000, seed=1).variables)
    print(f"{args.people:,} people, {columns} columns, four in five protected and one in five as control")
    print(f"{'method':28}{'accused':>10}{'CPU s':>9}  largest advantage, in points (interval)")
    if args.others:
        tell("leak: the people themselves", raw, args.people, others)
        tell("leak: one record in ten", one_in_ten, args.people, others)
        tell("k-anonymity, k = 11", k_anonymous, args.people, others)
    for epsilon in args.epsilon:
        seeds = range(args.seed, args.seed + args.rehearsals)
        tell(f"epsilon {epsilon:g}", private(epsilon, args.people), args.people, seeds)


if __name__ == "__main__":
    main()
