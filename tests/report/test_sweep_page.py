import re

import pandas as pd
import pytest

from page_table import Table
from sim.report import sweep_findings, sweep_page
from sim.report.figures import figure
from sim.report.pictures import along, grid
from sim.report.words import Both, Words
from sim.userinput import UserError

NAMES = ("score_gap", "cv_backbone")
LARGEST = 5_000_000  # bytes


@pytest.fixture(scope="module")
def page(sweep):
    return sweep_page.write(sweep, NAMES)


def test_every_figure_of_a_cell_is_that_of_open_sweep(sweep, page):
    effects = sweep.effects(NAMES, 2021).set_index(["cell", "level", "indicator"])
    rows = [(given, cells) for given, cells in Table(page, "by-cell").cells if "data-cell" in given]
    assert len(rows) == 16
    for given, cells in rows:
        assert cells[0] == given["data-cell"]
        for place, name in enumerate(NAMES):
            row = effects.loc[(int(given["data-cell"]), given["data-level"], name)]
            shown = [figure(row["mean"]), f"{figure(row['p05'])} … {figure(row['p95'])}", figure(row["se"])]
            assert cells[4 + 3 * place : 7 + 3 * place] == shown
    assert effects.loc[(3, "primary", "score_gap"), "replicates"] == 3


def test_it_says_what_was_run_what_failed_and_where_it_comes_from(page):
    assert "8 cells, 4 paired replicates of each; of all runs 39 are done, 1 failed, 0 are missing." in page
    assert "<title>2 districts: 8 cells over " in page
    assert "Not all runs are there: figures are of those that are, 3 replicates or more." in page
    (row,) = [cells for _, cells in Table(page, "reasons").cells if cells[0] == "it broke"]
    assert row[1:4] == ["1", "3", "with the policy"]
    assert "&lt;script&gt;" in page and "<script>\n" in page and "rate=0,0.1&#39; <script>" not in page
    assert "places on the map" in page and "abcdef012345" in page


def test_the_extremes_of_the_answer_are_those_of_the_table(sweep, page):
    rows = sweep.effects(["score_gap"], 2021)
    rows = rows[rows["level"] == "junior"]
    least, most = rows.loc[rows["mean"].idxmin()], rows.loc[rows["mean"].idxmax()]
    answer = " ".join(re.findall(r"<li>(.*?)</li>", page[page.index('class="answer"') :].split("</ol>")[0]))
    said = f"junior secondary between {figure(least['mean'])} (cell {least['cell']}; district: {least['district']}; "
    assert said + f"Teachers who rotate, a year: {along.plain(least['policy.rotation.rate'])})" in answer
    assert f"and {figure(most['mean'])} (cell {most['cell']}; " in answer


def test_a_page_is_one_file_in_both_languages(sweep, page):
    assert len(page.encode()) < LARGEST
    assert not re.search(r"@import|url\((?!#)|<link|<iframe|fetch\(|XMLHttpRequest", page)
    ids = re.findall(r'(?<![\w-])id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'(?:href="#|url\(#|labelledby="|for="|data-table=")([\w.-]+)', page)) <= set(ids)
    assert '<html lang="zh"' in sweep_page.write(sweep, NAMES[:1], "zh")
    with pytest.raises(UserError, match="no such language"):
        sweep_page.write(sweep, NAMES, "fr")


def cells(**settings):
    """Rows of a grid of settings, as of one figure."""
    index = pd.MultiIndex.from_product(settings.values(), names=settings.keys()).to_frame(index=False)
    return index.assign(indicator="score_gap", level="primary", mean=range(len(index)), se=0.1)


@pytest.mark.parametrize(
    ("settings", "drawn"),
    [
        ({"a": [1, 2, 3]}, [(along, ("a", ""))]),
        ({"a": [1, 2, 3], "b": ["x", "y"]}, [(along, ("a", "b"))]),
        ({"a": range(7), "b": range(6)}, [(grid, ("a", "b"))]),
        ({"a": [1, 2], "b": [1, 2], "c": [1, 2, 3]}, [(along, (name, None)) for name in "abc"]),
        ({"a": range(400)}, [(along, ("a", None))]),
        ({"a": [f"county {number}" for number in range(20)], "b": [1, 2]}, [(along, ("b", None))]),
        ({"a": [1]}, []),
    ],
)
def test_pictures_are_those_that_show_what_is_varied(settings, drawn, sweep):
    content = object.__new__(sweep_page._Content)
    content.varied = list(settings) if len(settings) > 1 or len(settings["a"]) > 1 else []
    found = content._drawn(cells(**settings))
    assert sorted(found, key=str) == sorted(drawn, key=str)


def test_what_goes_with_a_figure():
    rows = cells(a=[1, 2, 3], b=["x", "y"])
    assert sweep_findings.goes_with(rows["a"], rows["mean"]) > sweep_findings.goes_with(rows["b"], rows["mean"]) > 0
    assert sweep_findings.goes_with(rows["indicator"], rows["mean"]) == 0


def test_many_cells_are_a_band_and_words_stand_one_after_the_other():
    many = cells(a=range(20), b=range(20))
    ax = along.draw(many, "a", None, Words("en"))
    assert len(ax.collections) == 1 and len(ax.get_lines()) == 2
    words = cells(a=["x", "y", "z", "u"])
    assert [tick.get_text() for tick in along.draw(words, "a", "", Words("en")).get_xticklabels()] == list("xyzu")
    assert "at z: 2" in along.alt_text(words, "a", "", Words("en"))
    assert along.alt_text(many, "a", None, Both()).zh.startswith("最好与最差学校的成绩差距")


def test_a_sweep_of_which_nothing_is_done_says_so(sweep, monkeypatch):
    nothing = sweep.effects(NAMES, 1999)
    assert sweep_findings.sentences(nothing, sweep.runs, [], Both()) == ["No cell has both worlds of a replicate yet."]
