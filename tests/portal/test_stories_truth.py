"""Stories told from hubs whose truth is known: planted as the articles say, the other way round, and alike.

With fresh seeds a test would fail by chance: of a share, in 1 of 10,000 (it is refused beyond 3.9 standard
errors of what was planted); of a difference that has to be found, in fewer than 1 of 1,000 (each is 5 or more
standard errors); of two that are alike, in 1 of 20 each, as 95% intervals do.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from portal.html import read
from portal.planted import ALIKE, ARTICLES, REVERSED, Said, publish_planted
from tiphub.portal import create_app

Told = tuple[str, dict[str, Any]]


class Stories:
    """What is told of one hub: a story's text, and its findings by name."""

    def __init__(self, visitor: TestClient) -> None:
        self._visitor = visitor
        self._known: dict[str, Told] = {}

    def tell(self, name: str) -> Told:
        """A story's text and its findings; each is told once."""
        if name not in self._known:
            text = read(self._visitor.get(f"/stories/{name}").text).text
            found = self._visitor.get(f"/stories/{name}.json").json()["findings"]
            self._known[name] = (" ".join(text.split()), {item["name"]: item for item in found})
        return self._known[name]


def stories(folder: Path, said: Said) -> Iterator[Stories]:
    publish_planted(folder, said, seed=1)
    with TestClient(create_app(folder)) as visitor:
        yield Stories(visitor)


@pytest.fixture(scope="module")
def articles(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stories]:
    yield from stories(tmp_path_factory.mktemp("articles"), ARTICLES)


@pytest.fixture(scope="module")
def reversed_(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stories]:
    yield from stories(tmp_path_factory.mktemp("reversed"), REVERSED)


@pytest.fixture(scope="module")
def alike(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stories]:
    yield from stories(tmp_path_factory.mktemp("alike"), ALIKE)


def close(item: dict[str, Any], planted: float, part: str | None = None, option: str | None = None) -> None:
    """A share is what was planted, up to twice its interval."""
    figures = [one for one in item["figures"] if (one["part"], one["option"]) == (part, option)]
    assert len(figures) == 1, item["name"]
    share, low, high = (figures[0][key] for key in ("share", "low", "high"))
    assert share - 2 * (share - low) <= planted <= share + 2 * (high - share), (item["name"], planted, share)
    assert f"{100 * share:.1f}%" in item["sentence"]


def test_the_values_planted_are_those_of_the_articles() -> None:
    assert ARTICLES.family_children == pytest.approx(303 / 751, abs=0.001)
    assert ARTICLES.children_at_home == pytest.approx(0.57, abs=0.001)


@pytest.mark.parametrize("said", [ARTICLES, REVERSED], ids=["articles", "reversed"])
def test_the_stories_give_the_planted_shares(said: Said, request: pytest.FixtureRequest) -> None:
    told: Stories = request.getfixturevalue("articles" if said is ARTICLES else "reversed_")
    text, children = told.tell("children")
    _, family = told.tell("family")
    close(children["children_share"], said.children)
    close(children["children_girls"], said.girls)
    close(children["children_age_9_17"], 0.8 - said.up_to_2)
    close(children["children_types"], said.labour, "child", "forced_labour")
    close(children["children_types"], said.sexual, "child", "sexual_exploitation")
    close(children["children_domestic"], said.children_at_home)
    close(children["domestic_children_against_adults"], 1 - said.adults_abroad, "adult")
    close(children["family_or_friends_children"], said.family_children + 0.11)
    close(family["family_children"], said.family_children)
    close(family["family_adults"], said.family_adults)
    close(family["family_boys_girls"], said.family_boys, "man")
    close(family["family_boys_girls"], said.family_girls, "woman")
    assert "about one in five are children" in text
    assert "about two thirds are between 9 and 17 years old" in text


def test_what_the_articles_say_is_said(articles: Stories) -> None:
    text, found = articles.tell("family")
    assert "almost half of the identified child trafficking cases" in text
    assert "This release points the same way: relatives have a larger part among children" in text
    assert "In this release, then, the report's statement stands." in text
    assert "Among children, the most frequent recruiter is “Family”" in text
    assert (
        "Among children, the most frequent means of control is “Psychological, physical or sexual abuse”"
        in text
    )
    assert "Boys were recruited by a family member more often than girls" in text
    assert "the opposite" not in text
    assert found["control_documents_adults"]["comparison"]["direction"] == "more"
    text, _ = articles.tell("children")
    assert "Among children, the most frequent type of exploitation is “Forced labour”" in text
    assert "children are exploited abroad less often than adults." in text
    assert "Boys were exploited in the country of which they are citizens more often than girls" in text


def test_the_reverse_is_said_where_the_reverse_is_true(reversed_: Stories) -> None:
    text, found = reversed_.tell("family")
    assert "Children were recruited by a family member less than half as often" in text
    assert "These data show the opposite: relatives have a smaller part among children" in text
    assert "In this release it is the other way round: the report's statement does not stand." in text
    assert "Boys were recruited by a family member less often than girls" in text
    assert "points the same way" not in text
    assert "statement stands" not in text
    assert found["control_abuse_children"]["comparison"]["direction"] == "less"
    assert found["control_documents_adults"]["comparison"]["direction"] == "less"
    text, _ = reversed_.tell("children")
    assert "Among children, the most frequent type of exploitation is “Sexual exploitation”" in text
    assert "children are exploited abroad more often than adults." in text


def test_nothing_is_claimed_where_all_are_alike(alike: Stories) -> None:
    text, found = alike.tell("family")
    assert found["family_children_against_adults"]["comparison"]["direction"] == "unclear"
    assert "These data do not bear that out by themselves, and do not show the opposite." in text
    assert "The statement may be true; these data do not show it, and do not show the opposite." in text
    for claim in ("the same way", "These data show the opposite", "statement stands", "other way round"):
        assert claim not in text
