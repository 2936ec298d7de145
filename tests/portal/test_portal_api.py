"""The API: documented, counting as the pages do, and plain about what it refuses."""

import pytest
from fastapi.testclient import TestClient

from tiphub.evidence.tabulate import tabulate
from tiphub.portal.catalog import Catalog
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
