"""Which intervals of odds ratios hold on a private release, and what do they cost? Prints one line a way.

Usage: models.py [--runs 200] [--people 20000] [--epsilon 4] [--share 0.1] [--way NAME]... [--first 0]
                 [--step 0.5] [--tangled]

Fictional people with the planted odds ratios of ``simulate/truth.yml`` are drawn. The model child ~
education + income level + climate risk + gender is declared as a hub does it, and its tables are measured
by the code that measures them for a release, with its share of the budget; all noise is as large as this
share allows. Each way then estimates the ratios. Each line gives the share of 95% intervals that hold the
planted value, the median length of the interval (log scale) by that from records, the mean error of the log
odds ratio, and in how many runs there was no estimate. Interrupted, it tells of the runs so far.

records     no noise: the yardstick
ignored     noisy counts, clipped at 0, taken for records
plain       corrected score, all cells alike
weighted    corrected score, cells weighted by what they tell
product     what ``tiphub model`` tells of the release: a log-linear model fitted to noisy two-way tables
draws       ten synthetic data sets drawn from that model, its parameters drawn anew each time, combined by
            the rules of Raghunathan et al. (2003), in the manner of NAPSU-MQ (Raisa et al., 2023)
"""

import argparse
import math
import signal
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pyarrow as pa
from corrected_score import fit_corrected

from tiphub.engine import DuckDBEngine
from tiphub.evidence.interval import Z95
from tiphub.evidence.models import CountryValues, declare_model, noisy_odds_ratios
from tiphub.evidence.models.design import Design, design_of
from tiphub.evidence.models.fit import fit
from tiphub.evidence.models.noisy import NoisyTable, posterior
from tiphub.evidence.models.patterns import count_patterns
from tiphub.evidence.models.released import tables_of
from tiphub.progress import Silent
from tiphub.simulate import load_truth, simulate_population
from tiphub.standard import encode, load_standard, variable
from tiphub.vault.s4_protect.dp.accounting import delta_for, rho_for
from tiphub.vault.s4_protect.dp.models import Promised, measure_models
from tiphub.vault.s4_protect.dp.noise import SeededNoiseForTests

ON = ("education", "income_level", "climate_risk", "gender")
COLUMNS = ("education", "citizenship", "gender", "majority_status")
WAYS = ("records", "ignored", "plain", "weighted", "product", "draws")
LEVELS = {
    "education": ("secondary", "none", "primary", "vocational", "tertiary"),
    "income_level": ("High", "Upper middle", "Lower middle", "Low"),
    "gender": ("woman", "man", "trans_nonconforming"),
}
DRAWS = 10
POOR = ["BGD", "ETH", "HTI", "IND", "KEN", "MMR", "NGA", "NPL", "PHL", "SDN", "UGA", "UKR"]


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
    fitted = posterior(declared, design.matrix, tables)
    if fitted is None:
        return None
    basis, theta = fitted.basis, fitted.theta
    mean, found = np.exp(basis @ theta), []
    for _ in range(DRAWS):
        again = noisy_tables(declared, rng.poisson(mean), std, rng)
        refitted = posterior(declared, design.matrix, again)
        if refitted is None:
            continue
        people = rng.poisson(np.exp(basis @ refitted.theta)).reshape(-1, 2).astype(float)
        one = fit(Design(design.matrix, design.parameters, people[:, 0], people[:, 1]))
        found.append((one.coefficients, np.diag(one.covariance)))
    values, within = (np.array(part) for part in zip(*found, strict=True))
    between = values.var(0, ddof=1)
    return wald(values.mean(0), np.maximum((1 + 1 / DRAWS) * between - within.mean(0), within.mean(0)))


def noisy_tables(declared, people, std, rng):
    """The two-way tables of people by entry of ``declared.axes``, with noise."""
    found = {}
    for pair in declared.pairs:
        shape = declared.sizes[pair[0]], declared.sizes[pair[1]]
        exact = (people @ declared.indicator(pair)).reshape(shape)
        found[pair] = NoisyTable(exact + rng.normal(0, std, shape), np.full(shape, std))
    return found


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--epsilon", type=float, default=4)
    parser.add_argument("--share", type=float, default=0.1, help="of the budget, for the model's tables")
    parser.add_argument("--way", action="append", choices=WAYS)
    parser.add_argument("--tangled", action="store_true", help="covariates that depend three ways")
    parser.add_argument("--step", type=float, default=0.5, help="climate risk in multiples of this")
    parser.add_argument("--first", type=int, default=0, help="number of the first run: others see others")
    wanted = parser.parse_args()
    ways = wanted.way or list(WAYS)
    standard, truth = load_standard(), load_truth()
    risk = {name: round(origin.climate / wanted.step) * wanted.step for name, origin in truth.origins.items()}
    truth = planted(truth, risk)
    model = declare_model(
        standard,
        outcome="child",
        on=ON,
        carried=COLUMNS,
        covariates={"climate_risk": CountryValues(risk, "fictional")},
    )
    _, rho = Promised(models=(model,), share=Fraction(str(wanted.share))).split(
        rho_for(wanted.epsilon, delta_for(wanted.people))
    )
    std = math.sqrt(1 / (2 * float(rho)))
    pair_std = std * math.sqrt(len(model.shape.pairs))
    print(
        f"{len(model.shape.patterns)} patterns, noise {std:.2f} a count; {len(model.shape.pairs)} two-way"
        f" tables, noise {pair_std:.2f}",
        flush=True,
    )
    found = {way: [] for way in ways}
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with DuckDBEngine() as engine, suppress(KeyboardInterrupt):
        for run in range(wanted.first, wanted.first + wanted.runs):
            people = simulate_population(wanted.people, seed=10_000 + run, truth=truth).people
            if wanted.tangled:
                people = people.filter(tangled(people, np.random.default_rng([7, run])))
            parameters, one = estimates(engine, people, model, rho=rho, ways=ways, standard=standard, run=run)
            for way, value in one.items():
                found[way].append(value or (np.full(len(parameters), np.nan),) * 3)
    print(f"{len(found[ways[-1]])} runs")
    names = [level or name for name, level in parameters]
    report(found, names, np.log([ratio(truth, *parameter) for parameter in parameters]))


def estimates(engine, people, model, *, rho, ways, standard, run):
    """What each way makes of the same people: the design's parameters, and log odds ratios with intervals."""
    shape, rng = model.shape, np.random.default_rng([8, run])
    std = math.sqrt(1 / (2 * float(rho)))
    view = engine.register("people", people)
    patterns = count_patterns(view, standard, model.outcome, shape.terms).counts
    counts = np.array([patterns.get(cell, (0, 0)) for cell in shape.patterns], dtype=float)
    noisy = counts + rng.normal(0, std, counts.shape)
    design, exact = (
        design_of(dict(zip(shape.patterns, map(tuple, some), strict=True)), shape.terms, LEVELS)
        for some in (noisy, counts)
    )
    variables = tuple(variable(standard, name, years=(2002, 2025)) for name in COLUMNS)
    codes = encode(people.select(COLUMNS), variables)
    measured = measure_models(
        lambda: [codes],
        variables,
        [model],
        rho=rho,
        noise=SeededNoiseForTests(run),
        standard=standard,
        progress=Silent(),
    )
    tables = tables_of(measured.tables.table, 1, model)
    found = {}
    for way in ways:
        if way == "records":
            found[way] = variances(fit(exact))
        elif way == "ignored":
            found[way] = variances(fit(clipped(design)))
        elif way == "product":
            found[way] = told(noisy_odds_ratios(shape, tables, model.outcome), design.parameters)
        elif way == "draws":
            found[way] = draws(shape, design, tables, std * math.sqrt(len(shape.pairs)), rng)
        else:
            expected = expected_people(shape, noisy)
            found[way] = variances(fit_corrected(design, std, expected, weighted=way == "weighted"))
    return design.parameters, found


def wald(values, spread):
    """Log odds ratios with intervals of twice their standard errors."""
    half = Z95 * np.sqrt(spread)
    return values, values - half, values + half


def variances(found):
    return found and wald(found.coefficients, np.diag(found.covariance))


def told(found, parameters):
    """The log odds ratios with their intervals as the product tells them; nan where it tells none."""
    ratios = {(effect.variable, effect.level): effect.adjusted for effect in found.effects}
    return tuple(
        np.log([getattr(ratios[key], name) if ratios[key] else math.nan for key in parameters])
        for name in ("ratio", "low", "high")
    )


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
        estimate, low, high = (np.array(part) for part in zip(*values, strict=True))
        there = np.isfinite(low)
        length = np.nanmedian(high - low, axis=0)
        yardstick = length if way == "records" else yardstick
        covered = ((low <= target) & (target <= high) & there).sum(0) / np.maximum(there.sum(0), 1)
        bias = np.nanmean(estimate - target, axis=0)
        cells = []
        for place in range(len(names)):
            wider = "" if yardstick is None else f" x{length[place] / yardstick[place]:.2f}"
            gone = "" if there[:, place].all() else f" ({(~there[:, place]).sum()} none)"
            cells.append(f"{covered[place]:.1%}{wider} {bias[place]:+.2f}{gone}")
        print(f"{way:10}" + "".join(f"{cell:>22}" for cell in cells), flush=True)


if __name__ == "__main__":
    main()
