"""A portal over two sample releases."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from portal.html import Element, read
from release.sample import content, publish_sample
from tiphub.portal import create_app


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
