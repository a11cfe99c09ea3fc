"""The journeys of a reader in a real browser; screenshots go to a temporary folder (or TOUCHSTONE_SHOTS)."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import chromium
import home as invented_home
import pytest
from invented import CASES
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(
        not chromium.executable(),
        reason="no chromium on this machine; install one or set TOUCHSTONE_CHROMIUM",
    ),
]
CARD = "table.ts-card tbody tr"
WIDE = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def served(published_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    folder = tmp_path_factory.mktemp("served") / "home"
    shutil.copytree(published_home, folder)
    with chromium.server(folder) as address:
        yield address, folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=chromium.executable(), args=list(chromium.FLAGS)
        )
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def shots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = Path(os.environ.get("TOUCHSTONE_SHOTS") or tmp_path_factory.mktemp("shots"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def visit(browser: Browser, address: str, *, dark: bool = False, size: dict[str, int] = WIDE) -> Page:
    """Open an address and watch what the page asks for and complains of."""
    context: BrowserContext = browser.new_context(viewport=size, color_scheme="dark" if dark else "light")  # type: ignore[arg-type]
    page = context.new_page()
    page.outside = []  # type: ignore[attr-defined]
    page.complaints = []  # type: ignore[attr-defined]
    page.on("request", lambda request: _note_outside(page, request.url))
    page.on("console", lambda message: _note_complaint(page, message))
    page.goto(address)
    return page


def _note_outside(page: Page, url: str) -> None:
    if not url.startswith(("http://127.0.0.1", "ws://127.0.0.1", "data:", "blob:")):
        page.outside.append(url)  # type: ignore[attr-defined]


def _note_complaint(page: Page, message: object) -> None:
    where = getattr(message, "location", {}).get("url", "")
    if message.type == "error" and not where.endswith(chromium.HARMLESS):  # type: ignore[attr-defined]
        page.complaints.append(f"{message.text} {where}")  # type: ignore[attr-defined]


def finish(page: Page) -> None:
    """A page that asked for something outside, or complained, has failed."""
    assert page.outside == []  # type: ignore[attr-defined]
    assert page.complaints == []  # type: ignore[attr-defined]
    page.context.close()


def test_from_the_table_to_the_raw_bytes(browser: Browser, served: tuple[str, Path], shots: Path) -> None:
    page = visit(browser, served[0])
    page.wait_for_selector(CARD)
    assert page.locator(CARD).count() == len(CASES)
    page.screenshot(path=shots / "scorecard-en-light.png")
    lowest = page.locator(CARD).last.bounding_box()
    assert lowest
    assert lowest["y"] + lowest["height"] <= 800, "the whole table stands on the first screen"

    page.get_by_role("link", name="Ease of use").click()
    page.wait_for_selector(".ts-part")
    assert "dim=ease" in page.url or page.url.endswith("/dimension"), "the address says what is shown"
    parts = [number(text) for text in page.locator("td.ts-part").all_inner_texts()]
    page.wait_for_selector("svg text:has-text('Difference')")
    texts = page.locator(".st-key-waterfall svg text").all_text_contents()
    drawn = [text for text in texts if re.fullmatch(r"[+−]\d\.\d\d", text)]
    assert sorted(number(text) for text in drawn[:-1]) == sorted(parts), "chart and table say the same"
    assert round(sum(parts), 2) == number(drawn[-1]), "the parts add up to the difference that is shown"
    page.screenshot(path=shots / "dimension-en-light.png")

    page.get_by_role("link", name="Invented count 0").click()
    page.wait_for_selector(".st-key-provenance")
    page.wait_for_selector("text=SHA-256 of the body")
    assert "ind=ease_0" in page.url
    page.get_by_text("Raw body", exact=True).first.wait_for()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the raw body").click()
    assert b"<script>alert(1)</script>" in Path(download.value.path()).read_bytes()
    assert page.locator(".st-key-provenance script").count() == 0
    page.set_viewport_size({"width": 1280, "height": 2600})
    page.screenshot(path=shots / "provenance-en-light.png")
    finish(page)


def number(text: str) -> float:
    return float(text.replace("−", "-"))


def test_need_language_and_day_survive_every_way_of_moving(
    browser: Browser, served: tuple[str, Path]
) -> None:
    page = visit(browser, f"{served[0]}/?lang=zh&as_of=2024-06-30")
    page.wait_for_selector(CARD)
    page.get_by_role("link", name="社区与支持").click()
    page.wait_for_selector(".ts-head")
    page.get_by_role("link", name="时间", exact=True).first.click()
    page.wait_for_selector("text=逐周差值")
    assert "lang=zh" in page.url
    assert "as_of=2024-06-30" in page.url
    page.reload()
    page.wait_for_selector("text=逐周差值")
    page.get_by_role("button", name="2024-06-30").click()
    page.get_by_role("button", name="回到最新").click()
    page.wait_for_url(lambda url: "as_of" not in url)
    finish(page)


def test_a_link_to_other_weights_shows_what_its_sender_saw(
    browser: Browser, served: tuple[str, Path]
) -> None:
    page = visit(browser, f"{served[0]}/what-if?dim=ease")
    slider = page.get_by_role("slider").first
    slider.wait_for()
    for _ in range(4):
        slider.press("ArrowLeft")
    page.wait_for_url(re.compile(r"w=f\."))
    page.wait_for_timeout(800)
    after = page.locator("table.ts-card .ts-d").nth(1).inner_text()
    other = visit(browser, page.url)
    other.wait_for_selector("table.ts-card .ts-d")
    assert other.locator("table.ts-card .ts-d").nth(1).inner_text() == after
    finish(page)
    finish(other)


def test_a_publication_under_an_open_page_is_offered_and_shown(
    browser: Browser, served: tuple[str, Path]
) -> None:
    address, folder = served
    page = visit(browser, address)
    page.wait_for_selector(CARD)
    invented_home.add_evidence(folder, "under-the-page")
    later = invented_home.moment(invented_home.AS_OF) + timedelta(days=1)
    release = invented_home.republish(folder, later).id
    page.get_by_role("link", name="Ease of use").click()
    page.wait_for_selector(f"text=You now see {release}")
    finish(page)


@pytest.mark.parametrize("page_name", ["", "dimension", "time", "benchmarks", "what-if", "health"])
def test_every_page_on_a_phone_and_in_the_dark(
    browser: Browser, served: tuple[str, Path], shots: Path, page_name: str
) -> None:
    name = page_name or "scorecard"
    for language, dark, size in (("en", False, PHONE), ("zh", True, WIDE)):
        query = f"?dim=ease&ind=ease_0{'&lang=zh' if language == 'zh' else ''}"
        page = visit(browser, f"{served[0]}/{page_name}{query}", dark=dark, size=size)
        page.wait_for_selector("h1")
        page.wait_for_selector(".ts-words-list", state="attached")
        page.wait_for_timeout(1200)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= size["width"], f"{name} scrolls sideways at {size['width']} px"
        page.set_viewport_size({**size, "height": 2200})
        page.wait_for_timeout(300)
        kind = "phone" if size is PHONE else "dark"
        page.screenshot(path=shots / f"{name}-{language}-{kind}.png")
        finish(page)


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The accessibility checker, from the package registry by its ordinary client."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("no npm on this machine to fetch axe-core")
    folder = tmp_path_factory.mktemp("axe")
    done = subprocess.run(
        [npm, "install", "--no-audit", "--no-fund", "--prefix", str(folder), "axe-core@4"],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    file = folder / "node_modules" / "axe-core" / "axe.min.js"
    if done.returncode or not file.exists():
        pytest.skip(f"axe-core cannot be had here: {done.stderr[-200:]}")
    return file.read_text("utf-8")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("page_name", ["", "dimension", "time", "benchmarks", "what-if", "health"])
def test_no_accessibility_violation(
    browser: Browser, served: tuple[str, Path], axe: str, page_name: str, dark: bool
) -> None:
    assert violations(browser, f"{served[0]}/{page_name}?dim=ease&ind=ease_0", axe, dark=dark) == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_no_accessibility_violation_on_an_earlier_day_of_another_pair(
    browser: Browser, served: tuple[str, Path], axe: str, dark: bool
) -> None:
    address = f"{served[0]}/?cmp=three&pair=alpha,gamma&as_of=2024-06-30"
    assert violations(browser, address, axe, dark=dark) == []


def violations(browser: Browser, address: str, axe: str, *, dark: bool) -> list[str]:
    """Return what the checker finds on a page."""
    page = visit(browser, address, dark=dark)
    page.wait_for_selector("h1")
    page.wait_for_selector(".ts-words-list", state="attached")
    page.wait_for_timeout(1500)
    page.evaluate(axe)
    found: list[str] = page.evaluate(
        "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']})"
        ".then(done => done.violations"
        ".map(v => v.id + ': ' + v.nodes.slice(0, 3).map(n => n.html.slice(0, 160)).join(' | ')))"
    )
    page.context.close()
    return found
