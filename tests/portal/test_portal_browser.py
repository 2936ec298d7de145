"""A real server on loopback and a real browser: phone and desktop, with JavaScript and without."""

import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

pytestmark = pytest.mark.browser

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))),
    None,
)
SIZES = {"phone": (390, 844), "desktop": (1280, 800)}
PAGES = ("/", "/?map=citizenship", "/dashboard", "/dashboard?compare=age&gender=woman", "/data", "/methods")


@pytest.fixture(scope="module")
def server(releases: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "tiphub", "serve", str(releases), "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    address = f"http://127.0.0.1:{port}"
    for _ in range(150):
        if process.poll() is not None:
            pytest.fail(f"the server ended: {process.stdout.read() if process.stdout else ''}")
        try:
            urlopen(address, timeout=5).close()
            break
        except OSError:
            time.sleep(0.2)
    yield address
    process.terminate()
    said = process.communicate(timeout=20)[0]
    assert "2026-11-21" in said
    assert "gender=woman" not in said, "what visitors look at was logged"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium was found; on Debian: apt-get install chromium")
    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


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
