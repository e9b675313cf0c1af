import json
import math
from dataclasses import replace

import pytest

from experiments.explore import charts
from experiments.explore.view import Choice, view
from experiments.explore.words import Words


@pytest.fixture
def shown(small):
    session, pairs = small

    def of(indicator="general_high_rate", level="junior", year=2022, change=False):
        return view(pairs, session.places, Choice(indicator, level, year, change))

    return of


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("indicator", ["general_high_rate", "score_gap", "cv_backbone", "public_budget", "cost_yuan"])
def test_charts_are_json_without_nan(shown, language, indicator):
    words = Words(language)
    of = shown(indicator, "junior", 2021, True)
    for options in (charts.curves(of, words), charts.school_map(of, "policy", words), charts.figures_table(of, words)):
        json.dumps(options, allow_nan=False)


def test_the_chosen_year_is_marked_and_bands_are_from_end_to_end(shown):
    of = shown()
    options = charts.curves(of, Words("en"))
    assert options["series"][5]["markLine"]["data"] == [{"xAxis": "2022"}]
    edge, width = options["series"][2]["data"], options["series"][3]["data"]
    assert [a + b for a, b in zip(edge, width, strict=True)] == pytest.approx(of.curves["policy"].p95)
    assert edge == of.curves["policy"].p05


def test_only_targets_that_are_levels_stand_in_the_chart(shown):
    of = shown()
    points = charts.curves(of, Words("en"))["series"][-1]["data"]
    assert [point["value"] for point in points] == [[str(year), pytest.approx(55)] for year in (2021, 2022, 2023)]
    assert [point["label"]["show"] for point in points] == [False, False, True]
    assert points[-1]["label"]["formatter"] == "WK03 ≥ 55"


def test_a_chart_has_as_many_series_whatever_is_looked_at(shown):
    """The browser keeps what is left of the chart before where it has as many."""
    lengths = {len(charts.curves(shown(name), Words("en"))["series"]) for name in ("score_gap", "general_high_rate")}
    assert len(lengths) == 1


def test_lead_schools_are_diamonds_and_the_signs_of_changes_are_written(shown):
    of = shown("score_mean", change=True)
    known = charts.school_map(of, "policy", Words("en"))["series"][2]["data"]
    leads = {school.place.name for school in of.schools if school.place.lead}
    assert {point["name"] for point in known if point["symbol"] == "diamond"} == leads != set()
    for point in known:
        sign = point["label"]["formatter"]
        assert sign in ("", "+" if point["value"][2] > 0 else "−")


def test_a_map_is_as_wide_as_high_in_kilometres(shown):
    options = charts.school_map(shown(), "policy", Words("en"))
    width, height = (options[axis]["max"] - options[axis]["min"] for axis in ("xAxis", "yAxis"))
    assert width / height == pytest.approx(charts.SHAPE)


def test_names_are_escaped_where_the_browser_reads_html(shown):
    of = shown("score_mean")
    place = replace(of.schools[0].place, name="<script>alert(1)</script>", zone="a & b")
    of.schools[0] = replace(of.schools[0], place=place)
    options = charts.school_map(of, "policy", Words("en"))
    point = next(one for series in options["series"][1:] for one in series["data"] if one["name"] == place.name)
    assert point["text"].startswith("&lt;script&gt;alert(1)&lt;/script&gt;")
    assert "a &amp; b" in point["text"]


def test_a_map_without_figures_is_grey_and_has_no_scale(shown):
    options = charts.school_map(shown("public_budget"), "policy", Words("en"))
    assert options["visualMap"]["show"] is False
    assert options["series"][2]["data"] == [] and len(options["series"][1]["data"]) > 0


def test_table_has_the_maps_figures(shown):
    of = shown("score_mean")
    rows = charts.figures_table(of, Words("en"))
    assert [row["value_policy"] for row in rows] == [school.value["policy"] for school in of.schools]
    assert sum("(lead school)" in row["school"] for row in rows) == sum(one.place.lead for one in of.schools)
    assert charts.decimals(of) == 3
    assert charts.decimals(shown("students")) <= 1


def test_what_has_no_value_stays_empty(shown):
    of = shown("general_high_rate", "primary")
    assert all(math.isnan(value) for value in of.curves["policy"].mean)
    assert charts.curves(of, Words("en"))["series"][5]["data"][0]["value"] is None
