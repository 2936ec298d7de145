"""A portal over two sample releases."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Browser, sync_playwright

from portal.html import Element, read
from portal.modelled import METHOD, publish_modelled
from release.noisy import publish_noisy
from release.sample import content, publish_sample
from tiphub.portal import create_app

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))),
    None,
)


@pytest.fixture(scope="session")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an older and a newer release."""
    folder = tmp_path_factory.mktemp("portal") / "releases"
    publish_sample(folder, day=date(2026, 6, 1), given=content(1_500, seed=2))
    publish_sample(folder, given=content(3_000))
    return folder


@pytest.fixture(scope="session")
def client(releases: Path) -> Iterator[TestClient]:
    """A visitor without a browser."""
    with TestClient(create_app(releases)) as visitor:
        yield visitor


@pytest.fixture(scope="session")
def page(client: TestClient) -> Callable[[str], Element]:
    """A page as a tree, by its address; each is asked for once."""
    found: dict[str, Element] = {}

    def get(address: str) -> Element:
        if address not in found:
            answer = client.get(address)
            assert answer.status_code == 200, answer.text[:500]
            assert answer.headers["content-type"].startswith("text/html")
            found[address] = read(answer.text)
        return found[address]

    return get


@pytest.fixture(scope="session")
def noisy_releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one release that carries privacy noise."""
    folder = tmp_path_factory.mktemp("noisy") / "releases"
    publish_noisy(folder)
    return folder


@pytest.fixture(scope="session")
def noisy_client(noisy_releases: Path) -> Iterator[TestClient]:
    """A visitor of a noisy release, without a browser."""
    with TestClient(create_app(noisy_releases)) as visitor:
        yield visitor


@pytest.fixture(scope="session")
def modelled_releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two releases with declared models, and between them one without."""
    folder = tmp_path_factory.mktemp("modelled") / "releases"
    publish_modelled(folder, day=date(2026, 1, 1), seed=2)
    plain = content(1_500, seed=2)
    statement = {**plain.statement, "method": METHOD}
    publish_sample(folder, day=date(2026, 6, 1), given=replace(plain, statement=statement))
    publish_modelled(folder)
    return folder


@pytest.fixture(scope="session")
def modelled_client(modelled_releases: Path) -> Iterator[TestClient]:
    """A visitor of releases with declared models, without a browser."""
    with TestClient(create_app(modelled_releases)) as visitor:
        yield visitor


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium was found; on Debian: apt-get install chromium")
    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()
