"""``tiphub model HUB --vault``: the study's two models on a hub's own records, for its own team."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from evidence.people import RISK, STANDARD, table
from tiphub.cli import app
from tiphub.errors import TiphubError
from tiphub.evidence.models import odds_ratios
from tiphub.vault.agencies import add_agency
from tiphub.vault.hub import Hub, Settings, open_hub
from tiphub.vault.model_settings import ModelSettings
from tiphub.vault.pipeline import found
from vault.desk import Desk

RUNNER = CliRunner()
MAPPING = """\
record_id: {column: case}
fields:
  gender: {column: sex, values: {F: woman, M: man}}
  education: {column: school, values: {none: none, primary: primary, secondary: secondary}}
  citizenship: {column: country, read: country}
  country_of_exploitation: {column: place, read: country}
  majority_status: {column: age, values: {child: child, adult: adult}}
"""
Figures = dict[tuple[str, str | None], tuple[float, ...]]
HEADER = ("case", "sex", "school", "country", "place", "age")
CHILD = ModelSettings(
    "child", ("education", "income_level", "climate_risk", "gender"), {}, {"climate_risk": "risk.csv"}
)
ABROAD = ModelSettings("international", ("gender", "income_level"), {"majority_status": "child"})


def people() -> list[tuple[str, ...]]:
    """Six hundred people, the young more often without school."""
    chance = random.Random(4)
    rows: list[tuple[str, ...]] = []
    for case in range(600):
        age = chance.choice(("child", "adult"))
        school = chance.choice(("none", "primary", "secondary") + ("none",) * (age == "child"))
        home = chance.choice(sorted(RISK.values))
        place = home if chance.random() < 0.4 else chance.choice(("DEU", "IND"))
        rows.append((str(case), chance.choice("FM"), school, home, place, age))
    return rows


def hub_with(folder: Path, *models: ModelSettings) -> Hub:
    found(folder / "hub", Settings(title="A hub", declared_size=600, models=models))
    hub = open_hub(folder / "hub")
    lines = [f"{code},{value}" for code, value in RISK.values.items()]
    (hub.root / "risk.csv").write_text("\n".join(["# A fictional index", "country,value", *lines]), "utf-8")
    add_agency(hub, "refuge", mapping=MAPPING, title="The Refuge")
    Desk(hub, folder).send("one.csv", people(), HEADER)
    return hub


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Hub:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("TIPHUB_KEY", raising=False)
        patch.delenv("TIPHUB_KEY_FILE", raising=False)
        return hub_with(tmp_path_factory.mktemp("one"), CHILD)


def run(hub: Hub | Path, *arguments: str) -> Result:
    root = hub.root if isinstance(hub, Hub) else hub
    result = RUNNER.invoke(app, ["model", str(root), "--vault", *arguments])
    if result.exception is not None:
        raise result.exception
    return result


def asked(hub: Hub, *arguments: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(run(hub, *arguments, "--format", "json").stdout)
    return document


def directly(on: tuple[str, ...], **options: Any) -> Figures:
    """The same model without a hub, from the rows as they were sent."""
    names = ("record_id", "gender", "education", "citizenship", "country_of_exploitation", "majority_status")
    columns: dict[str, list[object]] = dict(zip(names, map(list, zip(*people(), strict=True)), strict=True))
    columns["gender"] = [{"F": "woman", "M": "man"}[str(sex)] for sex in columns["gender"]]
    with table(columns) as rows:
        result = odds_ratios(rows, STANDARD, on=on, **options)
    return {
        (effect.variable, effect.level): (effect.adjusted.ratio, effect.adjusted.low, effect.adjusted.high)
        for effect in result.effects
        if effect.adjusted
    }


def figures(document: dict[str, Any]) -> Figures:
    return {
        (effect["variable"], effect["level"]): tuple(
            effect["adjusted"][part] for part in ("ratio", "low", "high")
        )
        for effect in document["effects"]
        if effect["adjusted"]
    }


def same(document: dict[str, Any], truth: Figures) -> bool:
    told = figures(document)
    return set(told) == set(truth) and all(told[key] == pytest.approx(truth[key], rel=1e-9) for key in truth)


def test_the_first_model_is_that_of_hub_yml_with_its_risk_and_equals_the_rows_that_were_sent(
    hub: Hub,
) -> None:
    document = asked(hub)
    truth = directly(CHILD.on, outcome="child", covariates={"climate_risk": RISK})
    assert len(truth) == 7
    assert same(document, truth)
    assert document["people"] == document["used"] == 600
    assert "Climate risk: A fictional index." in document["notes"]


def test_the_second_model_is_asked_for_with_a_risk_that_hub_yml_names(hub: Hub) -> None:
    on = ("gender", "income_level", "climate_risk")
    among = {"majority_status": "child"}
    document = asked(
        hub, "--outcome", "international", "--on", ",".join(on), "--among", "majority_status=child"
    )
    assert same(
        document, directly(on, outcome="international", among=among, covariates={"climate_risk": RISK})
    )
    assert document["people"] < 600
    assert "Only people whose majority_status is child." in document["notes"]


def test_that_figures_are_not_protected_is_said_where_there_are_figures(hub: Hub) -> None:
    assert "not protected" in run(hub, "--outcome", "child", "--on", "gender").stderr
    result = RUNNER.invoke(app, ["model", str(hub.root), "--vault", "--outcome", "children"])
    assert isinstance(result.exception, TiphubError)
    assert not result.output


def test_a_risk_that_is_handed_in_takes_the_place_of_the_hubs(hub: Hub, tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    lines = [f"{code},{10 - value}" for code, value in RISK.values.items()]
    path.write_text("\n".join(["# The other way round", "country,value", *lines]), "utf-8")
    options = ("--outcome", "child", "--on", "climate_risk,gender")
    theirs, own = (
        figures(asked(hub, *options, *more))["climate_risk", None][0]
        for more in ((), ("--covariate", f"climate_risk={path}"))
    )
    assert own == pytest.approx(1 / theirs)


def test_every_form_says_that_the_answer_is_not_protected(hub: Hub, tmp_path: Path) -> None:
    chart = tmp_path / "odds.svg"
    shown = run(hub, "--chart", str(chart))
    assert "not protected" in shown.stderr
    assert "not protected" in " ".join(shown.stdout.split())
    assert "not for publication" in chart.read_text("utf-8")
    document = asked(hub)
    assert "not for publication" in document["source"]
    assert "not protected" in document["notes"][0]
    assert "not for publication" in run(hub, "--format", "html").stdout


def test_what_cannot_be_asked_of_a_vault_is_said(hub: Hub, tmp_path: Path) -> None:
    file = tmp_path / "cases.csv"
    file.write_text("a,b\n1,2\n")
    for source, arguments, what in (
        (file, (), "this is no hub"),
        (tmp_path, (), "this is no hub"),
        (hub, ("--layout", "ctdc-2018"), "needs no layout"),
        (hub, ("--outcome", "international"), "child on education, income_level, climate_risk, gender"),
        (hub, ("--on", "labour_sector_agriculture"), "Give both --outcome and --on"),
    ):
        with pytest.raises(TiphubError) as raised:
            run(source, *arguments)
        assert what in str(raised.value)


def test_a_hub_with_two_models_asks_which_and_one_without_asks_for_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TIPHUB_KEY", raising=False)
    monkeypatch.delenv("TIPHUB_KEY_FILE", raising=False)
    (tmp_path / "two").mkdir()
    two = hub_with(tmp_path / "two", CHILD, ABROAD)
    with pytest.raises(TiphubError, match=r"declares 2 such models.*international on gender, income_level"):
        run(two)
    chosen = asked(two, "--outcome", "international")
    assert same(chosen, directly(ABROAD.on, outcome="international", among=ABROAD.among))
    (tmp_path / "none").mkdir()
    with pytest.raises(TiphubError, match="declares none"):
        run(hub_with(tmp_path / "none"))
