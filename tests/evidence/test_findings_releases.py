"""Findings of releases: what is held back, what was left out, and the noise of a private one."""

import json
from pathlib import Path

import ibis
import numpy as np
import pyarrow as pa
import pytest
from typer.testing import CliRunner

from release.sample import K, content, publish_sample
from tiphub.cli import app
from tiphub.engine import DuckDBEngine
from tiphub.errors import TiphubError
from tiphub.evidence.findings import Source, answer, choose, library, of_release, parse_finding
from tiphub.evidence.findings.noise import Noise
from tiphub.evidence.implied import implied
from tiphub.evidence.noise import MeasuredCounts
from tiphub.release import open_release
from tiphub.standard import load_standard
from tiphub.vault.agencies import add_agency
from tiphub.vault.hub import Settings, open_hub
from tiphub.vault.pipeline import found
from vault.desk import MAPPING, Desk

STANDARD = load_standard()
LIBRARY = library(STANDARD)
RUNNER = CliRunner()
STD = 9.0
AGE = ("age_band", "majority_status")


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish_sample(tmp_path_factory.mktemp("plain"), given=content(2_000))


@pytest.fixture(scope="module")
def counts() -> pa.Table:
    """The counts of a noisy release, as such a release carries them: a deviation and bounds for each."""
    counts = content(2_000).counts
    count = counts.column("count").to_numpy().astype(float)
    noise = {
        "std": np.full(count.size, STD),
        "low": np.maximum(count - 1.96 * STD, 0),
        "high": count + 1.96 * STD,
    }
    for name, values in noise.items():
        counts = counts.set_column(counts.column_names.index(name), name, pa.array(values))
    return counts


def run(path: Path, *arguments: str) -> str:
    result = RUNNER.invoke(app, ["findings", str(path), *arguments])
    if result.exception is not None:
        raise result.exception
    return result.stdout


def test_a_release_holds_back_what_its_smallest_count_holds_back(plain: Path) -> None:
    with DuckDBEngine() as engine:
        release = open_release(plain)
        source = of_release(release, release.records(engine), engine, STANDARD)
        assert source.noise is None
        assert source.left_out == {}
        shown = 0
        for finding in LIBRARY:
            for cell in answer(finding, source, STANDARD).cells:
                estimate = cell.estimate
                for number in (estimate.numerator, estimate.people):
                    assert number is None or number >= K
                shown += estimate.share is not None
        assert shown > 100


def noisy(engine: DuckDBEngine, path: Path, counts: pa.Table) -> Source:
    release = open_release(path)
    noise = Noise(MeasuredCounts(counts, release.variables), STANDARD)
    return Source(release.records(engine), noise=noise, left_out={})


def test_the_interval_of_a_noisy_release_counts_the_noise_in(plain: Path, counts: pa.Table) -> None:
    with DuckDBEngine() as engine:
        records = open_release(plain).records(engine)
        for name in ("children_share", "gender_women", "family_children", "duration_long"):
            finding = choose(LIBRARY, [name])[0]
            sure = answer(finding, Source(records), STANDARD).cells[0].estimate
            found = answer(finding, noisy(engine, plain, counts), STANDARD)
            unsure = found.cells[0].estimate
            assert found.includes[:2] == ("sampling", "privacy noise")
            assert unsure.share == sure.share
            assert unsure.low < sure.low
            assert sure.high < unsure.high


def test_the_noise_is_that_of_the_cells_that_are_added_up(plain: Path, counts: pa.Table) -> None:
    """Women are one cell, the others two: X - pN has variance (1-p)^2 s^2 + p^2 2 s^2 + N p (1-p)."""
    with DuckDBEngine() as engine:
        finding = choose(LIBRARY, ["gender_women"])[0]
        found = answer(finding, noisy(engine, plain, counts), STANDARD).cells[0].estimate
        for p in (found.low, found.high):
            spread = ((1 - p) ** 2 + 2 * p**2) * STD**2 + found.denominator * p * (1 - p)
            assert (found.numerator - p * found.denominator) ** 2 == pytest.approx(
                1.959964**2 * spread, rel=1e-4
            )


def test_a_count_off_the_middle_of_its_bounds_is_less_certain(plain: Path, counts: pa.Table) -> None:
    high = counts.column("high").to_numpy() + 200
    moved = counts.set_column(counts.column_names.index("high"), "high", pa.array(high))
    with DuckDBEngine() as engine:
        finding = choose(LIBRARY, ["gender_women"])[0]
        before = answer(finding, noisy(engine, plain, counts), STANDARD).cells[0].estimate
        after = answer(finding, noisy(engine, plain, moved), STANDARD).cells[0].estimate
        assert after.low < before.low
        assert after.high > before.high


def test_who_answered_a_group_is_only_known_within_bounds(plain: Path, counts: pa.Table) -> None:
    """Without noise a group's share is still less certain: its denominator was not measured."""
    quiet = counts
    for name in ("low", "high"):
        quiet = quiet.set_column(
            quiet.column_names.index(name), name, quiet.column("count").cast(pa.float64())
        )
    quiet = quiet.set_column(quiet.column_names.index("std"), "std", pa.array(np.full(quiet.num_rows, 1e-6)))
    with DuckDBEngine() as engine:
        records = open_release(plain).records(engine)
        source = noisy(engine, plain, quiet)
        for name, wider in (("exploitation_labour", True), ("gender_women", False)):
            finding = choose(LIBRARY, [name])[0]
            sure = answer(finding, Source(records), STANDARD).cells[0].estimate
            found = answer(finding, source, STANDARD).cells[0].estimate
            assert (found.high - found.low > 1.2 * (sure.high - sure.low)) == wider


def with_answered(counts: pa.Table, records: pa.Table, group: str, *by: str) -> pa.Table:
    """The counts as a release has them that counted who answered a group, by other columns."""
    flags = [name for name in records.column_names if name.startswith(f"{group}_")]
    frame = records.select([*by, *flags]).to_pandas()
    frame["yes"] = frame[flags].eq(True).any(axis=1).map({True: "yes", False: ""})
    rows = []
    for names in ((), *((name,) for name in by)):
        for values, size in frame.groupby([*names, "yes"]).size().items():
            fields, joined = [*names, f"{group}:answered"], values if names else (values,)
            rows.append(("|".join(fields), "|".join(joined), size, STD, max(size - 17.6, 0), size + 17.6))
    more = pa.table(dict(zip(counts.column_names, map(list, zip(*rows, strict=True)), strict=True)))
    return pa.concat_tables([counts, more.cast(counts.schema)])


def test_a_denominator_that_was_counted_is_told_as_exactly_as_it_was(plain: Path, counts: pa.Table) -> None:
    with DuckDBEngine() as engine:
        records = open_release(plain).records(engine).to_pyarrow()
        told = with_answered(counts, records, "exploitation_type", "gender")
        for name in ("exploitation_labour", "women_men_labour"):
            finding = choose(LIBRARY, [name])[0]
            guessed = answer(finding, noisy(engine, plain, counts), STANDARD).cells[0].estimate
            found = answer(finding, noisy(engine, plain, told), STANDARD).cells[0].estimate
            assert (found.numerator, found.denominator) == (guessed.numerator, guessed.denominator)
            assert found.high - found.low < guessed.high - guessed.low
            assert found.noise == pytest.approx((STD, STD), rel=1e-3)
            for p in (found.low, found.high):
                spread = (1 + p**2) * STD**2 + found.denominator * p * (1 - p)
                assert (found.numerator - p * found.denominator) ** 2 == pytest.approx(
                    1.959964**2 * spread, rel=1e-2
                )


def test_what_was_not_counted_together_is_not_told(plain: Path, counts: pa.Table) -> None:
    with DuckDBEngine() as engine:
        source = noisy(engine, plain, counts)
        found = answer(choose(LIBRARY, ["family_boys_girls"])[0], source, STANDARD)
        assert all(cell.estimate.share is None for cell in found.cells)
        assert "the release did not count these answers together" in found.sentence


def test_too_few_people_for_the_noise_are_not_told(plain: Path, counts: pa.Table) -> None:
    loud = counts.set_column(
        counts.column_names.index("std"), "std", pa.array(np.full(counts.num_rows, 5_000.0))
    )
    with DuckDBEngine() as engine:
        found = answer(choose(LIBRARY, ["gender_women"])[0], noisy(engine, plain, loud), STANDARD)
        assert found.cells[0].estimate.why == "noise"
        assert "too few people are known for a figure to be told from the privacy noise" in found.sentence


def test_many_people_in_a_sum_of_counts_are_not_called_too_few(plain: Path, counts: pa.Table) -> None:
    """Some 500 people are many for the noise of one age band, 60, and few for that of ten."""
    loud = counts.set_column(counts.column_names.index("std"), "std", pa.array(np.full(len(counts), 60.0)))
    with DuckDBEngine() as engine:
        found = answer(choose(LIBRARY, ["age_bands"])[0], noisy(engine, plain, loud), STANDARD)
        assert {cell.estimate.why for cell in found.cells} == {"sum"}
        assert "too few" not in found.sentence
        assert "several counts make up a figure, and their privacy noise together" in found.sentence


def test_a_finding_of_many_parts_is_told_of_the_ten_with_the_most_people(plain: Path, tmp_path: Path) -> None:
    years = range(2002, 2025)
    own = tmp_path / "own.yml"
    own.write_text(
        "{topic: trends, title: t, who: people, say: are women, measure: {field: gender, any: [woman]},"
        " by: {field: year_of_registration, parts: {"
        + ", ".join(f'"{year}": "people of {year}"' for year in years)
        + "}}}",
        "utf-8",
    )
    told, every = (run(plain, "--file", str(own), *more) for more in ((), ("--all",)))
    figures = json.loads(run(plain, "--file", str(own), "--format", "json"))["findings"][0]["figures"]
    assert len(figures) == len(years)
    largest = sorted(figures, key=lambda figure: -(figure["people"] or 0))[:10]
    sentence = " ".join(told.partition("Of the 23 groups")[0].split())
    assert {year for year in years if f"people of {year}" in sentence} == {
        int(item["part"]) for item in largest
    }
    assert "these are the 10 with the most people; --all tells them all." in " ".join(told.split())
    assert all(f"people of {item['part']}" in " ".join(every.split()) for item in figures if not item["why"])
    assert "--all" not in every


def test_the_command_writes_a_table_json_and_a_page(plain: Path) -> None:
    names = ("--only", "family_children_against_adults", "--only", "controls")
    table = run(plain, *names)
    assert "Family recruitment: children compared with adults" in table
    assert "Intervals are of 95% and include sampling" in table
    document = json.loads(run(plain, *names, "--format", "json"))
    assert [item["name"] for item in document["findings"]] == ["family_children_against_adults", "controls"]
    first = document["findings"][0]
    assert {figure["part"] for figure in first["figures"]} == {"child", "adult"}
    assert first["comparison"]["direction"] in {"more", "less", "unclear"}
    page = run(plain, *names, "--format", "html")
    assert page.count("<svg") == 2
    assert "<script" not in page
    assert first["sentence"].split(":")[0] in page


def test_the_command_knows_a_finding_of_ones_own_and_refuses_others(plain: Path, tmp_path: Path) -> None:
    own = tmp_path / "older.yml"
    own.write_text(
        "topic: who\ntitle: T\nwho: people\nsay: are adults\nmeasure: {field: majority_status, any: [adult]}"
    )
    document = json.loads(run(plain, "--file", str(own), "--format", "json"))
    assert [item["name"] for item in document["findings"]] == ["older"]
    with pytest.raises(TiphubError, match="There is no finding famly_children"):
        run(plain, "--only", "famly_children")
    with pytest.raises(TiphubError, match="cannot be read"):
        run(plain, "--file", str(tmp_path / "none.yml"))


def test_every_file_of_the_library_reads_again_as_it_is() -> None:
    from importlib.resources import files

    folder = files("tiphub.evidence.findings") / "library"
    for finding in LIBRARY:
        source = f"{finding.name}.yml"
        assert parse_finding((folder / source).read_text("utf-8"), source, STANDARD) == finding


def test_records_of_a_vault_say_what_follows_from_them_as_releases_do() -> None:
    flags = ("exploitation_type_forced_labour", "labour_sector_agriculture", "labour_sector_not_specified")
    rows = [
        (None, True, None, "9_17", None, True, "child"),
        (False, None, None, "30_38", "child", False, "adult"),
        (None, None, True, None, "child", None, "child"),
        (None, None, None, "child", None, None, "child"),
    ]
    given = {name: pa.array([row[place] for row in rows], pa.bool_()) for place, name in enumerate(flags)}
    given |= {name: pa.array([row[3 + place] for row in rows], pa.string()) for place, name in enumerate(AGE)}
    found = implied(ibis.memtable(pa.table(given)), STANDARD).to_pyarrow()
    assert found.column(flags[0]).to_pylist() == [row[5] for row in rows]
    assert found.column("majority_status").to_pylist() == [row[6] for row in rows]
    assert found.select([*flags[1:], "age_band"]).equals(pa.table(given).select([*flags[1:], "age_band"]))


def test_a_hub_is_asked_in_its_vault_and_says_that_this_is_not_for_publication(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TIPHUB_KEY", raising=False)
    monkeypatch.delenv("TIPHUB_KEY_FILE", raising=False)
    found(tmp_path / "hub", Settings(title="A hub"))
    hub = open_hub(tmp_path / "hub")
    add_agency(hub, "refuge", mapping=MAPPING, title="The Refuge")
    desk = Desk(hub, tmp_path)
    desk.send("one.csv", [(str(case), "2020", "F" if case % 4 else "M", "Ukraine", "") for case in range(40)])
    arguments = ("--only", "gender_women", "--only", "recruiters", "--format", "json")
    result = RUNNER.invoke(app, ["findings", str(hub.root), "--vault", *arguments])
    assert "not protected" in result.stderr
    document = json.loads(result.stdout)
    assert "not for publication" in document["source"]
    women, recruiters = document["findings"]
    assert (women["figures"][0]["numerator"], women["figures"][0]["denominator"]) == (30, 40)
    assert recruiters["sentence"] == "These data have no people whose recruiter is known."
