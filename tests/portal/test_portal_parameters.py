"""What an address may say, through a real server: a mistyped condition never gives everybody's numbers."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import urlopen

import pytest

from portal.html import read
from portal.serving import serving

Ask = Callable[[str], tuple[int, str]]
FILTERS = ("from", "to", "gender", "age", "country", "compare")
TRACKING = ("utm_source", "utm_campaign", "fbclid", "gclid", "msclkid", "mc_cid", "ref")


@pytest.fixture(scope="module")
def ask(modelled_releases: Path) -> Iterator[Ask]:
    """A visitor of a real server: the status and the text of an address."""
    with serving(modelled_releases) as server:

        def get(address: str) -> tuple[int, str]:
            try:
                with urlopen(server + quote(address, safe="/?&=%[]"), timeout=60) as answer:
                    return answer.status, answer.read().decode("utf-8", "replace")
            except HTTPError as error:
                return error.code, error.read().decode()

        yield get


@pytest.mark.parametrize(
    ("address", "meant"),
    [
        ("/api/tabulate?field=gender&wher=gender=woman", "where"),
        ("/api/tabulate?field=gender&Where=gender=woman", "where"),
        ("/api/tabulate?fields=gender", "field"),
        ("/api/tabulate?field=gender&realease=2026-06-01", "release"),
        ("/dashboard.json?gendr=woman", "gender"),
        ("/dashboard.json?gender[]=woman", "gender"),
        ("/figure/gender.csv?form=2015", "from"),
        ("/figure/gender.json?countrry=SAU", "country"),
        ("/figure/gender.svg?comparee=age", "compare"),
        ("/figure/gender.png?ages=child", "age"),
        ("/figure/gender.vl.json?gander=woman", "gender"),
        ("/index.json?mapp=citizenship", "map"),
        ("/finding/children_share.svg?releas=2026-06-01", "release"),
        ("/stories/children.json?releases=2026-06-01", "release"),
        ("/models.json?rellease=2026-06-01", "release"),
    ],
)
def test_a_mistyped_parameter_is_refused_with_the_nearest_one(ask: Ask, address: str, meant: str) -> None:
    status, said = ask(address)
    name = re.findall(r"[?&]([^=]+)=", address)[-1]
    assert status == 400
    assert f"“{name}”" in said
    assert f"Did you mean {meant}?" in said
    assert "numerator" not in said


@pytest.mark.parametrize(
    ("address", "known"),
    [
        ("/api/tabulate?field=gender&sex=woman", "group, field, by, where, release"),
        ("/dashboard.json?where=", ", ".join((*FILTERS, "release"))),
        ("/finding/children_share.json?gender=woman", "release"),
        ("/stories.json?utm_source=mail", "release"),
        ("/models/child.csv?gender=woman", "release"),
        ("/data.json?sex=woman", "release"),
    ],
)
def test_where_none_is_near_all_are_named(ask: Ask, address: str, known: str) -> None:
    status, said = ask(address)
    assert status == 400
    assert f"It has: {known}." in said


@pytest.mark.parametrize("address", ["/api/releases?page=2", "/releases/2026-11-21/counts.csv?gender=woman"])
def test_an_address_without_parameters_says_so(ask: Ask, address: str) -> None:
    status, said = ask(address)
    assert status == 400
    assert "It has none." in said


@pytest.mark.parametrize(
    ("language", "words"), [("fr", "Vouliez-vous"), ("es", "Quería"), ("ar", "هل تقصد gender")]
)
def test_it_is_said_in_the_language_of_the_address(ask: Ask, language: str, words: str) -> None:
    status, said = ask(f"/{language}/dashboard.json?gendr=woman")
    assert status == 400
    assert words in json.loads(said)["error"]


PAGES = ["/", "/dashboard", "/data", "/methods", "/stories", "/stories/children", "/models", "/ar/dashboard"]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_shown_to_who_follows_a_link_and_says_what_it_passed_over(ask: Ask, page: str) -> None:
    status, said = ask(f"{page}?gendr=woman&x<b>=1")
    notices = [item.text for item in read(said).all("div") if item.attributes.get("role") == "status"]
    assert status == 200
    assert "gendr" in notices[0]
    assert ("gender" in notices[0]) == page.endswith("/dashboard")
    assert "x<b>" in notices[0]
    assert "x<b>" not in said
    links = [item.attributes["href"] for item in read(said).all("a")]
    assert not [link for link in links if "gendr" in link]


def test_a_page_does_not_grow_with_its_address(ask: Ask) -> None:
    status, said = ask("/data?" + "&".join(f"x{number}=" for number in range(300)))
    assert status == 200
    assert said.count("“x") == 5


@pytest.mark.parametrize("page", PAGES)
def test_a_page_passes_over_in_silence_what_others_hang_on_links(ask: Ask, page: str) -> None:
    hung = urlencode(dict.fromkeys(TRACKING, "mail"))
    status, said = ask(f"{page}?{hung}&utm_source=twice")
    assert status == 200
    assert "passed-over" not in said
    assert "utm_source" not in said


def test_a_file_of_a_release_passes_over_what_others_hang_on_links(ask: Ask) -> None:
    plain = ask("/releases/2026-11-21/codebook.html")
    assert plain[0] == 200
    assert ask("/releases/2026-11-21/codebook.html?utm_source=mail&fbclid=3") == plain


def test_the_api_takes_what_it_describes_and_refuses_in_the_described_way(ask: Ask) -> None:
    described = json.loads(ask("/api/openapi.json")[1])
    names = {"file": "gender.json", "version": "2026-11-21", "name": "NOTES.md"}
    files = {
        "/stories/{file}": "children.json",
        "/finding/{file}": "children_share.json",
        "/models/{file}": "child.json",
    }
    values = {"gender": "woman", "age": "adult", "country": "", "compare": "age", "map": "exploitation"}
    values |= {"field": "gender", "by": "majority_status", "where": "gender=woman", "release": "2026-11-21"}
    for path, operations in described["paths"].items():
        operation = operations["get"]
        assert "422" not in operation["responses"]
        assert "Refusal" in json.dumps(operation["responses"]["4XX"])
        address = path.format(**names | ({"file": files[path]} if path in files else {}))
        queried = [item["name"] for item in operation.get("parameters", ()) if item["in"] == "query"]
        query = urlencode({name: values[name] for name in queried if name in values})
        status, said = ask(f"{address}?{query}")
        assert status == 200, f"{address}?{query}: {said[:200]}"
        assert ask(f"{address}?{query}&nothing=1")[0] == 400
    assert [item["name"] for item in described["paths"]["/dashboard.json"]["get"]["parameters"]] == [
        *FILTERS,
        "release",
    ]
    assert described["components"]["schemas"]["Refusal"]["properties"].keys() == {"error"}


@pytest.mark.parametrize("place", ["/dashboard.json", "/figure/gender.json"])
@pytest.mark.parametrize("filters", ["from=2020", "to=2021", "age=30_38", "gender=woman&from=2020"])
def test_a_filter_on_what_the_release_does_not_carry_is_refused(ask: Ask, place: str, filters: str) -> None:
    status, said = ask(f"{place}?{filters}")
    assert status == 400
    assert "does not carry" in json.loads(said)["error"]


def test_what_the_release_does_not_carry_is_not_offered(ask: Ask) -> None:
    offered = {item.attributes["name"] for item in read(ask("/dashboard")[1]).all("select")}
    assert offered == {"gender", "age", "country", "compare"}
