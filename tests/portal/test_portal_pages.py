"""Every page: there, well-formed, readable by everybody, and with a twin for programs."""

import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from fastapi.testclient import TestClient

from portal.html import Element
from tiphub.portal.texts import LANGUAGES, sentences, texts

PAGES = {
    "/": "/index.json",
    "/?map=citizenship": "/index.json?map=citizenship",
    "/dashboard": "/dashboard.json",
    "/dashboard?compare=age&from=2022": "/dashboard.json?compare=age&from=2022",
    "/data": "/data.json",
    "/methods": "/methods.json",
}
ALL = [
    *PAGES,
    *(
        texts(language).prefix + ("" if address == "/" else address)
        for language in LANGUAGES
        if language != "en"
        for address in ("/", "/dashboard", "/methods")
    ),
]


Get = Callable[[str], Element]


@pytest.mark.parametrize("address", ALL)
def test_a_page_is_readable_by_everybody(page: Get, address: str) -> None:
    tree = page(address)
    assert tree.first("html").attributes["lang"] in LANGUAGES
    assert tree.first("html").attributes["dir"] == ("rtl" if "/ar" in address else "ltr")
    assert len(list(tree.all("main"))) == len(list(tree.all("h1"))) == 1
    assert {"header", "footer", "nav", "title"} <= {item.tag for item in tree.all()}
    skip = next(item for item in tree.all("a") if item.attributes.get("class") == "skip")
    assert skip.attributes["href"] == "#" + tree.first("main").attributes["id"]
    names = [item.attributes["id"] for item in tree.all() if "id" in item.attributes]
    assert len(names) == len(set(names))
    for link in tree.all("a"):
        target = link.attributes["href"]
        if target.startswith("#"):
            assert target[1:] in names
        else:
            assert target
            assert link.text or any(image.attributes.get("alt") for image in link.all("img"))
    levels = [int(item.tag[1]) for item in tree.all("h1", "h2", "h3")]
    assert all(after - before <= 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("address", ALL)
def test_tables_pictures_and_fields_have_names(page: Get, address: str) -> None:
    tree = page(address)
    labelled = {item.attributes["for"] for item in tree.all("label")}
    for select in tree.all("select"):
        assert select.attributes["id"] in labelled
    for table in tree.all("table"):
        assert table.first("caption").text
        for cell in table.all("th"):
            assert cell.attributes["scope"] in {"row", "col", "rowgroup"}
    for image in tree.all("img"):
        assert "alt" in image.attributes
    for drawing in tree.all("svg"):
        assert drawing.attributes.get("aria-hidden") == "true" or drawing.attributes.get("aria-label")


@pytest.mark.parametrize("address", ALL)
def test_nothing_inline_that_the_policy_forbids_and_no_other_host(page: Get, address: str) -> None:
    tree = page(address)
    for item in tree.all():
        assert "style" not in item.attributes
        assert not [name for name in item.attributes if name.startswith("on")]
        for name, value in item.attributes.items():
            if item.tag != "a" and not name.startswith("xmlns"):
                assert "//" not in value
    assert not list(tree.all("style"))
    assert all(script.attributes.get("src") and not script.text for script in tree.all("script"))
    assert all("//" not in link.attributes["href"] for link in tree.all("link"))
    away = {a.attributes["href"] for a in tree.all("a") if "//" in a.attributes["href"]}
    assert away == {"https://www.bbc.com/weather"}


@pytest.mark.parametrize("address", [*PAGES, "/ar/dashboard", "/fr"])
def test_links_lead_somewhere(client: TestClient, page: Get, address: str) -> None:
    for link in page(address).all("a"):
        target = link.attributes["href"]
        plain = target.partition("#")[0]
        if plain.startswith("/") and not re.search(r"\.(svg|png|json)|country=", plain):
            assert client.get(plain).status_code == 200, target


@pytest.mark.parametrize(("address", "twin"), PAGES.items())
def test_every_page_names_its_twin_and_the_twin_answers(
    client: TestClient, page: Get, address: str, twin: str
) -> None:
    link = next(item for item in page(address).all("link") if item.attributes["rel"] == "alternate")
    named = client.get(link.attributes["href"])
    assert named.json()["release"] == "2026-11-21"
    assert client.get(twin).json().keys() == named.json().keys()


def test_the_home_page_says_how_many_and_of_how_many(client: TestClient, page: Get, releases: Path) -> None:
    figures = client.get("/index.json").json()["figures"]
    said = page("/").text
    rows = (releases / "2026-11-21" / "records.csv").read_text("utf-8").splitlines()
    assert figures[0]["number"] == len(rows) - 1
    assert f"{len(rows) - 1:,}" in said
    for figure in figures:
        assert figure["value"] in said
        if "share" in figure:
            assert figure["low"] < figure["share"] < figure["high"]
            assert f"{figure['denominator']:,}" in said


def test_the_data_page_gives_every_file_with_its_sum(client: TestClient, page: Get, releases: Path) -> None:
    import hashlib

    said = page("/data").text
    for file in client.get("/data.json").json()["files"]:
        content = client.get(file["address"]).content
        assert len(content) == file["size"]
        assert hashlib.sha256(content).hexdigest() == file["sha256"]
        assert file["sha256"] in said
    assert client.get("/releases/2026-11-21/manifest.sig").status_code == 200


def test_the_methods_page_says_what_is_not_protected_from(client: TestClient, page: Get) -> None:
    said = page("/methods").text
    protection = client.get("/methods.json").json()["protection"]
    for sentence in (*protection["protects_from"], *protection["does_not_protect_from"]):
        assert sentence in said


def test_an_older_release_keeps_its_address(client: TestClient, page: Get) -> None:
    assert client.get("/index.json?release=2026-06-01").json()["release"] == "2026-06-01"
    tree = page("/data?release=2026-06-01")
    inside = [a.attributes["href"] for a in tree.all("nav") for a in a.all("a")]
    assert all("release=2026-06-01" in target for target in inside)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_sentence_with_the_same_blanks(language: str) -> None:
    english, other = sentences("en"), sentences(language)
    assert english.keys() == other.keys()
    for key, sentence in english.items():
        assert set(re.findall(r"{\w+}", sentence)) == set(re.findall(r"{\w+}", other[key])), key
        assert other[key].strip()


@pytest.mark.parametrize("prefix", ["", "/ar"])
def test_the_way_out_comes_right_after_the_skip_link(page: Callable[[str], Element], prefix: str) -> None:
    links = list(page(f"{prefix}/dashboard").all("a"))
    assert [link.attributes.get("class") for link in links[:2]] == ["skip", "exit"]


@pytest.mark.parametrize("address", ["/", "/dashboard"])
def test_a_map_is_no_row_of_stops_for_the_keyboard(page: Callable[[str], Element], address: str) -> None:
    drawn = next(item for item in page(address).all("div") if item.attributes.get("class") == "map")
    places = list(drawn.all("a"))
    assert places
    assert all(link.attributes["tabindex"] == "-1" for link in places)
    assert all(link.attributes["aria-hidden"] == "true" for link in places)


def test_visitors_are_told_what_their_browser_keeps(page: Callable[[str], Element]) -> None:
    said = {"": "private window", "/fr": "fenêtre privée", "/es": "ventana privada", "/ar": "النافذة الخاصة"}
    for prefix, words in said.items():
        assert words in page(f"{prefix}/methods").text


def test_a_citation_names_who_publishes_and_the_year(client: TestClient) -> None:
    cff = yaml.safe_load(client.get("/releases/2026-11-21/CITATION.cff").text)
    author, cited = cff["authors"][0]["name"], client.get("/data.json").json()["citation"]
    assert cited["text"].startswith(f"{author} (2026). {cff['title']}. Release 2026-11-21.")
    assert f"author = {{{{{author}}}}}" in cited["bibtex"]
    assert "year = {2026}" in cited["bibtex"]
