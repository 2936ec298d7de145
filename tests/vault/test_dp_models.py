"""A private release pays for the models that its hub declared, publishes their tables, and answers them."""

import json
import re
import shutil
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from evidence.people import CHILD_ON, TRUTH, covers, ratios
from release.sample import KEY
from tiphub.cli import app
from tiphub.errors import TiphubError
from tiphub.evidence.models import CountryValues, DeclaredModel, declare_model, noisy_odds_ratios
from tiphub.evidence.models.released import tables_of
from tiphub.progress import Silent
from tiphub.release import check, open_release
from tiphub.simulate import simulate_population
from tiphub.standard import encode
from tiphub.standard.variables import Codes
from tiphub.vault.agencies import add_agency
from tiphub.vault.hub import Hub, PrivacySettings, ReleaseSettings, Settings, open_hub
from tiphub.vault.model_settings import ModelSettings
from tiphub.vault.models import release_models
from tiphub.vault.pipeline import build, found
from tiphub.vault.plan import plan
from tiphub.vault.s4_protect import Protected
from tiphub.vault.s4_protect.dp import DifferentialPrivacy, FreshNoise, SeededNoiseForTests
from tiphub.vault.s4_protect.dp.accounting import delta_for, rho_for
from tiphub.vault.s4_protect.dp.models import Promised, measure_models
from tiphub.vault.s4_protect.dp.noise import Noise, gaussian
from tiphub.vault.s6_publish.manifest import write_manifest
from tiphub.vault.spending import open_ledger, spend_of
from tiphub.vault.store import Store
from vault.desk import Desk
from vault.dp_people import QUICK, Recorder, columns, people, population, standard

COLUMNS = ("education", "citizenship", "gender", "majority_status")
MAPPING = """\
record_id: {column: case}
fields:
  year_of_registration: {column: year, read: number}
  gender: {column: sex, values: {F: woman, M: man}}
  citizenship: {column: country, read: country}
  majority_status: {column: remarks, values: {child: child, adult: adult}}
"""
RHO = Fraction(1, 4)


def model(*on: str, **options: object) -> DeclaredModel:
    carried = [item.name for item in columns()]
    return declare_model(standard(), outcome="child", on=on, carried=carried, **options)  # type: ignore[arg-type]


def protect(promised: Promised, noise: Noise, codes: Codes | None = None) -> Protected:
    method = DifferentialPrivacy(
        rho=RHO,
        delta=1e-6,
        standard=standard(),
        promised=promised,
        noise=noise,
        effort=QUICK,
        seed_for_tests=1,
    )
    return method.protect(population(people(800) if codes is None else codes, columns()), progress=Silent())


@pytest.mark.parametrize("share", [Fraction(1, 10), Fraction(1, 3), Fraction("0.07")])
def test_all_tables_together_spend_what_is_booked_and_the_models_their_share_of_it(share: Fraction) -> None:
    promised = Promised(models=(model("gender"), model("gender", "labour_sector_agriculture")), share=share)
    recorder = Recorder(SeededNoiseForTests(1))
    made = protect(promised, recorder)
    assert sum(promised.split(RHO)) == RHO
    losses = [Fraction(gaussian(scale).map(1.0)) for scale in recorder.scales]
    assert RHO * Fraction(999, 1000) < sum(losses) <= RHO
    own = losses[-4:]  # one table of the first model, three of the second
    assert RHO * share * Fraction(999, 1000) < sum(own) <= RHO * share
    said = made.statement["parameters"]
    assert Fraction(said["rho"]) == RHO
    assert Fraction(said["declared_models"]["rho"]) == RHO * share
    assert [item["tables"] for item in said["declared_models"]["models"]] == [1, 3]
    assert made.models
    assert sorted(set(made.models.table.column("std").to_pylist())) == pytest.approx(
        sorted(set(recorder.scales[-4:])), abs=1e-5
    )


def test_without_models_nothing_changes_and_models_need_a_share_below_one() -> None:
    made = protect(Promised(), SeededNoiseForTests(1))
    assert made.models is None
    assert "declared_models" not in made.statement["parameters"]
    for models, share in (((model("gender"),), 0), ((model("gender"),), 1), ((), Fraction(1, 2))):
        with pytest.raises(TiphubError, match="models_share"):
            Promised(models=models, share=Fraction(share))


def test_the_tables_hold_noise_of_the_size_they_say_around_the_true_counts() -> None:
    """Real noise over 40 draws of 16 cells: mean and spread within 5 standard errors (false alarm 1e-5)."""
    one, codes = model("gender", "labour_sector_agriculture"), people(800)
    exact = measure(one, codes, _Nothing())
    draws = [measure(one, codes, FreshNoise(), Fraction(1, 3)) for _ in range(40)]
    errors = np.array([np.array(draw["count"]) - np.array(exact["count"]) for draw in draws])
    std = draws[0]["std"][0]
    assert abs(errors.mean()) < 5 * std / np.sqrt(errors.size)
    assert abs(errors.std() / std - 1) < 5 / np.sqrt(2 * errors.size)
    assert min(min(draw["count"]) for draw in draws) < 0, "counts are not cut at 0"


class _Nothing:
    private = False

    def add(self, counts: np.ndarray, *, scale: float) -> np.ndarray:  # noqa: ARG002
        return counts


def measure(
    one: DeclaredModel, codes: Codes, noise: Noise, rho: Fraction = Fraction(1)
) -> dict[str, list[float]]:
    made = measure_models(
        lambda: np.array_split(codes, 3),
        columns(),
        [one],
        rho=rho,
        noise=noise,
        standard=standard(),
        progress=Silent(),
    )
    assert made.tables
    found: dict[str, list[float]] = made.tables.table.to_pydict()
    return found


def test_intervals_cover_the_planted_truth_through_the_release_s_own_path() -> None:
    """12 releases of 5,000 people at epsilon 4, a tenth of it for the model.

    Intervals that cover with 95% cover 9 or more of 12 with probability 99.98%; six ratios are held against
    that (false alarm 0.2%). Seeds are fixed. The study of 200 releases at three sizes, with a finer risk, is
    ``bench/models.py``.
    """
    risk = {name: 3 * round(origin.climate / 3) for name, origin in TRUTH.origins.items()}
    origins = {name: replace(origin, climate=risk[name]) for name, origin in TRUTH.origins.items()}
    rounded = replace(TRUTH, origins=origins)
    variables = columns(*COLUMNS)
    one = declare_model(
        standard(),
        outcome="child",
        on=CHILD_ON,
        carried=COLUMNS,
        covariates={"climate_risk": CountryValues(risk, "")},
    )
    _, rho = Promised(models=(one,), share=Fraction(1, 10)).split(rho_for(4, delta_for(5_000)))
    truth = {
        ("education", "none"): 22.76,
        ("education", "tertiary"): TRUTH.child.education["tertiary"],
        ("income_level", "Low"): 5.57,
        ("climate_risk", None): 1.12,
        ("gender", "man"): TRUTH.child.gender["man"],
        ("gender", "trans_nonconforming"): 1.0,
    }
    covered = dict.fromkeys(truth, 0)
    for seed in range(12):
        drawn = simulate_population(5_000, seed=700 + seed, truth=rounded).people
        codes = encode(drawn.select(COLUMNS), variables)
        made = measure_models(
            lambda codes=codes: [codes],  # type: ignore[misc]
            variables,
            [one],
            rho=rho,
            noise=SeededNoiseForTests(seed),
            standard=standard(),
            progress=Silent(),
        )
        assert made.tables
        told = ratios(noisy_odds_ratios(one.shape, tables_of(made.tables.table, 1, one), one.outcome))
        for key, value in truth.items():
            covered[key] += told[key] is None or covers(told[key], value)
    assert min(covered.values()) >= 9, covered


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Hub:
    """A hub of 3,000 people that declared two models and made a release."""
    root = tmp_path_factory.mktemp("models") / "hub"
    settings = Settings(
        title="A hub",
        declared_size=3_000,
        years=(2018, 2020),
        release=ReleaseSettings(
            method="dp", columns=("gender", "citizenship", "majority_status"), quasi_identifiers=("gender",)
        ),
        privacy=PrivacySettings(models_share=0.25),
        models=(
            ModelSettings("child", ("gender", "risk", "income_level"), covariates={"risk": "risk.csv"}),
            ModelSettings("child", ("risk",), {"gender": "man"}, {"risk": "risk.csv"}),
        ),
    )
    found(root, settings)
    made = open_hub(root)
    (root / "risk.csv").write_text("# A made-up index\ncountry,value\nUKR,3\nNPL,6.5\nFrance,3\n", "utf-8")
    add_agency(made, "refuge", mapping=MAPPING)
    inbox = root.parent / "inbox"
    inbox.mkdir()
    random = np.random.default_rng(5)
    rows = []
    for number in range(3_000):
        country, man = random.choice(["Ukraine", "Nepal", "France"]), random.random() < 0.4
        child = random.random() < {"Ukraine": 0.2, "Nepal": 0.5, "France": 0.1}[country] + 0.1 * man
        rows.append((f"A{number}", "2019", "FM"[man], country, "child" if child else "adult"))
    Desk(made, inbox).send("1.csv", rows)
    build(made)
    return made


def release_of(hub: Hub) -> Path:
    (release,) = (path for path in hub.releases.iterdir() if path.name[0] != ".")
    return release


def test_a_release_with_models_is_whole_and_its_spend_is_what_the_ledger_booked(hub: Hub) -> None:
    release = release_of(hub)
    assert check(release) == []
    opened = open_release(release)
    said = opened.statement["parameters"]
    with Store.open(hub) as store:
        booked = next(entry for entry in open_ledger(hub, store).entries if entry.kind == "booked")
    assert Fraction(said["rho"]) == Fraction(booked.facts["rho"]) == spend_of(hub).rho
    assert Fraction(said["declared_models"]["rho"]) == spend_of(hub).rho / 4
    assert [item["name"] for item in opened.package["resources"]][-1] == "models"
    assert opened.codebook["models"][0]["country_values"]["risk"] == {
        "source": "A made-up index",
        "values": {"FRA": 3.0, "NPL": 6.5, "UKR": 3.0},
    }
    croissant = json.loads((release / "croissant.json").read_text("utf-8"))
    assert [item["@id"] for item in croissant["recordSet"]] == ["records", "counts", "models"]
    assert "models.csv" in (release / "README.md").read_text("utf-8")


def tiphub(*arguments: str) -> str:
    told = CliRunner().invoke(app, ["model", *arguments], env={"COLUMNS": "120"})
    if told.exception is not None:
        raise told.exception
    return told.stdout


def test_the_release_answers_its_models_with_intervals_that_count_the_noise_in(hub: Hub) -> None:
    said = tiphub(str(hub.root), "--outcome", "child", "--on", "gender,risk,income_level")
    for part in ("wider by privacy", "times", "Noise on the model's counts", "A made-up index", "About "):
        assert part in said
    document = json.loads(tiphub(str(hub.root), "--on", "gender,income_level", "--format", "json"))
    man = next(effect for effect in document["effects"] if effect["level"] == "man")
    assert man["adjusted"]["low"] > 1
    assert man["wider"] > 1
    assert any("risk is known too" in note for note in document["notes"])
    among = json.loads(tiphub(str(hub.root), "--among", "gender=Man", "--on", "risk", "--format", "json"))
    assert 900 < among["people"] < 1_500
    assert among["effects"][0]["adjusted"]["low"] > 1


def test_a_subset_of_covariates_reads_the_sums_of_the_same_cells(hub: Hub) -> None:
    """Income level alone: the cells of its groups of countries, added up, with the noise added up too."""
    rows = [line.split(",") for line in (release_of(hub) / "models.csv").read_text("utf-8").splitlines()[1:]]
    cells = [(row[2], int(row[3])) for row in rows if row[:2] == ["1", "child|risk+income_level"]]
    arguments = ("--on", "income_level", "--outcome", "child", "--reference", "income_level=High")
    document = json.loads(tiphub(str(hub.root), *arguments, "--format", "json"))
    people = {
        (side, level): sum(count for values, count in cells if values.startswith(side) and level in values)
        for side in ("yes", "no")
        for level in ("+High", "+Lower middle")
    }
    odds = [people["yes", level] / people["no", level] for level in ("+High", "+Lower middle")]
    lower = next(effect for effect in document["effects"] if effect["level"] == "Lower middle")
    assert min(people.values()) > 50
    assert lower["adjusted"]["ratio"] == pytest.approx(odds[1] / odds[0], rel=0.02)


def test_it_is_a_page_too_and_a_picture(hub: Hub, tmp_path: Path) -> None:
    picture = tmp_path / "forest.svg"
    page = tiphub(
        str(hub.root), "--on", "gender,income_level,risk", "--format", "html", "--chart", str(picture)
    )
    said = tiphub(str(hub.root), "--on", "gender,income_level,risk")
    man = next(line for line in said.splitlines() if line.strip().startswith("Man"))
    ratio = re.search(r"[\d.]+ \([\d.]+–[\d.]+\)", man)
    assert ratio
    assert page.count("<svg") == 1
    assert "A hub, release" in page
    assert ratio[0] in page
    assert ratio[0] in picture.read_text("utf-8")
    assert "<script" not in page


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (
            ("--outcome", "child", "--on", "gender,education"),
            "It supports: child on gender, risk, income_level; ",
        ),
        (("--outcome", "international", "--on", "gender"), "does not support this model"),
        (("--outcome", "chid", "--on", "gender"), "There are child and international"),
        (("--outcome", "child", "--on", "gender", "--among", "gender=woman"), "Add it to models in hub.yml"),
        ((), "Choose one with --outcome, --on and --among"),
        (("--on", "gender", "--unknown", "category"), "unknown cannot be a category"),
        (("--on", "gender", "--covariate", "risk=x.csv"), "brings the values by country"),
        (("--on", "gender", "--reference", "gender=boy"), "gender has no category boy"),
    ],
)
def test_what_was_not_declared_is_refused_with_what_to_do(
    hub: Hub, arguments: tuple[str, ...], what: str
) -> None:
    with pytest.raises(TiphubError) as refused:
        tiphub(str(hub.root), *arguments)
    assert what in str(refused.value)


@pytest.fixture
def forged(hub: Hub, tmp_path: Path) -> Path:
    """A copy of the release, signed anew by somebody after the test changed it."""
    folder = tmp_path / release_of(hub).name
    shutil.copytree(release_of(hub), folder)
    return folder


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda rows: rows[:-1], "the declared models have"),
        (lambda rows: [rows[0], rows[2], rows[1], *rows[3:]], "has to stand"),
        (lambda rows: [rows[0], rows[1].rpartition(",")[0] + ",0.0", *rows[2:]], "does not say its noise"),
        (lambda rows: [rows[0], rows[1].replace("woman", "girl"), *rows[2:]], "has to stand"),
        (lambda rows: [rows[0], rows[1].replace(rows[1].split(",")[3], "1.5"), *rows[2:]], "cannot be read"),
        (None, "their tables are missing"),
    ],
)
def test_the_check_finds_what_is_wrong_with_the_tables(forged: Path, change: object, what: str) -> None:
    path = forged / "models.csv"
    if change is None:
        path.unlink()
    else:
        path.write_text("\n".join(change(path.read_text("utf-8").splitlines())) + "\n", "utf-8")  # type: ignore[operator]
    names = [item.name for item in forged.iterdir() if not item.name.startswith("manifest")]
    write_manifest(forged, forged.name, names, KEY)
    assert any(what in finding.what for finding in check(forged)), [item.what for item in check(forged)]


def declaring(tmp_path: Path, text: str, method: str = "dp") -> Hub:
    names = "[gender, citizenship, majority_status]"
    release = f"release: {{method: {method}, columns: {names}, quasi_identifiers: [gender]}}"
    (tmp_path / "hub.yml").write_text(f"declared_size: 1000\n{release}\n{text}\n", "utf-8")
    return open_hub(tmp_path)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("models: child", "models is a list"),
        ("models: [child]", "number 1) Write each as"),
        ("models: [{outcome: child}]", "list of covariates under 'on'"),
        ("models: [{on: [gender]}]", "names no outcome"),
        ("models: [{outcome: child, on: [gender], amng: {gender: man}}]", "Did you mean 'among'"),
        ("models: [{outcome: child, on: [gender], among: man}]", "Write {gender: man}"),
        ("models: [{outcome: chid, on: [gender]}]", "Did you mean child"),
        ("models: [{outcome: child, on: [education]}]", "The release does not carry education"),
        ("models: [{outcome: child, on: [climate_risk]}]", "covariates: {climate_risk: FILE.csv}"),
        ("models: [{outcome: child, on: [risk], covariates: {risk: absent.csv}}]", "cannot be read"),
        ("models: [{outcome: child, on: [gender]}, {outcome: child, on: [gender]}]", "declared twice"),
        ("models: [{outcome: child, on: [gender]}]\nprivacy: {models_share: 1}", "above 0 and below 1"),
    ],
)
def test_a_model_that_cannot_be_is_refused_before_anything_is_spent(
    tmp_path: Path, text: str, what: str
) -> None:
    with pytest.raises(TiphubError) as refused:
        release_models(declaring(tmp_path, text), standard())
    assert what in str(refused.value)
    assert "hub.yml" in str(refused.value) or "absent.csv" in str(refused.value)


def test_k_anonymity_with_models_is_explained(tmp_path: Path) -> None:
    hub = declaring(tmp_path, "models: [{outcome: child, on: [gender]}]", "k_anonymity")
    with pytest.raises(TiphubError, match="whose records tiphub model reads as they are"):
        release_models(hub, standard())


def test_the_plan_counts_the_models_share_off(tmp_path: Path) -> None:
    seen: list[Fraction] = []

    def expected(_: object, rho: Fraction) -> dict[str, float]:
        seen.append(rho)
        return {}

    without = declaring(tmp_path, "")
    plan(without, expected, epsilons=[4.0])
    plan(declaring(tmp_path, "models: [{outcome: child, on: [gender]}]"), expected, epsilons=[4.0])
    assert seen == [spend_of(without).rho, spend_of(without).rho * Fraction(9, 10)]


def test_other_country_values_are_another_model(tmp_path: Path) -> None:
    """What a release was made from changed where only the hub's CSV did."""
    (tmp_path / "risk.csv").write_text("country,value\nUKR,3\n", "utf-8")
    hub = declaring(tmp_path, "models: [{outcome: child, on: [risk], covariates: {risk: risk.csv}}]")
    (before,) = release_models(hub, standard())
    (tmp_path / "risk.csv").write_text("country,value\nUKR,4\n", "utf-8")
    (after,) = release_models(hub, standard())
    assert before.as_json() != after.as_json()
    assert replace(after, covariates={"risk": CountryValues({"UKR": 3.0}, "")}).words == before.words
