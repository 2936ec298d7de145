"""Visitors who mean harm, and what every answer carries against them."""

import hashlib
import re
from base64 import b64encode
from html import unescape
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tiphub.portal.texts import LANGUAGES, texts

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


@pytest.mark.parametrize(
    "address",
    [
        "/releases/2026-11-21/../../../etc/passwd",
        "/releases/2026-11-21/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "/releases/2026-11-21/..%5c..%5cconftest.py",
        "/releases/../hub.yml",
        "/releases/%2e%2e/manifest.json",
        "/releases/2026-11-21/manifest.json%00.csv",
        "/releases/2026-11-21/nothing.csv",
        "/static/x/../../catalog.py",
        "/static/x/%2e%2e%2fcatalog.py",
        "/figure/../../etc.csv",
        "/figure/gender.exe",
        "/figure/nothing.csv",
        "/dashboard?release=../../etc",
        "/dashboard?release=2019-01-01",
        "/docs",
        "/redoc",
        "/xx/dashboard",
    ],
)
def test_only_what_is_listed_is_served(client: TestClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 404
    assert "root:" not in answer.text
    assert "import" not in answer.text


@pytest.mark.parametrize("parameter", ["gender", "age", "country", "from", "to", "compare", "release", "map"])
@pytest.mark.parametrize("page", ["/", "/dashboard", "/data", "/methods"])
def test_what_an_address_says_is_never_markup(client: TestClient, page: str, parameter: str) -> None:
    answer = client.get(page, params={parameter: EVIL})
    assert answer.status_code in {200, 400, 404}
    assert "<script>alert" not in answer.text
    assert "<img src=x" not in answer.text


def test_a_very_long_address_is_refused(client: TestClient) -> None:
    for address in (
        f"/dashboard?gender={'x' * 5000}",
        f"/{'x' * 5000}",
        f"/figure/gender.csv?age={'x' * 5000}",
    ):
        answer = client.get(address)
        assert answer.status_code in {404, 414}
        assert len(answer.content) < 5000


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    value=st.text(max_size=60),
    name=st.sampled_from(["gender", "age", "country", "from", "to", "compare", "release"]),
)
def test_any_text_gets_an_answer_in_words(client: TestClient, name: str, value: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError:
        return
    answer = client.get("/figure/gender.csv", params={name: value})
    assert answer.status_code in {200, 400, 404}
    if value.strip() and not re.fullmatch(r"\w+", value, re.ASCII):
        assert answer.status_code != 200


@pytest.mark.parametrize(
    "address", ["/", "/dashboard", "/nope", "/dashboard?gender=x", "/api/releases", "/figure/gender.svg"]
)
def test_every_answer_carries_the_guards(client: TestClient, address: str) -> None:
    headers = client.get(address).headers
    policy = dict(part.strip().partition(" ")[::2] for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert "unsafe" not in headers["content-security-policy"]
    assert "http" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "set-cookie" not in headers
    assert headers.get("server", "") == ""


def test_what_has_not_changed_is_not_sent_again(client: TestClient) -> None:
    for address in (
        "/",
        "/dashboard?gender=woman",
        "/figure/gender.svg",
        "/releases/2026-11-21/records.csv",
        "/index.json",
    ):
        first = client.get(address)
        assert "max-age" in first.headers["cache-control"]
        again = client.get(address, headers={"If-None-Match": first.headers["etag"]})
        assert again.status_code == 304
        assert again.content == b""
    assert client.get("/dashboard?gender=man").headers["etag"] != client.get("/dashboard").headers["etag"]
    assert "etag" not in client.get("/nope").headers


def test_the_first_dashboard_view_is_light(client: TestClient) -> None:
    page = client.get("/dashboard", headers={"Accept-Encoding": "gzip"})
    assert page.headers["content-encoding"] == "gzip"
    sent = int(page.headers["content-length"])
    for name in re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text):
        sent += int(client.get(name, headers={"Accept-Encoding": "gzip"}).headers["content-length"])
    assert sent < 400_000


def test_the_portal_loads_no_vault() -> None:
    import subprocess
    import sys

    code = (
        "import sys, tiphub.portal; print([name for name in sys.modules if name.startswith('tiphub.vault')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_no_page_writes_an_address_of_its_own_machine(client: TestClient, releases: Path) -> None:
    for address in ("/", "/dashboard", "/data", "/methods", "/api/releases"):
        assert str(releases.parent) not in client.get(address).text


def test_a_page_of_a_release_may_have_its_own_style_and_nothing_else(client: TestClient) -> None:
    address = "/releases/2026-11-21/codebook.html"
    page = client.get(address)
    style = page.text.partition("<style>")[2].partition("</style>")[0]
    allowed = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = dict(
        part.strip().partition(" ")[::2] for part in page.headers["content-security-policy"].split(";")
    )
    assert (policy["default-src"], policy["style-src"]) == ("'none'", f"'sha256-{allowed}'")
    again = client.get(address, headers={"If-None-Match": page.headers["etag"]})
    assert again.status_code == 304
    assert "content-security-policy" not in again.headers


@pytest.mark.parametrize(
    "address",
    [
        "/api/releases",
        "/api/tabulate?field=gender",
        "/index.json",
        "/fr/dashboard.json",
        "/figure/gender.csv",
        "/finding/gender.svg",
        "/stories/family.json",
        "/models.json",
        "/releases/2026-11-21/records.csv",
        "/figure/gender.csv?gander=woman",
    ],
)
def test_other_sites_may_read_what_is_for_programs(client: TestClient, address: str) -> None:
    assert client.get(address).headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("address", ["/", "/dashboard", "/fr/data", "/stories/family", "/nope"])
def test_other_sites_may_not_read_pages(client: TestClient, address: str) -> None:
    assert "access-control-allow-origin" not in client.get(address).headers


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_cannot_be_sent_is_not_said_to_be_missing(client: TestClient, language: str) -> None:
    t = texts(language)
    answer = client.post(f"{t.prefix}/dashboard")
    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]
    assert t("error.405") in unescape(answer.text)
    long = client.get(f"{t.prefix}/dashboard?gender={'x' * 3000}")
    assert long.status_code == 414
    for said in (answer.text, long.text):
        assert t("error.404.title") not in unescape(said)


def test_a_kept_answer_is_known_among_others(client: TestClient) -> None:
    tag = client.get("/data").headers["etag"]
    for kept in (f'"other", {tag}', tag.removeprefix("W/"), "*"):
        assert client.get("/data", headers={"If-None-Match": kept}).status_code == 304
    for kept in ('"other"', 'W/"other", "more"', ""):
        assert client.get("/data", headers={"If-None-Match": kept}).status_code == 200
