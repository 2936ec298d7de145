"""The models page in a real browser: read on a phone and at a desk, in both directions, and on paper."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page

from portal.serving import serving
from portal.test_portal_browser import _CONTRAST, SIZES

pytestmark = pytest.mark.browser
SMALLEST_TEXT = 10
"""Dots: of a letter in a picture, in height."""


@pytest.fixture(scope="module")
def server(modelled_releases: Path) -> Iterator[str]:
    with serving(modelled_releases) as address:
        yield address


def tab(browser: Browser, server: str, size: str, troubles: list[str]) -> Page:
    """A page that runs no script and remembers what the browser complained of."""
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height}, java_script_enabled=False, base_url=server
    )
    opened = context.new_page()
    opened.on("console", lambda message: troubles.append(message.text))
    opened.on(
        "request", lambda call: None if call.url.startswith(server + "/") else troubles.append(call.url)
    )
    return opened


def box(item: Locator) -> dict[str, float]:
    found = item.bounding_box()
    assert found is not None
    return dict(found)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["", "/fr", "/es", "/ar"])
def test_everything_fits_and_letters_can_be_read(
    browser: Browser, server: str, size: str, language: str
) -> None:
    troubles: list[str] = []
    page, width = tab(browser, server, size, troubles), SIZES[size][0]
    page.goto(f"{language}/models")
    shown, other = ("narrow", "wide") if size == "phone" else ("wide", "narrow")
    assert page.locator(f".forest .{shown} svg").count() == 3
    for picture in page.locator(f".forest .{shown} svg").all():
        assert picture.is_visible()
        written = [item for item in picture.locator("text").all()[:12] if item.text_content()]
        assert len(written) > 5
        for letters in written:
            assert box(letters)["height"] >= SMALLEST_TEXT
    assert not any(picture.is_visible() for picture in page.locator(f".forest .{other} svg").all())
    assert box(page.locator("body"))["width"] <= width
    for part in page.locator("main section, main table, .forest svg:visible, .top nav a, .exit").all():
        where = part.bounding_box()
        if where is not None and where["width"] > 1:
            assert where["x"] >= -1, part
            assert where["x"] + where["width"] <= width + 1, part
    page.context.close()
    assert troubles == []


def test_labels_stand_left_of_the_numbers_whichever_way_the_page_runs(browser: Browser, server: str) -> None:
    for language, label in (("", "Woman"), ("/ar", "امرأة")):
        page = tab(browser, server, "desktop", [])
        page.goto(f"{language}/models")
        drawn = page.locator(".forest .wide svg").first
        name = drawn.locator("text", has_text=label).first
        numbers = drawn.locator("text", has_text="1 (").first
        axis = drawn.locator("text", has_text="0.5").first
        assert box(name)["x"] + box(name)["width"] < box(axis)["x"] < box(numbers)["x"]
        page.context.close()


def test_it_is_told_from_its_ground_and_every_width_between_fits(browser: Browser, server: str) -> None:
    page = browser.new_page(base_url=server)
    for width in (320, 390, 600, 760, 900, 1000, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        for language in ("", "/fr", "/ar"):
            page.goto(f"{language}/models")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (width, language)
            assert page.evaluate(_CONTRAST) == []
    page.close()


def test_on_paper_the_wide_picture_stands_and_the_way_out_does_not(browser: Browser, server: str) -> None:
    page = browser.new_page(base_url=server, viewport={"width": 660, "height": 900})
    page.emulate_media(media="print")
    page.goto("/models")
    assert page.locator(".forest .wide svg").first.is_visible()
    for gone in (".forest .narrow", ".top", ".exit", ".forest figcaption", ".site"):
        assert not page.locator(gone).first.is_visible()
    assert "Release 2026-11-21" in (page.locator(".printed").text_content() or "")
    assert page.locator(".printed").is_visible()
    assert len(page.pdf(prefer_css_page_size=True)) > 10_000
    page.close()


def test_the_navigation_leads_there_and_on_to_a_file(browser: Browser, server: str) -> None:
    page = browser.new_page(base_url=server)
    page.goto("/")
    page.get_by_role("navigation").get_by_role("link", name="Models").click()
    page.wait_for_url("**/models")
    assert page.locator("h1").text_content() == "Odds ratios"
    page.get_by_role("link", name=re.compile("JSON ?: Odds")).first.click()
    page.wait_for_url("**/models/child.json")
    assert '"name": "child"' in page.content()
    page.close()
