"""``tiphub audit`` from the outside."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tiphub.cli import app
from tiphub.errors import TiphubError

FIVE = ["year_of_registration", "gender", "age_band", "citizenship", "country_of_exploitation"]


def audit(*words: str) -> Result:
    return CliRunner(env={"COLUMNS": "120"}).invoke(app, ["audit", *words])


def document(result: Result) -> dict[str, object]:
    found: dict[str, object] = json.loads(result.stdout)
    return found


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    rows = ["place,sex,age"] + ["Lima,F,20"] * 12 + ["Lima,M,20"] * 3 + ["Cusco,M,31"]
    file = tmp_path / "cases.csv"
    file.write_text("\n".join(rows) + "\n")
    return file


def test_the_real_file_of_2018_is_exactly_11_anonymous(shared_data: Path) -> None:
    file = str(shared_data / "ctdc_global_dataset_2018.csv.gz")
    result = audit(file, "--layout", "ctdc-2018", "--require-k", "11", "--format", "json")
    assert result.exit_code == 0
    found = document(result)
    assert found["columns"] == FIVE
    assert (found["records"], found["quarantined"]) == (47_102, 4)
    assert (found["k"], found["unique"], found["at_risk"]) == (11, 0, 0)


def test_over_more_columns_it_is_not(shared_data: Path) -> None:
    file = str(shared_data / "ctdc_global_dataset_2018.csv.gz")
    wider = ",".join([*FIVE, "majority_status", "means_of_control_threats"])
    result = audit(file, "--layout", "ctdc-2018", "--columns", wider, "--require-k", "11", "--format", "json")
    assert result.exit_code == 1
    found = document(result)
    assert found["k"] == 1
    assert found["at_risk"] > 100  # type: ignore[operator]
    assert found["causes"][0]["column"] == "means_of_control_threats"  # type: ignore[index]


def test_any_file_can_be_audited_as_it_is(cases: Path) -> None:
    found = document(audit(str(cases), "--raw", "--k", "5", "--format", "json"))
    assert found["columns"] == ["place", "sex", "age"]
    assert (found["records"], found["k"], found["unique"], found["at_risk"]) == (16, 1, 1, 4)
    assert found["at_risk_share"] == 0.25


def test_the_sheet_of_a_spreadsheet_can_be_named(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["About this file"])
    sheet = book.create_sheet("Cases")
    for row in (["place", "sex"], ["Lima", "F"], ["Lima", "F"]):
        sheet.append(row)
    book.save(tmp_path / "cases.xlsx")
    assert "--sheet Cases" in str(audit(str(tmp_path / "cases.xlsx"), "--raw").exception)
    found = document(audit(str(tmp_path / "cases.xlsx"), "--raw", "--sheet", "Cases", "--format", "json"))
    assert (found["records"], found["k"]) == (2, 2)


def test_people_read_a_table(cases: Path) -> None:
    shown = audit(str(cases), "--raw").stdout
    assert "k = 1" in shown
    assert "4 records (25.0%) in groups smaller than 11" in shown
    assert "What each column adds" in shown
    assert "The fewest columns that single records out" in shown


def test_a_file_without_a_sound_row_has_nothing_to_audit(tmp_path: Path) -> None:
    file = tmp_path / "cases.csv"
    file.write_text("place,sex\nLima,F,20,30\nLima,M,20,31\n")
    result = audit(str(file), "--raw", "--require-k", "2")
    assert result.exit_code == 1
    assert "0 records, 2 more not accepted" in result.stdout
    assert "no record to audit" in result.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "how to read"),
        (("--raw", "--layout", "ctdc-2018"), "how to read"),
        (("--raw", "--columns", "colour"), "no column colour"),
        (("--raw", "--columns", ""), "No columns"),
        (("--raw", "--k", "1"), "k is 1"),
        (("--layout", "ctdc-2081"), "no layout ctdc-2081"),
    ],
)
def test_what_is_wrong_is_said(cases: Path, words: tuple[str, ...], message: str) -> None:
    result = audit(str(cases), *words)
    assert isinstance(result.exception, TiphubError)
    assert message in str(result.exception)
