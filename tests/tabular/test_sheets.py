"""XLSX and ODS: what a person sees is what is read, and what a spreadsheet hides is told."""

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import CoveredTableCell, Table, TableCell, TableRow
from odf.text import P
from openpyxl import Workbook

from tiphub.errors import TiphubError

from .tables import cells, defects, read


def book(path: Path, rows: list[list[object]], *merged: str) -> Path:
    made = Workbook()
    sheet = made.active
    for row in rows:
        sheet.append(row)
    for area in merged:
        sheet.merge_cells(area)
    made.save(path)
    return path


SHOWN = st.text(
    st.characters(categories=["L", "P", "Zs"], exclude_characters="_="), min_size=1, max_size=12
).filter(str.strip)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(SHOWN, st.none() | SHOWN, SHOWN), min_size=1, max_size=8))
def test_any_table_of_texts_comes_back(tmp_path, body):
    path = book(tmp_path / "t.xlsx", [["one", "two", "three"], *map(list, body)])
    _, rows = read(path, header_row=1)
    assert cells(rows) == [list(row) for row in body]


def test_values_are_what_a_person_sees(tmp_path):
    moment = dt.datetime(2016, 3, 5, 10, 20)  # noqa: DTZ001
    row = [2016.0, 0.1 + 0.2, dt.date(2016, 3, 5), moment, True, "007", 1 / 3, dt.time(9, 30), 1234567890123]
    path = book(tmp_path / "t.xlsx", [[f"column {letter}" for letter in "abcdefghi"], row])
    assert cells(read(path)[1]) == [
        [
            "2016",
            "0.3",
            "2016-03-05",
            "2016-03-05 10:20:00",
            "true",
            "007",
            "0.333333333333333",
            "09:30:00",
            "1234567890123",
        ]
    ]


def test_titles_merged_headers_and_labels(tmp_path):
    path = book(
        tmp_path / "t.xlsx",
        [
            ["Register of 2019"],
            [],
            ["case_no", "Person", None, "place"],
            [None, "age", "gender", None],
            ["Case no", "Age", "Gender", "Place"],
            ["A-1", 17, "woman", "Kyiv"],
        ],
        "A1:D1",
        "A3:A4",
        "B3:C3",
        "D3:D4",
    )
    table, rows = read(path, header_row=4)
    assert table.columns == ("case_no", "age", "gender", "place")
    assert [row["_row"] for row in rows] == [6]
    assert any("repeats the header" in note for note in table.origin.notes)
    assert not defects(rows)


def test_a_header_merged_sideways_names_every_column(tmp_path):
    path = book(tmp_path / "t.xlsx", [["no", "control", None, "age"], [1, "threats", "debt", 17]], "B1:C1")
    table, rows = read(path)
    assert table.columns == ("no", "control", "control (2)", "age")
    assert cells(rows) == [["1", "threats", "debt", "17"]]


def test_merged_data_is_a_defect_of_each_row_it_touches(tmp_path):
    body = [["no", "country"], [1, "Ukraine"], [2, None], [3, None], [4, "Togo"]]
    _, rows = read(book(tmp_path / "t.xlsx", body, "B2:B4"))
    assert list(defects(rows)) == [2, 3, 4]
    assert "cells B2:B4 are merged" in defects(rows)[3]
    assert cells(rows)[0] == ["1", "Ukraine"]
    assert cells(rows)[1] == ["2", None]


def test_merged_rows_at_the_end_are_not_lost(tmp_path):
    _, rows = read(book(tmp_path / "t.xlsx", [["a", "b"], ["x", "y"], ["z", "w"], [None, None]], "A3:A4"))
    assert [row["_row"] for row in rows][:2] == [2, 3]
    assert 3 in defects(rows)


def test_errors_and_uncomputed_formulas_are_told(tmp_path):
    path = book(tmp_path / "t.xlsx", [["a", "b"], ["=1+1", "x"], ["#N/A", "y"], ["ok", "z"]])
    _, rows = read(path)
    assert "A2 holds a formula without its value" in defects(rows)[2]
    assert "A3 holds the error #N/A" in defects(rows)[3]
    assert len(defects(rows)) == 2


def test_an_empty_row_is_a_row_and_unused_ones_are_counted(tmp_path):
    body = [[number, "woman" if number in (1, 3) else None] for number in range(1, 101)]
    table, rows = read(book(tmp_path / "t.xlsx", [[None, "gender"], *body]))
    assert [row["_row"] for row in rows] == [2, 3, 4]
    assert defects(rows) == {3: "the row is empty"}
    assert any("rows 5 to 101 are unused" in note for note in table.origin.notes)


def test_numbers_that_do_not_count_up_are_data(tmp_path):
    body = [["year", "gender"], [2016, "woman"], [1667367, None], [139912, None]]
    assert len(read(book(tmp_path / "t.xlsx", body))[1]) == 3


def test_sheets(tmp_path):
    made = Workbook()
    made.active.title = "Notes"
    for name in ("Hidden", "Cases", "Lists"):
        sheet = made.create_sheet(name)
        sheet.append(["a", "b"])
        sheet.append([name, "x"])
    made["Hidden"].sheet_state = "hidden"
    made.save(tmp_path / "t.xlsx")
    table, rows = read(tmp_path / "t.xlsx")
    assert (table.origin.sheet, rows[0]["a"]) == ("Cases", "Cases")
    assert "left aside: 'Lists'" in table.origin.notes[0]
    assert read(tmp_path / "t.xlsx", sheet="Lists")[1][0]["a"] == "Lists"
    with pytest.raises(TiphubError, match="no sheet 'List'"):
        read(tmp_path / "t.xlsx", sheet="List")


def test_a_sheet_of_notes_in_front_names_the_sheets_that_have_rows(tmp_path):
    made = Workbook()
    made.active.title = "Notes"
    made.active.append(["Sent by the shelter"])
    for name in ("All cases", "Hidden"):
        sheet = made.create_sheet(name)
        for row in (["a", "b"], ["1", "2"], ["3", "4"]):
            sheet.append(row)
    made["Hidden"].sheet_state = "hidden"
    made.save(tmp_path / "t.xlsx")
    with pytest.raises(TiphubError) as refused:
        read(tmp_path / "t.xlsx")
    assert "Other sheets have rows: All cases (3 rows). " in refused.value.do
    assert "--sheet 'All cases'" in refused.value.do
    assert len(read(tmp_path / "t.xlsx", sheet="All cases")[1]) == 2


def test_ods_with_merged_rows(tmp_path):
    document = OpenDocumentSpreadsheet()
    sheet = Table(name="Cases")
    for row in [["no", "country"], ["1", "Ukraine|2"], ["2", None], ["3", "Togo"]]:
        line = TableRow()
        for cell in row:
            text, _, down = (cell or "").partition("|")
            made = (
                CoveredTableCell()
                if cell is None
                else TableCell(valuetype="string", numberrowsspanned=int(down or 1))
            )
            if text:
                made.addElement(P(text=text))
            line.addElement(made)
        sheet.addElement(line)
    document.spreadsheet.addElement(sheet)
    document.save(str(tmp_path / "t.ods"))
    table, rows = read(tmp_path / "t.ods")
    assert (table.origin.format, table.columns) == ("ods", ("no", "country"))
    assert list(defects(rows)) == [2, 3]
    assert cells(rows)[2] == ["3", "Togo"]


def test_spreadsheets_that_are_none(tmp_path):
    path = book(tmp_path / "t.xlsx", [["a", "b"], [1, 2]])
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(TiphubError, match="ends in the middle"):
        read(path)
    with pytest.raises(TiphubError, match="a header and no filled rows"):
        read(book(tmp_path / "t.xlsx", [["a", "b"]]))
    with pytest.raises(TiphubError, match="spreadsheet is empty"):
        read(book(tmp_path / "t.xlsx", []))
    path.write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(999) + "EncryptedPackage".encode("utf-16-le")
    )
    with pytest.raises(TiphubError, match="locked with a password"):
        read(path)
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(999))
    with pytest.raises(TiphubError, match="before 2007"):
        read(path)


def test_the_real_template_is_empty_and_takes_cases(shared_data, tmp_path):
    from openpyxl import load_workbook

    template = shared_data / "htcds_spreadsheet_template_2.0.xlsx"
    with pytest.raises(TiphubError, match="a header and no filled rows"):
        read(template)
    filled = load_workbook(template)
    for row, gender in ((3, "Feminine"), (5, "Masculine")):
        filled.active.cell(row, 8).value = gender
    filled.save(tmp_path / "t.xlsx")
    table, rows = read(tmp_path / "t.xlsx")
    assert table.columns[7] == "prs_Gender"
    assert len(table.columns) == 39
    assert [row["prs_Gender"] for row in rows] == ["Feminine", None, "Masculine"]
    assert defects(rows) == {4: "the row is empty"}
    assert len(table.origin.notes) == 2


def test_the_real_dictionaries(shared_data):
    table, rows = read(shared_data / "htcds_field_standards_2.0.ods")
    assert (len(table.columns), len(rows)) == (13, 106)
    table, rows = read(shared_data / "htcds_xlsform_2.0.xlsx", sheet="choices")
    assert (table.columns, len(rows)) == (("list_name", "name", "label"), 331)
    assert len(read(shared_data / "ctdc_data_dictionary_2018.xlsx")[1]) == 62
    assert len(read(shared_data / "ctdc_victim_perpetrator_dictionary_2022.xlsx", sheet="Region")[1]) == 252
    with pytest.raises(TiphubError, match="'Definition' stands twice"):
        read(shared_data / "ctdc_data_dictionary_2018.xlsx", sheet="Lookups ")
