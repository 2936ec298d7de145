"""What protection cost is measured right, and only what is safe is told."""

import json
from collections import Counter
from dataclasses import replace
from itertools import combinations

import numpy as np
import pyarrow as pa
import pytest

from tiphub.errors import TiphubError
from tiphub.progress import Silent
from tiphub.standard import Variable, decode, encode
from tiphub.standard.variables import Codes
from tiphub.vault.s4_protect import KAnonymity, Population, Protected
from tiphub.vault.s5_evaluate import evaluate

COLUMNS = (
    Variable("place", tuple("abcdefgh"), (None,) * 8),
    Variable("gender", ("woman", "man"), (None, None)),
    Variable("debt", ("no", "yes"), (None, None)),
    Variable("threats", ("no", "yes"), (None, None)),
)


def population(codes: Codes) -> Population:
    return Population(
        variables=COLUMNS,
        quasi_identifiers=("place", "gender"),
        batches=lambda: iter(np.array_split(codes, 2)),
    )


def people(number: int = 2_000, seed: int = 1) -> Codes:
    random = np.random.default_rng(seed)
    place = np.minimum(random.zipf(1.7, number), 9) - 1
    return np.column_stack([place, random.integers(0, 3, (number, 3))]).astype(np.int16)


def released(records: pa.Table, parameters: dict[str, object]) -> Protected:
    return Protected(
        records=records, counts=pa.table({}), statement={"parameters": parameters}, loss={"kept": 1.0}
    )


def test_errors_are_those_of_counting_by_hand() -> None:
    before = people()
    after = KAnonymity(k=40, seed_for_tests=1).protect(population(before), progress=Silent())
    shown = encode(after.records, COLUMNS)
    found = evaluate(population(before), after).private
    assert (found["people"], found["records"]) == (len(before), len(shown))
    for order in (1, 2, 3):
        differences, vanished = [], []
        for columns in combinations(range(4), order):
            kinds, counts = np.unique(before[:, columns], axis=0, return_counts=True)
            for kind, count in zip(kinds, counts, strict=True):
                if kind.all() and 11 <= count <= 99:
                    left = int((shown[:, columns] == kind).all(axis=1).sum())
                    differences.append(abs(count - left))
                    vanished.append(left == 0)
        entry = next(e for e in found["errors"] if e["order"] == order and e["at_least"] == 11)
        assert entry["cells"] == len(differences)
        assert entry["mean_absolute"] == pytest.approx(np.mean(differences) if differences else 0)
        assert entry["vanished"] == pytest.approx(np.mean(vanished) if vanished else 0)


def test_nothing_is_lost_where_nothing_was_changed() -> None:
    codes = people()
    found = evaluate(population(codes), released(decode(codes, COLUMNS), {"k": 11}))
    assert all(entry["mean_absolute"] == 0 for entry in found.private["errors"])
    assert found.private["worst"] == []
    assert found.private["tvd"] == 0
    assert all(entry["fab"] == entry["missing"] == 0 for entry in found.private["accuracy"])


def blurred(codes: Codes, seed: int = 3) -> Codes:
    """The same people with every tenth answer changed, so that some combinations are new."""
    random = np.random.default_rng(seed)
    other = random.integers(0, [item.cardinality for item in COLUMNS], codes.shape)
    return np.where(random.random(codes.shape) < 0.1, other, codes).astype(np.int16)


def test_accuracy_is_that_of_the_definitions() -> None:
    """As bench/accuracy.py of the shared folder defines them, counted another way."""
    before, after = people(500), blurred(people(500))
    found = evaluate(population(before), released(decode(after, COLUMNS), {})).private
    distances = []
    for order in (1, 2, 3):
        big: list[tuple[int, int]] = []
        told: list[tuple[int, int]] = []
        for columns in combinations(range(4), order):
            one = Counter(map(tuple, before[:, columns].tolist()))
            other = Counter(map(tuple, after[:, columns].tolist()))
            big += [(count, other[cell]) for cell, count in one.items() if all(cell) and count >= 10]
            told += [(one[cell], count) for cell, count in other.items() if all(cell)]
            if order == 2:
                distances.append(sum(abs(one[cell] - other[cell]) for cell in {*one, *other}) / 1000)
        entry = found["accuracy"][order - 1]
        assert (entry["k"], entry["n"]) == (order, len(big))
        assert entry["mae"] == pytest.approx(np.mean([abs(count - left) for count, left in big]))
        assert entry["rel"] == pytest.approx(np.mean([abs(count - left) / count for count, left in big]))
        assert entry["missing"] == pytest.approx(np.mean([left == 0 for _, left in big]))
        assert entry["fab"] == pytest.approx(np.mean([count == 0 for count, _ in told]))
        ten = [count == 0 for count, left in told if left >= 10]
        assert entry["fab10"] == pytest.approx(np.mean(ten))
    assert found["accuracy"][2]["fab"] > 0
    assert found["tvd"] == pytest.approx(np.mean(distances))


def test_of_many_columns_a_fixed_part_is_compared() -> None:
    many = tuple(Variable(f"v{place}", ("no", "yes"), (None, None)) for place in range(25))
    codes = np.random.default_rng(1).integers(0, 3, (60, 25)).astype(np.int16)
    source = Population(variables=many, quasi_identifiers=(), batches=lambda: iter([codes]))
    first, again = (evaluate(source, released(decode(codes, many), {})).private for _ in range(2))
    assert first["compared"][2] == {"columns": 3, "sets": 2300, "compared": 1000}
    assert first == again


def test_the_widths_of_published_bounds_may_be_told() -> None:
    codes = people()
    counts = pa.table(
        {
            "fields": ["", "place", "place", "place|gender"],
            "count": [2_000, 20, 40, 5_000],
            "low": [1_990.0, 10.0, 30.0, None],
            "high": [2_010.0, 30.0, 70.0, None],
        }
    )
    made = replace(released(decode(codes, COLUMNS), {}), counts=counts)
    assert evaluate(population(codes), made).public["bounds_of_counts"] == [
        {
            "columns": 1,
            "count_at_least": 11,
            "count_at_most": 99,
            "mean_half_width": 15.0,
            "mean_relative_half_width": 0.5,
        }
    ]


def test_the_worst_cells_name_their_values() -> None:
    codes = people()
    changed = codes.copy()
    changed[codes[:, 0] == 1, 0] = 0
    worst = evaluate(population(codes), released(decode(changed, COLUMNS), {"k": 11})).private["worst"]
    assert {(item["columns"][0], item["values"][0], item["after"]) for item in worst[:3]} == {
        ("place", "a", 0)
    }


def test_the_public_part_is_rounded_and_leaves_small_counts_and_few_cells_out() -> None:
    many = tuple(Variable(f"v{i}", tuple(map(str, range(30))), (None,) * 30) for i in range(4))
    codes = np.minimum(np.random.default_rng(2).zipf(1.3, (4_000, 4)), 30).astype(np.int16)
    hidden = np.where(np.random.default_rng(3).random(codes.shape) < 0.1, 0, codes).astype(np.int16)
    source = Population(variables=many, quasi_identifiers=("v0",), batches=lambda: iter([codes]))
    found = evaluate(source, released(decode(hidden, many), {"k": 11}))
    private = {(e["order"], e["at_least"]): e for e in found.private["errors"]}
    public = {(e["columns"], e["count_at_least"]): e for e in found.public["errors_of_counts"]}
    assert public
    assert set(public) == {place for place, e in private.items() if e["at_least"] >= 11 and e["cells"] >= 100}
    for place, entry in public.items():
        assert entry["mean_absolute_error"] == float(f"{private[place]['mean_absolute']:.1e}")
        assert "cells" not in entry


def test_a_method_without_k_gets_no_errors_published() -> None:
    codes = people()
    found = evaluate(population(codes), released(decode(codes, COLUMNS), {"epsilon": 4.0}))
    assert found.public["errors_of_counts"] == []
    assert found.public["loss"] == {"kept": 1.0}


def test_both_parts_can_be_written_as_json() -> None:
    codes = people()
    after = KAnonymity(k=11).protect(population(codes), progress=Silent())
    found = evaluate(population(codes), after)
    assert json.loads(json.dumps(found.public)) == found.public
    assert json.loads(json.dumps(found.private)) == found.private


def test_no_records_left_is_measured_too() -> None:
    codes = people(50)
    found = evaluate(population(codes), released(decode(codes[:0], COLUMNS), {"k": 11}))
    assert all(entry["vanished"] in {0.0, 1.0} for entry in found.private["errors"])


def test_other_columns_are_refused() -> None:
    with pytest.raises(TiphubError, match="other columns"):
        evaluate(population(people()), released(pa.table({"place": ["a"]}), {"k": 11}))
