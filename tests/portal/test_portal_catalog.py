"""What lies in the folder is what is served: new, broken, gone, single, none."""

import shutil
from datetime import date
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from portal.html import read
from release.sample import content, publish_sample
from tiphub.errors import TiphubError
from tiphub.portal import create_app


@pytest.fixture
def folder(releases: Path, tmp_path: Path) -> Path:
    copied = tmp_path / "releases"
    shutil.copytree(releases, copied)
    return copied


def test_a_release_that_appears_is_found_without_a_restart(folder: Path) -> None:
    with TestClient(create_app(folder)) as client:
        before = client.get("/index.json")
        publish_sample(folder, day=date(2026, 12, 1), given=content(1_000, seed=3))
        after = client.get("/index.json", headers={"If-None-Match": before.headers["etag"]})
        assert before.json()["release"] == "2026-11-21"
        assert after.json()["release"] == "2026-12-01"
        shutil.rmtree(folder / "2026-12-01")
        assert client.get("/index.json").json()["release"] == "2026-11-21"


def test_a_broken_release_is_named_and_the_others_are_served(folder: Path) -> None:
    with TestClient(create_app(folder)) as client:
        assert client.get("/index.json").json()["release"] == "2026-11-21"
        with (folder / "2026-11-21" / "records.csv").open("a") as file:
            file.write("x")
        assert client.get("/index.json").json()["release"] == "2026-06-01"
        broken = client.get("/data.json").json()["broken"]
        assert [item["version"] for item in broken] == ["2026-11-21"]
        assert broken[0]["why"] in read(client.get("/data").text).text
        assert client.get("/releases/2026-11-21/records.csv").status_code == 404


def test_a_hub_and_a_single_release_can_be_served(folder: Path) -> None:
    with TestClient(create_app(folder.parent)) as client:
        assert client.get("/index.json").json()["release"] == "2026-11-21"
    with TestClient(create_app(folder / "2026-06-01")) as client:
        assert client.get("/index.json").json()["release"] == "2026-06-01"
        assert len(client.get("/data.json").json()["versions"]) == 1


def test_an_empty_folder_says_so(tmp_path: Path) -> None:
    with TestClient(create_app(tmp_path)) as client:
        for address in ("/", "/dashboard", "/data.json", "/api/tabulate?field=gender"):
            answer = client.get(address)
            assert answer.status_code == 503
            assert "no release" in answer.text


def test_no_folder_is_an_error_in_words(tmp_path: Path) -> None:
    with pytest.raises(TiphubError, match="no such folder"):
        create_app(tmp_path / "nowhere")


@pytest.mark.parametrize("query", ["", "?from=2022&gender=woman"])
def test_a_link_to_these_numbers_outlasts_the_next_release(folder: Path, query: str) -> None:
    with TestClient(create_app(folder)) as client:
        before = client.get(f"/dashboard.json{query}").json()
        links = {a.text: a.attributes["href"] for a in read(client.get(f"/dashboard{query}").text).all("a")}
        publish_sample(folder, day=date(2026, 12, 1), given=content(1_000, seed=3))
        kept = links["Link to these numbers"]
        assert client.get(kept.replace("/dashboard", "/dashboard.json")).json() == before
        assert client.get(f"/dashboard.json{query}").json() != before
        page = read(client.get(kept).text)
        assert "Link to these numbers" not in page.text
        newer = {a.text: a.attributes["href"] for a in page.all("a")}["this page in release 2026-12-01"]
        assert newer == f"/dashboard{query}"


@pytest.mark.parametrize("address", ["/", "/fr/dashboard", "/data", "/stories", "/stories/family"])
def test_a_page_of_an_older_release_says_so(client: TestClient, address: str) -> None:
    old = read(client.get(f"{address}?release=2026-06-01").text)
    newest = read(client.get(f"{address}?release=2026-11-21").text)
    said = [item.text for item in old.all("div") if item.attributes.get("class") == "notice"]
    assert any("2026-06-01" in text and "2026-11-21" in text for text in said)
    assert address in {a.attributes.get("href") for a in old.first("main").all("a")}
    assert "2026-06-01" not in " ".join(
        item.text for item in newest.all("div") if item.attributes.get("class") == "notice"
    )
