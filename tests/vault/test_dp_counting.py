"""Counting by tables is counting one by one, however the people are cut into batches."""

from collections import Counter
from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tiphub.standard import Variable, load_standard
from tiphub.standard.implications import implications
from tiphub.standard.variables import Codes, variable
from tiphub.vault.s4_protect.dp.blocks import Blocks
from tiphub.vault.s4_protect.dp.counting import count_tables
from tiphub.vault.s4_protect.dp.domains import FEW, FEWEST, Place, Regrouping, is_large, recode, regroup
from tiphub.vault.s4_protect.dp.logic import Forbidden, breaks, forbidden
from vault.dp_people import columns, people


@st.composite
def cut(draw: st.DrawFn) -> tuple[tuple[int, ...], list[Codes]]:
    cardinalities = tuple(draw(st.lists(st.integers(1, 6), min_size=1, max_size=4)))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    rows = draw(st.integers(0, 60))
    codes = (random.random((rows, len(cardinalities))) * cardinalities).astype(np.int16)
    cuts = sorted(draw(st.lists(st.integers(0, rows), max_size=5)))
    return cardinalities, np.split(codes, cuts)


@settings(deadline=None)
@given(cut())
def test_tables_are_what_counting_one_by_one_gives(case: tuple[tuple[int, ...], list[Codes]]) -> None:
    cardinalities, batches = case
    tables = [table for size in range(4) for table in combinations(range(len(cardinalities)), size)]
    found = count_tables(batches, cardinalities, tables)
    for table in tables:
        seen = Counter(tuple(int(row[item]) for item in table) for batch in batches for row in batch)
        assert found[table].shape == tuple(cardinalities[item] for item in table)
        assert found[table].sum() == sum(len(batch) for batch in batches)
        assert all(found[table][cell] == count for cell, count in seen.items())


@settings(deadline=None)
@given(cut())
def test_the_cross_product_holds_the_one_and_two_way_counts(
    case: tuple[tuple[int, ...], list[Codes]],
) -> None:
    cardinalities, batches = case
    blocks, codes = Blocks(cardinalities), np.concatenate(batches)
    cross = blocks.cross(codes, rows=7)
    for first, second in combinations(range(len(cardinalities)), 2):
        slow = count_tables([codes], cardinalities, [(first, second)])[first, second]
        assert (cross[blocks.slices[first], blocks.slices[second]] == slow).all()


COUNTRIES = variable(load_standard(), "citizenship", years=(2000, 2001))


@settings(deadline=None)
@given(st.integers(0, 2**32), st.floats(0.5, 60), st.sampled_from(["broader", "unknown"]))
def test_every_value_lands_on_itself_above_itself_or_on_unknown(seed: int, scale: float, into: Place) -> None:
    random = np.random.default_rng(seed)
    truth = np.minimum(random.zipf(1.3, COUNTRIES.cardinality), 5_000)
    noisy = truth + np.rint(random.normal(0, scale, len(truth))).astype(np.int64)
    made = regroup(COUNTRIES, noisy, scale, into=into)
    assert made.new_code[0] == 0
    assert len(made.new_code) == COUNTRIES.cardinality
    assert set(made.new_code) == set(range(made.variable.cardinality))
    moved = []
    for code, value in enumerate(COUNTRIES.values, start=1):
        landed = made.variable.values[made.new_code[code] - 1] if made.new_code[code] else None
        allowed = {value, None} if into == "unknown" else {value, *above(COUNTRIES, value), None}
        assert landed in allowed
        if landed != value:
            moved.append(value)
    assert made.moved == tuple(moved)
    for value, higher in zip(made.variable.values, made.variable.broader, strict=True):
        assert higher == COUNTRIES.broader[COUNTRIES.values.index(value)]


@settings(deadline=None)
@given(st.integers(0, 2**32), st.floats(0.5, 60), st.sampled_from(["broader", "unknown"]))
def test_a_value_is_shown_exactly_where_enough_noisy_people_reach_it(
    seed: int, scale: float, into: Place
) -> None:
    noisy = np.random.default_rng(seed).integers(-60, 200, COUNTRIES.cardinality)
    made = regroup(COUNTRIES, noisy, scale, into=into)
    parents = set(COUNTRIES.broader)
    for code, value in enumerate(COUNTRIES.values, start=1):
        if value not in parents:
            shown = noisy[code] >= max(FEWEST[into], FEW[into] * scale)
            assert (value in made.variable.values) == shown


def above(item: Variable, value: str) -> list[str]:
    found: list[str] = []
    step = item.broader[item.values.index(value)]
    while step is not None:
        found.append(step)
        step = item.broader[item.values.index(step)]
    return found


def test_recoding_loses_nobody() -> None:
    noisy = np.random.default_rng(1).integers(0, 60, COUNTRIES.cardinality)
    made = regroup(COUNTRIES, noisy, 5.0)
    codes = np.random.default_rng(2).integers(0, COUNTRIES.cardinality, (500, 1)).astype(np.int16)
    after = recode(codes, [made])
    assert after.shape == codes.shape
    assert (np.bincount(after[:, 0], minlength=made.variable.cardinality).sum()) == 500
    assert (after[:, 0] < made.variable.cardinality).all()


def test_with_nobody_at_all_the_regions_stay_so_that_nobody_becomes_unknown() -> None:
    made: Regrouping = regroup(COUNTRIES, np.zeros(COUNTRIES.cardinality, np.int64), 5.0)
    assert made.variable.values == ("m49_002", "m49_009", "m49_019", "m49_142", "m49_150")
    lost = [COUNTRIES.values[code - 1] for code in range(1, COUNTRIES.cardinality) if not made.new_code[code]]
    assert lost == ["ATA"]  # Antarctica is in no region
    apart = regroup(COUNTRIES, np.zeros(COUNTRIES.cardinality, np.int64), 5.0, into="unknown")
    assert apart.variable.values == ()
    assert apart.moved == COUNTRIES.values


def test_countries_are_large_and_flags_are_not() -> None:
    assert is_large(COUNTRIES)
    assert not any(is_large(item) for item in columns())


def rules_of(variables: tuple[Variable, ...], *, requires: bool = True) -> tuple[Forbidden, Blocks]:
    blocks = Blocks(tuple(item.cardinality for item in variables))
    return forbidden(implications(load_standard(), variables, requires=requires), blocks), blocks


def test_the_rules_allow_the_people_and_nobody_else() -> None:
    variables = columns()
    rules, blocks = rules_of(variables)
    assert (rules == rules.T).all()
    good = people(500)
    assert not breaks(good, rules, blocks).any()
    names = [item.name for item in variables]
    child = good[good[:, names.index("majority_status")] == 1].copy()
    child[:, names.index("majority_status")] = 2
    worker = good[good[:, names.index("labour_sector_agriculture")] == 2].copy()
    assert len(child)
    assert len(worker)
    for denied in (0, 1):
        worker[:, names.index("exploitation_type_forced_labour")] = denied
        assert breaks(worker, rules, blocks).all()
    known = child[child[:, names.index("age_band")] > 0]
    assert breaks(known, rules, blocks).all()


def test_what_a_group_requires_is_a_rule_only_where_the_file_keeps_to_it() -> None:
    variables = (
        Variable("exploitation_type_forced_labour", ("yes",), (None,)),
        Variable("labour_sector_agriculture", ("yes",), (None,)),
    )
    sector_alone = np.array([[0, 1]], np.int16)
    rules, blocks = rules_of(variables)
    assert breaks(sector_alone, rules, blocks).all()
    rules, blocks = rules_of(variables, requires=False)
    assert not rules.any()
