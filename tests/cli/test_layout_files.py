"""Files that are not quite what their layout says, in every command that reads one."""

import csv
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tiphub.cli import app
from tiphub.errors import TiphubError
from tiphub.mapping import load_layout
from tiphub.standard import load_standard

LAYOUT = "ctdc-2024"
COLUMNS = load_layout(LAYOUT, load_standard()).columns
COMMANDS = {
    "audit": ["--layout", LAYOUT, "--format", "json"],
    "convert": ["--from", LAYOUT, "--to", "ctdc-2018", "--out", "OUT.csv"],
    "findings": ["--layout", LAYOUT, "--only", "age_bands", "--format", "json"],
    "model": ["--layout", LAYOUT, "--outcome", "child", "--on", "gender", "--format", "json"],
    "synthesise": ["--layout", LAYOUT, "--out", "OUT", "--epsilon", "15"],
    "tabulate": ["--layout", LAYOUT, "--field", "gender", "--format", "csv"],
}


@pytest.fixture(params=COMMANDS)
def command(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def run(command: str, file: Path) -> Result:
    words = [word.replace("OUT", str(file.with_name("out"))) for word in COMMANDS[command]]
    return CliRunner().invoke(app, [command, str(file), *words])


def write(file: Path, rows: list[dict[str, str]], *more: str) -> None:
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, [*COLUMNS, *more])
        writer.writeheader()
        writer.writerows(rows)


def test_columns_that_the_layout_does_not_have_are_named(tmp_path: Path, command: str) -> None:
    file = tmp_path / "extra.csv"
    people = [
        {"gender": gender, "ageBroad": age, "notes": "a", "[bold]": "b"}
        for gender in ("Woman", "Man")
        for age in ("09--17", "18--20")
    ]
    write(file, people * 20, "notes", "[bold]")
    result = run(command, file)
    assert result.exit_code == 0, result.output
    assert "Left out, no column of ctdc-2024: notes, [bold].\n" in result.stderr
    assert "notes, " not in result.stdout


def test_rows_without_a_cell_are_not_the_layouts_fault(tmp_path: Path, command: str) -> None:
    file = tmp_path / "empty.csv"
    write(file, [{}, {}])
    result = run(command, file)
    assert isinstance(result.exception, TiphubError)
    assert result.exception.what == "Every row of the file is empty."
    assert result.exception.where == "empty.csv, ctdc-2024"
    assert "layout" not in result.exception.do
