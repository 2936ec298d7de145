"""Does the mechanism lose more privacy than it claims? Runs it on neighbouring populations, and attacks it.

Usage: dp_audit.py [--runs 2000] [--people 300] [--epsilon 1 4 12] [--counts]

The attacker knows everybody but one person, and whom to look for. They see every noisy table (the strongest
place to look: all else follows from them) and score it by the likelihood ratio of "they are in" against "they
are not". `rho_at_least` turns the scores into a lower bound on rho that holds with 99.9% confidence, whatever
the mechanism is. It must not exceed the claim; where noise is halved, the domain read from the people, or a
seed reused, it must. The same is found with (epsilon, delta) through rho. ``--counts`` also attacks the
released counts (slow).
"""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from tiphub.progress import Silent
from tiphub.standard import Variable, decode, load_standard
from tiphub.standard.variables import Codes, variable
from tiphub.vault.s4_protect import Population
from tiphub.vault.s4_protect.dp import DifferentialPrivacy, FreshNoise, SeededNoiseForTests
from tiphub.vault.s4_protect.dp.accounting import epsilon_for, rho_for
from tiphub.vault.s4_protect.dp.domains import is_large
from tiphub.vault.s4_protect.dp.measure import measure
from tiphub.vault.s4_protect.dp.noise import Counts, Noise
from tiphub.vault.s4_protect.dp.synthesis import Effort
from tiphub.vault.s5_evaluate.lower_bound import rho_at_least

DELTA = 1e-6
COLUMNS = ("gender", "age_band", "citizenship")
Variables = tuple[Variable, ...]


@dataclass
class Overheard:
    """Passes noise through and keeps what comes out: what a reader of all noisy tables sees."""

    behind: Noise
    private: bool = False
    heard: list[tuple[Counts, float]] = field(default_factory=list)

    def add(self, counts: Counts, *, scale: float) -> Counts:
        noisy = self.behind.add(counts, scale=scale)
        self.heard.append((noisy, scale))
        return noisy


class HalfTheNoise:
    """A planted flaw."""

    private = False

    def add(self, counts: Counts, *, scale: float) -> Counts:
        return FreshNoise().add(counts, scale=scale / 2)


@dataclass(frozen=True)
class World:
    """Everybody but one person, and that person."""

    variables: Variables
    others: Codes
    target: Codes

    def people(self, *, present: bool) -> Codes:
        return np.concatenate([self.others, self.target]) if present else self.others


def world(people: int, names: Sequence[str] = COLUMNS, seed: int = 1) -> World:
    """A small population, and a person of a citizenship that nobody else has."""
    variables = tuple(variable(load_standard(), name, years=(2020, 2024)) for name in names)
    random = np.random.default_rng(seed)
    kinds = [min(item.cardinality, 12) for item in variables]
    others = np.column_stack([random.integers(0, size, people) for size in kinds]).astype(np.int16)
    target = [100 if item.cardinality > 100 else 1 for item in variables]
    return World(variables, others, np.array([target], np.int16))


def score(here: World, rho: Fraction, noise: Noise, variables: Variables, *, present: bool) -> float:
    """The logarithm of the likelihood ratio that the person is in, given all noisy tables of one run."""
    overheard = Overheard(noise)
    codes = seen_as(here.people(present=present), here.variables, variables)
    measured = measure(
        lambda: iter([codes]), variables, rho=rho, noise=overheard, into="broader", progress=Silent()
    )
    names = [item.values for item in variables]
    who = [
        here.variables[place].values[code - 1] if code else None for place, code in enumerate(here.target[0])
    ]
    if any(value is not None and value not in known for value, known in zip(who, names, strict=True)):
        return -np.inf
    target = seen_as(here.target, here.variables, variables)
    others = seen_as(here.others, here.variables, variables)
    first = [(place,) for place, item in enumerate(variables) if is_large(item)]
    # With few people the two-way tables are counted once more instead of three-way ones.
    again = [table for table in measured.tables if len(table) == 2]
    asked = [*first, *measured.tables, *again]
    total = 0.0
    for index, (noisy, scale) in enumerate(overheard.heard):
        table = asked[index]
        new = [None if index < len(first) else measured.regroupings[item].new_code for item in table]
        cells = [codes_of(others, item, code) for item, code in zip(table, new, strict=True)]
        cell = tuple(int(codes_of(target, item, code)[0]) for item, code in zip(table, new, strict=True))
        known = np.logical_and.reduce([c == place for c, place in zip(cells, cell, strict=True)]).sum()
        total += (float(noisy[cell]) - float(known) - 0.5) / scale**2
    return total


def codes_of(codes: Codes, item: int, new_code) -> Codes:
    return codes[:, item] if new_code is None else new_code[codes[:, item]]


def seen_as(codes: Codes, variables: Variables, others: Variables) -> Codes:
    """Codes of the same people over other domains; what is not in them is unknown."""
    if variables == others:
        return codes
    out = np.zeros_like(codes)
    for place, (item, other) in enumerate(zip(variables, others, strict=True)):
        new = [0, *(other.values.index(v) + 1 if v in other.values else 0 for v in item.values)]
        out[:, place] = np.array(new, np.int16)[codes[:, place]]
    return out


def sound(here: World, rho: Fraction, *, present: bool) -> float:
    return score(here, rho, FreshNoise(), here.variables, present=present)


def half_the_noise(here: World, rho: Fraction, *, present: bool) -> float:
    return score(here, rho, HalfTheNoise(), here.variables, present=present)


def a_domain_read_from_the_people(here: World, rho: Fraction, *, present: bool) -> float:
    table = decode(here.people(present=present), here.variables)
    found = tuple(
        Variable(item.name, tuple(sorted(set(table.column(item.name).drop_null().to_pylist()))), ())
        for item in here.variables
    )
    found = tuple(Variable(item.name, item.values, (None,) * len(item.values)) for item in found)
    return score(here, rho, FreshNoise(), found, present=present)


def a_seed_reused(here: World, rho: Fraction, *, present: bool) -> float:
    return score(here, rho, SeededNoiseForTests(42), here.variables, present=present)


def released_counts(here: World, rho: Fraction, *, present: bool) -> float:
    """The same attack on what is published: counts of the person's cells against those known."""
    method = DifferentialPrivacy(
        rho=rho,
        delta=DELTA,
        standard=load_standard(),
        effort=Effort(groups=60, steps=60, rounds=30),
    )
    codes = here.people(present=present)
    population = Population(variables=here.variables, quasi_identifiers=(), batches=lambda: iter([codes]))
    made = method.protect(population, progress=Silent())
    who = decode(here.target, here.variables).to_pylist()[0]
    known = decode(here.others, here.variables).to_pylist()
    total = -float(len(known))
    for row in made.counts.to_pylist():
        fields = row["fields"].split("|") if row["fields"] else []
        if all(
            (who[name] or "") == value for name, value in zip(fields, row["values"].split("|"), strict=False)
        ):
            same = sum(all(person[name] == who[name] for name in fields) for person in known)
            total += (row["count"] - same - 0.5) / row["std"] ** 2
    return total


FLAWS = (half_the_noise, a_domain_read_from_the_people, a_seed_reused)


def audit(attack: Callable[..., float], here: World, rho: Fraction, runs: int) -> float:
    """The lower bound on rho that so many runs with and so many without the person give."""
    present = np.array([attack(here, rho, present=True) for _ in range(runs)])
    absent = np.array([attack(here, rho, present=False) for _ in range(runs)])
    return rho_at_least(present, absent)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=2_000)
    parser.add_argument("--people", type=int, default=300)
    parser.add_argument("--epsilon", type=float, nargs="+", default=[1.0, 4.0, 12.0])
    parser.add_argument("--counts", action="store_true")
    args = parser.parse_args()
    here = world(args.people)
    attacks = [sound, *([released_counts] if args.counts else []), *FLAWS]
    print(f"{args.runs} runs with and without one of {args.people} people; delta {DELTA:g}")
    print(f"{'':32}{'claimed':>18}{'at least':>18}")
    for epsilon in args.epsilon:
        rho = rho_for(epsilon, DELTA)
        for attack in attacks:
            found = audit(attack, here, rho, args.runs)
            least = epsilon_for(Fraction(found).limit_denominator(10**9), DELTA) if found else 0.0
            told = "MORE THAN CLAIMED" if found > rho else ""
            claim = f"rho {float(rho):.3f} eps {epsilon:g}"
            name = attack.__name__.replace("_", " ")
            print(f"{name:32}{claim:>18}{f'rho {found:.3f} eps {least:.2f}':>22}  {told}", flush=True)


if __name__ == "__main__":
    main()
