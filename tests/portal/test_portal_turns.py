"""Who waits for whom: nobody for what is known already, and a page for one finding at most."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from threading import Event, Thread
from threading import enumerate as threads
from time import sleep

import pytest

from tiphub.portal.catalog import Catalog, Release
from tiphub.portal.stories.desk import Desk
from tiphub.portal.turns import Turns
from tiphub.standard import load_standard

LONG = 120
"""Seconds after which a thread is taken to wait for ever."""


@pytest.fixture
def catalog(noisy_releases: Path) -> Iterator[Catalog]:
    found = Catalog(noisy_releases)
    yield found
    found.close()


@pytest.fixture
def desk(catalog: Catalog) -> Iterator[Desk]:
    found = Desk(catalog, load_standard())
    yield found
    found.close()


def ends(work: Callable[[], object]) -> bool:
    """Whether something that is done in another thread comes to an end."""
    thread = Thread(target=work, daemon=True)
    thread.start()
    thread.join(5)
    return not thread.is_alive()


def newest(catalog: Catalog) -> Release:
    return catalog.look().releases[0]


def test_what_is_known_is_told_while_others_count(catalog: Catalog) -> None:
    release = newest(catalog)
    catalog.people(release)
    catalog.noise(release)
    with catalog.records(release):
        assert ends(lambda: catalog.people(release))
        assert ends(lambda: catalog.noise(release))


def test_a_page_waits_for_a_finding_and_not_for_a_story(catalog: Catalog, desk: Desk) -> None:
    release = newest(catalog)
    catalog.noise(release)
    told = Thread(target=lambda: desk.answer(release, desk.words.findings), daemon=True)
    early: list[bool] = []

    def look() -> None:
        with catalog.records(release):
            early.append(told.is_alive())

    page = Thread(target=look, daemon=True)
    with catalog.records(release):
        told.start()
        sleep(0.5)
        page.start()
        sleep(0.5)
    page.join(LONG)
    assert early == [True]
    told.join(LONG)


def test_stories_are_prepared_before_anybody_asks(catalog: Catalog, desk: Desk) -> None:
    release = newest(catalog)
    desk.prepare().result(LONG)
    with catalog.records(release):
        for story in desk.stories.whole.values():
            assert ends(partial(desk.answer, release, story.findings))


def test_preparing_stops_when_the_portal_does(catalog: Catalog, desk: Desk) -> None:
    before = set(threads())
    begun = desk.prepare()
    started = set(threads()) - before
    desk.close()
    catalog.close()
    assert begun.cancelled() or begun.result(LONG) is None
    assert started
    for thread in started:
        thread.join(LONG)
        assert not thread.is_alive()


def test_who_comes_back_at_once_passes_nobody() -> None:
    turns, order, waits = Turns(), list[str](), Event()

    def other() -> None:
        waits.set()
        with turns.one():
            order.append("other")

    waiting = Thread(target=other, daemon=True)
    with turns.one():
        waiting.start()
        waits.wait(LONG)
        sleep(0.2)
    for _ in range(3):
        with turns.one():
            order.append("again")
    waiting.join(LONG)
    assert order == ["other", "again", "again", "again"]


def test_a_turn_is_given_on_when_something_goes_wrong() -> None:
    turns = Turns()
    with pytest.raises(ValueError, match="wrong"), turns.one():
        raise ValueError("wrong")
    with turns.one():
        pass
