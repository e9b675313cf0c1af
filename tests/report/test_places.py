import pandas as pd
import pytest

from sim.report.places import FEWEST, school_figures, zone_figures

PLACES = pd.DataFrame(
    {"level": ["primary", "junior"], "unit": ["一校", "一校"], "zone": ["东区", ""], "lead": [True, False]}
).assign(east=[1.0, 2.0], north=[3.0, 4.0])


def rows(students=(100.0, 100.0)):
    """Two replicates of two years and two worlds of a primary and a junior school of one name."""
    found = []
    for scenario, gain in (("policy", 0.5), ("counterfactual", 0.0)):
        for replicate in (0, 1):
            for year in (2020, 2022):
                for level, count in zip(("primary", "junior"), students, strict=True):
                    late = gain * (year > 2020)
                    key = {"scenario": scenario, "replicate": replicate, "year": year, "level": level}
                    place = {"scope": "school", "unit": "一校", "students": count + replicate}
                    figures = {"score_mean": late + replicate, "backbone_per_100": 2.0 + late, "general_high_rate": 0.5}
                    found.append(key | place | figures)
    return pd.DataFrame(found)


def test_a_school_has_its_figures_of_both_years_and_worlds():
    table = school_figures(rows(), PLACES, ["score_mean", "backbone_per_100"]).set_index("level")
    school = table.loc["primary"]
    assert (school["zone"], school["lead"], school["students"]) == ("东区", True, 100.5)
    assert school["score_mean baseline"] == 0.5
    assert (school["score_mean policy"], school["score_mean counterfactual"], school["score_mean change"]) == (
        1,
        0.5,
        0.5,
    )
    assert len(table) == 2 and table.loc["junior", "zone"] == ""


@pytest.mark.parametrize(("students", "told"), [(FEWEST - 1, False), (FEWEST, True)])
def test_no_score_of_fewer_than_ten_students_is_told(students, told):
    table = school_figures(rows((students, 100)), PLACES, ["score_mean", "backbone_per_100"]).set_index("level")
    assert pd.notna(table.loc["primary", "score_mean policy"]) == told
    assert pd.notna(table.loc["junior", "score_mean policy"])
    assert pd.notna(table.loc["primary", "backbone_per_100 policy"])  # of teachers, not of children


@pytest.mark.parametrize(("students", "told"), [(29, False), (30, True)])
def test_a_rate_of_the_last_grade_needs_ten_students_in_it(students, told):
    table = school_figures(rows((100, students)), PLACES, ["general_high_rate"]).set_index("level")
    assert pd.notna(table.loc["junior", "general_high_rate policy"]) == told


def test_a_run_without_a_counterfactual_has_no_change():
    alone = rows()[lambda table: table["scenario"] == "policy"]
    table = school_figures(alone, PLACES, ["score_mean"])
    assert table["score_mean policy"].notna().all() and table["score_mean change"].isna().all()


def test_zones_are_told_by_themselves():
    zones = rows().assign(scope="zone", unit="东区")
    assert zone_figures(zones, ["score_mean"])["unit"].tolist() == ["东区", "东区"]
    assert school_figures(zones, PLACES, ["score_mean"]).empty
