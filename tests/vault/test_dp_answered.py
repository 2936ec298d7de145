"""Who answered a group at all is measured, and comes out again from the records."""

from fractions import Fraction

import numpy as np
import pytest

from tiphub.engine import DuckDBEngine
from tiphub.evidence.findings import Source, answer, parse_finding
from tiphub.evidence.findings.noise import Noise
from tiphub.evidence.noise import MeasuredCounts
from tiphub.progress import Silent
from tiphub.standard import encode
from tiphub.standard.variables import Codes, decode
from tiphub.vault.s4_protect import Protected
from tiphub.vault.s4_protect.dp import DifferentialPrivacy, SeededNoiseForTests
from tiphub.vault.s4_protect.dp.answered import beside, widen
from tiphub.vault.s4_protect.dp.blocks import Blocks
from tiphub.vault.s4_protect.dp.logic import count_along, derive, follow_shares, lead_back
from tiphub.vault.s4_protect.dp.synthesis import Effort
from tiphub.vault.s6_publish.figures import refuse_figures
from tiphub.vault.s6_publish.tables import typed_records
from vault.dp_people import columns, population, standard

SECTORS = [code.code for code in standard().options("labour_sector")]
NAMES = ("gender", "recruiter_relation_family", *(f"labour_sector_{name}" for name in SECTORS))
VARIABLES = columns(*NAMES)
NAME = "labour_sector:answered"
FINDINGS = [
    parse_finding(f"topic: who\ntitle: T\nwho: people\nsay: s\n{text}", "own.yml", standard())
    for text in (
        "measure: {group: labour_sector, each: [agriculture, construction]}",
        "measure: {group: labour_sector, any: [agriculture]}\nby: {field: gender, parts: {woman: w, man: m}}",
    )
]
EFFORT = Effort(groups=120, steps=120, rounds=250)


def people(number: int, seed: int) -> Codes:
    """Those who were asked, more of the men, have one sector of twelve, and some another besides."""
    random = np.random.default_rng(seed)
    gender = random.choice(4, number, p=[0.1, 0.5, 0.37, 0.03])
    family = random.integers(0, 3, number)
    asked = random.random(number) < np.where(gender == 2, 0.4, 0.2)
    chance = 1 / np.arange(2, len(SECTORS) + 2)
    has = random.random((number, len(SECTORS))) < 0.02
    has[np.arange(number), random.choice(len(SECTORS), number, p=chance / chance.sum())] = True
    sectors = np.where(has, 2, random.integers(0, 2, number)[:, None])
    return np.column_stack([gender, family, np.where(asked[:, None], sectors, 0)]).astype(np.int16)


def answered(codes: Codes) -> np.ndarray:
    return (codes[:, 2:] == 2).any(axis=1)


def protect(
    codes: Codes, seed: int, *, wanted: tuple[tuple[str, ...], ...] = (), effort: Effort = EFFORT
) -> Protected:
    method = DifferentialPrivacy(
        rho=Fraction(1, 4),
        delta=1e-6,
        standard=standard(),
        noise=SeededNoiseForTests(seed),
        effort=effort,
        wanted=wanted,
        seed_for_tests=seed,
    )
    return method.protect(population(codes, VARIABLES), progress=Silent())


@pytest.fixture(scope="module")
def releases() -> list[tuple[Codes, Protected]]:
    return [(people(3_000, seed), protect(people(3_000, seed), seed)) for seed in range(4)]


def test_the_column_follows_from_each_record_alone() -> None:
    codes = people(400, 1)
    more, derived = beside(standard(), VARIABLES)
    assert [item.name for item in more] == [NAME]
    wide = widen(codes, derived)
    assert (wide[:, :-1] == codes).all()
    assert (wide[:, -1] == answered(codes)).all()
    assert (widen(codes[7:8], derived) == wide[7:8]).all()


def test_a_group_of_one_option_and_one_without_a_yes_have_no_column() -> None:
    assert beside(standard(), columns("gender", "labour_sector_mining")) == ((), ())


def test_counts_have_it_alone_and_by_other_columns_and_records_do_not(
    releases: list[tuple[Codes, Protected]],
) -> None:
    for _, made in releases:
        assert made.records.column_names == list(NAMES)
        here = answered(encode(made.records, VARIABLES))
        gender = made.records.column("gender").to_pylist()
        rows = {(row["fields"], row["values"]): row for row in made.counts.to_pylist()}
        assert rows[NAME, "yes"]["count"] == here.sum()
        assert rows[NAME, ""]["count"] == (~here).sum()
        both = sum(one and other == "man" for one, other in zip(here, gender, strict=True))
        assert rows[f"gender|{NAME}", "man|yes"]["count"] == both
        assert all(row["low"] <= row["count"] <= row["high"] for row in rows.values())


def test_who_answered_is_told_as_exactly_as_it_was_measured(releases: list[tuple[Codes, Protected]]) -> None:
    """False alarm: 1 in 1,000 (one of four beyond 3.7 deviations).

    Records that do not follow the measured number miss it by up to a quarter; these come near it.
    """
    for codes, made in releases:
        figures = made.loss["answered"][NAME]
        measured = answered(encode(made.records, VARIABLES)).sum() - figures["records_off_by"]
        assert abs(measured - answered(codes).sum()) < 3.7 * figures["std"]
        assert figures["std"] < 0.02 * answered(codes).sum()
        assert abs(figures["records_off_by"]) < 0.08 * answered(codes).sum()
        refuse_figures({"loss": dict(made.loss)}, budgeted=True)


def test_findings_hold_the_truth_of_shares_of_a_group(
    releases: list[tuple[Codes, Protected]],
) -> None:
    """False alarm: under 1 in 150 (three of eight intervals that hold in 95 of 100 cases or more)."""
    told = []
    with DuckDBEngine() as engine:
        for number, (codes, made) in enumerate(releases[:2]):
            truth = engine.register(f"truth_{number}", typed_records(decode(codes, VARIABLES), VARIABLES))
            records = engine.register(f"records_{number}", typed_records(made.records, VARIABLES))
            noise = Noise(MeasuredCounts(made.counts, VARIABLES), standard())
            for finding in FINDINGS:
                known = answer(finding, Source(truth), standard()).cells
                found = answer(finding, Source(records, noise=noise, left_out={}), standard()).cells
                told += [(one.estimate, other.estimate) for one, other in zip(known, found, strict=True)]
    assert len(told) == 8
    assert sum(not found.low <= known.share <= found.high for known, found in told) < 3
    for known, found in told:
        assert found.numerator <= found.denominator
        assert abs(found.denominator - known.denominator) < 6 * found.noise[1]


def test_columns_that_are_wanted_together_are_counted_together_who_answered_too(
    releases: list[tuple[Codes, Protected]],
) -> None:
    """They are not chosen otherwise: gender says nothing of the recruiter. What is not there is left out."""
    wanted = (("gender", "recruiter_relation_family", NAME), ("gender", "citizenship", NAME))
    codes, plain = releases[0]
    made = protect(codes, 0, wanted=wanted, effort=Effort(groups=20, steps=10, rounds=5))
    before, after = (set(item.counts.column("fields").to_pylist()) for item in (plain, made))
    assert after - before == {"|".join(wanted[0])}
    assert len(before) == len(after)


def test_a_change_gains_what_follows_from_it() -> None:
    """Against setting each cell and looking at what became of the record."""
    random = np.random.default_rng(5)
    more, derived = beside(standard(), VARIABLES)
    blocks = Blocks(tuple(item.cardinality for item in (*VARIABLES, *more)))
    codes = widen(people(60, 3), derived)
    positions = blocks.positions(codes)
    row, pull = blocks.one_hot(positions), random.normal(size=(60, blocks.width)).astype(np.float32)
    gain = pull - np.take_along_axis(pull, positions, 1)[:, blocks.owner]
    count_along(gain, pull, row, derived, blocks)
    for record in range(60):
        for cell in range(blocks.width - 2):
            variable = blocks.owner[cell]
            after = codes[record : record + 1].copy()
            after[0, variable] = cell - blocks.offsets[variable]
            moved = blocks.positions(derive(after, derived))
            wanted = pull[record, moved[0]].sum() - pull[record, positions[record]].sum()
            assert gain[record, cell] == pytest.approx(wanted, abs=1e-4)
    assert np.isinf(gain[:, -2:]).all()


def test_the_gradient_of_what_follows_is_that_of_what_it_follows_from() -> None:
    """Against small steps; the goal is any smooth function of the shares."""
    random = np.random.default_rng(6)
    more, derived = beside(standard(), VARIABLES)
    blocks = Blocks(tuple(item.cardinality for item in (*VARIABLES, *more)))
    shares = random.uniform(0.05, 0.3, (blocks.width, 3))
    slope = random.normal(size=shares.shape)

    def goal(free: np.ndarray) -> float:
        out = free.copy()
        follow_shares(out, derived, blocks)
        assert np.allclose(out[-2:].sum(axis=0), 1)
        return float((slope * out).sum())

    whole = shares.copy()
    follow_shares(whole, derived, blocks)
    gradient = slope.copy()
    lead_back(gradient, whole, derived, blocks)
    for cell in range(blocks.width - 2):
        step = shares.copy()
        step[cell, 1] += 1e-6
        assert gradient[cell, 1] == pytest.approx((goal(step) - goal(shares)) / 1e-6, abs=1e-4)
