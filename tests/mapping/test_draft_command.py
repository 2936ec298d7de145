"""``tiphub agency``: from a file to a mapping in the hub, by the command line."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from tiphub.cli import app
from tiphub.errors import TiphubError
from tiphub.mapping import load_mapping
from tiphub.standard import load_standard


def run(*arguments: object) -> str:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def hub(tmp_path) -> Path:
    run("init", tmp_path / "hub")
    return tmp_path / "hub"


def test_an_agency_is_drafted_once_and_again_only_by_force(hub, tmp_path):
    sent = tmp_path / "cases.csv"
    sent.write_text("case no;sex\n" + "".join(f"{number};Mujer\n" for number in range(20)))
    said = run("agency", "draft", hub, "shelter", "--from", sent)
    mapping = hub / "agencies" / "shelter" / "mapping.yml"
    assert "fields.gender" in said
    assert load_mapping(mapping, load_standard()).record_id == "case no"
    assert "shelter" in run("agency", "list", hub)
    mapping.write_text(mapping.read_text("utf-8") + "# corrected\n", "utf-8")
    with pytest.raises(TiphubError, match="has a mapping already"):
        run("agency", "draft", hub, "shelter", "--from", sent)
    assert "# corrected" in mapping.read_text("utf-8")
    run("agency", "draft", hub, "shelter", "--from", sent, "--force")
    assert "# corrected" not in mapping.read_text("utf-8")


def test_an_agency_is_added_with_its_name(hub):
    run("agency", "add", hub, "shelter", "--title", "A shelter")
    assert "missing" in run("agency", "list", hub)
    assert "A shelter" in (hub / "agencies" / "shelter" / "agency.yml").read_text("utf-8")


def test_a_file_that_cannot_be_read_leaves_no_agency(hub, tmp_path):
    (tmp_path / "cases.csv").write_bytes(b"")
    with pytest.raises(TiphubError, match="empty"):
        run("agency", "draft", hub, "shelter", "--from", tmp_path / "cases.csv")
    assert not (hub / "agencies" / "shelter").exists()
