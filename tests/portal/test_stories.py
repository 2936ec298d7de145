"""Stories: no number typed by hand, every place filled from the release, and pages that are served."""

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path

import ibis
import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser

from portal.html import Element, read
from portal.test_portal_browser import server  # noqa: F401 - a fixture
from tiphub.errors import TiphubError
from tiphub.evidence.findings import Source, answer
from tiphub.portal.stories.left_out import left_out
from tiphub.portal.stories.numbers import typed_number
from tiphub.portal.stories.story import parse_story, stories, words
from tiphub.portal.stories.telling import tell
from tiphub.portal.texts import texts
from tiphub.standard import load_standard

STANDARD = load_standard()
KNOWN = words(STANDARD)
STORIES = stories(STANDARD)
HEAD = "---\ntitle: A title\nsummary: A summary.\n---\n"


def test_five_stories_and_the_two_articles_among_them() -> None:
    assert len(STORIES) == 5
    assert {"Children in trafficking", "Family members and child trafficking"} <= {
        story.title for story in STORIES.values()
    }
    for story in STORIES.values():
        assert "not a random sample" in " ".join(story.body.split())
        assert story.body.count("{{ chart:") >= 2


@pytest.mark.parametrize(
    "text",
    [
        "Some 43 children.",
        "Almost half of them.",
        "A third of them.",
        "In three countries.",
        "Most of them.",
        "The majority.",
        "Twice as often.",
        "One in five.",
        "About ٤٠ of them.",
        "A fiftieth: 2 per cent.",
        "Dozens of people.",
        "Five percent.",
        "- 1. item",
        "A fifth of them.",
        "Some tenths.",
        "A twentieth.",
        "Fivefold.",
        "Ten-fold.",
        "It doubled, then tripled.",
        "½ of them.",
        "Zero boys.",
        "Part Ⅻ.",
        "Part XII.",
        "Part iv.",
        "None of them.",
        "Once a year.",
        "Only one child.",
        "A couple of them.",
        "x² of them.",
        "&half; of them.",
        "Some &percnt; of them.",
        "Almost h**al**f of them.",
        "Almost ha\u00adlf of them.",
        "See [the study](https://example.org/2023).",
        "Every second child.",
        "Every other girl was.",
        "Each third case.",
        "A score of them.",
        "Threescore people.",
        "A dozen of them.",
        "A handful of them.",
        "A pair of brothers.",
        "A trio.",
        "Half of them.",
        "Not a single girl.",
        "Not one of them.",
        "One boy for every girl.",
        "A single-digit share.",
        "It differs by a percentage point.",
        "In their twenties.",
        "The second largest group.",
        "The second-most frequent answer.",
        "The third largest group.",
        "The third of them.",
        "A quarter, living in close quarters.",
        "Double the share.",
        "Redoubled.",
        "X of them.",
        "V children.",
        "Part X.",
        "Part I begins.",
        "(i) They arrive.",
        "- v. They arrive.",
        "Ev*ery* sec&#111;nd child.",
        "Every\u200b second child.",
    ],
)
def test_a_number_typed_by_hand_is_refused_with_its_line(text: str) -> None:
    with pytest.raises(TiphubError) as error:
        parse_story(f"{HEAD}Fine.\n\n{text}\n", "own.md", KNOWN)
    assert "typed by hand" in error.value.what
    assert "own.md, line 7" in error.value.where
    with pytest.raises(TiphubError, match="typed by hand"):
        parse_story(f"---\ntitle: '{text.replace(':', '')}'\nsummary: S.\n---\nFine.", "own.md", KNOWN)


@given(st.integers(0, 10**6), st.sampled_from(["{}", "{}%", "about {} people", "**{}**", "x{}y"]))
def test_no_digits_pass(number: int, form: str) -> None:
    assert typed_number(form.format(number))


@pytest.mark.parametrize(
    "text",
    [
        "No one of them.",
        "One asks.",
        "The one who profits, one or the other.",
        "The first, and the second time.",
        "Once they arrive.",
        "It once asked, and at once.",
        "Nobody",
        "halfway-house",
        "almost",
        "mostly, often, attention, weight",
        "unfold, blindfold, manifold",
        "I am told, a CV, Washington, DC",
        "One of the girls, one of them, each other",
        "second-hand, the second section, a second time, split-second, secondly",
        "the third section, under the fifth heading, in the fourth\nchapter",
        "a third party, third-country nationals, the third person",
        "half-sisters and half-brothers, half-truths, halfway",
        "living quarters, headquarters, quarterly",
        "a double life, double standards, zero tolerance, doubly at risk",
        "V-shaped, an X-ray, Malcolm X, Mr X, J. X. Smith, vitamin C, hepatitis B, a T-shirt",
        "the part I heard, e.g., v. the state",
        "a pair, a couple, a score, a model's scores, she scored, grossly, a handful",
        "several, many, few, some, all, both, teenagers, twins, for decades",
        "more than a single way, at least a single means",
        "repair of trust, despair of help, dozing, intend, tenth\u00e9",
    ],
)
def test_words_that_count_nothing_pass(text: str) -> None:
    assert not typed_number(text)


def test_a_number_over_two_lines_is_found_on_the_first_of_them() -> None:
    with pytest.raises(TiphubError) as error:
        parse_story(f"{HEAD}Fine.\n\nSome per\ncent of them.\n", "own.md", KNOWN)
    assert "own.md, line 7" in error.value.where


def test_numbers_may_stand_in_definitions_and_references() -> None:
    story = parse_story(
        f"{HEAD}{{{{ define: child }}}} {{{{ cite: un_family }}}} {{{{ number: trend_women.late.share }}}}",
        "own.md",
        KNOWN,
    )
    assert story.findings == ("trend_women",)


@pytest.mark.parametrize(
    ("place", "what", "do"),
    [
        ("finding: famly_children", "no finding “famly_children”", "family_children"),
        ("chart: nothing_like_it_at_all", "no finding", "It may be"),
        ("number: family_children.shar", "no figure “shar”", "share"),
        ("number: family_children.child.share", "no part of family_children", ""),
        ("number: trend_women.share", "no part of trend_women", "early"),
        ("define: chld", "no definition “chld”", "child"),
        ("cite: un_famly", "no reference “un_famly”", "un_family"),
        ("when: family_children is bigger", "no state “bigger”", "more"),
        ("fnding: family_children", "no place “fnding”", "finding"),
        ("end", "do not fit together", ""),
        ("when: family_children is told", "has no “end”", ""),
    ],
)
def test_a_place_that_names_nothing_is_refused(place: str, what: str, do: str) -> None:
    with pytest.raises(TiphubError) as error:
        parse_story(f"{HEAD}{{{{ {place} }}}}", "own.md", KNOWN)
    assert what in error.value.what
    assert do in error.value.do


def test_every_page_is_told_whole(page: Callable[[str], Element], client: TestClient) -> None:
    listed = client.get("/stories.json").json()["stories"]
    assert [item["name"] for item in listed] == list(STORIES)
    for story in STORIES.values():
        text = page(f"/stories/{story.name}").text
        assert story.title in text
        assert "{{" not in text
        assert "}}" not in text
        assert "None" not in text
        assert not re.search("[\ue000\ue001]", text)


def test_a_story_says_what_the_findings_say(page: Callable[[str], Element], client: TestClient) -> None:
    data = client.get("/stories/family.json").json()
    text = page("/stories/family").text
    told = {item["name"]: item for item in data["findings"]}
    assert " ".join(told["family_children"]["sentence"].split()) in text
    figure = told["family_children"]["figures"][0]
    assert f"{figure['denominator']:,} of {figure['people']:,} children" in text
    direction = told["family_boys_girls"]["comparison"]["direction"]
    stands = "the report's statement stands" in text
    assert stands == (direction == "more")


def test_a_finding_is_one_spec_in_every_form(client: TestClient) -> None:
    spec = client.get("/finding/recruiters_children.vl.json").json()
    drawn = client.get("/finding/recruiters_children.svg")
    assert drawn.headers["content-type"] == "image/svg+xml"
    assert client.get("/finding/recruiters_children.png").content.startswith(b"\x89PNG")
    figures = client.get("/finding/recruiters_children.json").json()["figures"]
    for figure in figures:
        if figure["share"] is not None:
            assert f"{100 * figure['share']:.1f}%" in drawn.text
            assert str(figure["share"]) in json.dumps(spec)


@pytest.mark.parametrize(
    "body",
    [
        "{{ finding: NAME }}\n\n{{ chart: NAME }}",
        "{{ chart: NAME }}",
        "## Boys\n\nIntro.\n\n{{ chart: NAME }}",
    ],
)
def test_what_cannot_be_told_is_left_out_and_said_once(body: str) -> None:
    name = "family_boys_girls"
    nobody = Source(ibis.memtable({"gender": ["man"], "majority_status": ["adult"]}))
    found = {name: answer(KNOWN.findings[name], nobody, STANDARD)}
    story = parse_story(f"{HEAD}Before.\n\n{body.replace('NAME', name)}", "own.md", KNOWN)
    gone = left_out(found.values(), nobody.table.columns, STANDARD)
    told = tell(story, found, KNOWN, str, gone)
    assert len(gone) == 1
    assert gone[0].startswith("This release does not carry “Relation to the recruiter”; what this story")
    assert told.strip() == f'<div class="notice"><p>{gone[0]}</p></div><p>Before.</p>'


def test_few_people_are_said_once() -> None:
    name = "family_boys_girls"
    few = Source(
        ibis.memtable({"gender": ["man"], "majority_status": ["child"], "recruiter_relation_family": [True]}),
        11,
    )
    found = {name: answer(KNOWN.findings[name], few, STANDARD)}
    body = "{{ finding: NAME }}\n\n{{ chart: NAME }}\n\n{{ when: NAME is unclear }}No!{{ end }}".replace(
        "NAME", name
    )
    told = tell(parse_story(HEAD + body, "own.md", KNOWN), found, KNOWN, str)
    assert "too few people" in found[name].sentence
    assert told.strip() == f'<p class="said">{found[name].sentence}</p>'


def test_what_is_not_there_is_not_found(client: TestClient) -> None:
    for address in (
        "/stories/none",
        "/stories/family.csv",
        "/finding/none.svg",
        "/finding/gender.pdf",
        "/finding/gender",
    ):
        assert client.get(address).status_code == 404, address


def test_stories_are_linked_and_keep_the_policy(page: Callable[[str], Element], client: TestClient) -> None:
    assert 'href="/stories"' in client.get("/").text
    answer = client.get("/stories/children")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "style=" not in answer.text
    assert "<style" not in answer.text
    assert 'lang="en"' in client.get("/ar/stories/children").text


def test_a_story_follows_the_release_that_is_asked_for(client: TestClient) -> None:
    new = client.get("/stories/children.json").json()
    old = client.get("/stories/children.json?release=2026-06-01").json()
    assert old["release"] == "2026-06-01"
    assert old["findings"] != new["findings"]
    assert "release=2026-06-01" in client.get("/stories/children?release=2026-06-01").text


def test_the_style_for_print_is_served(client: TestClient) -> None:
    found = re.search(r'href="([^"]+story\.css)"', client.get("/stories/children").text)
    assert found
    style = client.get(found[1])
    assert style.status_code == 200
    assert "@media print" in style.text
    assert "@page" in style.text


@pytest.mark.browser
def test_a_story_prints_and_fits_a_phone(browser: Browser, server: str, tmp_path: Path) -> None:  # noqa: F811
    context = browser.new_context(viewport={"width": 390, "height": 800})
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{server}/stories/children", wait_until="networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    images = page.evaluate("[...document.images].map(image => image.complete && image.naturalWidth > 100)")
    assert len(images) >= 5
    assert all(images[1:])
    page.pdf(path=tmp_path / "story.pdf", prefer_css_page_size=True)
    page.emulate_media(media="print")
    assert not page.locator(".exit").is_visible()
    assert not page.locator("details").first.is_visible()
    assert page.locator("figure.told img").first.is_visible()
    assert page.get_by_text("not a random sample").first.is_visible()
    assert page.get_by_role("heading", name="What this cannot tell").is_visible()
    assert page.get_by_role("heading", name="How to cite the figures").is_visible()
    page.set_viewport_size({"width": 643, "height": 980})  # what A4 leaves between the margins
    heights = page.evaluate("[...document.querySelectorAll('figure.told')].map(box => box.offsetHeight)")
    assert max(heights) < 980  # no picture is cut in two
    context.close()
    assert (tmp_path / "story.pdf").read_bytes().startswith(b"%PDF")
    assert not said


def test_every_finding_has_a_csv_with_the_figures_of_its_twin(client: TestClient) -> None:
    page = read(client.get("/stories/children").text)
    files = [a.attributes["href"] for a in page.all("a") if a.attributes.get("href", "").endswith(".csv")]
    assert files
    for address in files:
        answer = client.get(address)
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        rows = list(csv.DictReader(answer.text.splitlines()))
        figures = client.get(address.replace(".csv", ".json")).json()["figures"]
        assert [(row["part"], row["option"]) for row in rows] == [
            (figure["part"] or "", figure["option"] or "") for figure in figures
        ]
        for row, figure in zip(rows, figures, strict=True):
            for name in ("numerator", "denominator", "share", "low", "high", "people", "why"):
                assert row[name] == ("" if figure[name] is None else str(figure[name]))


@pytest.mark.parametrize("name", ["children", "family", "corridors"])
def test_numbers_of_people_in_a_noisy_story_have_their_bounds(noisy_client: TestClient, name: str) -> None:
    findings = noisy_client.get(f"/stories/{name}.json").json()["findings"]
    figures = [figure for finding in findings for figure in finding["figures"]]
    told = [figure for figure in figures if figure["share"] is not None]
    assert told
    for figure in told:
        for number in ("numerator", "denominator", "people"):
            low, high = figure[f"{number}_low"], figure[f"{number}_high"]
            assert (low is None) == (high is None)
            assert low is None or low <= figure[number] <= high
        measured = figure["numerator_high"] is not None
        assert measured or not figure["numerator"]
        assert (
            not measured or figure["numerator_low"] < figure["numerator_high"] <= figure["denominator_high"]
        )


def test_only_a_story_with_answers_left_out_warns_of_them(
    client: TestClient, noisy_client: TestClient
) -> None:
    for visitor in (client, noisy_client):
        for language in ("", "/fr", "/es", "/ar"):
            said = texts(language[1:] or "en")("story.includes.left_out").strip()
            for name in ("children", "family"):
                findings = visitor.get(f"/stories/{name}.json").json()["findings"]
                left_out = any("left out" in item for finding in findings for item in finding["includes"])
                page = read(visitor.get(f"{language}/stories/{name}").text)
                assert (said in page.first("main").text) == left_out


def test_tables_and_links_of_a_story_say_what_they_are_of(client: TestClient) -> None:
    page = read(client.get("/stories/children").text)
    figures = list(page.all("figure"))
    assert figures
    for figure in figures:
        title = figure.first("img").attributes["alt"].partition(". ")[0]
        assert title in figure.first("caption").text
        assert all(title in link.text for link in figure.all("a"))
        assert title in figure.first("summary").text
        for head in figure.all("th"):
            assert head.attributes["scope"] in {"row", "col"}
            assert head.text
