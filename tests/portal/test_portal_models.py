"""The models page: what it tells is what was planted, what ``tiphub model`` says, and no more than that."""

import csv
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from math import exp
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import urlopen

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evidence.people import STANDARD, grouped, model
from portal import test_portal_pages as pages
from portal.html import Element, read
from portal.modelled import PLANTED, declared, publish_modelled
from portal.serving import serving
from tiphub.evidence.findings import two_digits
from tiphub.evidence.models import OUTCOMES, OddsRatios, declared_models, odds_ratios_of
from tiphub.evidence.models.wording import counted, population, sentences, widened, written
from tiphub.portal import create_app
from tiphub.portal.models.told import tell
from tiphub.portal.texts import LANGUAGES, texts
from tiphub.release import open_release

NAMES = ("child", "international", "child-2", "child-3")
HIDDEN, FORGED = "child-2", "child-3"
KINDS = ("csv", "json", "svg", "png", "vl.json")


@pytest.fixture(scope="module")
def fitted(modelled_releases: Path) -> list[OddsRatios]:
    """What the evidence room says to the models of the newest release that can be fitted."""
    release = open_release(modelled_releases / "2026-11-21")
    return [odds_ratios_of(release, one, at) for at, one in enumerate(declared_models(release, STANDARD)[:3])]


def twin(client: TestClient, query: str = "", prefix: str = "") -> dict[str, Any]:
    answer = client.get(f"{prefix}/models.json{query}")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def effects(found: dict[str, Any]) -> dict[tuple[str, str | None], dict[str, Any]]:
    return {(row["covariate"], row["level"]): row for row in found["effects"]}


def page(client: TestClient, address: str = "/models") -> Element:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text[:500]
    return read(answer.text)


@pytest.mark.parametrize("query", ["", "?release=2026-01-01"])
def test_the_intervals_hold_what_was_planted(modelled_client: TestClient, query: str) -> None:
    """Four 95% intervals of two releases; the seeds are fixed."""
    rows = effects(twin(modelled_client, query)["models"][0])
    for key, truth in PLANTED.items():
        told = rows[key]["adjusted"]
        assert told["low"] <= truth <= told["high"], key
        assert told["low"] < told["ratio"] < told["high"]
        assert rows[key]["wider"] > 1


def test_every_figure_is_that_of_the_evidence_room(
    modelled_client: TestClient, fitted: list[OddsRatios]
) -> None:
    found = twin(modelled_client)["models"]
    assert [(item["name"], item["number"]) for item in found] == list(zip(NAMES, range(1, 5), strict=True))
    open_bounds = 0
    for item, theirs in zip(found, fitted, strict=False):
        assert item["name"] == HIDDEN or (item["people"], item["events"]) == (theirs.used, theirs.events)
        rows = effects(item)
        assert len(rows) == len(theirs.effects)
        for effect in theirs.effects:
            row = rows[effect.variable, effect.level]
            assert (row["reference"], row["label"]) == (effect.reference, effect.label)
            for ours, one in ((row["adjusted"], effect.adjusted), (row["unadjusted"], effect.unadjusted)):
                assert (ours is None) == (one is None)
                if one:
                    none = [one.low < exp(-7.999), one.high > exp(7.999)]
                    open_bounds += sum(none)
                    assert ours["ratio"] == one.ratio
                    assert [ours["low"] is None, ours["high"] is None] == none
                    assert none[0] or ours["low"] == one.low
                    assert none[1] or ours["high"] == one.high
    assert open_bounds, "no interval of these has an open bound: the test tests nothing"


def test_the_page_says_what_the_twin_says(modelled_client: TestClient, fitted: list[OddsRatios]) -> None:
    tree = page(modelled_client)
    said = tree.text.replace("\u2060", "")
    for item in twin(modelled_client)["models"]:
        for text in (*item["sentences"], *item["notes"], item["population"]):
            assert text in said
    for found in fitted:
        for text in sentences(found):
            assert text in said
        for effect in found.effects:
            assert effect.reference or written(effect.adjusted) in said
            assert effect.reference or written(effect.unadjusted) in said
            assert widened(effect) in said
    assert "Only people of whom this is known: Child or adult: Child." in said
    assert "Looked at together: Education, Income level of country, Climate risk, Gender." in said
    assert "People of whom any of these is not known are left out" in said
    assert "Made-up <b>risk</b>" in said, "a hub's own words are text, not markup"
    assert not list(tree.all("b"))
    assert "facts of the country of citizenship" in said


def test_what_noise_hides_is_said_and_has_no_figure(modelled_client: TestClient) -> None:
    hidden = next(item for item in twin(modelled_client)["models"] if item["name"] == HIDDEN)
    told = [row for row in hidden["effects"] if not row["reference"]]
    assert len(told) == 2
    assert all(row["adjusted"] is row["unadjusted"] is row["wider"] is None for row in told)
    assert all("The noise that protects people is too large" in text for text in hidden["sentences"])
    assert hidden["people"] is hidden["events"] is None
    assert "hides how many" in hidden["population"]
    table = list(page(modelled_client).all("table"))[NAMES.index(HIDDEN)]
    assert table.text.count("cannot be told") == 4


def test_a_model_that_cannot_be_fitted_does_not_spoil_the_others(modelled_client: TestClient) -> None:
    found = {item["name"]: item for item in twin(modelled_client)["models"]}
    assert found[FORGED]["effects"] == found[FORGED]["sentences"] == []
    assert found[FORGED]["people"] is None
    assert found[FORGED]["refusal"]
    assert not any(found[name]["refusal"] for name in NAMES[:3])
    said = page(modelled_client).text
    assert found[FORGED]["refusal"] in said
    assert "This model cannot be told from this release" in said
    assert modelled_client.get(f"/models/{FORGED}.json").json()["refusal"] == found[FORGED]["refusal"]
    for kind in ("csv", "svg", "png", "vl.json"):
        refused = modelled_client.get(f"/models/{FORGED}.{kind}")
        assert refused.status_code == 400
        assert found[FORGED]["refusal"] in refused.text


@pytest.mark.parametrize("name", NAMES[:3])
def test_every_model_has_its_files(modelled_client: TestClient, name: str) -> None:
    found = next(item for item in twin(modelled_client)["models"] if item["name"] == name)
    assert modelled_client.get(f"/models/{name}.json").json() == found
    drawn = modelled_client.get(f"/models/{name}.svg")
    words = " ".join(item.text or "" for item in ET.fromstring(drawn.text).iter())
    assert "Release 2026-11-21" in words
    assert all(row["label"] in words for row in found["effects"])
    assert modelled_client.get(f"/models/{name}.png").content.startswith(b"\x89PNG")
    spec = json.loads(modelled_client.get(f"/models/{name}.vl.json").text)
    assert "vega-lite" in spec["$schema"]
    rows = list(csv.DictReader(modelled_client.get(f"/models/{name}.csv").text.splitlines()))
    assert [(row["covariate"], row["label"]) for row in rows] == [
        (row["covariate"], row["label"]) for row in found["effects"]
    ]
    for row, effect in zip(rows, found["effects"], strict=True):
        one = effect["adjusted"]
        assert row["ratio"] == ("" if one is None else str(one["ratio"]))
        assert row["high"] == ("" if one is None else "none" if one["high"] is None else str(one["high"]))
        assert row["reference"] == ("yes" if effect["reference"] else "no")


def test_the_picture_of_the_page_is_that_of_the_file(modelled_client: TestClient) -> None:
    text = modelled_client.get("/models").text
    shown = [found for found in re.findall(r"<svg .*?</svg>", text, re.DOTALL) if 'role="img"' in found[:200]]
    assert len(shown) == 6, "three models, each wide and narrow"
    file = modelled_client.get("/models/child.svg").text
    plain = re.sub(r' role="img" aria-label="[^"]*"', "", shown[0], count=1)
    assert plain == file


def test_links_lead_to_every_file_of_that_release(modelled_client: TestClient) -> None:
    for query, pin in (("", ""), ("?release=2026-01-01", "2026-01-01")):
        tree = page(modelled_client, f"/models{query}")
        files = {a.attributes["href"] for a in tree.all("a") if "/models/" in a.attributes["href"]}
        assert len(files) == 3 * len(KINDS) + 1
        for address in files:
            assert address.endswith(f"release={pin}" if pin else address)
            assert modelled_client.get(address).status_code == 200
    old, new = twin(modelled_client, "?release=2026-01-01"), twin(modelled_client)
    assert old["release"] == "2026-01-01"
    assert old["models"][0]["effects"] != new["models"][0]["effects"]


def test_a_release_without_models_says_so_and_its_pages_do_not_lead_there(
    modelled_client: TestClient, noisy_client: TestClient, client: TestClient
) -> None:
    for visitor, query, why in (
        (modelled_client, "?release=2026-06-01", "what a release did not measure cannot be had from it"),
        (client, "", "k-anonymity"),
        (noisy_client, "", "what a release did not measure cannot be had from it"),
    ):
        tree = page(visitor, f"/models{query}")
        assert why in tree.text
        assert not list(tree.all("table"))
        found = twin(visitor, query)
        assert found["models"] == []
        assert why in found["why"]
        for address in ("/", "/dashboard", "/methods"):
            links = {a.attributes["href"] for a in page(visitor, address + query).all("a")}
            assert not any(link.startswith("/models") for link in links)
        for kind in KINDS:
            assert visitor.get(f"/models/child.{kind}{query}").status_code == 404


def test_models_of_another_standard_are_refused_in_words(tmp_path: Path) -> None:
    publish_modelled(tmp_path / "releases", outcome="adult_or_child")
    with TestClient(create_app(tmp_path / "releases")) as visitor:
        said = page(visitor).text
        assert "The models of this release cannot be shown here" in said
        assert "Use the version of tiphub that made the release" in said
        found = twin(visitor)
        assert found["models"] == []
        assert found["why"] in said
        assert visitor.get("/models/child.csv").status_code == 404
        assert "nav" in {item.tag for item in page(visitor, "/ar/models").all()}


def test_pages_of_a_release_with_models_lead_there(modelled_client: TestClient) -> None:
    for address in ("/", "/dashboard", "/stories", "/data", "/methods"):
        nav = next(item for item in page(modelled_client, address).all("nav"))
        assert "/models" in [a.attributes["href"] for a in nav.all("a")]
    current = [a for a in page(modelled_client).all("a") if a.attributes.get("aria-current") == "page"]
    assert [a.attributes["href"] for a in current] == ["/models"]
    assert "Noisy tables of the declared models" in page(modelled_client, "/data").text


ADDRESSES = [
    f"{texts(language).prefix}/models{query}"
    for language in LANGUAGES
    for query in ("", "?release=2026-01-01", "?release=2026-06-01")
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_page_is_readable_by_everybody(modelled_client: TestClient, address: str) -> None:
    found = page(modelled_client, address)
    pages.test_a_page_is_readable_by_everybody(lambda _: found, address)
    pages.test_tables_pictures_and_fields_have_names(lambda _: found, address)
    for item in found.all():
        assert "style" not in item.attributes
        assert not [name for name in item.attributes if name.startswith("on")]
        for name in ("href", "src", "xlink:href", "action"):
            assert item.tag == "a" or "//" not in item.attributes.get(name, "")
    assert not list(found.all("style"))
    twins = [item for item in found.all("link") if item.attributes["rel"] == "alternate"]
    assert modelled_client.get(twins[0].attributes["href"]).status_code == 200


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_other_languages_say_the_same_in_their_words(modelled_client: TestClient, language: str) -> None:
    t = texts(language)
    english, other = twin(modelled_client)["models"], twin(modelled_client, prefix=t.prefix)["models"]
    for ours, theirs in zip(english, other, strict=True):
        assert len(ours["sentences"]) == len(theirs["sentences"])
        for row, same in zip(ours["effects"], theirs["effects"], strict=True):
            assert (row["adjusted"], row["wider"]) == (same["adjusted"], same["wider"])
            assert row["label"] != same["label"] or row["label"] == "No"
        text = " ".join((theirs["title"], theirs["population"], *theirs["sentences"]))
        assert not re.search(r"\b(odds of|the|with|noise)\b", text), text
    none = next(row for row in english[0]["effects"] if row["level"] == "none")["adjusted"]["ratio"]
    said = page(modelled_client, f"{t.prefix}/models").text
    assert f"{none:.1f}".replace(".", t.decimal) in said
    assert "cannot" not in " ".join(theirs["title"] for theirs in other)


def every_kind() -> Iterator[OddsRatios]:
    """Models of records, with counts and reasons of their own."""
    people = grouped(
        {("woman", "secondary"): (60, 500), ("man", "none"): (70, 20), ("man", "primary"): (0, 90)},
        *("gender", "education"),
    )
    yield model(people, "gender")
    yield model(people, "education")


def test_english_is_that_of_the_command_line(fitted: list[OddsRatios]) -> None:
    told_clear = 0
    for found in (*fitted, *every_kind()):
        told = tell(found, texts("en"), STANDARD)
        assert told.sentences == tuple(sentences(found))
        assert told.title == f"Odds of {found.question}"
        hidden = not any(effect.adjusted for effect in found.effects)
        assert hidden or told.population == population(found)
        assert not found.noise or hidden or f"About {two_digits(found.used):,} people" in told.population
        assert [part.title for part in told.parts] == list(found.titles.values())
        lines = [line for part in told.parts for line in part.lines]
        for line in lines:
            told_clear += line.ratio is not None
            assert line.effect.reference or line.adjusted == written(line.effect.adjusted)
            assert line.effect.reference or line.unadjusted == written(line.effect.unadjusted)
            assert line.wider == widened(line.effect)
        if found.noise:
            assert found.noise in told.reading
            assert texts("en")("models.sample") in list(counted(found))
    assert told_clear > 10
    for name, outcome in OUTCOMES.items():
        assert texts("en")(f"models.question.{name}") == outcome.question
        assert texts("en")(f"models.short.{name}")


EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


@pytest.mark.parametrize(
    "address",
    [
        "/models/child",
        "/models/child.exe",
        "/models/child.svg.svg",
        "/models/0.csv",
        "/models/child-99.json",
        "/models/../hub.yml",
        "/models/%2e%2e%2fmodels.csv",
        "/models/child.csv?release=../../etc",
        "/models?release=2019-01-01",
        "/models.json?release=9",
        f"/models/{'x' * 300}.csv",
    ],
)
def test_only_what_is_declared_is_there(modelled_client: TestClient, address: str) -> None:
    answer = modelled_client.get(address)
    assert answer.status_code == 404
    assert "root:" not in answer.text


def test_nothing_of_an_address_is_markup_nor_makes_more_work(modelled_client: TestClient) -> None:
    plain = twin(modelled_client)
    for name in ("on", "outcome", "among", "reference", "narrow"):
        for value in (EVIL, "education", "9" * 400):
            answer = modelled_client.get("/models", params={name: value})
            assert answer.status_code == 200
            assert "<script>alert" not in answer.text
            assert "<img src=x" not in answer.text
            refused = modelled_client.get("/models.json", params={name: value})
            assert refused.status_code == 400, "no parameter asks for another fit"
    assert twin(modelled_client) == plain
    assert modelled_client.get("/models", params={"release": EVIL}).status_code == 404
    shown = modelled_client.get("/models/child.svg")
    assert modelled_client.get("/models/child.svg", headers={"Host": "elsewhere.example"}).text == shown.text
    assert modelled_client.get(f"/models?x={'x' * 5000}").status_code == 414
    assert modelled_client.get(f"/models/child.csv?release={'x' * 5000}").status_code == 414


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(st.characters(codec="utf-8", exclude_characters="/?#"), max_size=40))
def test_any_name_gets_an_answer_in_words(modelled_client: TestClient, name: str) -> None:
    answer = modelled_client.get(f"/models/{quote(name, safe='')}.json")
    assert (answer.status_code == 200) == (name in NAMES)
    assert answer.status_code in {200, 400, 404}


@pytest.mark.parametrize("address", ["/models", "/models.json", "/models/child.svg"])
def test_answers_carry_the_guards_and_are_not_sent_twice(modelled_client: TestClient, address: str) -> None:
    first = modelled_client.get(address)
    assert "unsafe" not in first.headers["content-security-policy"]
    assert "set-cookie" not in first.headers
    again = modelled_client.get(address, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert modelled_client.head("/models").status_code == 200


def test_a_crowd_at_a_cold_server_is_answered_and_holds_up_nobody(modelled_releases: Path) -> None:
    """More visitors at once than the server has threads (40): all get the same, and other pages go on."""

    def ask(address: str) -> tuple[int, bytes]:
        try:
            with urlopen(address, timeout=120) as answer:
                return answer.status, answer.read()
        except HTTPError as error:
            return error.code, b""

    with serving(modelled_releases) as server, ThreadPoolExecutor(61) as crowd:
        wanted = [f"{server}/models.json"] * 60 + [f"{server}/methods.json"]
        *models, other = crowd.map(ask, wanted)
    assert other[0] == 200
    assert {status for status, _ in models} == {200}
    assert len({content for _, content in models}) == 1


def test_the_planted_models_are_those_that_the_release_declares(modelled_client: TestClient) -> None:
    for item, (one, _) in zip(twin(modelled_client)["models"], declared(), strict=True):
        assert (item["outcome"], tuple(item["on"]), item["among"]) == (
            one.outcome.name,
            one.on,
            dict(one.among),
        )
