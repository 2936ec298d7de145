"""``hub.yml`` and ``agency.yml``: what they cannot say is refused, with what to write instead."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from tiphub.cli import app
from tiphub.errors import TiphubError
from tiphub.standard import load_standard
from tiphub.vault.agencies import load_agency
from tiphub.vault.columns import release_columns
from tiphub.vault.hub import Settings, open_hub
from tiphub.vault.pipeline import found
from vault.desk import Desk


def refused(desk: Desk, text: str | bytes) -> TiphubError:
    """How a hub with this hub.yml is refused."""
    (desk.hub.root / "hub.yml").write_bytes(text.encode("utf-8") if isinstance(text, str) else text)
    with pytest.raises(TiphubError) as told:
        open_hub(desk.hub.root)
    return told.value


def settings(desk: Desk, text: str) -> Settings:
    (desk.hub.root / "hub.yml").write_text(text, "utf-8")
    return open_hub(desk.hub.root).settings


@pytest.mark.parametrize(
    ("text", "what", "do"),
    [
        (b"title: \xe9t\xe9\n", "not UTF-8", "Save it as UTF-8"),
        ("title: [\n", "not YAML", "Check indentation"),
        ("title: a\ntitle: b\n", "title stands twice", "Keep one"),
        ("privacy:\n  epsilon: 4.0\n  epsilon: 0.05\n", "epsilon stands twice", "Keep one"),
        ("title: 2026-02-30\n", "day is out of range", "in quotes"),
        ("title: 2026\n", "'title' cannot be 2026", "in quotes"),
        ("title: [a]\n", "'title' cannot be", "Write one text"),
        ('declared_size: "2000"\n', "'declared_size' cannot be '2000'", "without quotes"),
        ("years: [2026, 2002]\n", "2026 to 2002 is no range", "first and a last year, from 1900 to"),
        ("years: [0, 60000]\n", "0 to 60000 is no range", "from 1900 to"),
        ("languages: en\n", "'languages' cannot be", "[en, fr]"),
        ("languages: [klingon]\n", "no code of a language", "[en, fr, es, ar]"),
        ("release: {method: DP}\n", "no protection method 'DP'", "Did you mean 'dp'?"),
        ("release: {method: magic}\n", "no protection method 'magic'", "dp, k_anonymity"),
        ("release: {method: }\n", "no protection method ''", "dp, k_anonymity"),
        ("release: {k: 1}\n", "'k' cannot be 1", "at least 2"),
        ("privacy: {models_share: 1.5}\n", "models_share cannot be 1.5", "below 1"),
        (f"privacy: {{epsilon: 1{'0' * 400}}}\n", "'epsilon' cannot be", "a number"),
    ],
)
def test_what_a_setting_cannot_be_is_refused_with_what_to_do(
    desk: Desk, text: str | bytes, what: str, do: str
) -> None:
    told = refused(desk, text)
    assert what in told.what
    assert do in told.do
    assert "hub.yml" in told.where


def test_a_folder_in_place_of_the_settings_is_told(desk: Desk) -> None:
    (desk.hub.root / "hub.yml").unlink()
    (desk.hub.root / "hub.yml").mkdir()
    with pytest.raises(TiphubError, match="is a folder") as told:
        open_hub(desk.hub.root)
    assert "UTF-8" not in told.value.do


@pytest.mark.parametrize(
    ("licence", "near"),
    [
        ("foo", ""),
        ("CC-BY", "CC-BY-4.0"),
        ("cc-by-4.0", "CC-BY-4.0"),
        ("CC BY 4.0", "CC-BY-4.0"),
        ("ODBL-1.0", "ODbL-1.0"),
        ("''", ""),
    ],
)
def test_a_word_that_names_no_licence_is_refused(desk: Desk, licence: str, near: str) -> None:
    told = refused(desk, f"licence: {licence}\n")
    assert "https://" in told.do
    assert f"Did you mean '{near}'" in told.do if near else "Did you mean" not in told.do


@pytest.mark.parametrize(
    "licence",
    [
        *("CC-BY-4.0", "CC-BY-NC-ND-4.0", "CC-BY-3.0-IGO", "CC-BY-SA-3.0-DE", "OGL-UK-3.0", "CC0-1.0"),
        *("https://example.org/terms", "LicenseRef-Ministry", "By agreement with the ministry alone"),
    ],
)
def test_names_addresses_and_own_words_are_licences(desk: Desk, licence: str) -> None:
    assert settings(desk, f"licence: {licence}\n").licence == licence


def test_a_new_hub_is_refused_a_licence_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(TiphubError, match="no licence that is known"):
        found(tmp_path / "hub", Settings(licence="foo"))
    assert list(tmp_path.iterdir()) == []


def test_a_new_hub_is_as_its_settings_are_read(tmp_path: Path) -> None:
    made = found(tmp_path / "hub", Settings(declared_size=1000)).hub
    assert made == open_hub(tmp_path / "hub")


def test_languages_are_any_that_have_a_code(desk: Desk) -> None:
    assert settings(desk, "languages: [en, pt-BR, zh-Hans]\n").languages == ("en", "pt-BR", "zh-Hans")


def test_a_mistyped_column_gets_the_nearest(desk: Desk) -> None:
    for line, key in (
        ("columns: [gender, citizenshp]", "columns"),
        ("columns: [gender, citizenship], quasi_identifiers: [citizenshp]", "quasi_identifiers"),
    ):
        settings(desk, f"release: {{{line}}}\n")
        hub = open_hub(desk.hub.root)
        with pytest.raises(TiphubError, match="Did you mean 'citizenship'") as told:
            release_columns(hub, load_standard())
        assert told.value.where.endswith(f"release, {key}")


@pytest.mark.parametrize(
    ("line", "key", "what"),
    [
        ("columns: [gender, citizenship, gender]", "columns", "'gender' stands 2 times"),
        (
            "columns: [gender, citizenship], quasi_identifiers: [gender, gender]",
            "quasi_identifiers",
            "'gender' stands 2 times",
        ),
        ("columns: [gender]", "columns", "two columns or more"),
    ],
)
def test_columns_that_make_no_release_are_told(desk: Desk, line: str, key: str, what: str) -> None:
    settings(desk, f"declared_size: 1000\nrelease: {{method: dp, {line}}}\n")
    for given in ([], ["--plan"]):
        told = CliRunner().invoke(app, ["build", str(desk.hub.root), *given])
        assert isinstance(told.exception, TiphubError)
        assert what in told.exception.what
        assert told.exception.where.endswith(f"release, {key}")
    assert not (desk.hub.root / "ledger.jsonl").exists()


@pytest.mark.parametrize(
    ("text", "what", "do"),
    [
        (b"title: \xe9t\xe9\n", "not UTF-8", "Save it as UTF-8"),
        (b"title: [\n", "not YAML", "Check indentation"),
        (b"title: a\ntitle: b\n", "title stands twice", "Keep one"),
    ],
)
def test_an_agency_is_read_alike(desk: Desk, text: bytes, what: str, do: str) -> None:
    (desk.hub.agencies / "refuge" / "agency.yml").write_bytes(text)
    with pytest.raises(TiphubError) as told:
        load_agency(desk.hub, "refuge")
    assert what in told.value.what
    assert do in told.value.do
    assert "agency.yml" in told.value.where


def test_no_traceback_for_another_encoding(desk: Desk) -> None:
    (desk.hub.root / "hub.yml").write_bytes(b"title: \xe9t\xe9\n")
    told = CliRunner().invoke(app, ["build", str(desk.hub.root)])
    assert isinstance(told.exception, TiphubError)
