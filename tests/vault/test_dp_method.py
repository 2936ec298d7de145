"""The whole method, from people to records, counts and their bounds."""

from collections import defaultdict
from datetime import date
from fractions import Fraction
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from release.sample import publish_sample
from tiphub.errors import TiphubError
from tiphub.progress import Silent
from tiphub.standard import Variable, encode
from tiphub.standard.implications import implications
from tiphub.standard.variables import Codes, variable
from tiphub.vault.ledger import Booking
from tiphub.vault.s4_protect import Protected
from tiphub.vault.s4_protect.dp import DifferentialPrivacy, FreshNoise, SeededNoiseForTests
from tiphub.vault.s4_protect.dp.accounting import epsilon_for
from tiphub.vault.s4_protect.dp.blocks import Blocks
from tiphub.vault.s4_protect.dp.logic import breaks, forbidden
from tiphub.vault.s4_protect.dp.noise import Counts, Noise
from tiphub.vault.s4_protect.dp.synthesis import Effort
from vault.dp_people import QUICK, YEARS, columns, people, population, standard

COUNTRIES = variable(standard(), "citizenship", years=YEARS)
TINY = Effort(groups=20, steps=10, rounds=5)


class NoNoise:
    private = False

    def add(self, counts: Counts, *, scale: float) -> Counts:  # noqa: ARG002
        return counts.copy()


def protect(
    codes: Codes,
    variables: tuple[Variable, ...] = columns(),
    *,
    rho: Fraction = Fraction(1, 4),
    noise: Noise | None = None,
    effort: Effort = QUICK,
    seed: int | None = 1,
) -> Protected:
    method = DifferentialPrivacy(
        rho=rho,
        delta=1e-6,
        standard=standard(),
        noise=noise or SeededNoiseForTests(seed or 0),
        effort=effort,
        seed_for_tests=seed,
    )
    return method.protect(population(codes, variables), progress=Silent())


@pytest.fixture(scope="module")
def world() -> tuple[Codes, tuple[Variable, ...]]:
    """People of six columns and of a citizenship, most of them of few countries."""
    countries = np.minimum(np.random.default_rng(4).zipf(1.25, 2_500), COUNTRIES.cardinality) - 1
    return np.column_stack([people(2_500), countries]).astype(np.int16), (*columns(), COUNTRIES)


@pytest.fixture(scope="module")
def release(world: tuple[Codes, tuple[Variable, ...]]) -> Protected:
    return protect(*world)


def test_every_count_comes_out_again_from_the_records(release: Protected) -> None:
    frame = release.records.to_pandas().astype(object).fillna("")
    listed: dict[str, dict[tuple[str, ...], int]] = defaultdict(dict)
    for row in release.counts.to_pylist()[1:]:
        listed[row["fields"]][tuple(row["values"].split("|"))] = row["count"]
    assert release.counts.slice(0, 1).to_pylist()[0]["count"] == release.records.num_rows
    assert {len(fields.split("|")) for fields in listed} == {1, 2, 3}
    for fields, cells in listed.items():
        grouped = frame.groupby(fields.split("|"), observed=True).size()
        recounted = {key if isinstance(key, tuple) else (key,): size for key, size in grouped.items()}
        assert cells == recounted


def test_every_count_lies_within_its_bounds_and_has_a_deviation(release: Protected) -> None:
    counts = release.counts.to_pandas()
    assert (counts["count"] > 0).all()
    assert (counts["low"] >= 0).all()
    assert (counts["low"] <= counts["count"]).all()
    assert (counts["count"] <= counts["high"]).all()
    assert (counts["std"] > 0).all()
    assert not counts.isna().any().any()
    assert not counts.duplicated(["fields", "values"]).any()


def test_the_columns_of_counts_are_those_of_the_contract(release: Protected) -> None:
    text, number = pa.string(), pa.float64()
    wanted = [("fields", text), ("values", text), ("count", pa.int64())]
    wanted += [("std", number), ("low", number), ("high", number)]
    assert [(item.name, item.type) for item in release.counts.schema] == wanted


def test_records_keep_to_the_domain_and_to_the_logic(
    release: Protected, world: tuple[Codes, tuple[Variable, ...]]
) -> None:
    codes = encode(release.records, world[1])
    blocks = Blocks(tuple(item.cardinality for item in world[1]))
    assert not breaks(codes, forbidden(implications(standard(), world[1]), blocks), blocks).any()


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("rho", [Fraction(1, 1000), Fraction(1, 10), Fraction(30)])
def test_records_keep_to_the_logic_whatever_the_noise(rho: Fraction, seed: int) -> None:
    made = protect(people(400, seed), rho=rho, seed=seed, effort=TINY)
    codes = encode(made.records, columns())
    blocks = Blocks(tuple(item.cardinality for item in columns()))
    assert not breaks(codes, forbidden(implications(standard(), columns()), blocks), blocks).any()


def test_people_whose_answers_contradict_each_other_are_read_by_the_more_specific() -> None:
    codes = people(2_000)
    codes[:, 2] = 0
    made = protect(codes, rho=Fraction(50), effort=TINY).records.to_pandas()
    known = made["age_band"].notna()
    assert known.any()
    assert made.loc[known, "majority_status"].notna().all()


@pytest.mark.parametrize("seed", range(3))
def test_there_are_as_many_records_as_the_noisy_total(seed: int) -> None:
    made = protect(people(900, seed), seed=seed, effort=TINY)
    total = made.counts.slice(0, 1).to_pylist()[0]
    assert made.records.num_rows == total["count"]
    assert made.records.num_rows != 900
    assert abs(made.records.num_rows - 900) < 5 * total["std"]


def test_a_value_with_too_few_people_is_shown_by_its_region_and_said_so(release: Protected) -> None:
    moved = release.statement["parameters"]["values_not_shown_on_their_own"]["citizenship"]
    shown = set(release.records.column("citizenship").drop_null().to_pylist())
    assert not shown & set(moved)
    assert len(moved) > 100
    assert len(shown) > 5
    assert any(value.startswith("m49_") for value in shown)


def test_the_order_of_records_says_nothing(release: Protected) -> None:
    """False alarm: 1 in 10,000. Neighbouring rows agree no more often than rows far apart."""
    codes = encode(release.records, (*columns(), COUNTRIES))
    near = (codes[1:] == codes[:-1]).mean()
    far = (codes == np.random.default_rng(1).permutation(codes)).mean()
    spread = np.sqrt(2 * 0.25 / (len(codes) * 7))
    assert abs(near - far) < 3.9 * spread * 2


def test_the_same_seeds_give_the_same_release_and_it_calls_itself_not_private() -> None:
    one, other = (protect(people(500), effort=TINY) for _ in range(2))
    assert one.records.equals(other.records)
    assert one.counts.equals(other.counts)
    assert "NOT PRIVATE" in one.statement["protects_from"][0]
    assert "epsilon" not in one.statement["parameters"]


def test_records_of_a_seed_are_not_private_whatever_the_noise(tmp_path: Path) -> None:
    made = protect(people(500), noise=FreshNoise(), effort=TINY)
    assert "NOT PRIVATE" in made.statement["protects_from"][0]
    with pytest.raises(TiphubError, match="protect nobody"):
        publish_sample(
            tmp_path,
            given=made,
            variables=columns(),
            quasi_identifiers=(),
            smallest_count=None,
            booking=Booking(3, "ab" * 32, "differential_privacy", Fraction(1, 4), "2026-11-21", 4.2, 1e-6),
            day=date(2026, 11, 21),
        )


def test_real_noise_differs_each_time_and_states_its_epsilon() -> None:
    one, other = (protect(people(500), noise=FreshNoise(), effort=TINY, seed=None) for _ in range(2))
    assert not one.counts.equals(other.counts)
    assert one.statement["parameters"]["rho"] == "1/4"
    assert one.statement["parameters"]["epsilon"] > 1
    assert "NOT PRIVATE" not in str(one.statement)


def test_the_promise_is_to_a_case_and_says_what_holds_for_whom_two_agencies_know() -> None:
    """Two records of one person are four times rho: group privacy."""
    statement = protect(people(500), noise=FreshNoise(), effort=TINY, seed=None).statement
    assert statement["unit"].startswith("one recorded case, which is one person as one agency knows them")
    assert "linkage" not in str(statement)
    twice = epsilon_for(4 * Fraction(1, 4), 1e-6)
    assert twice > 2 * statement["parameters"]["epsilon"]
    assert f"for both together it is that of epsilon {twice:.4g}." in statement["does_not_protect_from"][1]


@pytest.mark.parametrize("width", [1, 2, 3])
def test_few_columns(width: int) -> None:
    made = protect(people(1_500)[:, :width], columns()[:width], effort=TINY)
    assert made.records.num_columns == width
    assert {len(row["fields"].split("|")) for row in made.counts.to_pylist()[1:]} == set(range(1, width + 1))


def test_no_columns_are_refused() -> None:
    with pytest.raises(TiphubError, match="no columns"):
        protect(np.empty((5, 0), np.int16), ())


@pytest.mark.parametrize("number", [0, 1])
def test_too_few_people_make_a_release_of_noise_or_are_refused(number: int) -> None:
    """Nobody, or one person, drowns: half of the time no record can be made, else they are the noise's."""
    outcomes, refusals = [], []
    for seed in range(12):
        try:
            made = protect(people(50)[:number], seed=seed, rho=Fraction(1, 10), effort=TINY)
        except TiphubError as error:
            refusals.append(error.what)
        else:
            outcomes.append(made.records.num_rows)
    assert len(refusals) > 1
    assert all("too few people" in told for told in refusals)
    assert min(outcomes) >= 1
    assert max(outcomes) > 1


def test_a_column_with_one_value_or_none() -> None:
    codes = np.column_stack([people(500)[:, 0], np.ones(500), np.zeros(500)]).astype(np.int16)
    variables = (
        columns("gender")[0],
        Variable("abduction", ("yes",), (None,)),
        Variable("education", (), ()),
    )
    made = protect(codes, variables, effort=TINY, rho=Fraction(3))
    assert made.records.column("education").null_count == made.records.num_rows
    assert made.records.column("abduction").to_pylist().count("yes") > 400


def test_a_huge_budget_gives_the_truth_back() -> None:
    codes = people(500)[:, :3]
    made = protect(codes, columns()[:3], rho=Fraction(2_000), noise=FreshNoise())
    assert made.records.num_rows == 500
    for row in made.counts.to_pylist()[1:]:
        chosen = np.ones(500, bool)
        for name, value in zip(row["fields"].split("|"), row["values"].split("|"), strict=True):
            place = [item.name for item in columns()].index(name)
            item = columns()[place]
            chosen &= codes[:, place] == (item.values.index(value) + 1 if value else 0)
        assert row["low"] <= chosen.sum() <= row["high"]


def test_without_noise_records_have_the_counts_of_the_people() -> None:
    """The fit alone: two-way counts within 2% of the people on average, at the effort of a release."""
    codes = people(2_000)
    effort = Effort(groups=300, steps=300, rounds=150)
    made = protect(codes, noise=NoNoise(), effort=effort)
    after = encode(made.records, columns())
    assert len(after) == 2_000
    blocks = Blocks(tuple(item.cardinality for item in columns()))
    assert np.abs(blocks.cross(codes) - blocks.cross(after)).sum() / blocks.cross(codes).sum() < 0.02


@pytest.mark.parametrize("rho", [Fraction(0), Fraction(-1, 4)])
def test_no_budget_is_refused(rho: Fraction) -> None:
    with pytest.raises(TiphubError, match="rho must be above 0"):
        protect(people(10), rho=rho)


def test_the_argument_goes_in_the_order_in_which_a_reviewer_checks() -> None:
    text = DifferentialPrivacy(rho=Fraction(1), delta=1e-6, standard=standard()).argument
    for heading in (
        "Unit.",
        "Neighbouring data.",
        "Sensitivity.",
        "Mechanism",
        "Accounting",
        "Post-processing.",
    ):
        assert f"**{heading}" in text
