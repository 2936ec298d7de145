"""The API: documented, counting as the pages do, and plain about what it refuses."""

from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from fastapi.testclient import TestClient

from portal.serving import serving
from tiphub.evidence.tabulate import tabulate
from tiphub.portal import PortalSettings, create_app
from tiphub.portal.catalog import Catalog
from tiphub.portal.static import digest
from tiphub.standard import load_standard


def test_tabulate_counts_as_the_evidence_room_does(client: TestClient, releases) -> None:
    answer = client.get("/api/tabulate?group=recruiter_relation&by=majority_status&where=gender=woman").json()
    catalog = Catalog(releases)
    release = catalog.look().pick(None)
    with catalog.records(release) as records:
        rows = tabulate(
            records,
            load_standard(),
            group="recruiter_relation",
            by=["majority_status"],
            where={"gender": "woman"},
            smallest_count=release.smallest_count,
        ).rows
    catalog.close()
    assert [(row["by"], row["value"], row["numerator"], row["denominator"]) for row in answer["rows"]] == [
        (dict(row.by), row.value, row.numerator, row.denominator) for row in rows
    ]
    assert answer["rows"]
    assert answer["measure"] == {
        "group": "recruiter_relation",
        "by": ["majority_status"],
        "where": {"gender": "woman"},
    }


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/fr/data",
        "/data.json",
        "/models",
        "/models.json",
        "/stories/1-children.json",
        "/figure/gender.png",
        "/figure/gender.csv?gender=woman",
        "/releases/2026-11-21/records.csv",
        "/releases/2026-11-21/manifest.json",
        "/api/releases",
        "/api/tabulate?field=gender",
        "/api/openapi.json",
        "/robots.txt",
        f"/static/{digest()}/style.css",
        "/releases/2026-11-21/none.csv",
        "/figure/gender.csv?gander=woman",
    ],
)
def test_head_is_answered_as_get(client: TestClient, address: str) -> None:
    plain = {"Accept-Encoding": "identity"}
    got, asked = client.get(address, headers=plain), client.head(address, headers=plain)
    assert asked.status_code == got.status_code
    for name in ("content-type", "content-length", "etag", "cache-control", "content-security-policy"):
        assert asked.headers.get(name) == got.headers.get(name), name


def test_the_description_names_each_address_once(client: TestClient) -> None:
    paths = client.get("/api/openapi.json").json()["paths"]
    assert {verb for address in paths.values() for verb in address} == {"get"}


def test_a_server_sends_no_body_to_head(releases: Path) -> None:
    with serving(releases) as address:
        for path in ("/releases/2026-11-21/records.csv", "/data.json"):
            with urlopen(Request(address + path, method="HEAD"), timeout=20) as answer:
                assert answer.status == 200
                assert answer.read() == b""
                length = int(answer.headers["Content-Length"])
            with urlopen(address + path, timeout=20) as answer:
                assert len(answer.read()) == length


def test_a_release_can_be_named(client: TestClient) -> None:
    old = client.get("/api/tabulate?field=gender&release=2026-06-01").json()
    new = client.get("/api/tabulate?field=gender").json()
    assert old["source"].endswith("2026-06-01")
    assert old["rows"] != new["rows"]
    assert client.get("/api/tabulate?field=gender&release=1999-01-01").status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "",
        "group=recruiter_relation&field=gender",
        "group=recruiter",
        "field=given_name",
        "field=gender&where=gender",
        "field=gender&where=gender=pirate",
        "field=gender&by=mood",
        "field=gender&where=year_of_registration%3D%C2%B2",
        "field=gender&where=year_of_registration=--5",
        "field=gender&where=year_of_registration=99999999999999999999",
        f"field={'x' * 200}",
        "field=gender" + "&by=gender" * 9,
    ],
)
def test_what_cannot_be_counted_is_refused_in_words(client: TestClient, query: str) -> None:
    answer = client.get(f"/api/tabulate?{query}")
    assert answer.status_code == 400
    assert answer.json()["error"]


@pytest.mark.parametrize(
    ("query", "twice"),
    [
        ("field=gender&where=gender=man&where=gender=woman", "gender"),
        ("field=gender&where=gender=man&where=gender=man", "gender"),
        ("field=gender&field=age_band", "field"),
        ("group=exploitation_type&group=recruiter_relation", "group"),
        ("field=gender&release=2026-06-01&release=2026-11-21", "release"),
    ],
)
def test_nothing_is_counted_where_the_address_says_two_things(
    client: TestClient, query: str, twice: str
) -> None:
    answer = client.get(f"/api/tabulate?{query}")
    assert answer.status_code == 400
    assert f"“{twice}”" in answer.json()["error"]
    assert "Keep one of them" in answer.json()["error"]
    assert client.get(f"/api/tabulate?{query.rpartition('&')[0]}").status_code == 200


@pytest.mark.parametrize(
    "place", ["/dashboard", "/fr/dashboard.json", "/figure/gender.csv", "/ar/figure/gender.json"]
)
def test_nothing_is_shown_where_an_address_filters_twice(client: TestClient, place: str) -> None:
    answer = client.get(f"{place}?gender=man&gender=woman")
    assert answer.status_code == 400
    assert "gender" in answer.text


def test_the_api_describes_itself(client: TestClient) -> None:
    described = client.get("/api/openapi.json").json()
    assert {"/api/tabulate", "/api/releases", "/dashboard.json", "/figure/{file}"} <= set(described["paths"])
    assert "smallest" in described["info"]["description"]


def test_the_releases_are_listed(client: TestClient) -> None:
    listed = client.get("/api/releases").json()["releases"]
    assert [item["version"] for item in listed] == ["2026-11-21", "2026-06-01"]
    assert client.get(listed[0]["files"][0]["path"]).status_code == 200


def test_a_table_that_is_too_large_is_refused_with_a_way_out(releases: Path) -> None:
    with TestClient(create_app(releases, PortalSettings(most_cells=100))) as client:
        asked = "/api/tabulate?group=recruiter_relation&by=citizenship&by=country_of_exploitation"
        answer = client.get(f"{asked}&by=year_of_registration")
        assert answer.status_code == 400
        assert "at most 100" in answer.json()["error"]
        assert "/releases/2026-11-21/records.csv" in answer.json()["error"]
        assert client.get(f"{asked}&where=citizenship=UKR").status_code == 200
        assert client.get("/api/tabulate?field=citizenship&by=gender").status_code == 200
        said = client.get("/api/openapi.json").json()["paths"]["/api/tabulate"]["get"]["description"]
        assert "more than 100 cells" in said
        for wrong in ("by=mood", "by=gender&where=gender=pirate", "by=gender&where=mood=low"):
            assert "cells" not in client.get(f"{asked}&{wrong}").json()["error"]


@pytest.mark.parametrize("path", ["/figure/{file}", "/finding/{file}", "/models/{file}"])
def test_openapi_says_what_pictures_come_in(client: TestClient, path: str) -> None:
    described = client.get("/api/openapi.json").json()["paths"][path]["get"]["responses"]["200"]["content"]
    assert {"text/csv", "application/json", "image/svg+xml", "image/png"} <= described.keys()
