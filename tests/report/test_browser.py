"""The report in a real browser: no complaint, both languages, tables that sort and filter, any width, paper."""

import shutil
from pathlib import Path

import pytest

from sim.report import sweep_page

CHROMIUM = next((path for path in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if path), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
SERIOUS = ("serious", "critical")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed"),
]

sync_api = pytest.importorskip("playwright.sync_api")


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def address(report, tmp_path_factory):
    """The page as a file of its own."""
    path = Path(tmp_path_factory.mktemp("page")) / "report.html"
    path.write_text(report, encoding="utf-8")
    return path.as_uri()


@pytest.fixture
def page(browser, address):
    """The page, opened; at the end nothing was complained about and nothing else was asked for."""
    yield from opened_page(browser, address)


@pytest.fixture
def of_sweep(browser, sweep, tmp_path):
    """The page of a sweep, opened likewise."""
    path = tmp_path / "report.html"
    path.write_text(sweep_page.write(sweep, ["score_gap", "cv_backbone"]), encoding="utf-8")
    yield from opened_page(browser, path.as_uri())


def opened_page(browser, address):
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    complaints, asked = [], []
    opened = context.new_page()
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto(address)
    yield opened
    context.close()
    assert complaints == []
    assert set(asked) == {address}


def column(page, table, number):
    """What a column holds, from top to bottom, in the order of its numbers where it has some."""
    cells = page.locator(f"#{table} tbody tr:visible > :nth-child({number})")
    return cells.evaluate_all("cells => cells.map(cell => cell.dataset.v ?? cell.innerText.trim())")


def test_the_language_switches_and_is_remembered(page):
    assert page.title() == "武汉经开区: 学区制建设 against 不改革"
    assert page.locator("h2#answer").inner_text() == "The answer in short"
    page.get_by_role("button", name="中文").click()
    assert page.locator("h2#answer").inner_text() == "结论摘要"
    assert page.title() == "武汉经开区：学区制建设 与 不改革 的对比"
    assert page.get_by_role("button", name="中文").get_attribute("aria-pressed") == "true"
    assert (
        page.locator('tspan[lang="en"]:visible').count(),
        page.locator('tspan[lang="zh"]:visible').count() > 50,
    ) == (0, True)
    page.reload()
    assert page.locator("h2#answer").inner_text() == "结论摘要"


def test_no_text_is_left_in_the_other_language(page):
    words = page.evaluate(
        "[...document.querySelectorAll('h2, summary, caption, figcaption, thead button, .answer li, tspan')]"
        ".filter(e => e.checkVisibility()).map(e => e.innerText ?? e.textContent)"  # tspans have no innerText
    )
    assert len(words) > 100
    assert not [text for text in words if "差异系数" in text or "标准差" in text]


def test_a_table_sorts_both_ways_with_what_is_empty_last(page):
    heading = page.locator("#by-school thead tr:last-child th").nth(3)
    heading.get_by_role("button").click()
    students = [float(value) for value in column(page, "by-school", 4)]
    assert students == sorted(students) and len(students) == 37
    assert heading.get_attribute("aria-sort") == "ascending"
    heading.get_by_role("button").press("Enter")
    assert [float(value) for value in column(page, "by-school", 4)] == sorted(students, reverse=True)
    assert heading.get_attribute("aria-sort") == "descending"
    page.locator("#targets thead th").nth(11).get_by_role("button").click()  # luck, which some rows have none of
    luck = column(page, "targets", 12)
    there = [float(value) for value in luck if value]
    assert there == sorted(there) and luck[len(there) :] == [""] * (len(luck) - len(there)) != []


def test_a_table_shows_the_rows_that_hold_what_is_typed(page):
    page.get_by_label("Show rows that contain").nth(1).fill("第七学区")
    assert set(column(page, "by-school", 2)) == {"第七学区"}
    assert page.locator("#by-school-count").inner_text() == "4 / 37"
    page.get_by_label("Show rows that contain").nth(1).fill("junior")
    assert set(column(page, "by-school", 3)) == {"junior secondary"}


@pytest.mark.parametrize("language", ["English", "中文"])
def test_a_page_is_no_wider_than_the_screen_and_pictures_keep_their_texts(page, language):
    page.get_by_role("button", name=language).click()
    for width in (1200, 768, 360):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert outside(page) == []


def outside(page):
    """Texts of pictures that are cut."""
    return page.evaluate(
        """() => [...document.querySelectorAll('svg')].flatMap(svg => {
          const frame = svg.getBoundingClientRect();
          return [...svg.querySelectorAll('text')].filter(text => {
            const box = text.getBoundingClientRect();
            return box.width && (box.left < frame.left - 2 || box.right > frame.right + 2
              || box.top < frame.top - 2 || box.bottom > frame.bottom + 2);
          }).map(text => svg.closest('figure').id + ': ' + text.textContent);
        })"""
    )


def test_a_page_prints_on_paper(page, tmp_path):
    page.emulate_media(media="print")
    assert page.locator("#targets thead button").first.evaluate("e => getComputedStyle(e).display") == "contents"
    printed = page.pdf(prefer_css_page_size=True)
    assert printed.startswith(b"%PDF") and len(printed) > 50_000


def test_a_page_has_no_serious_barrier(page):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page.get_by_role("button", name="中文").click()  # the page of a sweep is looked at in English
    for summary in page.locator("summary").all():
        summary.click()
    # What is in pictures takes half of the time; of the page of a sweep it is looked at too.
    found = axe.run(page, {"exclude": [["svg > *"]]}).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found if one["impact"] in SERIOUS] == []


def test_the_page_of_a_sweep_is_as_good(of_sweep):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    for width in (1200, 360):
        of_sweep.set_viewport_size({"width": width, "height": 800})
        assert of_sweep.evaluate("document.documentElement.scrollWidth") <= width
    of_sweep.locator("#by-cell thead tr:last-child th").nth(4).get_by_role("button").click()
    means = [float(value) for value in column(of_sweep, "by-cell", 5)]
    assert means == sorted(means) and len(means) == 16
    of_sweep.get_by_label("Show rows that contain").fill("tekes")
    assert set(column(of_sweep, "by-cell", 2)) == {"tekes"}
    found = axe.run(of_sweep).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found if one["impact"] in SERIOUS] == []
    of_sweep.get_by_role("button", name="中文").click()
    assert of_sweep.locator("h2#cells").inner_text() == "逐个方案"
    assert outside(of_sweep) == []


def test_the_keyboard_reaches_answer_languages_and_tables(page):
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.documentElement.lang") == "zh"


def test_without_scripts_the_page_is_still_read(browser, address):
    context = browser.new_context(java_script_enabled=False)
    opened = context.new_page()
    opened.goto(address)
    assert opened.locator("h2#answer").inner_text() == "The answer in short"
    context.close()
