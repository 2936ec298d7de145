"""Files come in: every row is accepted or in quarantine, and the same file changes nothing."""

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tiphub.errors import TiphubError
from tiphub.vault.agencies import add_agency
from tiphub.vault.hub import Settings, open_hub
from tiphub.vault.pipeline import found, ingest
from tiphub.vault.store import Store
from vault.desk import MAPPING, Desk, read_quarantine

GOOD = ("A1", "2019", "F", "Ukraine", "")
BAD_SEX = ("A2", "2019", "X", "UKR", "")
FUTURE = ("A3", "2087", "M", "Nepal", "")


def test_every_row_is_accepted_or_held(desk: Desk) -> None:
    outcome = desk.send("a.csv", [GOOD, BAD_SEX, FUTURE])
    assert (outcome.quality.accepted, outcome.quality.quarantined) == (1, 2)
    assert desk.records() == [("A1", "2019", "woman", "UKR")]
    assert desk.held() == [(1, 3), (1, 4)]


def test_a_held_row_says_file_row_column_value_reason_and_suggestion(desk: Desk) -> None:
    outcome = desk.send("a.csv", [GOOD, ("A2", "2019", "F", "Ukrane", "")])
    (row,) = read_quarantine(outcome)
    assert (row["_tiphub_file"], row["_tiphub_row"]) == ("a.csv", "3")
    assert (row["_tiphub_column"], row["_tiphub_value"]) == ("country", "Ukrane")
    assert row["_tiphub_reason"]
    assert "Ukraine" in row["_tiphub_suggestion"]
    assert row["case"] == "A2"


def test_a_row_with_shifted_cells_is_told_by_that_alone(desk: Desk) -> None:
    long = ("A2", "2019", "F", "Uk", "raine", "")
    outcome = desk.send("a.csv", [GOOD, long, ("A3", "2019", "?")])
    first, second = read_quarantine(outcome)
    assert first["_tiphub_reason"] == "6 cells where the header has 5"
    assert first["_tiphub_suggestion"] == "look for a separator inside a cell, and put that cell in quotes"
    assert second["_tiphub_reason"] == "3 cells where the header has 5"
    assert "fill up the row" in second["_tiphub_suggestion"]
    assert {item.column for item in outcome.quality.problems} == {""}


def test_a_file_whose_report_could_not_be_written_is_not_taken_in(desk: Desk) -> None:
    reports = desk.hub.agencies / "refuge" / "reports"
    reports.write_text("in the way")
    with pytest.raises(TiphubError, match="reports cannot be written") as refused:
        desk.send("a.csv", [GOOD])
    assert str(reports) in refused.value.where
    assert "same command again" in refused.value.do
    assert desk.records() == []
    reports.unlink()
    assert not desk.take(desk.inbox / "a.csv").known


def test_a_report_that_fails_after_all_is_said_to_be_the_only_thing_missing(desk: Desk) -> None:
    first = desk.send("a.csv", [GOOD, BAD_SEX])
    shutil.rmtree(first.report)
    first.report.write_text("in the way")
    with pytest.raises(TiphubError, match=r"a\.csv is in the vault, but a report is missing") as refused:
        desk.take(desk.inbox / "a.csv")
    assert "hand the same file in again" in refused.value.do
    first.report.unlink()
    assert (desk.take(desk.inbox / "a.csv").report / "report.html").exists()
    assert len(desk.records()) == 1


def test_the_origin_is_kept(desk: Desk) -> None:
    path = desk.inbox / "a.csv"
    desk.map(f"file: {{encoding: windows-1252}}\n{MAPPING}")
    path.write_bytes("case;year;sex;country;remarks\nA1;2019;F;Pérou;\n".encode("cp1252"))
    origin = desk.take(path).contribution.origin
    assert (origin.name, origin.size, origin.delimiter) == ("a.csv", path.stat().st_size, ";")
    assert desk.records() == [("A1", "2019", "woman", "PER")]
    assert len(origin.sha256) == 64


def test_every_cell_is_kept_as_sent(desk: Desk) -> None:
    rows = [("A1", " 2019", "F", "Ukraine", "=1+1\nline"), ("A2", "", "?", "", "'")]
    outcome = desk.send("a.csv", rows)
    with Store.open(desk.hub) as store:
        raw = store.raw(outcome.contribution).order_by("_row").to_pyarrow().to_pylist()
    names = ("case", "year", "sex", "country", "remarks")
    assert [tuple(row[name] or "" for name in names) for row in raw] == rows


def test_the_same_file_again_changes_nothing(desk: Desk) -> None:
    first = desk.send("a.csv", [GOOD, BAD_SEX])
    shutil.rmtree(first.report)
    again = desk.send("another name.csv", [GOOD, BAD_SEX])
    assert again.known
    assert not first.known
    assert again.contribution == first.contribution
    assert (again.report / "report.html").exists()
    assert len(desk.records()) == 1
    assert desk.held() == [(1, 3)]


def test_two_agencies_with_the_same_file_have_their_own_records(desk: Desk) -> None:
    path = desk.write("a.csv", [GOOD])
    add_agency(desk.hub, "other", mapping=MAPPING)
    desk.take(path)
    assert not ingest(desk.hub, "other", [path]).files[0].known
    assert len(desk.records()) == 2


def test_files_without_a_record_id_add_up_and_the_report_says_so(desk: Desk) -> None:
    desk.map(MAPPING.replace("record_id: {column: case}\n", ""))
    desk.send("a.csv", [GOOD])
    outcome = desk.send("b.csv", [GOOD, GOOD])
    assert len(desk.records()) == 3
    assert not outcome.quality.correctable
    assert "no record id" in (outcome.report / "report.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"case,year,sex,country,remarks\n", "no rows"),
        (b"\x1f\x8b\x08\x00broken", "middle"),
        (b"something,else\n1,2\n", "no column"),
        (b"case,year,sex,country,case\nA1,2019,F,UKR,\n", "stands twice"),
    ],
)
def test_a_file_that_cannot_be_taken_leaves_no_trace(desk: Desk, content: bytes, says: str) -> None:
    desk.send("good.csv", [GOOD])
    path = desk.inbox / "bad.csv"
    path.write_bytes(content)
    with pytest.raises(TiphubError, match=says):
        desk.take(path)
    assert len(desk.records()) == 1
    with Store.open(desk.hub) as store:
        assert len(store.contributions()) == 1


def test_a_very_long_line_is_refused_in_words(desk: Desk) -> None:
    path = desk.inbox / "long.csv"
    path.write_bytes(b"case,year,sex,country,remarks\nA1,2019,F,UKR," + b"x" * 20_000_000 + b"\n")
    with pytest.raises(TiphubError, match="longer than"):
        desk.take(path)


def test_files_before_a_bad_one_stay_taken_in(desk: Desk) -> None:
    good = desk.write("good.csv", [GOOD])
    with pytest.raises(TiphubError, match="no such file"):
        ingest(desk.hub, "refuge", [good, desk.inbox / "missing.csv"])
    assert len(desk.records()) == 1


def test_the_cells_of_a_refused_file_are_swept_away(desk: Desk) -> None:
    with pytest.raises(TiphubError, match="no column"):
        desk.send("1.csv", [("A1", "2019")], header=("case", "jahr"))
    with Store.open(desk.hub) as store:
        tables = "SELECT count(*) FROM duckdb_tables() WHERE table_name LIKE 'raw%'"
        assert store.engine.execute(tables) == [(0,)]
    assert desk.send("2.csv", [("A1", "2019", "F", "Peru", "")]).quality.accepted == 1


def test_unknown_agency_and_missing_mapping_are_told(desk: Desk) -> None:
    path = desk.write("a.csv", [GOOD])
    with pytest.raises(TiphubError) as refused:
        ingest(desk.hub, "refuse", [path])
    assert "Did you mean 'refuge'?" in str(refused.value)
    (desk.hub.agencies / "refuge" / "mapping.yml").unlink()
    with pytest.raises(TiphubError, match="Nothing says yet how"):
        desk.take(path)


def test_a_typo_in_the_mapping_is_told_before_anything_is_read(desk: Desk) -> None:
    desk.map(MAPPING.replace("gender:", "gendre:"))
    with pytest.raises(TiphubError) as refused:
        desk.send("a.csv", [GOOD])
    assert "gender" in str(refused.value)


def test_unknown_codes_in_every_row_hold_every_row(desk: Desk) -> None:
    outcome = desk.send("a.csv", [(f"A{i}", "2019", f"code {i}", "UKR", "") for i in range(500)])
    assert (outcome.quality.accepted, outcome.quality.quarantined) == (0, 500)
    assert outcome.quality.problem_kinds == 500
    assert len(read_quarantine(outcome)) == 500


def test_the_real_file_of_2018(desk: Desk, shared_data: Path) -> None:
    desk.map("extends: ctdc-2018\n")
    outcome = desk.take(shared_data / "ctdc_global_dataset_2018.csv.gz")
    assert outcome.contribution.rows == 47_106
    assert (outcome.quality.accepted, outcome.quality.quarantined) == (47_102, 4)
    assert outcome.quality.warned == 38
    assert all(row["_tiphub_reason"] for row in read_quarantine(outcome))
    json.dumps(outcome.quality.as_data())


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["A1", "A2", "A3", "A4", ""]),
        st.sampled_from(["2019", "2020", "1066", "x", ""]),
        st.sampled_from(["F", "M", "?", ""]),
        st.sampled_from(["Ukraine", "UKR", "Atlantis", ""]),
        st.just("."),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=st.lists(ROWS, min_size=1, max_size=3))
def test_whatever_comes_nothing_is_lost_or_doubled(
    files: list[list[tuple[str, ...]]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.mktemp("whatever")
    found(root / "hub", Settings())
    hub = open_hub(root / "hub")
    add_agency(hub, "refuge", mapping=MAPPING)
    desk = Desk(hub, root)
    for number, rows in enumerate(files):
        outcome = desk.send(f"{number}.csv", rows)
        if not outcome.known:
            assert outcome.quality.accepted + outcome.quality.quarantined == len(rows)
    names = [record[0] for record in desk.records()]
    assert len(names) == len(set(names))
    accepted = {name for name, *_ in desk.records()}
    sent = {row[0] for rows in files for row in rows if row[0]}
    assert accepted <= sent
