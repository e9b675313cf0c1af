"""Each picture: drawn into anybody's Axes, labelled with units, told apart without colour, and told in words."""

import warnings
from pathlib import Path
from xml.etree import ElementTree

import made_up
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from sim.analysis.channels import GAP_PARTS
from sim.report import fonts, names, pictures, svg
from sim.report.figures import figure
from sim.report.pictures import distribution, flows, front, sensitivity, trajectory, waterfall
from sim.report.words import Both, Words

WORDS = Words("en")
INTO_ANY_AXES = sorted(made_up.TABLES.keys() - {"differences"})
"""Pictures of one panel."""


def drawn(name, words, ax=None):
    picture, data = made_up.TABLES[name](words)
    return picture.draw(*data, words) if ax is None else picture.draw(*data, words, ax)


def told(name, words):
    picture, data = made_up.TABLES[name](words)
    return picture.alt_text(*data, words)


def test_every_picture_has_made_up_numbers():
    modules = {path.stem for path in Path(pictures.__file__).parent.glob("*.py")} - {"__init__"}
    shown = {table(WORDS)[0].__name__.rpartition(".")[2] for table in made_up.TABLES.values()}
    assert shown == modules


@pytest.mark.parametrize("name", INTO_ANY_AXES)
def test_a_picture_is_drawn_into_the_axes_it_is_given_and_into_its_own(name):
    given = Figure().subplots()
    assert drawn(name, WORDS, given) is given
    own = drawn(name, WORDS)
    assert own is not given and own.get_figure() is not None


@pytest.mark.parametrize("name", made_up.TABLES)
def test_a_picture_says_what_its_axes_measure(name):
    ax = drawn(name, WORDS)
    named = [tick.get_text() for tick in ax.get_yticklabels()]
    assert ax.get_ylabel() or ax.get_title(loc="left") or any(named)
    assert ax.get_figure().axes[-1].get_xlabel() or name in ("course", "channels")  # years and names say it themselves


@pytest.mark.parametrize("name", made_up.TABLES)
def test_a_picture_is_told_in_words_of_both_languages(name):
    english, chinese, both = told(name, Words("en")), told(name, Words("zh")), told(name, Both())
    assert english != chinese and len(english) > 40
    assert "{" not in english + chinese and "nan" not in english + chinese
    assert (both, both.zh) == (english, chinese)


@pytest.mark.parametrize("name", made_up.TABLES)
def test_every_text_of_a_picture_is_there_in_chinese(name):
    """What is neither a number nor a name of the district comes from the catalogue."""
    words = Both()
    inline = svg.inline(drawn(name, words).get_figure(), "x", words.said)
    said = [svg.unescape(found[2]) for found in svg.TEXT.finditer(inline)]
    places = {*made_up.SCHOOLS["unit"], *made_up.SCHOOLS["zone"], "1e7"}  # of the data, and a scale
    latin = {text for text in said if any(character.isascii() and character.isalpha() for character in text)}
    assert latin - words.said.keys() - places == set()


def test_a_picture_of_its_own_file_is_told_to_those_who_do_not_see_it():
    ax = drawn("front", WORDS)
    text = svg.whole(ax.get_figure(), "Cost & gap", told("front", WORDS))
    root = ElementTree.fromstring(text)
    assert (root.get("role"), root.get("aria-labelledby")) == ("img", "title alt")
    assert [(one.get("id"), one.text) for one in root[:2]] == [("title", "Cost & gap"), ("alt", told("front", WORDS))]


def test_names_are_those_of_the_catalogue_with_units():
    assert names.setting("policy.rotation.rate", Words("zh")) == "每年交流轮岗教师比例"
    assert names.setting("effects.kappa", WORDS) == "share of a year's gain that lasts"
    assert names.setting("district.migrant_share", WORDS) == "children of migrant workers"
    assert names.setting("the place", Words("zh")) == "地方条件"
    assert names.setting("a", WORDS) == "a"
    assert names.outcome("cost", WORDS) == ("extra cost over all years (million yuan)", 1e6)
    assert names.outcome("cost_yuan.primary.2023", Words("zh")) == ("当年政策支出，小学，2023（百万元）", 1e6)
    change = "change of gap between best and worst school, primary, regret (SD)"
    assert names.outcome("change.score_gap.primary, regret", WORDS) == (change, 1.0)
    assert names.outcome("met.WK06", WORDS).name == "replicates that keep promise WK06 (share, 0 to 1)"
    assert names.outcome("y", WORDS) == ("y", 1.0)


def test_both_worlds_differ_in_more_than_colour():
    ax = drawn("course", WORDS)
    policy, other = (
        next(line for line in ax.get_lines() if line.get_label() == label)
        for label in ("with the policy", "without it")
    )
    assert policy.get_linestyle() != other.get_linestyle() and policy.get_marker() != other.get_marker()


def test_a_band_holds_what_it_says(small_run):
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


def test_what_schools_receive_from_each_other_they_send(small_run):
    result, _, places = small_run
    for level in ("primary", "junior"):
        table = flows.gross(result.indicators, places, level)
        for arm in flows.ARMS:
            assert table[f"received {arm}"].sum() == pytest.approx(table[f"sent {arm}"].sum())
        net = table["received policy"] - table["sent policy"]
        assert (net.diff().dropna() <= 0).all() and table["received policy"].sum() > 0


def test_flows_of_a_run_without_a_counterfactual(small_run):
    result, _, places = small_run
    alone = result.indicators[result.indicators["scenario"] == "policy"]
    table = flows.gross(alone, places, "primary")
    assert "received counterfactual" not in table
    assert len(flows.draw(table, "primary", WORDS).get_legend().get_texts()) == 2
    assert "Without" not in flows.alt_text(table, "primary", WORDS)


def test_a_name_is_no_formula():
    ax = flows.draw(made_up.MOVES.assign(zone="$x^2$"), "primary", WORDS)
    assert "$x^2$" in "".join(found[2] for found in svg.TEXT.finditer(svg.inline(ax.get_figure(), "x", {})))


def test_a_name_with_angle_brackets_stays_a_name():
    ax = Figure().subplots()
    ax.set_xlabel("<script>")
    drawn = svg.inline(ax.get_figure(), "x", {"<script>": "<脚本>"})
    assert "<script>" not in drawn and '<tspan lang="zh">&lt;脚本&gt;</tspan>' in drawn


def test_the_same_picture_is_the_same_bytes():
    twice = [svg.inline(drawn("course", Both()).get_figure(), "x", {}) for _ in range(2)]
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


def test_with_a_chinese_font_nothing_is_missing(recwarn):
    if fonts.chinese_font() is None:
        pytest.skip("no font shows Chinese here")
    ax = drawn("dumbbells", fonts.words_for("zh"))
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
    ).assign(outcome="y")
    ax = sensitivity.draw(found, WORDS)
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["b", "a"]
    assert ax.get_xlabel() == "mean absolute change of the outcome over its range"
    assert drawn("sensitivity", WORDS).get_xlabel() == "share of the outcome's variance that it has a part in"


def test_a_front_of_one_objective_and_none():
    one = made_up.FRONT[made_up.FRONT["objective"] == "cost"]
    assert front.draw(one, WORDS).get_title(loc="left") == "setting"
    assert front.alt_text(one[:0], WORDS) == "no setting keeps to the limits"
    assert front.draw(one[:0], WORDS).texts[0].get_text() == "no setting keeps to the limits"
