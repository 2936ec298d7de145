"""Findings of small private releases, whose rare countries are told by region, and of whom they are known."""

import random
from fractions import Fraction

import ibis
import pyarrow as pa
import pytest

from tiphub.engine import DuckDBEngine
from tiphub.evidence import tabulate
from tiphub.evidence.findings import (
    Finding,
    Result,
    Source,
    answer,
    choose,
    coverage,
    library,
    of_noisy,
    parse_finding,
)
from tiphub.evidence.noise import MeasuredCounts, hidden_values
from tiphub.progress import Silent
from tiphub.standard import encode
from tiphub.standard.own import OWN
from tiphub.standard.variables import Codes, decode
from tiphub.vault.s4_protect import Protected
from tiphub.vault.s4_protect.dp import DifferentialPrivacy, SeededNoiseForTests
from tiphub.vault.s4_protect.dp.synthesis import Effort
from tiphub.vault.s6_publish.tables import typed_records
from vault.dp_people import columns, population, standard

STANDARD = standard()
LIBRARY = library(STANDARD)
VARIABLES = columns("citizenship", "country_of_exploitation", "majority_status")
EFFORT = Effort(groups=40, steps=60, rounds=60)
REGIONS = ("citizenship_regions", "exploitation_regions")
ORIGINS = (
    ["UKR"] * 120
    + ["NPL", "IND", "BGD", "PAK", "LKA", "PHL", "VNM", "THA", "MMR", "KHM"] * 6
    + ["NGA", "GHA", "KEN", "UGA", "ETH"] * 14
    + ["BRA", "PER", "BOL", "COL", "MEX", "HND", "HTI", "CUB"] * 3
    + ["AUS"] * 8
    + ["FJI"] * 9
)


def people(number: int, seed: int) -> Codes:
    """Four in ten from one country, the others from many; everybody's citizenship is known."""
    draw = random.Random(seed)
    homes = [draw.choice(ORIGINS) for _ in range(number)]
    rows = {
        "citizenship": homes,
        "country_of_exploitation": [draw.choice([home, home, "DEU", None]) for home in homes],
        "majority_status": [draw.choice(["child", "adult", "adult"]) for _ in homes],
    }
    return encode(pa.table({name: pa.array(cells, pa.string()) for name, cells in rows.items()}), VARIABLES)


def protect(codes: Codes, seed: int, into: str = "broader") -> Protected:
    method = DifferentialPrivacy(
        rho=Fraction(1, 4),
        delta=1e-5,
        standard=STANDARD,
        noise=SeededNoiseForTests(seed),
        seed_for_tests=seed,
        effort=EFFORT,
        into=into,  # type: ignore[arg-type]
    )
    return method.protect(population(codes, VARIABLES), progress=Silent())


def asked(engine: DuckDBEngine, made: Protected, statement: dict[str, object] | None = None) -> Source:
    records = engine.register("records", typed_records(made.records, VARIABLES))
    counts = MeasuredCounts(made.counts, VARIABLES, hidden_values(statement or made.statement))
    return of_noisy(records, counts, STANDARD)


def truth(engine: DuckDBEngine, codes: Codes) -> Source:
    return Source(engine.register("truth", typed_records(decode(codes, VARIABLES), VARIABLES)))


def ask(name: str, source: Source) -> Result:
    return answer(choose(LIBRARY, [name])[0], source, STANDARD)


def missed(true: Result, told: Result) -> tuple[int, int]:
    """Of the shares that are told, how many intervals do not hold the truth, and how many there are."""
    right = {(cell.part, cell.option): cell.estimate.share for cell in true.cells}
    shown = [cell for cell in told.cells if cell.estimate.share is not None]
    pairs = [(cell.estimate, right[cell.part, cell.option]) for cell in shown]
    return sum(not one.low <= share <= one.high for one, share in pairs), len(pairs)


@pytest.fixture(scope="module")
def small() -> list[tuple[Codes, Protected]]:
    return [(people(300, seed), protect(people(300, seed), seed)) for seed in range(6)]


@pytest.fixture(scope="module")
def unknown() -> tuple[Codes, Protected]:
    """A release whose rare countries became unknown, as releases had it and layouts without regions have."""
    return people(300, 9), protect(people(300, 9), 9, "unknown")


def test_regions_of_a_small_release_hold_the_truth(small: list[tuple[Codes, Protected]]) -> None:
    """False alarm: under 1 in 1,000 (ten or more of 60 intervals that hold in 95 of 100 cases)."""
    outside = shown = 0
    with DuckDBEngine() as engine:
        for codes, made in small:
            for name in REGIONS:
                found = missed(ask(name, truth(engine, codes)), ask(name, asked(engine, made)))
                outside, shown = outside + found[0], shown + found[1]
    assert shown == 60
    assert outside < 10


def test_nobody_of_a_merged_country_is_missing(small: list[tuple[Codes, Protected]]) -> None:
    """Everybody's citizenship is known. False alarm: under 1 in 1,000 (unknown beyond 3.3 deviations)."""
    with DuckDBEngine() as engine:
        for _, made in small:
            found = ask("citizenship_regions", asked(engine, made))
            one = found.cells[0].estimate
            assert one.coverage + 3.3 * one.exactness[0] / one.people >= 1
            assert found.includes == ("sampling", "privacy noise")


def test_noughts_have_an_interval(small: list[tuple[Codes, Protected]]) -> None:
    """A region with hardly anybody is told with its noise, and never as fewer than nobody."""
    with DuckDBEngine() as engine:
        for _, made in small:
            for name in REGIONS:
                found = ask(name, asked(engine, made))
                assert "fewer than 0" not in found.sentence
                oceania = found.cell(option="m49_009").estimate
                assert oceania.high > 0.01


def test_values_that_became_unknown_are_in_the_bounds(unknown: tuple[Codes, Protected]) -> None:
    """None of them in a region or all of them: without these bounds, half the shares were wrong."""
    codes, made = unknown
    with DuckDBEngine() as engine:
        for name in REGIONS:
            found = ask(name, asked(engine, made))
            outside, shown = missed(ask(name, truth(engine, codes)), found)
            assert shown >= 3
            assert not outside
            assert found.includes[-1] == "answers that the protection left out"
        told = ask("citizenship_regions", asked(engine, made))
        assert coverage(told).startswith("Answer known for at least")
        assert told.cell(option="m49_009").estimate.why == "merged"


def test_a_country_that_is_told_by_region_is_not_said_to_have_nobody(
    small: list[tuple[Codes, Protected]],
) -> None:
    codes, made = small[0]
    few = ["Bolivia", "Peru", "Cuba", "Haiti", "Brazil", "Mexico", "Honduras"]
    parts = zip(("BOL", "PER", "CUB", "HTI", "BRA", "MEX", "HND"), few, strict=True)
    several = parse_finding(
        "topic: who\ntitle: t\nwho: people\nsay: are children\n"
        "measure: {field: majority_status, any: [child]}\n"
        "by: {field: citizenship, parts: {UKR: people from Ukraine, "
        + ", ".join(f"{code}: people from {name}" for code, name in parts)
        + "}}",
        "own.yml",
        STANDARD,
    )
    with DuckDBEngine() as engine:
        found = answer(several, asked(engine, made), STANDARD)
        assert missed(answer(several, truth(engine, codes), STANDARD), found) == (0, 1)
    assert found.cell("PER").estimate.why == "merged"
    named = ", ".join(f"people from {name}" for name in few[:5])
    assert found.sentence.endswith(
        f" Of {named} or 2 more, too few people are known for the release to tell them apart from others."
    )


def test_a_country_that_is_shown_has_nobody_among_those_told_by_region(
    small: list[tuple[Codes, Protected]],
) -> None:
    """Values are merged as a whole: who is told by region is not from a country that is shown."""
    with DuckDBEngine() as engine:
        for _, made in small:
            found = answer(share_of("citizenship", "UKR"), asked(engine, made), STANDARD).cells[0].estimate
            assert found.least == found.greatest
            assert found.denominator == found.known


def test_shares_of_answers_that_exclude_each_other_add_up(small: list[tuple[Codes, Protected]]) -> None:
    big = protect(people(3_000, 1), 1)
    with DuckDBEngine() as engine:
        for made in [big, *(made for _, made in small)]:
            found = ask("corridors_regions", asked(engine, made))
            for part in {cell.part for cell in found.cells}:
                shares = [cell.estimate.share for cell in found.cells if cell.part == part]
                if all(share is not None for share in shares):
                    assert sum(shares) == pytest.approx(1)


def corridors(rows: list[tuple[str | None, str | None]]) -> Source:
    names = ("citizenship", "country_of_exploitation")
    cells = {name: [row[place] for row in rows] for place, name in enumerate(names)}
    return Source(ibis.memtable(pa.table({name: pa.array(one, pa.string()) for name, one in cells.items()})))


def test_coverage_of_corridors_is_of_whom_both_countries_are_known() -> None:
    at_home, abroad, unknown = [("UKR", "UKR")] * 60, [("UKR", "POL")] * 30, [("UKR", None)] * 10
    found = ask("corridors_top", corridors(at_home + abroad))
    assert (found.cells[0].estimate.share, coverage(found)) == (1.0, "Answer known for 100% of 90.")
    found = ask("corridors_top", corridors(at_home + abroad + unknown))
    assert coverage(found) == "Answer known for 90% of 100."
    found = ask("domestic", corridors(at_home + abroad + unknown))
    assert coverage(found) == "Answer known for 90% of 100."


@pytest.mark.parametrize("seed", range(4))
def test_coverage_of_very_few_people_is_no_more_than_all_of_them(seed: int) -> None:
    codes = people(80, seed)
    with DuckDBEngine() as engine:
        for name in ("domestic", "corridors_top"):
            source = asked(engine, protect(codes, seed))
            for cell in ask(name, source).cells:
                assert cell.estimate.coverage is None or cell.estimate.coverage <= 1


def test_people_at_home_whose_country_is_not_shown_are_counted(small: list[tuple[Codes, Protected]]) -> None:
    """They are told by region in the records; what was measured of them is told in the counts."""
    for _, made in small:
        rows = [row for row in made.counts.to_pylist() if row["fields"] == "citizenship|" + OWN]
        at_home = [row for row in rows if row["values"].startswith("m49_") and row["values"].endswith("|yes")]
        assert any(row["high"] - 1.96 * row["std"] > 10 for row in at_home)


def test_a_finding_and_a_tabulation_give_a_share_one_interval(small: list[tuple[Codes, Protected]]) -> None:
    """Values that were counted and that nobody has in the records are among the others in both."""
    for _, made in small:
        with DuckDBEngine() as engine:
            source = asked(engine, made)
            assert source.noise is not None
            for field in ("majority_status", "citizenship"):
                rows = tabulate(source.table, STANDARD, field=field, noise=source.noise.counts).rows
                told = [row for row in rows if not row.value.startswith("m49_")]
                for row in told:
                    one = answer(share_of(field, row.value), source, STANDARD).cells[0].estimate
                    assert (row.numerator, row.denominator) == (one.numerator, one.denominator)
                    assert (row.low, row.high) == pytest.approx((one.low, one.high), abs=1e-12)
                assert len(told) >= 2


def share_of(field: str, value: str) -> Finding:
    text = f"{{topic: who, title: t, who: p, say: s, measure: {{field: {field}, any: [{value}]}}}}"
    return parse_finding(text, "own.yml", STANDARD)
