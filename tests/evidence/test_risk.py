"""The disclosure risk of a table, against counting by hand."""

from collections import Counter
from itertools import combinations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiphub.engine import DuckDBEngine
from tiphub.errors import TiphubError
from tiphub.evidence.risk import Risk, disclosure_risk

Rows = list[tuple[str | None, ...]]
CELL = st.sampled_from([None, "x", "y", "z"])


def risk_of(rows: Rows, names: tuple[str, ...] = ("a", "b", "people"), threshold: int = 3) -> Risk:
    table = pa.table({name: pa.array([row[i] for row in rows], pa.string()) for i, name in enumerate(names)})
    with DuckDBEngine() as engine:
        return disclosure_risk(engine.register("t", table), names, threshold=threshold)


@settings(max_examples=30, deadline=None)
@given(rows=st.lists(st.tuples(CELL, CELL, CELL), max_size=40))
def test_it_agrees_with_counting_by_hand(rows: Rows) -> None:
    """Also with a column called as the inner counter is."""
    risk = risk_of(rows)
    sizes = Counter(rows)
    assert (risk.records, risk.groups) == (len(rows), len(sizes))
    assert risk.k == min(sizes.values(), default=0)
    assert risk.unique == sum(size == 1 for size in sizes.values())
    assert risk.at_risk == sum(size for size in sizes.values() if size < 3)
    assert sum(item.records for item in risk.sizes) == len(rows)
    assert sum(item.groups for item in risk.sizes) == len(sizes)
    for cause in risk.causes:
        left_out = ("a", "b", "people").index(cause.column)
        without = Counter(row[:left_out] + row[left_out + 1 :] for row in rows)
        assert cause.k_without == min(without.values(), default=0)
        assert cause.at_risk_without == sum(size for size in without.values() if size < 3)
    assert risk.key_sets is not None
    assert {item.columns: item.records for item in risk.key_sets} == minimal_uniques(rows)


def minimal_uniques(rows: Rows) -> dict[tuple[str, ...], int]:
    names = ("a", "b", "people")
    sets = [chosen for size in (1, 2, 3) for chosen in combinations(range(3), size)]
    alone = {chosen: Counter(tuple(row[i] for i in chosen) for row in rows) for chosen in sets}
    found: Counter[tuple[str, ...]] = Counter()
    for row in rows:
        for chosen in sets:
            single = [c for c in sets if set(c) <= set(chosen) and alone[c][tuple(row[i] for i in c)] == 1]
            if single == [chosen]:
                found[tuple(names[i] for i in chosen)] += 1
    return dict(found)


def test_a_stream_is_read_once() -> None:
    table = pa.table({"a": ["x", "x", "y"], "b": ["1", "1", "2"]})
    with DuckDBEngine() as engine:
        reader = pa.RecordBatchReader.from_batches(table.schema, table.to_batches(max_chunksize=1))
        risk = disclosure_risk(engine.register("t", reader), ["a", "b"])
    assert (risk.records, risk.k, risk.unique) == (3, 1, 1)


def test_many_columns_are_told_without_searching_their_sets() -> None:
    names = tuple(f"column_{position}" for position in range(40))
    risk = risk_of([("x",) * 40, ("y",) * 40, ("y",) * 40], names)
    assert risk.key_sets is None
    assert (risk.k, risk.unique, len(risk.causes)) == (1, 1, 40)


def test_an_empty_table_has_no_risk() -> None:
    risk = risk_of([])
    assert (risk.records, risk.k, risk.at_risk, risk.share(risk.at_risk)) == (0, 0, 0, 0.0)


def test_what_cannot_be_audited_is_said() -> None:
    with DuckDBEngine() as engine:
        table = engine.register("t", pa.table({"a": ["x"]}))
        with pytest.raises(TiphubError, match="no column b") as caught:
            disclosure_risk(table, ["a", "b"])
        assert "Choose among: a" in caught.value.do
        with pytest.raises(TiphubError, match="No columns"):
            disclosure_risk(table, [])
        with pytest.raises(TiphubError, match="k is 1"):
            disclosure_risk(table, ["a"], threshold=1)
