"""A release with privacy noise: no number of people without its bounds, in whatever form it is asked for."""

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from portal.html import Element, read
from tiphub.portal.texts import LANGUAGES, texts

BOUNDS = re.compile(r"[\d,]+–\u2060?[\d,]+")


def twin(client: TestClient, query: str = "") -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"/dashboard.json{query}").json()
    return found


def nobody(client: TestClient) -> int:
    """A year in which the release shows nobody of a gender that few have, though some may be there."""
    for year in range(2015, 2026):
        document = twin(client, f"?gender=trans_nonconforming&from={year}&to={year}")
        if document["people"] == 0 and document["people_high"]:
            return year
    raise AssertionError("the release shows such people in every year")


def counts(releases: Path, fields: str) -> dict[str, dict[str, str]]:
    with (releases / "2026-11-21" / "counts.csv").open(encoding="utf-8", newline="") as file:
        return {row["values"]: row for row in csv.DictReader(file) if row["fields"] == fields}


@pytest.mark.parametrize(
    ("query", "prefix"), [("", ""), ("?gender=woman", "gender|"), ("?age=child", "majority_status|")]
)
def test_a_single_count_has_the_bounds_of_the_release(
    noisy_client: TestClient, noisy_releases: Path, query: str, prefix: str
) -> None:
    found = {item["question"]: item for item in twin(noisy_client, query)["figures"]}
    value = query.partition("=")[2]
    for name in ("citizenship", "country_of_exploitation"):
        listed = counts(noisy_releases, f"{prefix}{name}")
        assert found[name]["rows"]
        for row in found[name]["rows"]:
            told = listed["|".join(filter(None, (value, row["value"])))]
            assert row["numerator"] == int(told["count"])
            assert row["numerator_low"] == float(told["low"])
            assert row["numerator_high"] == float(told["high"])


@pytest.mark.parametrize("query", ["", "?gender=man", "?from=2022&to=2023", "?compare=age"])
def test_every_number_lies_between_its_bounds(noisy_client: TestClient, query: str) -> None:
    document = twin(noisy_client, query)
    assert document["people_low"] <= document["people"] <= document["people_high"]
    assert document["people_low"] < document["people_high"]
    for found in document["figures"]:
        assert found["includes"] == ["sampling", "privacy noise"]
        for row in found["rows"]:
            if row["numerator_low"] is not None:
                assert row["numerator_low"] <= row["numerator"] <= row["numerator_high"]
            if row["denominator_low"] is not None:
                assert row["denominator_low"] <= row["denominator"] <= row["denominator_high"]
            if row["low"] is not None:
                assert row["low"] <= row["share"] <= row["high"]
    measured = [row for found in document["figures"] for row in found["rows"] if row["low"] is not None]
    assert measured


@pytest.mark.parametrize("query", ["", "?country=RUS", "?country=ITA", "?gender=man", "?compare=age"])
def test_no_part_reaches_beyond_its_whole(noisy_client: TestClient, query: str) -> None:
    document = twin(noisy_client, query)
    for found in document["figures"]:
        for row in found["rows"]:
            if row["denominator_high"] is not None:
                assert row["denominator_high"] <= document["people_high"], found["question"]
            if None not in (row["numerator_high"], row["denominator_high"]):
                assert row["numerator_high"] <= row["denominator_high"], found["question"]


def test_the_page_shows_the_bounds_that_the_twin_gives(noisy_client: TestClient) -> None:
    said = read(noisy_client.get("/dashboard").text).text
    for found in twin(noisy_client)["figures"]:
        for row in found["rows"][:5]:
            if row["numerator"]:
                assert f"{row['numerator_low']:,}–{row['numerator_high']:,}" in said
    assert "between which the true number lies with 95% certainty" in said


@pytest.mark.parametrize("address", ["/", "/dashboard", "/dashboard?gender=woman&compare=age"])
def test_no_number_in_a_table_stands_alone(noisy_client: TestClient, address: str) -> None:
    tree = read(noisy_client.get(address).text)
    rows = [row for table in tree.all("table") for body in table.all("tbody") for row in body.all("tr")]
    assert len(rows) > 5
    for row in rows:
        assert BOUNDS.search(row.text) or "not measured" in row.text, row.text


def test_what_was_not_measured_says_so_everywhere(noisy_client: TestClient) -> None:
    query = "?gender=woman&country=POL&from=2022&to=2023"
    tree = read(noisy_client.get(f"/dashboard{query}").text)
    assert "the release counted no table of these answers together" in tree.text
    panel = next(item for item in tree.all("section") if item.attributes.get("id") == "age_band")
    assert "not measured" in panel.text
    rows = next(item for item in twin(noisy_client, query)["figures"] if item["question"] == "age_band")
    assert all(row["numerator_low"] is row["low"] is None for row in rows["rows"])
    lines = list(csv.DictReader(noisy_client.get(f"/figure/age_band.csv{query}").text.splitlines()))
    assert all(line["numerator_low"] == line["low"] == "not measured" for line in lines)
    drawn = noisy_client.get(f"/figure/age_band.svg{query}").text
    assert drawn.count("(not measured)") >= len([line for line in lines if line["numerator"] != "0"])
    table = noisy_client.get(
        "/api/tabulate?field=age_band&by=gender&where=citizenship=UKR&where=year_of_registration=2023"
    ).json()
    assert "measured no table" in table["notes"][0]


def test_files_and_the_api_carry_the_bounds(noisy_client: TestClient) -> None:
    lines = list(csv.DictReader(noisy_client.get("/figure/gender.csv").text.splitlines()))
    table = noisy_client.get("/api/tabulate?field=gender").json()
    assert table["includes"] == ["sampling", "privacy noise"]
    by_value = {row["value"]: row for row in table["rows"]}
    for line in lines:
        row = by_value[line["value"]]
        for name in ("numerator", "denominator"):
            for end in ("low", "high"):
                assert line[f"{name}_{end}"] == str(row[f"{name}_{end}"])
        assert row["low"] < row["share"] < row["high"] or row["low"] == row["share"] == 0 < row["high"]


@pytest.mark.parametrize("name", ["year_of_registration", "gender", "country_of_exploitation"])
def test_pictures_draw_the_bounds_and_say_what_they_count_in(noisy_client: TestClient, name: str) -> None:
    drawn = noisy_client.get(f"/figure/{name}.svg").text
    assert "the noise that protects people" in re.sub("<[^>]+>", " ", drawn)
    spec = json.dumps(noisy_client.get(f"/figure/{name}.vl.json").json(), ensure_ascii=False)
    assert name == "country_of_exploitation" or '"low": ' in spec
    if name == "country_of_exploitation":
        assert BOUNDS.search(spec)


def test_columns_of_years_carry_whiskers(noisy_client: TestClient) -> None:
    tree = read(noisy_client.get("/dashboard").text)
    panel = next(item for item in tree.all("section") if item.attributes.get("id") == "year_of_registration")
    years = twin(noisy_client)["figures"][0]["rows"]
    drawing = panel.first("svg")
    marks = [item for item in drawing.all("line") if item.attributes.get("class") == "whisker"]
    assert len(marks) == len([row for row in years if row["numerator_low"] is not None])
    for mark in marks:
        assert float(mark.attributes["y2"]) < float(mark.attributes["y1"])


def headline(tree: Element) -> Element:
    return next(item for item in tree.all("ul") if item.attributes.get("class") == "figures")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_page_gives_its_figures_with_bounds(noisy_client: TestClient, language: str) -> None:
    t = texts(language)
    figures = noisy_client.get("/index.json").json()["figures"]
    shown = headline(read(noisy_client.get(t.prefix or "/").text)).text.replace("\u2060", "")
    assert figures[0]["low"] < figures[0]["number"] < figures[0]["high"]
    share = figures[1]
    for told in (
        t.span(t.number(figures[0]["low"]), t.number(figures[0]["high"])),
        t.interval(share["low"], share["high"]),
        t.span(t.number(share["denominator_low"]), t.number(share["denominator_high"])),
    ):
        assert " ".join(told.split()) in shown


def test_the_years_on_the_first_page_are_none_that_noise_made(
    noisy_client: TestClient, noisy_releases: Path
) -> None:
    """People were registered from 2019 to 2024; records made from noise have other years too."""
    listed = counts(noisy_releases, "year_of_registration").keys() - {""}
    assert (min(listed), max(listed)) != ("2019", "2024")
    assert "registered 2019–2024" in headline(read(noisy_client.get("/").text)).text.replace("\u2060", "")


def test_lists_of_releases_carry_the_bounds(noisy_client: TestClient) -> None:
    total = twin(noisy_client)
    for listed in (
        noisy_client.get("/api/releases").json()["releases"][0],
        noisy_client.get("/data.json").json()["versions"][0],
        noisy_client.get("/methods.json").json(),
    ):
        for name in ("people", "people_low", "people_high"):
            assert listed[name] == total[name]
    said = read(noisy_client.get("/data").text).text.replace("\u2060", "")
    assert said.count(f"{total['people_low']:,}–{total['people_high']:,}") == 2


def test_methods_and_data_tell_of_made_up_records(noisy_client: TestClient) -> None:
    methods = read(noisy_client.get("/methods").text).text
    assert "No row of the published table stands for a person" in methods
    assert "noise alone" in methods
    data = read(noisy_client.get("/data").text).text
    assert "none stands for a person" in data
    assert "One row a recorded case" not in data


def test_a_release_without_noise_shows_no_bounds_of_people(client: TestClient) -> None:
    said = read(client.get("/dashboard").text).text
    assert "true number" not in said
    assert "not measured" not in said
    assert twin(client)["figures"][1]["includes"] == ["sampling"]
    assert "numerator_low" not in client.get("/figure/gender.csv").text


@pytest.mark.parametrize("language", LANGUAGES)
def test_nobody_shown_is_not_said_to_be_nobody(noisy_client: TestClient, language: str) -> None:
    year = nobody(noisy_client)
    query = f"?gender=trans_nonconforming&from={year}&to={year}"
    t, document = texts(language), twin(noisy_client, query)
    assert (document["people"], document["people_low"]) == (0, 0)
    assert document["people_high"] > 0
    within = t.span("0", t.number(document["people_high"]))
    page = read(noisy_client.get(f"{t.prefix}/dashboard{query}").text)
    notice = next(item for item in page.all("div") if item.attributes.get("class") == "notice")
    heading = notice.first("h2").text.replace("\u2060", "")
    assert within in heading
    assert heading != t("dashboard.few.title")
    refused = noisy_client.get(f"{t.prefix}/figure/gender.json{query}")
    for said in (notice.text.replace("\u2060", ""), refused.json()["error"]):
        assert t("dashboard.nobody", bounds=within) in said
        assert t("dashboard.none") not in said


def test_nobody_shown_where_nothing_was_measured_says_so(noisy_client: TestClient) -> None:
    year = nobody(noisy_client)
    query = f"?gender=trans_nonconforming&from={year}&to={year}&country=POL"
    assert twin(noisy_client, query)["people_high"] is None
    assert "nobody can say how many there are" in read(noisy_client.get(f"/dashboard{query}").text).text


@pytest.mark.parametrize("query", ["", "?country=ITA", "?gender=woman"])
def test_years_without_people_are_listed_with_their_bounds(noisy_client: TestClient, query: str) -> None:
    found = {item["question"]: item for item in twin(noisy_client, query)["figures"]}
    years = found["year_of_registration"]["rows"]
    assert [row["value"] for row in years] == [str(year) for year in range(2015, 2026)]
    empty = [row for row in years if row["numerator"] == 0]
    assert empty
    assert all(row["numerator_low"] == 0 < row["numerator_high"] for row in empty)
    assert all(row["share"] == row["low"] == 0 < row["high"] for row in empty)
    tree = read(noisy_client.get(f"/dashboard{query}").text)
    panel = next(item for item in tree.all("section") if item.attributes.get("id") == "year_of_registration")
    shown = [row.first("th").text for body in panel.all("tbody") for row in body.all("tr")]
    assert shown == [row["value"] for row in years]


def test_a_choice_leaves_out_what_it_is_not_of(noisy_client: TestClient) -> None:
    def values(query: str, name: str) -> set[str]:
        found = {item["question"]: item for item in twin(noisy_client, query)["figures"]}
        return {row["value"] for row in found[name]["rows"]}

    assert values("?gender=woman", "gender") == {"woman"}
    assert values("?age=child", "age_band") <= {"0_8", "9_17", "child"}
    assert values("?age=9_17", "majority_status") <= {"child"}
    assert values("?from=2022&to=2023", "year_of_registration") <= {"2022", "2023"}


def test_what_is_not_listed_is_not_said_to_be_nobody(noisy_client: TestClient, client: TestClient) -> None:
    said = texts("en")("figure.unlisted")
    assert said in read(noisy_client.get("/dashboard").text).text
    assert said not in read(client.get("/dashboard").text).text


def test_the_api_does_not_say_that_nobody_is_there(noisy_client: TestClient, client: TestClient) -> None:
    year = nobody(noisy_client)
    asked = f"/api/tabulate?field=age_band&where=gender=trans_nonconforming&where=year_of_registration={year}"
    table = noisy_client.get(asked).json()
    assert table["rows"] == []
    high = twin(noisy_client, f"?gender=trans_nonconforming&from={year}&to={year}")["people_high"]
    assert table["notes"][-1] == f"With 95% certainty 0 to {high} people meet the conditions."
    assert "too few for the noise to tell" in table["notes"][-2]
    unmeasured = f"{asked}&where=country_of_exploitation=POL"
    assert "nobody can say" in noisy_client.get(unmeasured).json()["notes"][-1]
    assert not [note for note in client.get("/api/tabulate?field=gender").json()["notes"] if "noise" in note]
    listed = noisy_client.get("/api/tabulate?field=year_of_registration").json()["rows"]
    assert [row["value"] for row in listed] == [str(year) for year in range(2015, 2026)]
