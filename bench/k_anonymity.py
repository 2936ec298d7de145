"""How much do ways of reaching k-anonymity lose? Prints one line a way and population.

Usage: k_anonymity.py [--people 60000] [--exact 20]

Loss is the share of the known quasi-identifiers' information that is lost (``Ladder.lost``; a dropped record
loses all its cells). ``--exact N`` also compares with the true optimum, found by integer programming, on N
small populations.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from tiphub.engine import DuckDBEngine
from tiphub.mapping import open_standard
from tiphub.simulate.population import simulate_population
from tiphub.standard import Variable, encode, load_standard, variable
from tiphub.vault.s4_protect.k_anonymity.hierarchy import Hierarchies
from tiphub.vault.s4_protect.k_anonymity.recode import DROPPED, Recoding, recode

DATA = Path(__file__).resolve().parents[1] / ".." / "shared" / "data"
K = 11


def everyone(people, output):
    return Recoding(np.arange(len(people)), output, people)


def plain_suppression(combinations, people, hierarchies, k):
    """Drop every record whose combination is too rare."""
    key = hierarchies.key(combinations)
    return everyone(people, np.where(people >= k, key, DROPPED))


def full_domain(combinations, people, hierarchies, k):
    """One level for all (Samarati 2001), the best of all levels, and drop what is still too rare."""
    best, least = None, np.inf
    known = (combinations > 0).sum(1)
    for level in hierarchies.levels(5_000):
        keys, inverse = np.unique(hierarchies.raised(combinations, level), return_inverse=True)
        kept = np.bincount(inverse, people)[inverse] >= k
        cost = people @ np.where(kept, hierarchies.lost(combinations, level), known)
        if cost < least:
            best, least = np.where(kept, keys[inverse], DROPPED), cost
    return everyone(people, best)


def bottom_up(combinations, people, hierarchies, k):
    """Raise one quasi-identifier of each small group at a time: the one that costs least a person."""
    codes = combinations.copy()
    while True:
        keys, inverse = np.unique(hierarchies.key(codes), return_inverse=True)
        size = np.bincount(inverse, people)
        small = size[inverse] < k
        if not (small & codes.any(1)).any():
            return everyone(people, np.where(small, DROPPED, keys[inverse]))
        score = np.full((len(codes), codes.shape[1]), np.inf)
        for j, item in enumerate(hierarchies.ladders):
            raised = codes.copy()
            raised[:, j] = item.up[1, codes[:, j]]
            key = hierarchies.key(raised)
            _, at = np.unique(np.where(small, key, hierarchies.key(codes)), return_inverse=True)
            reached = np.minimum(np.bincount(at, people), k)[at]
            cost = item.lost[1, codes[:, j]]
            score[:, j] = np.where(codes[:, j] > 0, cost / reached, np.inf)
        pick = score.argmin(1)
        for j, item in enumerate(hierarchies.ladders):
            chosen = small & (pick == j) & codes.any(1)
            codes[chosen, j] = item.up[1, codes[chosen, j]]


def top_down(combinations, people, hierarchies, k):
    """Mondrian (LeFevre et al. 2006) on hierarchies: start from all unknown, give detail back."""
    heights = [len(item.up) - 1 for item in hierarchies.ladders]
    output = np.full(len(people), DROPPED)
    todo = [(np.arange(len(people)), tuple(heights))] if people.sum() >= k else []
    while todo:
        rows, level = todo.pop()
        best = None
        for j in range(len(heights)):
            for down in range(1, level[j] + 1):
                finer = (*level[:j], level[j] - down, *level[j + 1 :])
                _, inverse = np.unique(hierarchies.raised(combinations[rows], finer), return_inverse=True)
                size = np.bincount(inverse, people[rows])
                big = size >= k
                rest = size[~big].sum()
                if 0 < rest < k and big.any():
                    big[np.flatnonzero(big)[size[big].argmin()]] = False
                if not big.any():
                    continue
                won = hierarchies.lost(combinations[rows], level) - hierarchies.lost(
                    combinations[rows], finer
                )
                gain = people[rows] @ (won * big[inverse])
                if gain > 1e-9 and (best is None or gain > best[0]):
                    best = (gain, finer, inverse, big)
                    break
        if best is None:
            output[rows] = hierarchies.raised(combinations[rows], level)
            continue
        _, finer, inverse, big = best
        order = np.argsort(inverse, kind="stable")
        parts = np.split(order, np.flatnonzero(np.diff(inverse[order])) + 1)
        todo.extend((rows[part], finer) for part in parts if big[inverse[part[0]]])
        if (~big[inverse]).any():
            left = rows[~big[inverse]]
            output[left] = hierarchies.raised(combinations[left], level)
    return everyone(people, output)


def ours(combinations, people, hierarchies, k):
    return recode(combinations, people, hierarchies, k=k, record_cost=combinations.shape[1])


SMALL: list[Callable[..., Recoding]] = [bottom_up, top_down, ours]
WAYS = [plain_suppression, full_domain, *SMALL]


def loss(combinations, people, hierarchies, recoding):
    """Information lost, records dropped, and of each quasi-identifier the share of known cells kept exact."""
    before = combinations[recoding.combination]
    kept = recoding.output != DROPPED
    after = hierarchies.codes(np.where(kept, recoding.output, 0))
    lost = 0.0
    exact = []
    for j, item in enumerate(hierarchies.ladders):
        steps = (item.up[:, before[:, j]] == after[:, j]).argmax(axis=0)
        lost += item.lost[steps, before[:, j]] @ recoding.people
        known = before[:, j] > 0
        exact.append(
            recoding.people[known & (before[:, j] == after[:, j])].sum() / recoding.people[known].sum()
        )
    _, inverse = np.unique(recoding.output[kept], return_inverse=True)
    assert not kept.any() or np.bincount(inverse, recoding.people[kept]).min() >= K
    assert recoding.people.sum() == people.sum()
    return lost / (people @ (combinations > 0).sum(1)), 1 - recoding.people[kept].sum() / people.sum(), exact


def populations(number: int) -> Iterator[tuple[str, tuple[Variable, ...], np.ndarray]]:
    standard = load_standard()

    def over(years):
        return tuple(variable(standard, name, years=years) for name in standard.quasi_identifiers)

    people = simulate_population(number, seed=1).people
    years = people["year_of_registration"].to_numpy()
    columns = over((int(years.min()), int(years.max())))
    yield f"simulated {number:,}", columns, encode(people, columns)
    for name, layout in (
        ("ctdc_global_synthetic_2024_sample.csv.gz", "ctdc-2024"),
        ("ctdc_global_dataset_2018.csv.gz", "ctdc-2018"),
    ):
        if (DATA / name).exists():
            with DuckDBEngine() as engine:
                table = open_standard(DATA / name, layout, standard, engine).table
                columns = over((1990, 2024))
                yield layout, columns, encode(table.select([c.name for c in columns]).to_pyarrow(), columns)


def optimum(combinations, people, hierarchies, k):
    """The least loss there is: how many of each combination go to which output, by integer programming."""
    levels = hierarchies.levels(10_000)
    pairs = {}
    for level in levels:
        keys, cost = hierarchies.raised(combinations, level), hierarchies.lost(combinations, level)
        for d in range(len(people)):
            pairs[d, int(keys[d])] = float(cost[d])
    outputs = sorted({key for _, key in pairs})
    place = {key: i for i, key in enumerate(outputs)}
    n, m = len(pairs), len(outputs)
    cost = np.array([*pairs.values(), *[0.0] * m])
    rows, columns, values, low, high = [], [], [], [], []

    def constraint(entries, least, most):
        for column, value in entries:
            rows.append(len(low))
            columns.append(column)
            values.append(value)
        low.append(least)
        high.append(most)

    for d in range(len(people)):
        constraint([(i, 1) for i, (c, _) in enumerate(pairs) if c == d], people[d], people[d])
    for i, (d, key) in enumerate(pairs):
        constraint([(i, 1), (n + place[key], -float(people[d]))], -np.inf, 0)
    for key in outputs:
        constraint([*((i, 1) for i, (_, o) in enumerate(pairs) if o == key), (n + place[key], -k)], 0, np.inf)
    matrix = csr_array((values, (rows, columns)), shape=(len(low), n + m))
    bounds = Bounds(np.zeros(n + m), np.concatenate([np.full(n, np.inf), np.ones(m)]))
    found = milp(
        cost,
        constraints=LinearConstraint(matrix, low, high),
        integrality=np.ones(n + m),
        bounds=bounds,
        options={"time_limit": 20},
    )
    return found.fun if found.success else None


def against_optimum(trials: int) -> None:
    area = Variable("area", tuple("abcdefNS"), ("N", "N", "N", "S", "S", "S", None, None))
    age = Variable(
        "age", ("1", "2", "3", "4", "child", "adult"), ("child", "child", "adult", "adult", None, None)
    )
    gender = Variable("gender", ("woman", "man"), (None, None))
    hierarchies = Hierarchies.of((area, age, gender))
    totals = {way.__name__: 0.0 for way in SMALL}
    least = 0.0
    solved = 0
    for seed in range(trials):
        random = np.random.default_rng(seed)
        areas, ages = np.minimum(random.zipf(1.6, 150), 6), np.minimum(random.zipf(1.5, 150), 4)
        rows = np.column_stack([areas, ages, random.integers(1, 3, 150)])
        combinations, people = np.unique(rows.astype(np.int16), axis=0, return_counts=True)
        best = optimum(combinations, people, hierarchies, K)
        if best is None:
            continue
        solved += 1
        known = people @ (combinations > 0).sum(1)
        least += best / known
        for way in SMALL:
            recoding = way(combinations, people, hierarchies, K)
            totals[way.__name__] += loss(combinations, people, hierarchies, recoding)[0]
    means = (f"{name} {total / solved:.4f}" for name, total in totals.items())
    print(f"{solved} small populations of 150, solved exactly: optimum {least / solved:.4f}", *means)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=60_000)
    parser.add_argument("--exact", type=int, default=20)
    args = parser.parse_args()
    for name, columns, codes in populations(args.people):
        hierarchies = Hierarchies.of(columns)
        keys, people = np.unique(hierarchies.key(codes), return_counts=True)
        combinations = hierarchies.codes(keys)
        print(f"{name}: {len(codes):,} people, {len(keys):,} combinations, k = {K}")
        for way in WAYS:
            begin = time.perf_counter()
            recoding = way(combinations, people, hierarchies, K)
            seconds = time.perf_counter() - begin
            lost, dropped, exact = loss(combinations, people, hierarchies, recoding)
            shares = " ".join(f"{c.name} {share:.3f}" for c, share in zip(columns, exact, strict=True))
            print(f"  {way.__name__:18}{seconds:6.2f} s  lost {lost:.4f}  dropped {dropped:.4f}")
            print(f"    exact: {shares}")
    if args.exact:
        against_optimum(args.exact)


if __name__ == "__main__":
    main()
