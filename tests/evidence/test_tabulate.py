"""Tabulations against a naive recount, published figures, and what must not be told."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from tiphub.engine import DuckDBEngine
from tiphub.errors import TiphubError
from tiphub.evidence import Row, tabulate, wilson
from tiphub.evidence.findings import Source, answer, choose, library
from tiphub.mapping import open_standard
from tiphub.standard import flag_name, load_standard

STANDARD = load_standard()
FLAGS = [
    flag_name("recruiter_relation", option) for option in ("intimate_partner", "friend", "family", "other")
]
MARKER = "recruiter_relation_unknown"
TRUTH = st.sampled_from([True, False, None])
RECORDS = st.lists(
    st.fixed_dictionaries(
        {
            "gender": st.sampled_from(["woman", "man", None]),
            "year_of_registration": st.sampled_from([2019, 2020, None]),
            "majority_status": st.sampled_from(["child", "adult", None]),
            **dict.fromkeys([*FLAGS, MARKER], TRUTH),
        }
    ),
    max_size=60,
)
SCHEMA = pa.schema(
    [
        ("gender", pa.string()),
        ("year_of_registration", pa.int32()),
        ("majority_status", pa.string()),
        *((name, pa.bool_()) for name in [*FLAGS, MARKER]),
    ]
)


def table(records: list[dict[str, Any]]) -> Any:
    return ibis.memtable(pa.Table.from_pylist(records, schema=SCHEMA))


@pytest.fixture(scope="module", autouse=True)
def backend() -> Iterator[None]:
    before = ibis.options.default_backend
    ibis.set_backend(ibis.duckdb.connect())
    yield
    ibis.options.default_backend = before


@given(st.integers(1, 10**7).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
@example((0, 1))
@example((1, 1))
def test_wilson_is_scipys(pair: tuple[int, int]) -> None:
    expected = binomtest(*pair).proportion_ci(0.95, method="wilson")
    assert wilson(*pair) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_no_share_of_nothing() -> None:
    with pytest.raises(ValueError, match="no share"):
        wilson(0, 0)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(RECORDS)
def test_groups_are_counted_as_by_hand(records: list[dict[str, Any]]) -> None:
    found = tabulate(
        table(records),
        STANDARD,
        group="recruiter_relation",
        by=["majority_status"],
        where={"gender": "woman"},
    )
    women = [record for record in records if record["gender"] == "woman"]
    answered = [record for record in women if any(record[flag] for flag in FLAGS)]
    cells = {record["majority_status"] for record in answered}
    assert len(found.rows) == 4 * len(cells)
    for row in found.rows:
        inside = [record for record in answered if record["majority_status"] == row.by["majority_status"]]
        assert row.denominator == len(inside)
        assert row.numerator == sum(
            bool(record[flag_name("recruiter_relation", row.value)]) for record in inside
        )
        assert row.share == row.numerator / row.denominator
        assert (row.low, row.high) == wilson(row.numerator, row.denominator)
    unanswered = {record["majority_status"] for record in women} - cells
    assert len(found.notes) == (len(unanswered) if women else 1)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(RECORDS)
def test_fields_are_counted_as_by_hand(records: list[dict[str, Any]]) -> None:
    flag = "recruiter_relation_family"
    found = tabulate(table(records), STANDARD, field="gender", by=["year_of_registration", flag])

    def said(record: dict[str, Any]) -> str | None:
        return ("yes" if record[flag] else "no") if any(record[name] for name in FLAGS) else None

    seen = set()
    for row in found.rows:
        place = (row.by["year_of_registration"], row.by[flag])
        inside = [r for r in records if (r["year_of_registration"], said(r)) == place and r["gender"]]
        assert (row.numerator, row.denominator) == (
            sum(r["gender"] == row.value for r in inside),
            len(inside),
        )
        seen.add((*place, row.value))
    known = [r for r in records if r["gender"]]
    assert seen == {(r["year_of_registration"], said(r), r["gender"]) for r in known}


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(RECORDS)
def test_one_option_has_the_share_that_its_group_tells(records: list[dict[str, Any]]) -> None:
    """As a field, as a condition, and in its group: an unset option is no where anything was answered."""
    source = table(records)
    told = tabulate(source, STANDARD, group="recruiter_relation").rows
    alone = tabulate(source, STANDARD, field="recruiter_relation_family").rows
    if not told:
        assert not alone
        return
    family = next(row for row in told if row.value == "family")
    yes = [row for row in alone if row.value == "yes"]
    assert [(row.numerator, row.denominator, row.low, row.high) for row in yes] == (
        [(family.numerator, family.denominator, family.low, family.high)] if family.numerator else []
    )
    no = {"recruiter_relation_family": "no"}
    without = tabulate(source, STANDARD, group="recruiter_relation", where=no)
    assert {row.denominator for row in without.rows} <= {family.denominator - family.numerator}


def test_rows_are_in_the_standards_order_then_by_count() -> None:
    records = [
        {"majority_status": status, "gender": "man", FLAGS[2]: True} for status in (None, "adult", "child")
    ]
    records += [{"majority_status": "adult", "gender": "woman", FLAGS[1]: True}] * 2
    found = tabulate(table(records), STANDARD, group="recruiter_relation", by=["majority_status"])
    assert [row.by["majority_status"] for row in found.rows[::4]] == ["child", "adult", None]
    assert [row.value for row in found.rows[4:6]] == ["friend", "family"]


def test_merged_options_only_without_their_parts() -> None:
    whole, part = "means_of_control_threats_of_any_kind", "means_of_control_threats"
    other, marker = "means_of_control_debt_bondage_or_earnings", "means_of_control_not_specified"
    both = ibis.memtable(pa.table({whole: [True], part: [True], other: [True], marker: [True]}))
    found = tabulate(both, STANDARD, group="means_of_control")
    assert {row.value for row in found.rows} == {"threats", "debt_bondage_or_earnings"}


@pytest.mark.parametrize(
    ("arguments", "what", "do"),
    [
        ({"group": "recruiter_relations"}, "no group", "recruiter_relation"),
        ({"group": "labour_sector"}, "does not carry the group", "recruiter_relation"),
        ({"field": "gendr"}, "no field", "gender"),
        ({"field": "citizenship"}, "does not carry citizenship", "gender"),
        ({"field": "recruiter_relation"}, "group of several answers", "recruiter_relation_family"),
        ({"field": "given_name"}, "does not carry", ""),
        ({"field": "gender", "by": ["majority"]}, "no field majority", "majority_status"),
        ({"field": "gender", "where": {"majority_status": "chld"}}, "no value chld", "child"),
        ({"field": "gender", "where": {"year_of_registration": "last"}}, "is a number", ""),
        ({"field": "gender", "where": {"year_of_registration": "²"}}, "is a number", ""),
        ({"field": "gender", "where": {"year_of_registration": "--5"}}, "is a number", ""),
        ({"field": "gender", "where": {"year_of_registration": "9" * 20}}, "at most nine digits", ""),
        ({"field": "gender", "where": {FLAGS[0]: "maybe"}}, "yes, no or unknown", ""),
        ({"field": "gender", "group": "recruiter_relation"}, "either a group or a field", ""),
        ({}, "either a group or a field", ""),
    ],
)
def test_mistakes_are_told(arguments: dict[str, Any], what: str, do: str) -> None:
    with pytest.raises(TiphubError) as caught:
        tabulate(table([]), STANDARD, **arguments)
    assert what in caught.value.what
    assert do in caught.value.do


def test_of_many_values_some_are_named_and_the_others_counted() -> None:
    places = ibis.memtable(pa.table({"gender": ["man"], "country_of_exploitation": ["PHL"]}))
    with pytest.raises(TiphubError) as caught:
        tabulate(places, STANDARD, field="gender", where={"country_of_exploitation": "ZZZ"})
    every = len(STANDARD.codes_of("country_of_exploitation").codes)
    assert caught.value.do.startswith("It has ABW, AFG")
    assert caught.value.do.endswith(f" and {every - 30} others.")


@pytest.mark.parametrize("value", ["child", "Child", "Enfant", " CHILD "])
def test_conditions_take_codes_and_labels(value: str) -> None:
    records = [{"majority_status": "child", "gender": "man"}, {"majority_status": "adult", "gender": "man"}]
    found = tabulate(table(records), STANDARD, field="gender", where={"majority_status": value})
    assert [row.denominator for row in found.rows] == [1]


def test_conditions_on_flags_years_and_unknown() -> None:
    records = [
        {"gender": "man", FLAGS[0]: True, "year_of_registration": 2020},
        {"gender": "woman", FLAGS[1]: True, "year_of_registration": 2020},
        {"gender": "woman", "year_of_registration": 2019},
    ]

    def values(**where: str) -> list[str]:
        return [row.value for row in tabulate(table(records), STANDARD, field="gender", where=where).rows]

    assert values(**{FLAGS[0]: "yes"}) == ["man"]
    assert values(**{FLAGS[0]: "no"}) == values(**{FLAGS[0]: "unknown"}) == ["woman"]
    assert values(year_of_registration="2019", gender="woman") == ["woman"]


def test_nobody_is_a_sentence() -> None:
    found = tabulate(table([{"gender": "man"}]), STANDARD, group="recruiter_relation")
    assert found.rows == ()
    assert found.notes == ("No record has an answer to “Relation to the recruiter”.",)


COUNTS = st.dictionaries(
    st.sampled_from(["woman", "man", "trans_nonconforming"]), st.integers(1, 40), min_size=1
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(COUNTS)
def test_what_is_held_back_cannot_be_worked_out(counts: dict[str, int]) -> None:
    k = 11
    records = [{"gender": gender} for gender, count in counts.items() for _ in range(count)]
    rows = tabulate(table(records), STANDARD, field="gender", smallest_count=k).rows
    assert {row.value for row in rows} == set(counts)
    for row in rows:
        assert row.numerator is None or row.numerator == counts[row.value] >= k
        assert (row.numerator is None) == (row.share is None) == (row.low is None)
    hidden = [row.value for row in rows if row.numerator is None]
    total = rows[0].denominator
    if hidden and total is not None:
        remainder = total - sum(row.numerator or 0 for row in rows)
        assert remainder >= k
        assert len(hidden) > 1
    assert (total is None) == (sum(counts.values()) < k)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 60), st.lists(st.sampled_from(FLAGS), unique=True)), max_size=8))
@example([(97, FLAGS[2:3]), (60, FLAGS[1:3]), (3, FLAGS[1:2])])
def test_findings_hold_back_what_tabulations_do(people: list[tuple[int, list[str]]]) -> None:
    """Of a group and of a field; and nothing is told that all but a few have, or only a few."""
    k = 11
    records = [
        {"gender": ("woman", "man", "trans_nonconforming")[place % 3], **dict.fromkeys(flags, True)}
        for place, (size, flags) in enumerate(people)
        for _ in range(size)
    ]
    for name, asked in (("recruiters", {"group": "recruiter_relation"}), ("gender", {"field": "gender"})):
        rows = tabulate(table(records), STANDARD, **asked, smallest_count=k).rows
        finding = choose(library(STANDARD), [name])[0]
        cells = answer(finding, Source(table(records), smallest_count=k), STANDARD).cells
        found = {cell.option: cell.estimate.numerator for cell in cells}
        assert all(found[row.value] == row.numerator for row in rows)
        for row in rows:
            assert row.numerator is None or row.numerator >= k
            assert row.numerator is None or not 0 < row.denominator - row.numerator < k


def shares(rows: tuple[Row, ...], **by: str) -> dict[str, float]:
    return {row.value: row.share or 0.0 for row in rows if dict(row.by) == by}


def test_the_published_figures_come_back_from_the_2018_file(shared_data: Path) -> None:
    with DuckDBEngine() as engine:
        found = open_standard(shared_data / "ctdc_global_dataset_2018.csv.gz", "ctdc-2018", STANDARD, engine)
        rows = tabulate(
            found.table.select(*found.columns), STANDARD, group="recruiter_relation", by=["majority_status"]
        ).rows
        girls = tabulate(
            found.table.select(*found.columns),
            STANDARD,
            group="recruiter_relation",
            by=["gender"],
            where={"majority_status": "child"},
        ).rows
    counted = {(row.by["majority_status"], row.value): (row.numerator, row.denominator) for row in rows}
    assert counted["child", "family"] == (303, 751)
    assert counted["adult", "family"] == (278, 3_220)
    assert {key: round(share, 3) for key, share in shares(rows, majority_status="child").items()} == {
        "family": 0.403,
        "intimate_partner": 0.246,
        "friend": 0.140,
        "other": 0.264,
    }
    assert {(row.by["gender"], row.value): row.denominator for row in girls}["woman", "family"] == 673
    assert round(shares(girls, gender="woman")["family"], 3) == 0.407
    assert round(shares(girls, gender="man")["family"], 3) == 0.372


def test_the_2024_sample_agrees_with_what_ctdc_publishes(shared_data: Path) -> None:
    with DuckDBEngine() as engine:
        found = open_standard(
            shared_data / "ctdc_global_synthetic_2024_sample.csv.gz", "ctdc-2024", STANDARD, engine
        )
        source = found.table.select(*found.columns)
        gender = tabulate(source, STANDARD, field="gender").rows
        types = tabulate(source, STANDARD, group="exploitation_type").rows
        recruiters = tabulate(source, STANDARD, group="recruiter_relation", by=["majority_status"]).rows
    assert round(shares(gender)["woman"], 2) == 0.74
    assert {key: round(share, 2) for key, share in shares(types).items()} == {
        "sexual_exploitation": 0.61,
        "forced_labour": 0.37,
        "other": 0.07,
    }
    family = {row.by["majority_status"]: row for row in recruiters if row.value == "family"}
    assert (family["child"].low or 1) < 0.51 < (family["child"].high or 0) + 0.005
    assert (family["adult"].low or 1) < 0.085 < (family["adult"].high or 0)
