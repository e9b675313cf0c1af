import re

import pandas as pd
import pytest

from page_table import Table
from sim.report import page
from sim.report.figures import figure, percent
from sim.report.findings import judged
from sim.userinput import UserError

LARGEST = 5_000_000  # bytes


@pytest.fixture
def without_pictures(monkeypatch):
    """Pages come quicker without them."""
    places = ("course", "promises", "chances", "channels", "schools", "costs")
    monkeypatch.setattr(page, "drawings", lambda *_: {place: [] for place in places})


def test_every_figure_of_a_target_is_that_of_targets_csv(small_run, report, tmp_path):
    small_run[0].targets().to_csv(tmp_path / "targets.csv", index=False)
    due = judged(pd.read_csv(tmp_path / "targets.csv")).set_index(["id", "year"])
    shown = [(given, cells) for given, cells in Table(report, "targets").cells if "data-id" in given]
    assert len(shown) == len(due) > 10
    for given, cells in shown:
        row = due.loc[(given["data-id"], int(given["data-year"]))]
        assert cells[5:14] == [
            f"{row['comparator']} {figure(row['target'])}",
            figure(row["mean"]),
            f"{figure(row['p05'])} … {figure(row['p95'])}",
            figure(row["mean_counterfactual"]),
            percent(row["probability"]),
            percent(row["probability_counterfactual"]),
            percent(row["luck_share"]),
            figure(row["noise_sd"]) + ("*" if row["informative"] is True else ""),
            figure(row["expected_schools"]),
        ]
        assert cells[14].startswith(row["status"])


def test_every_figure_of_an_effect_is_that_of_effects_csv(small_run, report, tmp_path):
    small_run[0].effects().to_csv(tmp_path / "effects.csv", index=False)
    effects = pd.read_csv(tmp_path / "effects.csv").set_index(["indicator", "level", "year"])
    shown = [(given, cells) for given, cells in Table(report, "effects").cells if "data-id" in given]
    assert len(shown) == (effects.index.get_level_values("year") == 2022).sum() > 50
    for given, cells in shown:
        row = effects.loc[(given["data-id"], given["data-level"], 2022)]
        assert cells[3:] == [figure(row[name]) for name in ("mean", "p05", "p95", "se")]


def test_the_answer_is_five_sentences_with_figures_of_the_tables(small_run, report):
    answer = re.findall(r"<li>(.*?)</li>", report[report.index('class="answer"') :].split("</ol>")[0])
    assert len(answer) == 5
    effects = small_run[0].effects()
    last = effects[(effects["indicator"] == "score_gap") & (effects["year"] == 2022)].set_index("level")
    for level in ("primary", "junior"):
        row = last.loc[level]
        assert f"{figure(row['mean'])} ({figure(row['p05'])} … {figure(row['p95'])}; " in answer[1]
    cost = small_run[0].cost_per_sd()
    assert f"{figure(cost['extra_yuan'].iloc[0] / 1e6)} million yuan" in answer[4]
    assert f"{figure(cost['extra_yuan'].iloc[0] / 1e4)} 万元" in answer[4]


def test_a_page_is_one_file_without_a_network(report):
    assert len(report.encode()) < LARGEST
    assert not re.search(r"""(?:src|href)\s*=\s*["'](?!#|x-)[^"']*//""", report)
    assert not re.search(r"@import|url\((?!#)|<link|<iframe|fetch\(|XMLHttpRequest", report)


def test_all_ids_of_a_page_are_unlike_and_what_is_pointed_at_is_there(report):
    ids = re.findall(r'(?<![\w-])id="([^"]+)"', report)
    assert len(ids) == len(set(ids))
    pointed = re.findall(r'(?:href="#|url\(#|labelledby="|for="|data-table=")([\w.-]+)', report)
    assert set(pointed) <= set(ids)


def test_every_picture_has_an_alternative_text_and_a_reading_in_both_languages(report):
    figures = re.findall(r'<figure id="([^"]+)">(.*?)</figure>', report, re.DOTALL)
    assert len(figures) > 20
    for name, content in figures:
        assert f'role="img" aria-labelledby="{name}-alt"' in content
        for element in (rf'id="{name}-alt">(.*?)</p>', r"<figcaption>(.*?)</figcaption>"):
            text = re.search(element, content, re.DOTALL)[1]
            assert '<span lang="en">' in text and '<span lang="zh">' in text


def test_the_alternative_text_of_costs_names_levels_in_both_languages(report):
    alt = re.search(r'id="cost-gap-alt">(.*?)</p>', report, re.DOTALL)[1]
    assert "primary: " in alt and "小学：" in alt and "primary：" not in alt


def test_labels_of_pictures_are_texts_in_both_languages(report):
    assert '<tspan lang="en">gap between best and worst school, primary</tspan>' in report
    assert '<tspan lang="zh">最好与最差学校的成绩差距，小学</tspan>' in report


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_page_opens_in_the_language_that_was_asked_for(without_pictures, small_run, language):
    written = page.write(*small_run, language=language)
    assert f'<html lang="{language}" ' in written
    title = {"en": "武汉经开区: 学区制建设 against 不改革", "zh": "武汉经开区：学区制建设 与 不改革 的对比"}[language]
    assert f"<title>{title}</title>" in written


def test_another_language_is_refused(small_run):
    with pytest.raises(UserError, match="language=fr: no such language; known: en, zh"):
        page.write(*small_run, language="fr")


def test_what_the_user_calls_things_stays_a_name(without_pictures, small_run):
    result, record, places = small_run
    name, evil = places["unit"].iloc[0], '<script>alert("1")</script>'
    renamed = type(result)(
        result.indicators.replace({"unit": {name: evil}}), result.costs, result.scenario, result.parts
    )
    titles = record["titles"] | {"district": evil}
    written = page.write(renamed, record | {"titles": titles, "command": evil}, places.replace({"unit": {name: evil}}))
    assert "<script>alert" not in written
    assert written.count("&lt;script&gt;alert") > 5


def test_schools_of_a_few_students_have_no_scores(without_pictures, small_run):
    result, record, places = small_run
    few = result.indicators.copy()
    school = places["unit"].iloc[0]
    few.loc[(few["unit"] == school) & (few["scope"] == "school"), "students"] = 7.0
    written = page.write(type(result)(few, result.costs, result.scenario), record, places)
    shown = {cells[0].removesuffix(" ★"): cells for _, cells in Table(written, "by-school").cells}
    assert shown[school][3:8] == ["< 10", "", "", "", ""]
    assert shown[places["unit"].iloc[1]][4] != ""


def test_a_district_without_targets_still_has_its_report(without_pictures, small_run):
    result, record, places = small_run
    resolved = record["resolved"] | {"targets": {}}
    without = type(result)(result.indicators, result.costs, type("S", (), {"resolved": resolved})(), None)
    written = page.write(without, record | {"resolved": resolved}, places)
    assert "The district&#x27;s plan has no target that the model can judge." in written
    assert "The change of the score gap, by channel" not in written
