"""From the first booking to the release: killed anywhere, what was booked stays spent."""

import hashlib
import json
import multiprocessing
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tiphub.cli import app
from tiphub.errors import TiphubError
from tiphub.progress import Silent, Task
from tiphub.release import check, open_release
from tiphub.standard import load_standard
from tiphub.vault.agencies import add_agency
from tiphub.vault.columns import release_columns
from tiphub.vault.hub import Hub, Settings, open_hub
from tiphub.vault.pipeline import build, found
from tiphub.vault.s4_protect.dp.expected import expected_std
from tiphub.vault.spending import lifetime_of, open_ledger, paid, sign_budget, spend_of
from tiphub.vault.store import Store
from vault import spenders
from vault.desk import MAPPING, Desk

SIGNER = "Ada Example, data protection officer"
WIDE = {"COLUMNS": "200"}
FORK = multiprocessing.get_context("forkserver")
FORK.set_forkserver_preload(["vault.spenders"])


def change(hub: Hub, **settings: str) -> Hub:
    """The hub with other lines in its hub.yml."""
    path = hub.root / "hub.yml"
    lines = path.read_text("utf-8").splitlines()
    for name, value in settings.items():
        places = [at for at, line in enumerate(lines) if line.strip().startswith(f"{name}: ")]
        assert places, name
        for at in places:
            lines[at] = lines[at].split(name)[0] + f"{name}: {value}"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return open_hub(hub.root)


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hub with people, that protects them with dp; its key lies beside it."""
    root = tmp_path_factory.mktemp("people") / "hub"
    found(root, Settings(title="A hub", declared_size=1000, years=(2018, 2020)))
    hub = open_hub(root)
    add_agency(hub, "refuge", mapping=MAPPING, title="The Refuge")
    inbox = root.parent / "inbox"
    inbox.mkdir()
    Desk(hub, inbox).send("1.csv", [(f"A{i}", "2019", "FM"[i % 2], "Ukraine", "") for i in range(600)])
    names = "[year_of_registration, gender]"
    change(hub, method="dp", columns=names, quasi_identifiers="[gender]")
    return root


@pytest.fixture(scope="module")
def released(people: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with one release."""
    root = tmp_path_factory.mktemp("released") / "hub"
    shutil.copytree(people.parent, root.parent, dirs_exist_ok=True)
    build(open_hub(root))
    return root


@pytest.fixture
def hub(people: Path, tmp_path: Path) -> Hub:
    """A hub with people and without a release."""
    shutil.copytree(people.parent, tmp_path, dirs_exist_ok=True)
    return open_hub(tmp_path / "hub")


@pytest.fixture
def spent_once(released: Path, tmp_path: Path) -> Hub:
    """A hub with one release."""
    shutil.copytree(released.parent, tmp_path, dirs_exist_ok=True)
    return open_hub(tmp_path / "hub")


def only_release(hub: Hub) -> Path:
    (release,) = (path for path in hub.releases.iterdir() if path.name[0] != ".")
    return release


def kinds(hub: Hub) -> list[str]:
    with Store.open(hub) as store:
        return [entry.kind for entry in open_ledger(hub, store).entries]


def spent(hub: Hub) -> Fraction:
    with Store.open(hub) as store:
        return open_ledger(hub, store).balance.spent


def test_a_release_is_booked_paid_and_linked(spent_once: Hub) -> None:
    release = only_release(spent_once)
    assert check(release) == []
    with Store.open(spent_once) as store:
        entries = open_ledger(spent_once, store).entries
    assert [entry.kind for entry in entries] == ["opened", "budget", "booked", "released"]
    *_, booked, linked = entries
    statement = open_release(release).statement
    rho = spend_of(spent_once).rho
    assert Fraction(booked.facts["rho"]) == Fraction(statement["parameters"]["rho"]) == rho
    assert booked.facts["version"] == release.name
    assert open_release(release).package["tiphub"]["ledger"] == {"entry": 3, "sha256": booked.sha256}
    assert linked.facts["manifest"] == hashlib.sha256((release / "manifest.json").read_bytes()).hexdigest()


def test_the_same_spend_by_another_name_is_not_spent_again(spent_once: Hub) -> None:
    release = only_release(spent_once)
    notes: list[str] = []
    assert build(spent_once, epsilon=4, told=notes.append) == release
    assert build(change(spent_once, epsilon="1"), epsilon=4, told=notes.append) == release
    assert len(notes) == 2
    assert spent(spent_once) == spend_of(spent_once).rho


def test_what_is_read_of_a_release_counts_cases_and_not_people(spent_once: Hub) -> None:
    """Nobody is linked across agencies, so that no row and no count is of people."""
    release = only_release(spent_once)
    for name in ("README.md", "codebook.html", "METHOD.md"):
        text = (release / name).read_text("utf-8")
        assert "linkage" not in text, name
        assert re.search(r"whom two agencies know (is|has) two", text), name
    readme = (release / "README.md").read_text("utf-8")
    assert "made from noisy counts of recorded cases: no row stands for a person." in readme
    assert "Nobody is recognised across agencies" in readme


def test_a_build_that_would_overspend_is_refused_and_changes_nothing(spent_once: Hub) -> None:
    left = lifetime_of(spent_once).rho - spend_of(spent_once).rho
    told = CliRunner().invoke(app, ["build", str(spent_once.root), "--epsilon", "7.9"])
    assert isinstance(told.exception, TiphubError)
    words = str(told.exception)
    assert "(epsilon 7.9 at delta" in words
    assert f"left is rho {str(float(left))[:5]} (epsilon 6.3" in words
    only_release(spent_once)
    assert spent(spent_once) == spend_of(spent_once).rho
    assert len(kinds(spent_once)) == 4


def test_a_large_epsilon_is_spent_once_it_is_confirmed(hub: Hub) -> None:
    hub = change(hub, lifetime_epsilon="40")
    with pytest.raises(TiphubError, match="nearly nobody"):
        build(hub)
    with pytest.raises(TiphubError, match="nearly nobody"):
        sign_budget(hub, SIGNER)
    sign_budget(hub, SIGNER, confirmed_large_epsilon=True)
    with pytest.raises(TiphubError, match="nearly nobody"):
        spend_of(hub, 30)
    much = spend_of(hub, 30, confirmed_large_epsilon=True)
    with Store.open(hub) as store, paid(open_ledger(hub, store), hub, much, method="m", version="1"):
        pass
    assert spent(hub) == much.rho


def test_another_lifetime_budget_waits_for_a_signature(spent_once: Hub) -> None:
    hub = change(spent_once, lifetime_epsilon="12")
    with pytest.raises(TiphubError, match="another lifetime budget"):
        build(hub)
    told = CliRunner().invoke(app, ["ledger", str(hub.root), "--sign-budget", SIGNER], env=WIDE)
    assert told.exit_code == 0
    assert f"lifetime budget: epsilon 12 at delta 0.00014, signed by {SIGNER}" in told.output
    with Store.open(hub) as store, paid(open_ledger(hub, store), hub, spend_of(hub), method="m", version="1"):
        pass
    assert kinds(hub)[4:] == ["budget", "booked", "abandoned"]


def test_two_methods_on_the_same_people_need_a_signature(spent_once: Hub) -> None:
    old = only_release(spent_once)
    hub = change(spent_once, method="k_anonymity")
    with pytest.raises(TiphubError, match=f"Version {old.name} was protected by differential_privacy"):
        build(hub)
    with pytest.raises(TiphubError, match="no signature"):
        build(hub, signed_mixed="Ada")
    assert len(kinds(hub)) == 4
    told = CliRunner().invoke(app, ["build", str(hub.root), "--sign-mixed", SIGNER])
    assert told.exit_code == 0, told.output
    release = open_release(Path(told.stdout.strip().splitlines()[-1]))
    assert release.statement["beside"] == {
        "versions": [old.name],
        "methods": ["differential_privacy"],
        "signed_by": SIGNER,
    }
    assert SIGNER in (release.path / "NOTES.md").read_text("utf-8")
    assert old.name in release.statement["does_not_protect_from"][-1]
    with Store.open(hub) as store:
        signed = open_ledger(hub, store).entries[-1]
    assert (signed.kind, signed.facts["signed_by"], signed.facts["beside"]) == ("mixed", SIGNER, [old.name])
    assert check(release.path) == []
    with pytest.raises(TiphubError, match="was protected by k_anonymity"):
        build(change(hub, method="dp"))
    assert spent(hub) == spend_of(hub).rho


def test_a_withdrawn_release_of_another_method_needs_the_signature_too(spent_once: Hub) -> None:
    """What was downloaded cannot be taken back."""
    old = only_release(spent_once)
    shutil.rmtree(old)
    with pytest.raises(TiphubError, match=f"Version {old.name} was protected by differential_privacy"):
        build(change(spent_once, method="k_anonymity"))
    release = open_release(build(open_hub(spent_once.root), signed_mixed=SIGNER))
    assert release.statement["beside"]["versions"] == [old.name]


def test_an_old_vault_and_ledger_put_back_give_no_budget_back(spent_once: Hub, tmp_path: Path) -> None:
    """Both agree with each other; the release that stands tells that something was spent since."""
    parts = ("vault/vault.duckdb", "ledger.jsonl")
    for part in parts:
        shutil.copy(spent_once.root / part, tmp_path / Path(part).name)
    lost = build(spent_once, epsilon=1, again=True)
    both = spent(spent_once)
    for part in parts:
        shutil.copy(tmp_path / Path(part).name, spent_once.root / part)
    with pytest.raises(TiphubError, match=f"broken. Release {lost.name} was paid for by an entry"):
        build(spent_once, again=True)
    told = CliRunner().invoke(app, ["ledger", str(spent_once.root)], env=WIDE)
    assert told.exit_code == 1
    assert f"✗ Release {lost.name} was paid for" in told.output
    assert CliRunner().invoke(app, ["ledger", str(spent_once.root), "--repair", SIGNER]).exit_code == 0
    assert spent(spent_once) == both
    assert kinds(spent_once)[4:] == ["booked", "released"]
    assert build(spent_once, epsilon=1, again=True).name == f"{lost.name[:10]}.3"


class Ending(Silent):
    """Notes the stages, and ends the build where one of them ends."""

    def __init__(self, last: str = "") -> None:
        self.last, self.stages = last, list[str]()

    @contextmanager
    def stage(self, name: str, total: int | None = None) -> Iterator[Task]:
        self.stages.append(name)
        with super().stage(name, total) as task:
            yield task
        if name == self.last:
            raise KeyboardInterrupt


def test_a_build_that_ends_once_its_release_stands_is_not_paid_twice(hub: Hub) -> None:
    with pytest.raises(KeyboardInterrupt):
        build(hub, Ending("publish"))
    release = only_release(hub)
    assert build(hub) == release
    assert kinds(hub) == ["opened", "budget", "booked", "released"]
    shutil.rmtree(release)
    assert build(hub).name == f"{release.name}.2"


def test_a_build_that_is_interrupted_says_what_stays_spent(hub: Hub) -> None:
    told: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        build(hub, Ending("make records"), told=told.append)
    assert len(told) == 1
    assert "stays spent: epsilon 4. Left is one more release of epsilon 6.3" in told[0]


def test_what_needs_no_records_is_refused_before_they_are_read(spent_once: Hub) -> None:
    progress = Ending()
    with pytest.raises(TiphubError, match="overspend"):
        build(spent_once, progress, epsilon=7.9, again=True)
    with pytest.raises(TiphubError, match="another lifetime budget"):
        build(change(spent_once, lifetime_epsilon="12"), progress, again=True)
    assert not [name for name in progress.stages if "finding" in name]


def test_a_folder_that_no_release_can_be_written_to_costs_nothing(hub: Hub) -> None:
    hub.releases.rmdir()
    hub.releases.touch()
    with pytest.raises(TiphubError, match="could not be written"):
        build(hub)
    assert kinds(hub) == []


def test_a_delta_too_large_for_the_people_in_the_vault_is_refused(hub: Hub) -> None:
    with pytest.raises(TiphubError, match="promises nothing to as many people as the vault holds"):
        build(change(hub, declared_size="10", delta="0.05"))
    assert kinds(open_hub(hub.root)) == []


@pytest.mark.parametrize("epsilon", ["0", "-1", "nan", "inf", "30"])
def test_an_epsilon_that_cannot_be_used_spends_nothing(hub: Hub, epsilon: str) -> None:
    for given in (
        ["build", str(hub.root), "--epsilon", epsilon],
        ["build", str(hub.root), "--plan", "--epsilon", epsilon],
    ):
        told = CliRunner().invoke(app, given)
        assert isinstance(told.exception, TiphubError)
        assert "epsilon" in str(told.exception).lower()
    assert not (hub.root / "ledger.jsonl").exists()


@pytest.mark.parametrize("epsilon", ["1e-9", "0.001"])
def test_an_epsilon_that_tells_nothing_is_refused_before_it_is_spent(hub: Hub, epsilon: str) -> None:
    told = CliRunner().invoke(app, ["build", str(hub.root), "--epsilon", epsilon, "--again"])
    assert isinstance(told.exception, TiphubError)
    assert f"With an epsilon of {float(epsilon):g} a count could be off by" in told.exception.what
    assert "the hub declares 1,000 people: the release would tell nothing" in told.exception.what
    assert "--plan" in told.exception.do
    assert not (hub.root / "ledger.jsonl").exists()
    plan = CliRunner().invoke(app, ["build", str(hub.root), "--plan", "--epsilon", epsilon])
    assert plan.exit_code == 0, plan.output


@pytest.mark.parametrize(
    ("setting", "expected"), [("0.5", "more than 1 in 1,000"), ("0", "Delta cannot be 0")]
)
def test_a_delta_that_promises_nothing_is_refused(hub: Hub, setting: str, expected: str) -> None:
    with pytest.raises(TiphubError, match=expected):
        build(change(hub, delta=setting))
    assert not (hub.root / "ledger.jsonl").exists()


def test_a_failed_build_stays_spent(hub: Hub) -> None:
    with Store.open(hub) as store:
        ledger = open_ledger(hub, store)
        with (
            pytest.raises(ZeroDivisionError),
            paid(ledger, hub, spend_of(hub), method="differential_privacy", version="2026-11-21"),
        ):
            raise ZeroDivisionError
        assert [entry.kind for entry in ledger.entries] == ["opened", "budget", "booked", "abandoned"]
    assert spent(hub) == spend_of(hub).rho


def test_a_hub_without_files_spends_nothing(desk: Desk) -> None:
    with pytest.raises(TiphubError, match="nobody to protect"):
        build(change(desk.hub, method="dp", declared_size="1000"))
    assert kinds(desk.hub) == []


def test_a_size_that_is_not_declared_is_asked_for(hub: Hub) -> None:
    with pytest.raises(TiphubError, match="does not declare about how many people"):
        build(change(hub, declared_size="null"))


def killed_when(
    hub: Hub, target: Callable[..., None], args: tuple[object, ...], seen: Callable[[], bool]
) -> None:
    """Run a child process and kill it the moment that something is seen."""
    child = FORK.Process(target=target, args=(str(hub.root), *args))
    child.start()
    for _ in range(60_000):
        if seen() or not child.is_alive():
            break
        time.sleep(0.001)
    child.kill()
    child.join()
    assert child.exitcode is not None


def lines(hub: Hub) -> int:
    path = hub.root / "ledger.jsonl"
    return path.read_bytes().count(b"\n") if path.exists() else 0


def test_killed_between_booking_and_release_it_is_spent(hub: Hub) -> None:
    rho = spend_of(hub).rho
    killed_when(hub, spenders.book_and_wait, (str(rho), 60.0), lambda: lines(hub) == 3)
    assert lines(hub) == 3
    assert kinds(hub) == ["opened", "budget", "booked", "abandoned"]
    assert spent(hub) == rho


@pytest.mark.parametrize("seen", [1, 3])
def test_a_build_killed_at_any_entry_never_regains(hub: Hub, seen: int) -> None:
    killed_when(hub, spenders.build, (), lambda: lines(hub) >= seen)
    found = kinds(hub)
    booked = found.count("booked")
    assert spent(hub) == booked * spend_of(hub).rho
    assert booked == found.count("released") + found.count("abandoned")
    assert found.count("released") == len([path for path in hub.releases.iterdir() if path.name[0] != "."])
    assert booked >= (seen >= 3)


def test_killed_when_the_release_stands_the_next_opening_links_it(hub: Hub) -> None:
    killed_when(hub, spenders.build, (), lambda: any(p.name[0] != "." for p in hub.releases.iterdir()))
    assert kinds(hub) == ["opened", "budget", "booked", "released"]


def test_two_processes_at_once_do_not_spend_the_same_budget_twice(hub: Hub, tmp_path: Path) -> None:
    part = lifetime_of(hub).rho * Fraction(6, 10)
    answers = [tmp_path / name for name in ("one", "two")]
    children = [
        FORK.Process(target=spenders.book_when_free, args=(str(hub.root), str(part), str(answer)))
        for answer in answers
    ]
    for child in children:
        child.start()
    for child in children:
        child.join()
    told = sorted(answer.read_text("utf-8") for answer in answers)
    assert "overspend" in told[0]
    assert told[1] == "booked"
    assert spent(hub) == part


def test_a_plan_needs_neither_key_nor_records(hub: Hub) -> None:
    hub.key_file.unlink()
    (hub.root / "vault" / "vault.duckdb").unlink()
    told = CliRunner().invoke(app, ["build", str(hub.root), "--plan"])
    assert told.exit_code == 0, told.output
    for word in ("0.5", "8", "of 20", "of 10,000", "nothing was spent"):
        assert word in told.output
    assert not (hub.root / "ledger.jsonl").exists()


def test_a_plan_is_for_dp_alone(desk: Desk) -> None:
    told = CliRunner().invoke(app, ["build", str(desk.hub.root), "--plan"])
    assert isinstance(told.exception, TiphubError)
    assert "A plan is for dp" in str(told.exception)
    assert "declare" not in str(told.exception)


@pytest.mark.parametrize("option", ["--sign-budget", "--repair"])
@pytest.mark.parametrize("name", ["", " ", "Ada", "a,,", "Ada, , ", ", officer", "Ada, 7", "-, officer"])
def test_an_empty_signature_is_refused(hub: Hub, option: str, name: str) -> None:
    told = CliRunner().invoke(app, ["ledger", str(hub.root), option, name])
    assert isinstance(told.exception, TiphubError)
    assert "no signature" in str(told.exception)
    assert not (hub.root / "ledger.jsonl").exists()


@pytest.mark.parametrize("name", ["a,,", "Ada, , "])
def test_two_methods_are_not_signed_by_a_name_alone(spent_once: Hub, name: str) -> None:
    with pytest.raises(TiphubError, match="no signature"):
        build(change(spent_once, method="k_anonymity"), signed_mixed=name)
    assert kinds(open_hub(spent_once.root))[-1] == "released"


@pytest.mark.parametrize("name", ["Зоя, офіцер", "علا, مسؤولة", "安, 长", "Li, DPO"])
def test_a_signature_is_in_any_script(hub: Hub, name: str) -> None:
    sign_budget(hub, name)
    assert kinds(hub) == ["opened", "budget"]


def test_the_ledger_command_shows_and_verifies(spent_once: Hub) -> None:
    hub, run = spent_once, CliRunner(env=WIDE)
    told = run.invoke(app, ["ledger", str(hub.root)])
    assert told.exit_code == 0
    assert "Every entry is whole" in told.output
    assert str(hub.root) not in told.output
    document = json.loads(run.invoke(app, ["ledger", str(hub.root), "--format", "json"]).output)
    assert document["good"] is True
    assert Fraction(document["balance"]["spent_rho"]) == spend_of(hub).rho
    assert [entry["kind"] for entry in document["entries"]] == ["opened", "budget", "booked", "released"]

    path = hub.root / "ledger.jsonl"
    path.write_text(path.read_text("utf-8").replace('"rho": "', '"rho": "1'), "utf-8")
    told = run.invoke(app, ["ledger", str(hub.root)])
    assert told.exit_code == 1
    assert f'tiphub ledger {hub.root} --repair "Name, role"' in told.output
    assert isinstance(run.invoke(app, ["build", str(hub.root)]).exception, TiphubError)
    told = run.invoke(app, ["ledger", str(hub.root), "--repair", SIGNER])
    assert told.exit_code == 0
    assert f"signed by {SIGNER}" in told.output
    assert spent(hub) == spend_of(hub).rho


def test_without_the_key_the_chain_is_shown_and_its_end_is_not_vouched_for(spent_once: Hub) -> None:
    spent_once.key_file.unlink()
    told = CliRunner(env=WIDE).invoke(app, ["ledger", str(spent_once.root)])
    assert told.exit_code == 1
    assert "differential_privacy" in told.output
    assert "what was cut off there cannot be seen" in told.output
    assert "Every entry is whole" not in told.output


def test_the_noise_planned_is_of_the_size_of_the_noise_released(spent_once: Hub) -> None:
    text = (only_release(spent_once) / "evaluation.json").read_text("utf-8")
    noise = json.loads(text)["loss"]["noise"]
    variables, _ = release_columns(spent_once, load_standard())
    planned = expected_std(variables, spend_of(spent_once).rho)
    assert noise["1_way"]["mean_std"] == pytest.approx(planned["one column"], rel=0.6)
    assert noise["2_way"]["mean_std"] == pytest.approx(planned["two columns"], rel=0.6)
