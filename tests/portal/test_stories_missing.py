"""Stories told from releases that lack something: nothing is said of it but that it is not there, once."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from portal.html import read
from portal.planted import ARTICLES, publish_planted
from tiphub.portal import create_app
from tiphub.standard import load_standard

STANDARD = load_standard()
NAMES = ("children", "family", "control", "criminality", "corridors")
RECRUITER, EXPLOITATION, CONTROL = "Relation to the recruiter", "Type of exploitation", "Means of control"
LACKING = [
    (("recruiter_relation", "gender", "citizenship"), False),
    ((*STANDARD.groups, "year_of_registration"), False),
    (("majority_status", "age_band", "exploitation_type_forced_labour"), False),
    (("means_of_control", "gender", "country_of_exploitation"), True),
]
"""What a release lacks, and whether it has the columns without any answer."""
RAW = re.compile(
    "|".join(rf"\b{name}\b" for name in sorted({*STANDARD.columns, *STANDARD.groups}) if "_" in name)
)
BROKEN = re.compile(
    r"This source|not known from|includes \.|None|\{\{|\}\}|[\ue000\ue001]| \.|\.\.|“”|\bof of\b"
)

Told = dict[str, str]


def tell(folder: Path, without: Sequence[str], *, blank: bool = False, only: Sequence[str] = NAMES) -> Told:
    publish_planted(folder, ARTICLES, seed=1, size=2_000, without=without, blank=blank)
    with TestClient(create_app(folder)) as visitor:
        return {name: visitor.get(f"/stories/{name}").text for name in only}


@pytest.fixture(scope="module", params=LACKING, ids=["recruiters", "groups", "age", "answers"])
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Told:
    without, blank = request.param
    return tell(tmp_path_factory.mktemp("lacking"), without, blank=blank)


def test_no_story_says_what_it_cannot_know(told: Told) -> None:
    for name, page in told.items():
        text = " ".join(read(page).text.split())
        assert not RAW.search(re.sub(r"/\S+", "", text)), (name, RAW.search(text))
        assert not BROKEN.search(text.partition("How to cite")[0]), (name, BROKEN.search(text))


def test_no_sentence_stands_twice_and_no_heading_is_bare(told: Told) -> None:
    for name, page in told.items():
        article = page.partition("<article")[2].partition("</article>")[0]
        said = [text for text in re.findall(r"<p[^>]*>(.*?)</p>", article, re.DOTALL) if "<a " not in text]
        body = [text for text in said if len(text) > 40 and "figcaption" not in text]
        prose = re.sub(r"<figure.*?</figure>", "", article, flags=re.DOTALL)
        once = re.findall(r"<p[^>]*>(.*?)</p>", prose, re.DOTALL)
        assert len(once) == len(set(once)), (name, once)
        assert body
        assert not re.search(r"</h2>\s*(<h2|$)", article), name
        assert article.count('class="notice"') <= 1


def test_a_release_without_recruiters_does_not_judge_the_report(tmp_path: Path) -> None:
    pages = tell(tmp_path, ("recruiter_relation",), only=["family"])
    text = " ".join(read(pages["family"]).text.split())
    assert text.count(f"This release does not carry “{RECRUITER}”") == 1
    for claim in ("bear that out", "points the same way", "the opposite", "The question is answered for"):
        assert claim not in text
    assert "Boys and girls" not in text
    assert "the most frequent type of exploitation" in text
    assert "because nobody" not in text


def test_a_release_without_answers_says_that_nobody_has_any(tmp_path: Path) -> None:
    pages = tell(tmp_path, ("recruiter_relation",), blank=True, only=["family"])
    text = " ".join(read(pages["family"]).text.split())
    assert "does not carry" not in text
    assert text.count("Left out, because nobody whom it is about has an answer in this release: “Family") == 1
    assert "bear that out" not in text


def test_a_release_without_forms_of_exploitation_shows_no_trend(tmp_path: Path) -> None:
    pages = tell(tmp_path, ("exploitation_type", "labour_sector"), only=["criminality"])
    text = " ".join(read(pages["criminality"]).text.split())
    assert f"This release does not carry “{EXPLOITATION}” or “Sector of labour”" in text
    for claim in ("Is it growing?", "a rise", "Begging is also", "A share of the recorded"):
        assert claim not in text
    assert "This release has no figure for this story." in text
    assert "What this cannot tell" in text


def test_what_is_left_out_is_in_the_json_too(tmp_path: Path) -> None:
    publish_planted(tmp_path, ARTICLES, seed=1, size=500, without=("means_of_control",))
    with TestClient(create_app(tmp_path)) as visitor:
        data = visitor.get("/stories/control.json").json()
        whole = visitor.get("/stories/corridors.json").json()
    assert data["left_out"] == [
        f"This release does not carry “{CONTROL}”; what this story would say of that is left out."
    ]
    assert whole["left_out"] == []
