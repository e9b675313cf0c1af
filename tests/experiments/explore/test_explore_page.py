"""The page in a real browser: nothing asked of another computer, no complaint, and a slider that moves the curve."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

import experiments

CHROMIUM = next((path for path in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if path), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
SERIOUS = ("serious", "critical")
PATIENCE = 120_000
"""Milliseconds that a busy computer may take for the first district, compiling its loops included."""
CURVE = "() => [...document.querySelectorAll('.curves path')].map(path => path.getAttribute('d')).join()"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed"),
]
sync_api = pytest.importorskip("playwright.sync_api")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The command in a process of its own: its port, ended by SIGINT."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port = trial.getsockname()[1]
    folder = tmp_path_factory.mktemp("explore")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    words = ["explore", f"explore.port={port}", "explore.open=false", "district.students=3000", "run.replicates=3"]
    code = (
        "import signal, sys\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
        f"from experiments.cli import main\nsys.exit(main({words!r}))"
    )
    with open(folder / "messages", "w+") as messages:
        process = subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=folder,
            env={**environment, "PYTHONPATH": str(Path(experiments.__file__).parents[1])},
            stdout=messages,
            stderr=messages,
        )
        try:
            _await(port, process)
            yield port
        finally:
            process.send_signal(signal.SIGINT)
            status = process.wait(timeout=60)
        messages.seek(0)
        told = messages.read()
    assert status == 130
    assert "Traceback" not in told
    assert f"http://127.0.0.1:{port} (Ctrl-C ends)" in told
    assert os.listdir(folder) == ["messages"]


def _await(port, process):
    end = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < end:
        with socket.socket() as trial:
            if trial.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("the page is not served")


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def opened(browser, server, request):
    """The page with its first figures; at the end nothing was complained about, nothing else was asked for."""
    width = getattr(request, "param", 1360)
    page = browser.new_page(viewport={"width": width, "height": 900})
    complaints, asked = [], set()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.add(request.url.split("/")[2]))
    page.on("websocket", lambda socket: asked.add(socket.url.split("/")[2]))
    page.set_default_timeout(PATIENCE)
    page.goto(f"http://127.0.0.1:{server}/")
    sync_api.expect(page.locator(".honest")).to_contain_text("3 of 3 replicates", timeout=PATIENCE)
    yield page
    page.close()
    assert complaints == []
    assert asked == {f"127.0.0.1:{server}"}


def test_a_slider_that_is_moved_changes_the_curve_and_putting_it_back_restores_it(opened):
    value, curve = opened.locator(".number.a .value"), opened.evaluate(CURVE)
    before, other = value.inner_text(), opened.locator(".number.b .value").inner_text()
    slider = opened.get_by_role("slider", name="Teachers who rotate, a year")
    box, start = slider.bounding_box(), time.perf_counter()
    opened.mouse.click(box["x"] + 0.9 * box["width"], box["y"] + box["height"] / 2)
    sync_api.expect(opened.locator(".number.a")).to_contain_text("1 moved", timeout=PATIENCE)
    print(f"the page answered after {time.perf_counter() - start:.2f} s")
    sync_api.expect(opened.locator(".honest")).to_contain_text("3 of 3 replicates", timeout=PATIENCE)
    opened.wait_for_function(f"before => ({CURVE})() != before", arg=curve)
    assert value.inner_text() != before
    assert opened.locator(".number.b .value").inner_text() == other
    assert 80 <= int(opened.locator(".lever.moved .value").inner_text().rstrip(" %")) <= 100
    opened.get_by_role("button", name="As typed").click()
    sync_api.expect(value).to_have_text(before, timeout=PATIENCE)
    assert opened.locator(".lever.moved").count() == 0


def test_a_slider_moves_by_the_keyboard(opened):
    opened.get_by_role("slider", name="Fund that follows performance").locator("[tabindex]").focus()
    opened.keyboard.press("ArrowRight")
    sync_api.expect(opened.locator(".lever.moved .value")).to_have_text("31 %")
    sync_api.expect(opened.locator(".number.a")).to_contain_text("1 moved")


def test_the_year_moves_the_figures_the_marker_and_the_maps(opened):
    curve, maps = opened.evaluate(CURVE), opened.locator(".school-map").first.get_attribute("aria-label")
    opened.get_by_role("slider", name="Year", exact=True).locator("[tabindex]").focus()
    opened.keyboard.press("ArrowLeft")
    sync_api.expect(opened.locator(".number.a .what").first).to_contain_text("2024")
    sync_api.expect(opened.locator(".maps h2")).to_contain_text("Schools in 2024")
    opened.wait_for_function(f"before => ({CURVE})() != before", arg=curve)
    assert opened.locator(".school-map").first.get_attribute("aria-label") != maps


def test_another_policy_level_indicator_and_map_can_be_chosen(opened):
    opened.get_by_role("combobox", name="Policy B").click()
    opened.get_by_role("option", name="grand_zones").click()
    sync_api.expect(opened.locator(".number.b")).to_contain_text("grand_zones")
    opened.get_by_role("button", name="primary").click()
    sync_api.expect(opened.locator(".answer h2")).to_contain_text("is not measured at primary level")
    opened.get_by_role("combobox", name="Indicator").fill("mean score")
    opened.get_by_role("option", name="mean score", exact=True).click()
    sync_api.expect(opened.locator(".answer h2")).to_contain_text("mean score, primary, by year")
    opened.get_by_role("button", name="change since 2020").click()
    sync_api.expect(opened.locator(".maps h2")).to_contain_text("change since 2020")
    sync_api.expect(opened.locator(".school-map text", has_text="+").first).to_be_attached()
    opened.get_by_text("The same as a table").click()
    assert opened.locator(".figures tbody tr").count() == 24


@pytest.mark.parametrize("opened", [1360, 390], indirect=True, ids=["desktop", "phone"])
def test_both_languages_have_no_serious_fault_of_access_and_fit_the_screen(opened):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    for language in ("English", "中文"):
        opened.get_by_role("button", name=language).click()
        expected = {"English": "3 of 3 replicates", "中文": "3 次模拟中的 3 次"}[language]
        sync_api.expect(opened.locator(".honest")).to_contain_text(expected)
        opened.wait_for_function("() => document.querySelectorAll('.school-map path').length > 20")
        assert opened.evaluate("document.documentElement.lang") == {"English": "en", "中文": "zh-CN"}[language]
        assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth")
        violations = [one for one in axe.run(opened).response["violations"] if one["impact"] in SERIOUS]
        assert [(one["id"], node["html"]) for one in violations for node in one["nodes"]] == []


def test_no_other_computer_and_no_other_name_gets_the_page(server):
    """Not by another address of this computer, nor by a name that another page makes the browser use."""
    own = socket.gethostbyname(socket.gethostname())
    if not own.startswith("127."):
        with socket.socket() as trial:
            trial.settimeout(5)
            assert trial.connect_ex((own, server)) != 0
    asked = urllib.request.Request(f"http://127.0.0.1:{server}/", headers={"Host": "elsewhere.example"})
    with pytest.raises(urllib.error.HTTPError, match="400"):
        urllib.request.urlopen(asked, timeout=60)
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"http://127.0.0.1:{server}/nothing", timeout=60)
