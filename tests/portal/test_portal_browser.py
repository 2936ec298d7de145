"""A real server on loopback and a real browser: phone and desktop, with JavaScript and without."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from portal.serving import serving

pytestmark = pytest.mark.browser

SIZES = {"phone": (390, 844), "desktop": (1280, 800)}
PAGES = ("/", "/?map=citizenship", "/dashboard", "/dashboard?compare=age&gender=woman", "/data", "/methods")


@pytest.fixture(scope="module")
def server(releases: Path) -> Iterator[str]:
    said: list[str] = []
    with serving(releases, said) as address:
        yield address
    assert "2026-11-21" in said[0]
    assert "gender=woman" not in said[0], "what visitors look at was logged"


@pytest.fixture(
    params=[(size, script) for size in SIZES for script in (True, False)], ids=lambda p: f"{p[0]}-js-{p[1]}"
)
def tab(request: pytest.FixtureRequest, browser: Browser, server: str) -> Iterator[Page]:
    size, script = request.param
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height}, java_script_enabled=script, base_url=server
    )
    page = context.new_page()
    troubles: list[str] = []
    asked: list[str] = []
    page.on(
        "console",
        lambda message: troubles.append(message.text) if message.type in {"error", "warning"} else None,
    )
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("request", lambda call: asked.append(call.url))
    yield page
    assert context.cookies() == []
    context.close()
    assert troubles == []
    assert [url for url in asked if not url.startswith(server + "/")] == []


def test_every_page_fits_and_nothing_else_is_asked_for(tab: Page) -> None:
    for address in PAGES:
        answer = tab.goto(address)
        assert answer is not None
        assert answer.status == 200
        assert tab.locator("h1").is_visible()
        width = tab.viewport_size["width"] if tab.viewport_size else 0
        box = tab.locator("body").bounding_box()
        assert box is not None
        assert box["width"] <= width
        for part in tab.locator("main section, main table, main form, .exit").all():
            where = part.bounding_box()
            if where is not None and where["width"] > 1:
                assert where["x"] >= -1, f"{address}: {part}"
                assert where["x"] + where["width"] <= width + 1, f"{address}: {part}"


def test_people_are_chosen_with_the_plain_form(tab: Page) -> None:
    tab.goto("/dashboard")
    tab.locator("form").get_by_label("Gender").select_option("woman")
    tab.locator("form").get_by_label("From year").select_option("2022")
    tab.get_by_role("button", name="Show").click()
    tab.wait_for_url(re.compile("gender=woman"))
    assert "from=2022" in tab.url
    assert "Woman · since 2022" in (tab.locator(".chosen").text_content() or "")
    tab.get_by_role("link", name="Show everybody").click()
    tab.wait_for_url(re.compile("/dashboard$"))


def test_the_keyboard_reaches_the_content_and_the_way_out(tab: Page) -> None:
    tab.goto("/dashboard")
    tab.keyboard.press("Tab")
    skip = tab.locator(".skip")
    assert (skip.bounding_box() or {"y": -1})["y"] >= 0
    tab.keyboard.press("Enter")
    tab.wait_for_url(re.compile("#content"))
    way_out = tab.locator("a.exit")
    assert way_out.is_visible()
    assert (way_out.bounding_box() or {"height": 0})["height"] >= 24


def test_a_click_on_the_map_leads_to_that_country(tab: Page) -> None:
    tab.goto("/")
    tab.locator('.map a[href*="country=SAU"] path').first.click(force=True)
    tab.wait_for_url(re.compile("country=SAU"))
    assert "Saudi Arabia" in (tab.locator(".chosen").text_content() or "")


def test_text_is_told_from_its_ground(browser: Browser, server: str) -> None:
    page = browser.new_page(base_url=server)
    for address in ("/", "/dashboard?compare=age", "/data", "/methods"):
        page.goto(address)
        assert page.evaluate(_CONTRAST) == []
    page.close()


def test_what_is_pointed_at_is_large_enough(browser: Browser, server: str) -> None:
    page = browser.new_page(base_url=server, viewport={"width": 360, "height": 800})
    for address in ("/", "/dashboard", "/ar/dashboard", "/data"):
        page.goto(address)
        for link in page.locator("nav a, .jump a, footer a, .tabs a, button, select, summary").all():
            box = link.bounding_box()
            if box is not None and box["width"] > 1:
                assert min(box["width"], box["height"]) >= 24, f"{address}: {link.text_content()}"
    page.close()


def test_versions_sizes_and_ages_keep_their_order_in_arabic(browser: Browser, server: str) -> None:
    """The parts of ``2026-11-21``, ``9–17``, ``1.5 MB`` and a fingerprint stand from left to right."""
    page = browser.new_page(base_url=server, viewport={"width": 1280, "height": 800})
    found = []
    for address in ("/ar/dashboard", "/ar/data", "/ar/figure/age_band.svg"):
        page.goto(address)
        parts = page.evaluate(_ORDER)
        assert [text for text, left_to_right in parts if not left_to_right] == []
        found += [text for text, _ in parts]
    assert {"2026-11-21", "9–17"} <= set(found)
    assert any(text.endswith("kB") for text in found)
    assert any(re.fullmatch(r"[0-9a-f]{4} [0-9a-f]{4}", text) for text in found)
    page.close()


@pytest.fixture(scope="module")
def noisy_server(noisy_releases: Path) -> Iterator[str]:
    with serving(noisy_releases) as address:
        yield address


@pytest.mark.parametrize("size", SIZES)
def test_bounds_of_noisy_numbers_are_seen(browser: Browser, noisy_server: str, size: str) -> None:
    """On a release with privacy noise every bar has its interval drawn, every number its bounds under it."""
    width, height = SIZES[size]
    page = browser.new_page(base_url=noisy_server, viewport={"width": width, "height": height})
    for language in ("", "/ar"):
        for path in (f"{language}/dashboard", f"{language}/dashboard?gender=woman&compare=age"):
            page.goto(path)
            panel = page.locator("#gender")
            bars, whiskers = panel.locator("svg.bar"), panel.locator("svg.bar .whisker")
            assert bars.count() == whiskers.count() > 0
            for mark in [*whiskers.all(), *page.locator(".columns .whisker").all()]:
                box = mark.bounding_box()
                assert box is not None
                assert box["width"] > 0.5 or box["height"] > 0.5
            bounds = panel.locator(".between")
            assert bounds.count() == bars.count()
            for told in bounds.all():
                box = told.bounding_box()
                assert box is not None
                assert 0 <= box["x"] < box["x"] + box["width"] <= width + 1
                assert re.search(r"\d–\d", (told.text_content() or ""))
            for part in page.locator("main section, main table").all():
                where = part.bounding_box()
                if where is not None and where["width"] > 1:
                    assert where["x"] >= -1
                    assert where["x"] + where["width"] <= width + 1
        page.goto(f"{language}/dashboard")
        assert page.evaluate(_CONTRAST) == []
        page.goto(language or "/")
        assert page.locator(".places .between").first.is_visible()
    page.close()


_CONTRAST = """() => {
  const numbers = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (item) => {
    for (let at = item; at; at = at.parentElement) {
      const colour = numbers(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const poor = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const item = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || item.closest("svg") || !item.checkVisibility()) continue;
    const style = getComputedStyle(item);
    const [a, b] = [light(numbers(style.color)), light(ground(item))].sort((x, y) => y - x);
    const large = parseFloat(style.fontSize) >= 24;
    if ((a + 0.05) / (b + 0.05) < (large ? 3 : 4.5)) poor.push(walk.currentNode.data.trim().slice(0, 40));
  }
  return poor;
}"""

_ORDER = """() => {
  const kinds = /\\d{4}-\\d{2}-\\d{2}|\\d+–\\d+|\\d+(?:\\.\\d+)? (?:kB|MB|B)|[0-9a-f]{4} [0-9a-f]{4}/g;
  const found = [];
  const walk = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode;
    if (!node.parentElement.checkVisibility() || node.parentElement.closest("title, style, script")) continue;
    for (const item of node.data.matchAll(kinds)) {
      const at = (place) => {
        const range = document.createRange();
        range.setStart(node, item.index + place);
        range.setEnd(node, item.index + place + 1);
        return range.getBoundingClientRect();
      };
      const [first, last] = [at(0), at(item[0].length - 1)];
      if (first.width && first.top === last.top) found.push([item[0], first.left < last.left]);
    }
  }
  return found;
}"""


def test_the_codebook_has_its_style(tab: Page) -> None:
    for _ in range(2):
        tab.goto("/releases/2026-11-21/codebook.html")
        assert tab.evaluate("getComputedStyle(document.body).margin") == "0px"
        assert tab.evaluate("document.styleSheets[0].cssRules.length") > 10
