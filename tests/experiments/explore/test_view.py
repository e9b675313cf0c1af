import math

import numpy as np
import pytest

from experiments.explore.view import Choice, view
from sim.indicators.catalogue import INDICATORS
from sim.report.places import FEWEST

POLICY, COUNTERFACTUAL = "policy", "counterfactual"


def test_curves_and_difference_are_those_of_the_result(small):
    session, pairs = small
    shown = view(pairs, session.places, Choice("score_gap", "primary", 2022))
    effect = pairs.result().effect("score_gap", level="primary").loc[2022]
    assert shown.difference == pytest.approx(effect["mean"], abs=1e-12)
    assert shown.error == pytest.approx(effect["se"], abs=1e-12)
    rows = pairs.result().indicators.query("scope == 'district' and level == 'primary' and year == 2022")
    by_policy = rows.groupby("scenario")["score_gap"]
    for arm in (POLICY, COUNTERFACTUAL):
        assert shown.curves[arm].mean[2] == pytest.approx(by_policy.mean()[arm], abs=1e-12)
        assert shown.curves[arm].p05[2] == pytest.approx(by_policy.quantile(0.05)[arm], abs=1e-12)
        assert shown.curves[arm].p95[2] == pytest.approx(by_policy.quantile(0.95)[arm], abs=1e-12)


def test_shares_are_shown_in_percent(small):
    session, pairs = small
    shown = view(pairs, session.places, Choice("digital_lesson_share", "junior", 2023))
    assert shown.choice.unit == "%"
    assert shown.curves[POLICY].mean[-1] == pytest.approx(65)
    (goal,) = shown.goals
    assert (goal.id, goal.year, goal.at, goal.both, goal.stated) == ("WK14", 2021, 50.0, True, True)


def test_chances_are_those_of_the_scoreboard(small):
    session, pairs = small
    goals = view(pairs, session.places, Choice("general_high_rate", "junior", 2022)).goals
    board = pairs.result().targets().query("due and indicator == 'general_high_rate'")
    board = board.set_index(["id", "year"])
    assert [(goal.id, goal.year) for goal in goals] == list(board.index)
    for goal in goals:
        row = board.loc[goal.id, goal.year]
        assert (goal.chance, goal.chance_other, goal.status) == (
            row["probability"],
            row["probability_counterfactual"],
            row["status"],
        )
        assert math.isfinite(goal.at) == (goal.id == "WK03")  # WK05 is a change, no level


def test_one_replicate_has_no_error(small):
    session, pairs = small
    one = type(pairs)(pairs.a, pairs.b, pairs.done[:1])
    shown = view(one, session.places, Choice("score_gap", "primary", 2022))
    assert shown.replicates == 1
    assert math.isnan(shown.error) and math.isfinite(shown.difference)


def test_schools_show_means_over_replicates_and_their_change(small):
    session, pairs = small
    shown = view(pairs, session.places, Choice("score_mean", "junior", 2023))
    table = pairs.result().indicators.query("scope == 'school' and level == 'junior' and scenario == 'policy'")
    means = table.groupby(["year", "unit"])["score_mean"].mean()
    assert len(shown.schools) == sum(place.level == "junior" for place in session.places)
    for school in shown.schools:
        assert school.value[POLICY] == pytest.approx(means[2023, school.place.name], abs=1e-12)
        change = means[2023, school.place.name] - means[2020, school.place.name]
        assert school.figure(POLICY, change=True) == pytest.approx(change, abs=1e-12)
        assert school.baseline[POLICY] == school.baseline[COUNTERFACTUAL]


def test_the_span_of_the_map_holds_every_year_of_both_policies(small):
    session, pairs = small
    spans = {view(pairs, session.places, Choice("score_mean", "junior", year)).span for year in pairs.years}
    assert len(spans) == 1
    ((low, high),) = spans
    figures = [
        school.value[arm]
        for year in pairs.years
        for school in view(pairs, session.places, Choice("score_mean", "junior", year)).schools
        for arm in (POLICY, COUNTERFACTUAL)
    ]
    assert (low, high) == (min(figures), max(figures))


def test_where_schools_have_no_figure_their_zones_is_shown_and_else_none(small):
    session, pairs = small
    zones = view(pairs, session.places, Choice("cv_backbone", "primary", 2023))
    assert zones.scope == "zone"
    of_zone = {}
    for school in zones.schools:
        of_zone.setdefault(school.place.zone, []).append(school.value[POLICY])
    outside = of_zone.pop("", [])
    assert all(math.isnan(value) for value in outside)
    assert all(len(set(map(str, values))) == 1 for values in of_zone.values()) and len(of_zone) > 1
    district = view(pairs, session.places, Choice("public_budget", "primary", 2023))
    assert district.scope == "district"
    assert all(math.isnan(school.value[POLICY]) for school in district.schools)
    assert math.isnan(district.span[0])


def test_no_figure_of_fewer_than_ten_students_is_shown(small):
    session, pairs = small
    shown = view(pairs, session.places, Choice("general_high_rate", "junior", 2023))
    students = pairs.values(POLICY, "students")[:, -1]
    rows = {key: row for row, key in enumerate(pairs.keys)}
    few = {
        school.place.name
        for school in shown.schools
        if students[:, rows["junior", "school", school.place.name]].min() < 3 * FEWEST
    }
    assert {school.place.name for school in shown.schools if math.isnan(school.value[POLICY])} >= few
    assert 0 < len(few)


@pytest.mark.parametrize("level", ["primary", "junior"])
def test_every_indicator_can_be_looked_at(small, level):
    session, pairs = small
    for indicator in INDICATORS:
        shown = view(pairs, session.places, Choice(indicator, level, 2021, change=True))
        assert len(shown.curves[POLICY].mean) == len(shown.years)
        assert shown.schools and all(np.isfinite(school.students) for school in shown.schools)
