"""What the hub's team sees of a release: private, and told from what was kept since the build."""

import json
import stat
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from tiphub.cli import app
from tiphub.errors import TiphubError
from tiphub.vault.agencies import add_agency
from tiphub.vault.appraisal import appraise
from tiphub.vault.hub import Hub, ReleaseSettings, Settings, open_hub
from tiphub.vault.pipeline import build, found
from tiphub.vault.store import Store
from vault.desk import MAPPING, Desk, Row

COLUMNS = ("year_of_registration", "gender", "citizenship")


def a_hub(folder: Path, method: str, number: int) -> Hub:
    """A hub with one release, of people of whom women are many and Nepal is rare."""
    release = ReleaseSettings(method=method, columns=COLUMNS, quasi_identifiers=COLUMNS)
    found(folder / "hub", Settings(title="A hub", years=(2018, 2020), declared_size=1_000, release=release))
    hub = open_hub(folder / "hub")
    add_agency(hub, "refuge", mapping=MAPPING, title="The Refuge")
    (folder / "inbox").mkdir()
    random = np.random.default_rng(1)
    rows: list[Row] = [
        (
            f"A{place}",
            str(random.choice([2018, 2019, 2020])),
            str(random.choice(["F", "M"], p=[0.8, 0.2])),
            str(random.choice(["Ukraine", "Kenya", "Nepal"], p=[0.6, 0.38, 0.02])),
            "",
        )
        for place in range(number)
    ]
    Desk(hub, folder / "inbox").send("1.csv", rows)
    build(hub)
    return hub


@pytest.fixture(scope="module")
def by_dp(tmp_path_factory: pytest.TempPathFactory) -> Hub:
    return a_hub(tmp_path_factory.mktemp("dp"), "dp", 1_300)


@pytest.fixture(scope="module")
def by_k(tmp_path_factory: pytest.TempPathFactory) -> Hub:
    return a_hub(tmp_path_factory.mktemp("k"), "k_anonymity", 400)


def ask(hub: Hub, *words: str) -> Result:
    return CliRunner(env={"COLUMNS": "200"}).invoke(app, ["evaluate", str(hub.root), *words])


def test_a_noisy_release_is_told_in_plain_words(by_dp: Hub, tmp_path: Path) -> None:
    """Noise is fresh, and a sound release is accused in 1 of 40 rehearsals: then the command ends with 1."""
    page = tmp_path / "report.html"
    told = ask(by_dp, "--out", str(page))
    assert told.exit_code == ("Withdraw the release" in told.stdout), told.output
    assert "1,300 recorded cases stand behind" in told.stdout
    assert "protected by differential privacy (epsilon 4)" in told.stdout
    assert "attacks found more about people in the data than about" in told.stdout
    assert "findings" in told.stdout
    assert "for the hub's team. Do not publish them." in told.stderr
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    text = page.read_text("utf-8")
    assert "<strong>Private.</strong>" in text
    assert "inferring “Gender”" in text
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


def test_attacks_are_kept_and_tried_anew_when_asked(by_dp: Hub) -> None:
    first = appraise(by_dp).figures["rehearsal"]
    assert (first["people"], first["control"], first["vault"]) == (1_040, 260, 1_300)
    assert appraise(by_dp).figures["rehearsal"] == first
    again = appraise(by_dp, again=True).figures["rehearsal"]
    assert again != first
    assert appraise(by_dp).figures["rehearsal"] == again


def test_a_rehearsal_spends_nothing_and_publishes_nothing(by_dp: Hub) -> None:
    before = (by_dp.root / "ledger.jsonl").read_bytes(), sorted(by_dp.releases.rglob("*"))
    appraise(by_dp, again=True)
    assert ((by_dp.root / "ledger.jsonl").read_bytes(), sorted(by_dp.releases.rglob("*"))) == before


def test_too_few_people_for_attacks_are_told_with_all_else(by_k: Hub) -> None:
    told = ask(by_k)
    assert told.exit_code == 0, told.output
    assert "protected by k-anonymity (k = 11)" in told.stdout
    assert "400 people are too few to rehearse an attack" in told.stdout
    document = json.loads(ask(by_k, "--format", "json", "--no-attacks").stdout)
    assert document["protection"] == {"method": "k_anonymity", "k": 11}
    assert document["findings"]["asked"] >= 3
    assert document["findings"]["other"] == 0
    assert "conclusions" not in document


def test_a_rehearsal_keeps_to_what_the_release_was_protected_by(tmp_path: Path) -> None:
    hub = a_hub(tmp_path, "k_anonymity", 1_100)
    settings = hub.root / "hub.yml"
    settings.write_text(settings.read_text("utf-8").replace("method: k_anonymity", "method: dp"), "utf-8")
    refused = appraise(open_hub(hub.root)).figures["not_rehearsed"]
    assert "hub.yml asks for differential_privacy now" in refused
    settings.write_text(settings.read_text("utf-8").replace("method: dp", "method: k_anonymity"), "utf-8")
    rehearsal = appraise(open_hub(hub.root)).figures["rehearsal"]
    assert (rehearsal["people"], rehearsal["control"]) == (880, 220)


def test_readers_are_told_the_same_where_they_are(by_k: Hub) -> None:
    """Women are four in five among people and in a release that keeps nearly all of them."""
    changed = {item["name"] for item in appraise(by_k, attacks=False).figures["findings"]["changed"]}
    assert "gender" not in changed


def test_a_release_of_an_older_tiphub_is_told_with_what_was_kept(by_k: Hub) -> None:
    version = next(by_k.releases.iterdir()).name
    with Store.open(by_k) as store:
        kept = store.evaluation(version)
        assert kept
        old = {name: kept[name] for name in ("people", "records", "columns", "worst", "state")}
        old["errors"] = [
            {name: value for name, value in item.items() if name not in {"told", "invented"}}
            for item in kept["errors"]
        ]
        store.keep_evaluation(version, old)
    try:
        told = ask(by_k, "--no-attacks", "--out", str(by_k.root / "old.html"))
        assert told.exit_code == 0, told.output
        assert "was not kept when this release was made" in told.stdout
    finally:
        with Store.open(by_k) as store:
            store.keep_evaluation(version, kept)


def test_what_cannot_be_told_is_refused_with_what_to_do(by_k: Hub, tmp_path: Path) -> None:
    with pytest.raises(TiphubError, match="There is no release 2001-01-01"):
        appraise(by_k, "2001-01-01")
    found(tmp_path / "new", Settings(title="A hub"))
    with pytest.raises(TiphubError, match="no release to evaluate yet"):
        appraise(open_hub(tmp_path / "new"))
    told = ask(by_k, "--out", str(by_k.releases / "report.html"))
    assert isinstance(told.exception, TiphubError)
    assert "must not be" in str(told.exception)
    assert not (by_k.releases / "report.html").exists()
    told = ask(by_k, "--no-attacks", "--out", str(tmp_path / "nowhere" / "report.html"))
    assert "could not be written" in str(told.exception)


def test_a_release_of_another_vault_is_refused(by_k: Hub, tmp_path: Path) -> None:
    found(tmp_path / "other", Settings(title="A hub"))
    other = open_hub(tmp_path / "other")
    version = next(by_k.releases.iterdir())
    (other.releases / version.name).symlink_to(version)
    with pytest.raises(TiphubError):
        appraise(other)
