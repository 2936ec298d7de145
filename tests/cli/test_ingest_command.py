"""``tiphub ingest``: what it says of a mapping that has changed since a file was taken in."""

from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from tiphub.cli import app
from tiphub.vault.agencies import add_agency
from tiphub.vault.hub import ReleaseSettings, Settings, open_hub
from tiphub.vault.pipeline import build, found

MAPPING = """\
record_id: {column: Dossier}
fields:
  gender: {column: Sexe, values: {F: woman, H: man}}
"""
HUNDRED = "".join(f"B{number},F\n" for number in range(100))


@pytest.fixture
def hub(tmp_path: Path) -> Path:
    release = ReleaseSettings(method="k_anonymity", columns=("gender", "citizenship"))
    made = found(tmp_path / "hub", Settings(title="A hub", release=release))
    add_agency(made.hub, "refuge", mapping=MAPPING)
    return tmp_path / "hub"


def write(hub: Path, name: str, text: str) -> Path:
    path = hub.parent / name
    path.write_text(text, "utf-8")
    return path


def ingest(hub: Path, *files: Path) -> Result:
    return CliRunner().invoke(app, ["ingest", str(hub), "refuge", *map(str, files)], terminal_width=400)


def remap(hub: Path, text: str) -> None:
    (hub / "agencies" / "refuge" / "mapping.yml").write_text(text, "utf-8")


def test_a_file_taken_in_before_says_that_nothing_was_changed(hub: Path) -> None:
    file = write(hub, "a.csv", "Dossier,Sexe\nA1,F\n")
    ingest(hub, file)
    again = ingest(hub, file)
    assert again.exit_code == 0
    assert "Nothing was changed" in again.stdout


def test_a_corrected_mapping_is_told_with_what_came_of_it(hub: Path) -> None:
    file = write(hub, "a.csv", "Dossier,Sexe\nA1,F\nA2,Frau\n")
    ingest(hub, file)
    remap(hub, MAPPING.replace("F: woman", "F: woman, Frau: woman"))
    again = ingest(hub, file)
    assert again.exit_code == 0
    assert "The mapping has changed: 1 earlier file was read anew." in again.stdout
    assert "a.csv: 2 accepted, 0 quarantined (before: 1 and 1)" in again.stdout
    assert "Nothing was changed" not in again.stdout


@pytest.mark.parametrize(
    ("mapping", "reason"),
    [
        (MAPPING.replace("Sexe", "Sexxe"), "no column Sexxe, which the mapping names. Did you mean Sexe?"),
        ("", "The mapping names no column."),
    ],
)
def test_a_mapping_that_fits_no_file_is_not_said_to_be_applied(hub: Path, mapping: str, reason: str) -> None:
    file = write(hub, "a.csv", "Dossier,Sexe\nA1,F\n")
    ingest(hub, file)
    remap(hub, mapping)
    first, second = ingest(hub, file), ingest(hub, file)
    assert (first.exit_code, second.exit_code) == (1, 1)
    assert "The mapping has changed: 0 earlier files were read anew." in first.stdout
    assert "1 earlier file does not fit it and keeps the mapping before:" in first.stdout
    for said in (first.stdout, second.stdout):
        assert reason in said
        assert "Nothing was changed" not in said


def test_an_earlier_file_with_other_columns_is_told_and_is_no_failure_of_the_new_one(hub: Path) -> None:
    ingest(hub, write(hub, "a.csv", "Dossier,Sexe\nA1,F\n"))
    remap(hub, MAPPING.replace("Sexe", "Genre"))
    said = ingest(hub, write(hub, "b.csv", "Dossier,Genre\nB1,F\n"))
    assert said.exit_code == 0
    assert "1 earlier file does not fit it and keeps the mapping before:" in said.stdout
    assert "a.csv: The file has no column Genre" in said.stdout


def test_a_build_says_that_the_mapping_fits_no_file_and_makes_no_other_release(
    hub: Path,
) -> None:
    ingest(hub, write(hub, "a.csv", f"Dossier,Sexe\n{HUNDRED}"))
    opened = open_hub(hub)
    release = build(opened)
    remap(hub, MAPPING.replace("Sexe", "Sexxe"))
    for _ in range(2):
        notes: list[str] = []
        assert build(opened, told=notes.append) == release
        assert any("Did you mean Sexe?" in note for note in notes)
