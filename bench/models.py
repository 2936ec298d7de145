"""Which intervals of odds ratios hold on a private release, and what do they cost? Prints one line a way.

Usage: models.py [--runs 200] [--people 20000] [--epsilon 4] [--share 0.1] [--way NAME]... [--tangled]

Fictional people with the planted odds ratios of ``simulate/truth.yml`` are drawn, counted in the public cells
of the model child ~ education + income level + climate risk + gender, and given Gaussian noise of the size
that a share of the budget allows. Each way then estimates the ratios. Each line gives the share of 95%
intervals that hold the planted value, the median length of the interval (log scale) by that from records, the
mean error of the log odds ratio, and in how many runs there was no estimate.

records     no noise: the yardstick
ignored     noisy counts, clipped at 0, taken for records
plain       corrected score, all cells alike
weighted    corrected score, cells weighted by what they tell
pairs       pairwise log-linear model fitted to noisy two-way tables (the product's)
draws       ten synthetic data sets drawn from that model, its parameters drawn anew each time, combined by
            the rules of Raghunathan et al. (2003), in the manner of NAPSU-MQ (Raisa et al., 2023)
"""

import argparse
import math
from dataclasses import replace

import numpy as np
import pyarrow as pa
from corrected_score import fit_corrected

from tiphub.engine import DuckDBEngine
from tiphub.evidence.models.country_values import CountryValues
from tiphub.evidence.models.declared import declare
from tiphub.evidence.models.design import Design, design_of
from tiphub.evidence.models.fit import fit
from tiphub.evidence.models.noisy import NoisyTable, fit_noisy, posterior
from tiphub.evidence.models.outcomes import OUTCOMES
from tiphub.evidence.models.patterns import count_patterns
from tiphub.evidence.models.terms import term
from tiphub.simulate import load_truth, simulate_population
from tiphub.standard import load_standard

ON = ("education", "income_level", "climate_risk", "gender")
WAYS = ("records", "ignored", "plain", "weighted", "pairs", "draws")
LEVELS = {
    "education": ("secondary", "none", "primary", "vocational", "tertiary"),
    "income_level": ("High", "Upper middle", "Lower middle", "Low"),
    "gender": ("woman", "man", "trans_nonconforming"),
}
DRAWS = 10
POOR = ["BGD", "ETH", "HTI", "IND", "KEN", "MMR", "NGA", "NPL", "PHL", "SDN", "UGA", "UKR"]


def rho_for(epsilon, people):
    """The zCDP parameter of (epsilon, 1 / (n ln n)), by epsilon = rho + 2 sqrt(rho ln(1 / delta))."""
    log = math.log(people * math.log(people))
    return (math.sqrt(log + epsilon) - math.sqrt(log)) ** 2


def clipped(design):
    return Design(design.matrix, design.parameters, design.yes.clip(0).round(), design.no.clip(0).round())


def expected_people(declared, counts):
    """People by pattern as if the columns were independent, from noisy margins: only weights depend on it."""
    people = counts.sum(1)
    expected = np.full(len(people), max(people.sum(), 1.0))
    for axis in declared.axes[1:, ::2]:
        margin = np.bincount(axis, people).clip(0)
        expected *= margin[axis] / max(margin.sum(), 1.0)
    return expected


def draws(declared, design, tables, std, rng):
    """Synthetic data sets, each from parameters refitted to tables drawn anew from the fit, then combined."""
    found_first = posterior(declared, design.matrix, tables)
    if found_first is None:
        return None
    basis, theta, _ = found_first
    mean, found = np.exp(basis @ theta), []
    for _ in range(DRAWS):
        again = noisy_tables(declared, rng.poisson(mean), std, rng)
        refitted = posterior(declared, design.matrix, again)
        if refitted is None:
            continue
        people = rng.poisson(np.exp(basis @ refitted[1])).reshape(-1, 2).astype(float)
        one = fit(Design(design.matrix, design.parameters, people[:, 0], people[:, 1]))
        found.append((one.coefficients, np.diag(one.covariance)))
    values, within = (np.array(part) for part in zip(*found, strict=True))
    between = values.var(0, ddof=1)
    return values.mean(0), np.maximum((1 + 1 / DRAWS) * between - within.mean(0), within.mean(0))


def noisy_tables(declared, people, std, rng):
    """The two-way tables of people by entry of ``declared.axes``, with noise."""
    found = {}
    for pair in declared.pairs:
        shape = declared.sizes[pair[0]], declared.sizes[pair[1]]
        exact = (people @ declared.indicator(pair)).reshape(shape)
        found[pair] = NoisyTable(exact + rng.normal(0, std, shape), np.full(shape, std))
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--epsilon", type=float, default=4)
    parser.add_argument("--share", type=float, default=0.1, help="of the budget, for the model's table")
    parser.add_argument("--way", action="append", choices=WAYS)
    parser.add_argument("--tangled", action="store_true", help="covariates that depend three ways")
    parser.add_argument(
        "--step", type=float, default=1.0, help="climate risk is rounded to multiples of this"
    )
    wanted = parser.parse_args()
    ways = wanted.way or list(WAYS)
    standard, truth = load_standard(), load_truth()
    risk = {name: round(origin.climate / wanted.step) * wanted.step for name, origin in truth.origins.items()}
    truth = planted(truth, risk)
    rho = rho_for(wanted.epsilon, wanted.people) * wanted.share
    std = math.sqrt(1 / (2 * rho))
    found = {way: [] for way in ways}
    with DuckDBEngine() as engine:
        for run in range(wanted.runs):
            people = simulate_population(wanted.people, seed=10_000 + run, truth=truth).people
            rng = np.random.default_rng([7, run])
            if wanted.tangled:
                people = people.filter(tangled(people, rng))
            view = engine.register("people", people)
            values = {"climate_risk": CountryValues(risk, "fictional")}
            terms = [term(name, view, standard, values) for name in ON]
            declared = declare(terms, standard)
            patterns = count_patterns(view, standard, OUTCOMES["child"], terms).counts
            counts = np.array([patterns.get(cell, (0, 0)) for cell in declared.patterns], dtype=float)
            noisy = counts + rng.normal(0, std, counts.shape)
            design, exact = (
                design_of(dict(zip(declared.patterns, map(tuple, some), strict=True)), terms, LEVELS)
                for some in (noisy, counts)
            )
            # The two-way tables share what the one table would have had.
            pair_std = std * math.sqrt(len(declared.pairs))
            tables = noisy_tables(declared, counts.ravel(), pair_std, rng)
            if run == 0:
                print(
                    f"{len(declared.patterns)} patterns, noise {std:.2f} a count; "
                    f"{len(declared.pairs)} two-way tables, noise {pair_std:.2f}; {people.num_rows:,} people",
                    flush=True,
                )
                names = [level or name for name, level in design.parameters]
                target = np.log([ratio(truth, *parameter) for parameter in design.parameters])
            for way in ways:
                if way == "records":
                    value = variances(fit(exact))
                elif way == "ignored":
                    value = variances(fit(clipped(design)))
                elif way == "pairs":
                    value = variances(fit_noisy(declared, design.matrix, tables))
                elif way == "draws":
                    value = draws(declared, design, tables, pair_std, rng)
                else:
                    expected = expected_people(declared, noisy)
                    value = variances(fit_corrected(design, std, expected, weighted=way == "weighted"))
                found[way].append(value or (np.full(len(names), np.nan),) * 2)
    report(found, names, target)


def variances(found):
    return found and (found.coefficients, np.diag(found.covariance))


def tangled(people, rng):
    """Who stays, so that education, country and gender depend on each other three ways, not only in pairs.

    Choosing people by covariates alone leaves the logistic model as it is.
    """
    man = np.asarray(people["gender"]) == "man"
    none = np.isin(np.asarray(people["education"]), ["none", "primary"])
    poor = np.isin(np.asarray(people["citizenship"]), POOR)
    return pa.array(rng.random(len(man)) < np.where(man ^ none ^ poor, 1.0, 0.4))


def planted(truth, risk):
    """The same truth with the climate risk as rounded, so that the model asked for is the one planted."""
    origins = {name: replace(origin, climate=risk[name]) for name, origin in truth.origins.items()}
    return replace(truth, origins=origins)


def ratio(truth, name, level):
    model = truth.child
    table = {"education": model.education, "income_level": model.income_level, "gender": model.gender}
    return model.climate if level is None else table[name][level]


def report(found, names, target):
    print(f"{'':10}" + "".join(f"{name[:12]:>22}" for name in names))
    yardstick = None
    for way, values in found.items():
        estimate, variance = (np.array(part) for part in zip(*values, strict=True))
        half = 1.959963984540054 * np.sqrt(variance)
        there = np.isfinite(half)
        length = np.nanmedian(half, axis=0)
        yardstick = length if way == "records" else yardstick
        covered = ((np.abs(estimate - target) <= half) & there).sum(0) / np.maximum(there.sum(0), 1)
        bias = np.nanmean(estimate - target, axis=0)
        cells = []
        for place in range(len(names)):
            wider = "" if yardstick is None else f" x{length[place] / yardstick[place]:.2f}"
            gone = "" if there[:, place].all() else f" ({(~there[:, place]).sum()} none)"
            cells.append(f"{covered[place]:.1%}{wider} {bias[place]:+.2f}{gone}")
        print(f"{way:10}" + "".join(f"{cell:>22}" for cell in cells), flush=True)


if __name__ == "__main__":
    main()
