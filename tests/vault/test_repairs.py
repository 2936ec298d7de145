"""The quarantine goes to the agency as a CSV file and comes back put right."""

import csv
from collections.abc import Callable
from pathlib import Path

import ibis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiphub.vault.handback import guard, unguard
from tiphub.vault.pipeline import FileOutcome
from tiphub.vault.store import Store
from vault.desk import MAPPING, Desk, Row, read_quarantine

A1 = ("A1", "2019", "F", "Ukraine", "")
HELD: list[Row] = [
    ("A2", "2019", "F", "Atlantis", "=HYPERLINK(1)"),
    ("A3", "2019", "F", "Utopia", "'quoted"),
    ("A4", "2019", "?", "Nowhere", "-99"),
]
Cells = dict[str, str]


def edit(
    desk: Desk, outcome: FileOutcome, change: Callable[[Cells], Cells | None], name: str = "back.csv"
) -> Path:
    """The quarantine with some rows changed or left out, as a spreadsheet would save it."""
    rows = [changed for row in read_quarantine(outcome) if (changed := change(dict(row))) is not None]
    path = desk.inbox / name
    with path.open("w", newline="", encoding="utf-8-sig") as stream:
        out = csv.DictWriter(stream, read_quarantine(outcome)[0].keys())
        out.writeheader()
        out.writerows(rows)
    return path


def repaired(row: Cells) -> Cells:
    return row | {"country": "Nepal", "sex": "M"}


def test_repaired_rows_leave_the_quarantine(desk: Desk) -> None:
    first = desk.send("1.csv", [A1, *HELD])
    back = desk.take(edit(desk, first, repaired))
    assert back.contribution.repair
    assert (back.quality.accepted, back.quality.quarantined, back.quality.released) == (3, 0, 3)
    assert desk.held() == []
    assert [record[0] for record in desk.records()] == ["A1", "A2", "A3", "A4"]


def test_rows_that_are_still_bad_stay_and_nothing_is_doubled(desk: Desk) -> None:
    first = desk.send("1.csv", [A1, *HELD])
    back = desk.take(edit(desk, first, lambda row: repaired(row) if row["case"] == "A2" else row))
    assert (back.quality.accepted, back.quality.quarantined, back.quality.released) == (1, 2, 1)
    assert len(desk.held()) == 2
    assert len(desk.records()) == 2
    again = desk.take(edit(desk, back, repaired, "back again.csv"))
    assert again.quality.released == 2
    assert desk.held() == []
    assert len(desk.records()) == 4


def test_the_same_repair_twice_with_more_rows_right_counts_once(desk: Desk) -> None:
    first = desk.send("1.csv", [A1, *HELD])
    every = edit(desk, first, repaired, "all.csv")
    desk.take(edit(desk, first, lambda row: repaired(row) if row["case"] == "A2" else row))
    desk.take(every)
    assert desk.held() == []
    assert [record[0] for record in desk.records()] == ["A1", "A2", "A3", "A4"]


def test_repairs_work_without_record_ids(desk: Desk) -> None:
    desk.map(MAPPING.replace("record_id: {column: case}\n", ""))
    first = desk.send("1.csv", [A1, *HELD])
    every = edit(desk, first, repaired, "all.csv")
    desk.take(edit(desk, first, lambda row: repaired(row) if row["case"] == "A2" else row))
    desk.take(every)
    assert desk.held() == []
    assert len(desk.records()) == 4


def test_an_untouched_quarantine_changes_nothing_that_counts(desk: Desk) -> None:
    first = desk.send("1.csv", [A1, *HELD])
    desk.take(first.report / "quarantine.csv")
    assert len(desk.held()) == 3
    assert len(desk.records()) == 1


def test_rows_left_out_of_the_repair_stay_in_quarantine(desk: Desk) -> None:
    first = desk.send("1.csv", [A1, *HELD])
    desk.take(edit(desk, first, lambda row: repaired(row) if row["case"] == "A2" else None))
    assert desk.held() == [(1, 4), (1, 5)]


def test_cells_come_back_as_they_were_sent(desk: Desk) -> None:
    first = desk.send("1.csv", [A1, *HELD])
    cells = [row["remarks"] for row in read_quarantine(first)]
    assert cells == ["'=HYPERLINK(1)", "''quoted", "-99"]
    back = desk.take(first.report / "quarantine.csv")
    assert [row["remarks"] for row in read_quarantine(back)] == cells


def test_a_row_that_names_no_known_row_is_held(desk: Desk) -> None:
    first = desk.send("1.csv", [A1, *HELD])
    strange = edit(
        desk, first, lambda row: repaired(row) | {"_tiphub_row": "4711"} if row["case"] == "A2" else None
    )
    back = desk.take(strange)
    (row,) = read_quarantine(back)
    assert (row["_tiphub_column"], row["_tiphub_value"]) == ("_tiphub_row", "4711")
    assert len(desk.records()) == 1


def test_a_row_handed_in_twice_is_held(desk: Desk) -> None:
    desk.map(MAPPING.replace("record_id: {column: case}\n", ""))
    first = desk.send("1.csv", [A1, *HELD])
    path = edit(desk, first, lambda row: repaired(row) if row["case"] == "A2" else None)
    lines = path.read_text("utf-8-sig").splitlines(keepends=True)
    path.write_text("".join([*lines, lines[1]]), "utf-8")
    back = desk.take(path)
    assert (back.quality.accepted, back.quality.quarantined) == (0, 2)
    assert len(desk.records()) == 1


def test_a_later_full_file_closes_what_was_held(desk: Desk) -> None:
    desk.send("1.csv", [A1, *HELD])
    outcome = desk.send("2.csv", [A1, ("A2", "2019", "F", "Peru", ""), HELD[1]])
    assert outcome.quality.released == 1
    assert desk.held() == [(1, 5), (2, 4)]


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_no_cell_begins_as_a_formula_and_every_cell_comes_back(cell: str) -> None:
    guarded = guard(cell)
    assert not guarded.startswith(("=", "+", "@", "\t", "\r", "\n"))
    if guarded.startswith("-"):
        assert int(guarded) <= 0
    back = guarded.removeprefix("'")
    assert back == cell


@pytest.mark.parametrize("cell", ["=1", "'=1", "''", "'", "-1", "-x", "plain", "+4"])
def test_the_expression_undoes_the_guard(cell: str) -> None:
    assert ibis.duckdb.connect().execute(unguard(ibis.literal(guard(cell)))) == cell


def test_reports_of_a_repair_name_the_first_row(desk: Desk) -> None:
    first = desk.send("1.csv", [A1, *HELD])
    back = desk.take(edit(desk, first, lambda row: row if row["case"] == "A4" else None))
    (row,) = read_quarantine(back)
    assert (row["_tiphub_contribution"], row["_tiphub_row"]) == (first.contribution.name, "5")
    with Store.open(desk.hub) as store:
        assert store.quarantine().count().execute() == 3


def test_a_row_that_could_not_be_read_stays_until_its_cells_are_changed(desk: Desk) -> None:
    first = desk.inbox / "torn.csv"
    first.write_text("case,year,sex,country,note\nA1,2019,F,Ukraine,\nA2,2019,F,Ukraine,x,y,z\n", "utf-8")
    desk.map(MAPPING)
    outcome = desk.take(first)
    assert (outcome.quality.accepted, outcome.quality.quarantined) == (1, 1)
    untouched = desk.take(edit(desk, outcome, lambda row: row))
    assert (untouched.quality.accepted, untouched.quality.quarantined) == (0, 1)
    assert "as it was" in untouched.quality.problems[0].reason
    put_right = desk.take(edit(desk, untouched, lambda row: row | {"note": "x y z"}, "right.csv"))
    assert put_right.quality.accepted == 1
    assert desk.held() == []


def test_every_row_in_quarantine_says_what_to_do(desk: Desk) -> None:
    outcome = desk.send("1.csv", [A1, *HELD, ("", "2087", "?", "Atlantis", "")])
    assert all(row["_tiphub_suggestion"] for row in read_quarantine(outcome))
    assert all(item.suggestion for item in outcome.quality.problems)
