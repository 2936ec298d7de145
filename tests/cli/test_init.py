"""``tiphub init``: what a new hub protects people by, and what it asks for."""

from pathlib import Path

import pytest
import yaml
from click import UsageError
from typer.testing import CliRunner

from tiphub.cli import app
from tiphub.errors import TiphubError
from tiphub.vault.hub import open_hub
from tiphub.vault.pipeline import build


def init(hub: Path, *options: str) -> str:
    result = CliRunner().invoke(app, ["init", str(hub), *options])
    assert result.exception is None, result.exception
    return result.stdout


def test_a_new_hub_protects_by_differential_privacy_at_epsilon_4(tmp_path: Path) -> None:
    said = init(tmp_path / "hub", "--declared-size", "5000")
    settings = open_hub(tmp_path / "hub").settings
    assert (settings.release.method, settings.declared_size) == ("dp", 5000)
    assert (settings.privacy.epsilon, settings.privacy.delta) == (4.0, None)
    assert "declared_size" not in said


def test_without_a_size_it_says_what_to_write_and_a_build_waits_for_it(tmp_path: Path) -> None:
    said = init(tmp_path / "hub")
    assert "declared_size: 5000" in said
    hub = open_hub(tmp_path / "hub")
    with pytest.raises(TiphubError, match="does not declare") as refused:
        build(hub)
    assert "declared_size: 5000" in str(refused.value)
    settings = hub.root / "hub.yml"
    settings.write_text(
        settings.read_text("utf-8").replace("declared_size: null", "declared_size: 5000"), "utf-8"
    )
    with pytest.raises(TiphubError, match="nobody to protect"):
        build(open_hub(hub.root))


def test_k_anonymity_is_one_option_away_and_needs_no_size(tmp_path: Path) -> None:
    said = init(tmp_path / "hub", "--method", "k_anonymity")
    assert "declared_size" not in said
    assert (
        yaml.safe_load((tmp_path / "hub" / "hub.yml").read_text("utf-8"))["release"]["method"]
        == "k_anonymity"
    )
    with pytest.raises(TiphubError, match="nobody to protect"):
        build(open_hub(tmp_path / "hub"))


@pytest.mark.parametrize("given", [("--declared-size", "0"), ("--method", "magic")])
def test_what_cannot_be_is_refused_and_nothing_is_made(tmp_path: Path, given: tuple[str, str]) -> None:
    result = CliRunner().invoke(app, ["init", str(tmp_path / "hub"), *given])
    assert result.exit_code != 0
    assert isinstance(result.exception, SystemExit | UsageError)
    assert not (tmp_path / "hub").exists()


def test_the_settings_say_of_languages_what_they_do(tmp_path: Path) -> None:
    """The portal has four languages, whatever stands there."""
    init(tmp_path / "hub", "--declared-size", "5000")
    lines = (tmp_path / "hub" / "hub.yml").read_text("utf-8").splitlines()
    above = lines[lines.index("languages: [en]") - 1]
    assert above.startswith("# Languages of the data set")
    assert "portal has its own" in above
