"""The dashboard's numbers, held against a count of the release's CSV in plain Python."""

import csv
import json
import re
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from portal.html import read

K = 11


@pytest.fixture(scope="module")
def people(releases: Path) -> list[dict[str, str]]:
    with (releases / "2026-11-21" / "records.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def figure(client: TestClient, name: str, query: str = "") -> dict[str, Any]:
    answer = client.get(f"/figure/{name}.json{query}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize("name", ["gender", "age_band", "citizenship", "trafficking_duration"])
@pytest.mark.parametrize("query", ["", "?gender=woman", "?from=2022&to=2023&age=adult", "?country=POL"])
def test_a_field_is_counted_among_those_of_whom_it_is_known(
    client: TestClient, people: list[dict[str, str]], name: str, query: str
) -> None:
    keep = {
        "": lambda _: True,
        "?gender=woman": lambda row: row["gender"] == "woman",
        "?from=2022&to=2023&age=adult": lambda row: (
            row["year_of_registration"] in {"2022", "2023"} and row["majority_status"] == "adult"
        ),
        "?country=POL": lambda row: row["country_of_exploitation"] == "POL",
    }[query]
    left = [row for row in people if keep(row)]
    counts = Counter(row[name] for row in left if row[name])
    found = figure(client, name, query)
    assert found["people"] == len(left)
    for row in found["rows"]:
        assert row["denominator"] == counts.total()
        if row["numerator"] is None:
            assert row["share"] is row["low"] is row["high"] is None
        else:
            assert row["numerator"] == counts[row["value"]] >= K
            assert row["share"] == pytest.approx(counts[row["value"]] / counts.total())
            assert row["low"] < row["share"] < row["high"] or row["share"] == 1
    assert {row["value"] for row in found["rows"]} == set(counts)


def test_a_group_follows_the_denominator_rule(client: TestClient, people: list[dict[str, str]]) -> None:
    options = ("intimate_partner", "friend", "family", "other")
    for status in ("child", "adult"):
        left = [row for row in people if row["majority_status"] == status]
        base = [
            row for row in left if any(row[f"recruiter_relation_{option}"] == "yes" for option in options)
        ]
        rows = figure(client, "recruiter_relation", "?compare=age")["rows"]
        for option in options:
            row = next(row for row in rows if row["value"] == option and row["series"] == status)
            assert row["denominator"] == len(base)
            assert row["numerator"] == sum(row[f"recruiter_relation_{option}"] == "yes" for row in base)


def test_the_page_shows_what_the_twin_says(client: TestClient) -> None:
    said = read(client.get("/dashboard?age=adult").text).text
    twin = client.get("/dashboard.json?age=adult").json()
    assert f"{twin['people']:,} people" in said
    for found in twin["figures"]:
        assert found["title"] in said
        for row in found["rows"][:5]:
            if row["numerator"] is not None:
                assert row["label"] in said
                assert f"{row['numerator']:,}" in said
                assert found["question"] == "year_of_registration" or f"{100 * row['share']:.1f}%" in said


@pytest.mark.parametrize("query", ["", "?gender=man&compare=age", "?from=2024"])
def test_no_number_under_the_smallest_count_is_ever_given(client: TestClient, query: str) -> None:
    twin = client.get(f"/dashboard.json{query}").json()
    assert twin["smallest_count"] == K
    for found in twin["figures"]:
        assert all(
            row["numerator"] is None or row["numerator"] == 0 or row["numerator"] >= K
            for row in found["rows"]
        )


def test_too_few_people_are_said_to_be_too_few(client: TestClient, people: list[dict[str, str]]) -> None:
    cells = Counter(
        (row["age_band"], row["country_of_exploitation"], row["gender"])
        for row in people
        if all(row.values())
    )
    rare = [
        cell
        for cell, count in Counter(
            (row["age_band"], row["country_of_exploitation"], row["gender"], row["year_of_registration"])
            for row in people
        ).items()
        if 0 < count < K and all(cell)
    ]
    age, country, gender, year = rare[0] if rare else ("0_8", "UKR", "trans_nonconforming", "2019")
    assert cells is not None
    query = f"?age={age}&country={country}&gender={gender}&from={year}&to={year}"
    said = read(client.get(f"/dashboard{query}").text).text
    assert "Too few people to show" in said
    assert client.get(f"/dashboard.json{query}").json()["figures"] == []
    assert client.get(f"/figure/gender.svg{query}").status_code == 400


@pytest.mark.parametrize(
    "query",
    [
        "gender=pirate",
        "age=12",
        "country=Narnia",
        "from=20015",
        "from=2024&to=2019",
        "to=٢٠٢٠",
        "compare=mood",
        "from=1066",
    ],
)
def test_a_value_that_a_filter_does_not_have_is_refused_in_words(client: TestClient, query: str) -> None:
    for address in (f"/dashboard?{query}", f"/dashboard.json?{query}", f"/figure/gender.csv?{query}"):
        answer = client.get(address)
        assert answer.status_code == 400
        assert "Traceback" not in answer.text
    said = read(client.get(f"/dashboard?{query}").text).text
    assert "Choose from the lists" in said or "earlier year first" in said


def test_the_form_keeps_what_was_chosen_and_the_address_says_it(client: TestClient) -> None:
    tree = read(client.get("/dashboard?gender=woman&from=2022&country=THA&utm_source=elsewhere").text)
    chosen = {
        select.attributes["name"]: option.attributes.get("value", option.text)
        for select in tree.all("select")
        for option in select.all("option")
        if "selected" in option.attributes
    }
    assert chosen == {"gender": "woman", "from": "2022", "country": "THA"}
    links = [
        a.attributes["href"] for a in tree.all("a") if a.attributes.get("href", "").startswith("/figure/")
    ]
    assert links
    assert all("gender=woman" in link and "from=2022" in link and "country=THA" in link for link in links)
    assert not any("utm_source" in link for link in links)


@pytest.mark.parametrize(
    "name", ["year_of_registration", "gender", "country_of_exploitation", "recruiter_relation"]
)
def test_every_picture_has_its_files(client: TestClient, name: str) -> None:
    drawn = client.get(f"/figure/{name}.svg")
    assert ET.fromstring(drawn.text).tag.endswith("svg")
    assert "Release 2026-11-21" in " ".join(re.sub("<[^>]+>", " ", drawn.text).split())
    assert client.get(f"/figure/{name}.png").content.startswith(b"\x89PNG")
    rows = list(csv.DictReader(client.get(f"/figure/{name}.csv").text.splitlines()))
    assert [row["value"] for row in rows] == [row["value"] for row in figure(client, name)["rows"]]
    spec = json.loads(client.get(f"/figure/{name}.vl.json").text)
    assert "vega-lite" in spec["$schema"]


def test_a_figure_says_what_it_is_of(client: TestClient) -> None:
    answer = client.get("/figure/gender.json?country=POL&from=2022")
    found = answer.json()
    assert found["release"] == "2026-11-21"
    assert found["filters"] == {"from": 2022, "country": "POL"}
    assert found["of"] == "Poland · since 2022"
    assert found["citation"] == client.get("/data.json").json()["citation"]["text"]
    for kind in ("json", "csv", "svg"):
        sent = client.get(f"/figure/gender.{kind}?country=POL&from=2022").headers["content-disposition"]
        assert f'"gender-2026-11-21-from-2022-country-POL.{kind}"' in sent
        sent = client.get(f"/figure/gender.{kind}").headers["content-disposition"]
        assert f'"gender-2026-11-21.{kind}"' in sent


@pytest.mark.parametrize("name", ["year_of_registration", "country_of_exploitation", "majority_status"])
def test_a_comparison_that_splits_nothing_is_not_passed_over(client: TestClient, name: str) -> None:
    for kind in ("csv", "json", "svg"):
        answer = client.get(f"/figure/{name}.{kind}?compare=age")
        assert answer.status_code == 400
        assert "cannot be split" in answer.text
    page = read(client.get("/dashboard?compare=age&gender=woman").text)
    panel = next(item for item in page.all("section") if item.attributes.get("id") == name)
    assert "not split by the comparison" in panel.text
    files = [a.attributes["href"] for a in panel.all("a") if a.attributes["href"].startswith("/figure/")]
    assert files
    assert all(client.get(address).status_code == 200 for address in files[:2])
    split = next(item for item in page.all("section") if item.attributes.get("id") == "education")
    assert "not split by the comparison" not in split.text


def test_a_picture_comes_with_html_that_keeps_its_release(client: TestClient) -> None:
    page = read(client.get("/dashboard?country=POL&from=2022").text)
    panel = next(item for item in page.all("section") if item.attributes.get("id") == "education")
    copied = read(panel.first("pre").text)
    link = copied.first("a")
    image = link.first("img")
    assert image.attributes["alt"] == panel.first("h3").text
    base = "http://testserver"
    chosen = "from=2022&country=POL&release=2026-11-21"
    assert link.attributes["href"] == f"{base}/dashboard?{chosen}#education"
    assert image.attributes["src"] == f"{base}/figure/education.svg?{chosen}"
    for address in (link.attributes["href"], image.attributes["src"]):
        assert client.get(address.partition("#")[0].removeprefix(base)).status_code == 200
