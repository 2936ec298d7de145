"""Tabulating a release with privacy noise: every number lies between bounds, and these hold."""

import csv
import json
from collections.abc import Mapping
from io import StringIO
from math import ceil, floor
from pathlib import Path

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from typer.testing import CliRunner

from release.noisy import noisy, publish_noisy
from tiphub.cli import app
from tiphub.engine import DuckDBEngine
from tiphub.errors import TiphubError
from tiphub.evidence import tabulate
from tiphub.evidence.interval import share
from tiphub.evidence.noise import Bounds, MeasuredCounts, Sum, least
from tiphub.evidence.tabulate import Row
from tiphub.standard import Variable, load_standard

STANDARD = load_standard()
YEARS = ("2022", "2023", "2024")
ASKED: tuple[Mapping[str, object], ...] = (
    {"field": "gender"},
    {"field": "country_of_exploitation"},
    {"field": "age_band", "by": ["gender"]},
    {"group": "recruiter_relation", "by": ["majority_status"]},
)


def standard(engine: DuckDBEngine, name: str, records: pa.Table) -> ir.Table:
    """Records of text as a table in the standard."""
    cells = {}
    for column in records.column_names:
        values = records.column(column)
        if STANDARD.columns[column].kind == "flag":
            values = pc.if_else(pc.is_null(values), pa.scalar(None, pa.bool_()), pc.equal(values, "yes"))
        cells[column] = values.cast(pa.int32()) if STANDARD.columns[column].kind == "integer" else values
    return engine.register(name, pa.table(cells))


def rows(table: ir.Table, noise: MeasuredCounts | None = None, **asked: object) -> dict[object, Row]:
    found = tabulate(table, STANDARD, noise=noise, **asked)  # type: ignore[arg-type]
    return {(tuple(row.by.values()), row.value): row for row in found.rows}


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish_noisy(tmp_path_factory.mktemp("noisy") / "releases")


def test_the_bounds_hold_the_truth_as_often_as_they_say() -> None:
    """People are planted, protected six times over, and tabulated.

    Of a release, the share of true counts inside has a standard deviation of about 0.03, of six releases
    0.012: the limits of the counts are 2.9 of these away, a false alarm in 1 of 250 sets of seeds. Shares
    have sampling in their intervals too, and denominators the noise of two counts: both hold more often.
    """
    counts, bases, shares = [], [], []
    with DuckDBEngine() as engine:
        for seed in range(6):
            given = noisy(seed=500 + seed)
            noise = MeasuredCounts(given.made.counts)
            truth = standard(engine, "truth", given.truth)
            made = standard(engine, "made", given.made.records)
            inside = []
            for asked in ASKED:
                true = rows(truth, **asked)
                for key, row in rows(made, noise, **asked).items():
                    if key not in true or row.numerator_low is None or row.numerator_high is None:
                        continue
                    inside.append(row.numerator_low <= true[key].numerator <= row.numerator_high)
                    if row.denominator_low is not None and row.denominator_high is not None:
                        base = true[key].denominator
                        bases.append(row.denominator_low <= base <= row.denominator_high)
                    if row.low is not None and row.high is not None:
                        shares.append(row.low <= true[key].share <= row.high)
            counts.append(np.mean(inside))
    assert len(counts) == 6
    assert 0.92 <= np.mean(counts) <= 0.99
    assert len(bases) > 200
    assert np.mean(bases) >= 0.95
    assert np.mean(shares) >= 0.95


def test_a_sum_is_as_uncertain_as_its_parts_together(release: Path) -> None:
    with DuckDBEngine() as engine:
        made = standard(engine, "made", noisy().made.records)
        noise = MeasuredCounts(noisy().made.counts)
        whole = rows(
            made.filter(made["year_of_registration"].isin([int(year) for year in YEARS])),
            noise,
            field="gender",
            within={"year_of_registration": YEARS},
        )[(), "woman"]
        parts = [rows(made, noise, field="gender", where={"year_of_registration": year}) for year in YEARS]
        each = [found[(), "woman"] for found in parts]
    assert whole.numerator == sum(row.numerator or 0 for row in each)
    widths = [max(row.numerator_high - row.numerator, row.numerator - row.numerator_low) for row in each]
    width = (whole.numerator_high or 0) - (whole.numerator or 0)
    assert max(widths) < width < sum(widths)


def test_what_was_not_measured_has_no_interval_and_says_so() -> None:
    counts = noisy().made.counts
    several = pc.greater(pc.count_substring(counts.column("fields"), "|"), 0)
    with DuckDBEngine() as engine:
        made = standard(engine, "made", noisy().made.records)
        noise = MeasuredCounts(counts.filter(pc.invert(several)))
        found = tabulate(made, STANDARD, field="gender", by=["majority_status"], noise=noise)
        assert found.includes == ("sampling", "privacy noise")
        assert found.rows
        assert all(row.numerator_low is row.denominator_low is row.low is None for row in found.rows)
        assert "measured no table" in found.notes[-1]
        alone = tabulate(made, STANDARD, field="gender", noise=noise)
        assert all(row.low is not None and row.numerator_low is not None for row in alone.rows)
        assert not alone.notes


def test_who_has_an_option_not_is_not_told_with_noise() -> None:
    """By the rule that is who answered the group less who has it: its records do not follow that."""
    flag = "recruiter_relation_family"
    with DuckDBEngine() as engine:
        made = standard(engine, "made", noisy().made.records)
        noise = MeasuredCounts(noisy().made.counts)
        assert tabulate(made, STANDARD, field="gender", where={flag: "Yes"}, noise=noise).rows
        for asked, do in (
            ({"field": flag}, "the group recruiter_relation"),
            ({"field": "gender", "by": [flag]}, f"to {flag}=yes"),
            ({"field": "gender", "where": {flag: "no"}}, f"to {flag}=yes"),
            ({"group": "recruiter_relation", "where": {flag: "unknown"}}, f"to {flag}=yes"),
        ):
            with pytest.raises(TiphubError) as error:
                tabulate(made, STANDARD, noise=noise, **asked)
            assert "not who has it not" in error.value.what
            assert do in error.value.do


def test_who_answered_a_group_is_measured_for_itself() -> None:
    with DuckDBEngine() as engine:
        made = standard(engine, "made", noisy().made.records)
        noise = MeasuredCounts(noisy().made.counts)
        found = rows(made, noise, group="recruiter_relation", by=["majority_status"])
        answered = noise.sum({"majority_status": ["child"], "recruiter_relation:answered": ["yes"]})
    assert found
    assert answered is not None
    assert answered.nearest(10**6)[0] == pytest.approx(found[("child",), "family"].denominator_high, abs=1)
    for row in found.values():
        assert row.denominator_low < row.denominator_high
        assert row.denominator_low <= row.denominator <= row.denominator_high
        assert row.low < row.share < row.high


def test_people_chosen_by_an_answer_all_have_it() -> None:
    with DuckDBEngine() as engine:
        made = standard(engine, "made", noisy().made.records)
        noise = MeasuredCounts(noisy().made.counts)
        (row,) = rows(made, noise, field="gender", where={"gender": "woman"}).values()
    assert row.numerator == row.denominator
    assert row.numerator_low < row.numerator_high
    assert row.low is not None
    assert row.low > 0.99


def test_nobody_is_as_uncertain_as_somebody() -> None:
    counts = pa.table(
        {
            "fields": ["", "gender", "gender"],
            "values": ["", "woman", "man"],
            "count": [100, 60, 40],
            "std": [5.0, 10.0, 10.0],
            "low": [90.0, 41.0, 30.0],
            "high": [110.0, 80.0, 60.0],
        }
    )
    noise = MeasuredCounts(counts)
    none = noise.bounds({"gender": ["trans_nonconforming"]}, 0)
    assert none is not None
    assert (none.low, none.high) == (0, 20)
    people = noise.bounds({}, 100)
    assert people is not None
    assert (people.low, people.high, people.variance) == (90, 110, pytest.approx(10.2**2 / 4, rel=0.05))
    off = noise.bounds({"gender": ["man"]}, 40)
    assert off is not None
    assert off.variance > 100, "the count lies off the middle of its bounds"
    both = noise.bounds({"gender": ["woman", "man"]}, 100)
    on = noise.bounds({"gender": ["woman"]}, 60)
    assert on is not None
    half = 1.96 * 10 * 2**0.5
    middles = 80 - 19.6 + (30 + 60) / 2
    assert both.variance == pytest.approx(on.variance + off.variance)
    assert (both.low, both.high) == (floor(middles - half), ceil(middles + half)), "around what was measured"
    assert noise.bounds({"citizenship": ["UKR"]}, 3) is None


def test_a_value_that_nobody_has_was_counted_and_one_that_is_not_shown_was_not() -> None:
    """Of four countries one is told by what is above it: its people have no count of their own."""
    counts = pa.table(
        {
            "fields": ["", "citizenship", "citizenship"],
            "values": ["", "UKR", "POL"],
            "count": [100, 60, 40],
            "std": [5.0, 10.0, 10.0],
            "low": [90.2, 40.4, 20.4],
            "high": [109.8, 79.6, 59.6],
        }
    )
    columns = [Variable("citizenship", ("UKR", "POL", "MDA", "ROU"), (None,) * 4)]
    noise = MeasuredCounts(counts, columns, {"citizenship": frozenset({"ROU"})})
    assert noise.values("citizenship") == {"UKR", "POL", "MDA"}
    others = noise.sum({"citizenship": ["POL", "MDA", "ROU"]})
    assert others is not None
    assert (others.size, others.variance) == (2, pytest.approx(200, rel=1e-3))
    assert noise.bounds({"citizenship": ["MDA"]}, 0) == Bounds(0, 20, 100.0)
    assert noise.bounds({"citizenship": ["ROU"]}, 0) is None
    assert MeasuredCounts(counts).values("citizenship") == {"UKR", "POL"}


def test_the_narrower_of_two_ways_to_count_a_denominator_is_taken() -> None:
    """Sixty small counts beside one, or all people without the unknown ones: as exact as either is."""
    one, sixty = Sum(noise=100, errors=100, size=1), Sum(noise=6_000, errors=6_000, size=10)
    everybody = Sum(noise=200, errors=200, size=2)
    few = least(2, 40, one, sixty, everybody)
    assert few.share(2, 40).width < share(2, 40, noise=100, rest=6_000).width == 1
    assert few.whole == 200
    two = least(600, 1_000, one, one, everybody)
    assert (two.whole, two.rest) == (None, 100)
    assert two.of_base == pytest.approx(200**0.5)
    assert least(2, 40, one, sixty, None).whole is None


def test_small_errors_of_many_cells_add_up_and_do_not_cancel_out() -> None:
    """Records with 5 people too few in each of 16 cells are 80 too few in all, not 20."""
    count = [95] * 16 + [1_080]
    low = [0.0 if size > 1_000 else 80.4 for size in count]
    counts = pa.table(
        {
            "fields": ["", *["country"] * 17],
            "values": ["", *(f"c{number}" for number in range(16)), ""],
            "count": [2_600, *count],
            "std": [10.0] * 18,
            "low": [2_580.4, *low[:16], 980.4],
            "high": [2_619.6, *[119.6] * 16, 1_080.0],
        }
    )
    noise = MeasuredCounts(counts)
    all_of_them = {"country": [f"c{number}" for number in range(16)]}
    found = noise.bounds(all_of_them, 16 * 95)
    assert found is not None
    assert found.low == 16 * 95, "what was measured begins above the records' count"
    assert found.high == pytest.approx(16 * 95 + 80 + 1.96 * 40, abs=4)


def places(count: list[int], low: list[float], high: list[float], std: float) -> MeasuredCounts:
    names = [f"c{number}" for number in range(len(count))]
    return MeasuredCounts(
        pa.table(
            {
                "fields": ["place"] * len(count),
                "values": names,
                "count": count,
                "std": [std] * len(count),
                "low": low,
                "high": high,
            }
        )
    )


def test_a_sum_does_not_reach_beyond_its_parts() -> None:
    """Three places with 26, 16 and 15 people at most have 57 at most."""
    noise = places([20, 16, 15], [0.0, 0.0, 0.0], [26.0, 16.0, 15.0], 8.2)
    found = noise.bounds({"place": ["c0", "c1", "c2"]}, 51)
    assert found is not None
    assert found.low == 0
    assert 51 <= found.high <= 57


def test_sums_of_cut_and_widened_bounds_hold_95_of_100() -> None:
    """As a release makes them: cut at 0, and widened to the count that its records have."""
    random, std, held = np.random.default_rng(5), 9.0, 0
    for _ in range(600):
        truth = random.integers(0, 30, 3)
        measured = truth + random.normal(0, std, 3)
        count = np.maximum(np.round(measured), 0).astype(int) + random.integers(0, 15, 3)
        low = np.minimum(np.maximum(measured - 1.96 * std, 0), count)
        high = np.maximum(measured + 1.96 * std, count)
        noise = places(count.tolist(), low.tolist(), high.tolist(), std)
        found = noise.bounds({"place": ["c0", "c1", "c2"]}, int(count.sum()))
        assert found is not None
        assert found.low <= count.sum() <= found.high <= np.ceil(high.sum())
        held += found.low <= truth.sum() <= found.high
    assert held >= 0.93 * 600


def test_counts_without_noise_say_nothing_of_noise() -> None:
    nothing = pa.nulls(1, pa.float64())
    plain = {"fields": [""], "values": [""], "count": [3], "std": nothing, "low": nothing, "high": nothing}
    assert not MeasuredCounts(pa.table(plain))


def run(path: Path, *arguments: str) -> str:
    result = CliRunner().invoke(app, ["tabulate", str(path), *arguments])
    if result.exception is not None:
        raise result.exception
    return result.stdout


def test_the_command_tells_the_bounds_in_every_format(release: Path) -> None:
    asked = ("--field", "gender", "--by", "majority_status")
    document = json.loads(run(release, *asked, "--format", "json"))
    assert document["includes"] == ["sampling", "privacy noise"]
    first = document["rows"][0]
    assert first["numerator_low"] <= first["numerator"] <= first["numerator_high"]
    assert first["numerator_low"] < first["numerator_high"]
    assert first["denominator_low"] < first["denominator"] < first["denominator_high"]
    cells = list(csv.DictReader(StringIO(run(release, *asked, "--format", "csv"))))
    assert cells[0]["numerator_high"] == str(first["numerator_high"])
    shown = run(release, *asked)
    assert f"{first['numerator_low']:,} to {first['numerator_high']:,}" in shown
    four = ("--field", "age_band", "--by", "gender", "--where", "citizenship=UKR", "--where")
    unknown = run(release, *four, "year_of_registration=2023")
    assert "not measured" in unknown
    assert "measured no table" in unknown.replace("\n", " ")
