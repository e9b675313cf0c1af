"""Each picture: drawn into anybody's Axes, labelled with units, told apart without colour, and told in words."""

import warnings

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from sim.analysis.channels import GAP_PARTS
from sim.report import fonts, svg
from sim.report.figures import figure
from sim.report.findings import judged
from sim.report.pictures import (
    chances,
    cost,
    distribution,
    dumbbells,
    flows,
    front,
    school_map,
    sensitivity,
    trajectory,
    waterfall,
)
from sim.report.places import school_figures
from sim.report.words import Both, Words

WORDS = Words("en")
MADE_UP = pd.DataFrame(
    {
        "factor": ["kappa", "b_peer", "率"],
        "total": [0.1, 0.6, 0.2],
        "total_low": [0.0, 0.5, 0.1],
        "total_high": [0.2, 0.7, 0.3],
    }
)
"""Not of any analysis."""
FRONT = pd.DataFrame(
    {
        "point": [0, 0, 1, 1],
        "objective": ["cost_yuan", "score_gap", "cost_yuan", "score_gap"],
        "value": [2e7, 1.3, 1e7, 1.1],
        "low": [1.8e7, 1.2, 0.9e7, 1.0],
        "high": [2.2e7, 1.4, 1.1e7, 1.2],
    }
)


@pytest.fixture(scope="module")
def drawn(small_run):
    """Every picture of the small run, with its alternative text, by name: functions of words and Axes."""
    result, _, places = small_run
    schools = school_figures(result.indicators, places)
    primary = schools[schools["level"] == "primary"]
    targets, channels, costs = result.targets(), result.channels(), result.cost_per_sd()
    due, parts = judged(targets), channels[(channels["level"] == "junior") & (channels["year"] == 2022)]
    points = costs[costs["indicator"] == "score_gap"].assign(label=["P", "J"])
    table = result.indicators

    def course(words):
        return trajectory.of_indicator(table, "cv_backbone", "primary", words)

    def promise(words):
        return trajectory.of_target(targets[targets["id"] == "WK03"], "%", words)

    return {
        "course": (lambda w, ax: trajectory.draw(course(w), w, ax), lambda w: trajectory.alt_text(course(w), w)),
        "promise": (lambda w, ax: trajectory.draw(promise(w), w, ax), lambda w: trajectory.alt_text(promise(w), w)),
        "chances": (lambda w, ax: chances.draw(due, w, ax), lambda w: chances.alt_text(due, w)),
        "waterfall": (lambda w, ax: waterfall.draw(parts, w, ax), lambda w: waterfall.alt_text(parts, w)),
        "dumbbells": (
            lambda w, ax: dumbbells.draw(primary, "score_mean", w, ax),
            lambda w: dumbbells.alt_text(primary, "score_mean", w),
        ),
        "map": (
            lambda w, ax: school_map.draw(primary, "backbone_per_100", w, ax),
            lambda w: school_map.alt_text(primary, "backbone_per_100", w),
        ),
        "flows": (lambda w, ax: flows.draw(primary, w, ax), lambda w: flows.alt_text(primary, w)),
        "cost": (lambda w, ax: cost.draw(points, w, ax), lambda w: cost.alt_text(points, w)),
        "front": (lambda w, ax: front.draw(FRONT, w, ax), lambda w: front.alt_text(FRONT, w)),
        "sensitivity": (lambda w, ax: sensitivity.draw(MADE_UP, w, ax), lambda w: sensitivity.alt_text(MADE_UP, w)),
        "distribution": (
            lambda w, ax: distribution.draw(table, "junior", w, ax),
            lambda w: distribution.alt_text(table, "junior", w),
        ),
    }


NAMES = [
    *("course", "promise", "chances", "waterfall", "dumbbells", "map", "flows", "cost", "front", "sensitivity"),
    "distribution",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_is_drawn_into_the_axes_it_is_given_and_into_its_own(drawn, name):
    draw, _ = drawn[name]
    given = Figure().subplots()
    assert draw(WORDS, given) is given
    own = draw(WORDS, None)
    assert own is not given and own.get_figure() is not None


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_says_what_its_axes_measure(drawn, name):
    ax = drawn[name][0](WORDS, Figure().subplots())
    named = [tick.get_text() for tick in ax.get_yticklabels()]
    assert ax.get_ylabel() or any(named)
    assert ax.get_xlabel() or name in ("course", "promise", "waterfall")  # years and names speak for themselves


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_is_told_in_words_of_both_languages(drawn, name):
    _, alt = drawn[name]
    english, chinese, both = alt(Words("en")), alt(Words("zh")), alt(Both())
    assert english != chinese and len(english) > 40
    assert "{" not in english + chinese and "nan" not in english + chinese
    assert (both, both.zh) == (english, chinese)


@pytest.mark.parametrize("name", NAMES)
def test_every_text_of_a_picture_is_there_in_chinese(drawn, name):
    """What is neither a number nor a name of the district comes from the catalogue."""
    words = Both()
    ax = drawn[name][0](words, None)
    inline = svg.inline(ax.get_figure(), "x", words.said)
    said = [svg.unescape(found[2]) for found in svg.TEXT.finditer(inline)]
    names = {*MADE_UP["factor"], *FRONT["objective"], "P", "J", "1e7"}  # of the data, and a scale
    latin = {text for text in said if any(character.isascii() and character.isalpha() for character in text)}
    assert latin - words.said.keys() - names == set()


def test_both_worlds_differ_in_more_than_colour(drawn):
    ax = drawn["course"][0](WORDS, None)
    policy, other = (
        next(line for line in ax.get_lines() if line.get_label() == label)
        for label in ("with the policy", "without it")
    )
    assert policy.get_linestyle() != other.get_linestyle() and policy.get_marker() != other.get_marker()


def test_a_band_holds_what_it_says(small_run, drawn):
    indicators = small_run[0].indicators
    rows = indicators[(indicators["scope"] == "district") & (indicators["level"] == "primary")]
    last = rows[(rows["year"] == 2022) & (rows["scenario"] == "policy")]["cv_backbone"]
    track = trajectory.of_indicator(indicators, "cv_backbone", "primary", WORDS)
    line = track.lines["policy"]
    np.testing.assert_allclose(
        [line.p05[-1], line.mean[-1], line.p95[-1]],
        [*np.percentile(last, [5]), last.mean(), *np.percentile(last, [95])],
    )


def test_targets_stand_in_the_years_in_which_they_are_judged(small_run):
    targets = small_run[0].targets()
    track = trajectory.of_target(targets[targets["id"] == "WK03"], "%", WORDS)
    due = targets[(targets["id"] == "WK03") & targets["due"]]
    assert track.goals == dict(zip(due["year"], due["target"], strict=True))
    assert track.title == "WK03: general high school rate, grade 9, junior secondary"


def test_the_parts_of_a_waterfall_end_at_the_whole(small_run):
    channels = small_run[0].channels()
    parts = channels[(channels["level"] == "primary") & (channels["year"] == 2022)]
    ax = waterfall.draw(parts, WORDS)
    *steps, whole = ax.patches
    assert len(steps) == len(GAP_PARTS) - 1
    assert steps[-1].get_y() + steps[-1].get_height() == pytest.approx(whole.get_height())
    hatched = {bool(bar.get_hatch()) for bar in steps if bar.get_height() > 0}
    assert hatched <= {True}


def test_students_below_the_median_are_half(small_run):
    found = distribution.curves(small_run[0].indicators, "primary")
    assert set(found) == {"baseline", "policy", "counterfactual"}
    for curve in found.values():
        assert (np.diff(curve) >= 0).all()


def test_what_one_school_gains_is_no_more_than_what_policy_gives(small_run):
    result, _, places = small_run
    schools = school_figures(result.indicators, places)
    table = flows.net(schools[schools["level"] == "primary"])
    assert (table["net"].diff().dropna() <= 0).all()
    rows = result.indicators[(result.indicators["scope"] == "district") & (result.indicators["year"] == 2022)]
    rows = rows[rows["level"] == "primary"].assign(count=lambda t: t["backbone_per_100"] * t["students"] / 100)
    means = rows.groupby("scenario")["count"].mean()
    assert table["net"].sum() == pytest.approx(means["policy"] - means["counterfactual"], abs=1e-6)


def test_a_name_is_no_formula(small_run):
    result, _, places = small_run
    schools = school_figures(result.indicators, places.assign(zone="$x^2$"))
    ax = flows.draw(schools[schools["level"] == "primary"], WORDS)
    assert "$x^2$" in "".join(found[2] for found in svg.TEXT.finditer(svg.inline(ax.get_figure(), "x", {})))


def test_a_name_with_angle_brackets_stays_a_name():
    ax = Figure().subplots()
    ax.set_xlabel("<script>")
    drawn = svg.inline(ax.get_figure(), "x", {"<script>": "<脚本>"})
    assert "<script>" not in drawn and '<tspan lang="zh">&lt;脚本&gt;</tspan>' in drawn


def test_the_same_picture_is_the_same_bytes(drawn):
    twice = [svg.inline(drawn["course"][0](Both(), None).get_figure(), "x", {}) for _ in range(2)]
    assert twice[0] == twice[1]
    assert figure(0.5) == "0.500"


def test_without_a_chinese_font_pictures_are_english_and_say_so(monkeypatch):
    monkeypatch.setattr(fonts, "chinese_font", lambda: None)
    with pytest.warns(UserWarning, match=r"pip install 'zonesim\[chinese\]'"):
        words = fonts.words_for("zh")
    assert (words.language, words.name("一中")) == ("en", "#1")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert fonts.words_for("en").name("一中") == "#1"


def test_with_a_chinese_font_nothing_is_missing(drawn, recwarn):
    if fonts.chinese_font() is None:
        pytest.skip("no font shows Chinese here")
    ax = drawn["dumbbells"][0](fonts.words_for("zh"), None)
    ax.get_figure().canvas.draw()
    assert not [warning for warning in recwarn if "missing from" in str(warning.message)]
    assert ax.get_xlabel() == "平均成绩，小学（标准差）"


def test_a_font_that_shows_boxes_is_none_for_chinese():
    import matplotlib

    folder = matplotlib.get_data_path() + "/fonts/ttf/"
    assert not fonts.shows_chinese(folder + "DejaVuSans.ttf")
    assert not fonts.shows_chinese(folder + "LastResortHE-Regular.ttf")
    assert not fonts.shows_chinese(folder + "nothing.ttf")


def test_what_drives_an_outcome_is_drawn_of_either_method():
    found = pd.DataFrame(
        {"factor": ["a", "b"], "mu_star": [0.1, 0.4], "low": [0.05, 0.3], "high": [0.2, 0.5], "sigma": 0.1}
    )
    ax = sensitivity.draw(found, WORDS)
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["b", "a"]
    assert ax.get_xlabel() == "mean absolute change of the outcome over its range"
    assert sensitivity.draw(MADE_UP, WORDS).get_xlabel() == "share of the outcome's variance that it has a part in"
