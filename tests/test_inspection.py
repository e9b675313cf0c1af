"""The national assessments: what published tables say of counties, and what single schools must have."""

import csv
from collections import defaultdict
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim
from sim.indicators.catalogue import INDICATORS
from sim.inspection import OfficialStandard, inspect_schools
from sim.reform import known_levers
from sim.run_inspection import inspect_run
from sim.userinput import UserError, config_root, read_yaml

OBSERVED = Path(__file__).parents[1] / "docs" / "sources" / "observed_cvs.csv"
BY_FRAMEWORK = {
    "2017 high-quality-balance (7 indicators)": "youzhi_junheng",
    "2012 basic-balance (8 indicators)": "jiben_junheng",
}
KEYS = {
    "above-required-degree teachers per 100": "degree",
    "county+ backbone teachers per 100": "backbone",
    "PE/arts teachers per 100": "pe_arts",
    "network multimedia rooms per 100": "multimedia",
    "teaching area per pupil": "teaching_area",
    "sports area per pupil": "sports_area",
    "equipment value per pupil": "equipment",
    "computers per 100 pupils": "computers",
    "books per pupil": "books",
    "teacher-pupil ratio": "teachers",
    "above-required-degree teachers per pupil": "degree",
    "mid-or-higher-title teachers per pupil": "title",
}
"""Resources of the standards by their names in the published tables."""
YOUZHI, JIBEN = OfficialStandard.load("youzhi_junheng"), OfficialStandard.load("jiben_junheng")


def published():
    """{(county, level, standard): ({resource: CV}, composite)}."""
    parts, composites = defaultdict(dict), {}
    with OBSERVED.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            county = row["county"], row["level"], BY_FRAMEWORK[row["framework"]]
            if row["indicator_en"].startswith("composite"):
                composites[county] = float(row["value"])
            else:
                parts[county][KEYS[row["indicator_en"]]] = float(row["value"])
    return {county: (parts[county], composite) for county, composite in composites.items()}


WITH_PARTS = {county: of for county, of in published().items() if of[0]}


def rows_of(standard, cvs, level):
    return {row["id"]: row for row in standard.judge_evenness(cvs, level)}


def test_sixteen_published_composites_have_their_parts():
    assert len(WITH_PARTS) == 16 and len(published()) == 18


@pytest.mark.parametrize("county", WITH_PARTS, ids=str)
def test_a_published_composite_is_reproduced(county):
    cvs, composite = WITH_PARTS[county]
    _, level, name = county
    found = rows_of(OfficialStandard.load(name), cvs, level)["composite"]["value"]
    assert found == pytest.approx(composite, abs=0.001)


def test_jiujiang_fails_by_its_backbone_teachers_alone():
    [cvs] = [of[0] for county, of in WITH_PARTS.items() if county[2] == "youzhi_junheng"]
    rows = rows_of(YOUZHI, cvs, "primary")
    assert [key for key, row in rows.items() if row.get("met") is False] == ["backbone"]
    assert rows["backbone"]["limit"] == 0.50 < rows["backbone"]["value"]
    assert "met" not in rows["composite"]


def test_a_composite_is_not_known_without_all_its_parts():
    cvs = dict.fromkeys(JIBEN.resources, 0.3)
    assert rows_of(JIBEN, cvs, "junior")["composite"]["met"]
    del cvs["books"]
    row = rows_of(JIBEN, cvs, "junior")["composite"]
    assert np.isnan(row["value"]) and row["reason"] == "not simulated: no figure of books" and "met" not in row


@pytest.mark.parametrize(("level", "limit"), [("primary", 0.65), ("junior", 0.55)])
def test_basic_balance_judges_the_composite_up_to_its_limit(level, limit):
    at, above = dict.fromkeys(JIBEN.resources, limit), dict.fromkeys(JIBEN.resources, limit + 1e-6)
    assert rows_of(JIBEN, at, level)["composite"]["met"]
    assert not rows_of(JIBEN, above, level)["composite"]["met"]
    assert not any("met" in row for key, row in rows_of(JIBEN, above, level).items() if key != "composite")


def school(name="甲", level="primary", students=200, **more):
    """A school exactly at the standard, but for shares that `more` names."""
    has = {key: of[level] * students / of["per"] * more.pop(key, 1.0) for key, of in YOUZHI.resources.items()}
    return {"school": name, "level": level, "students": students, **has, **more}


def inspected(*schools, standard=YOUZHI, **more):
    return inspect_schools(standard, pd.DataFrame(schools), **more)


def met(inspection, part, id, level="primary"):
    rows = inspection.rows
    [row] = rows[(rows["part"] == part) & (rows["id"] == id) & (rows["level"] == level)].to_dict("records")
    return None if pd.isna(row["met"]) else bool(row["met"])


def test_schools_at_the_standard_pass_and_are_even():
    found = inspected(school(), school("乙", students=900), school("丙", "junior"), school("丁", "junior"))
    assert found.passed
    assert found.schools["passed"].all() and (found.schools["met"] == 7).all()
    assert found.schools["degree"].tolist() == pytest.approx([4.2, 4.2, 5.3, 5.3])
    evenness = found.rows[found.rows["part"] == "evenness"]
    assert evenness["value"].tolist() == pytest.approx([0] * 16, abs=1e-7)


@pytest.mark.parametrize("key", list(YOUZHI.resources))
def test_one_of_seven_may_fall_to_85_percent_and_no_second_one_may_fall(key):
    at, below = inspected(school(**{key: 0.85})), inspected(school(**{key: 0.8499}))
    assert met(at, "resources", "schools") and not met(below, "resources", "schools")
    assert below.schools["met"].item() == 6 and below.schools["lowest"].item() == pytest.approx(0.8499)
    other = next(name for name in YOUZHI.resources if name != key)
    assert not met(inspected(school(**{key: 0.9, other: 0.9})), "resources", "schools")


def test_one_school_that_fails_is_enough_for_the_county_to_fail():
    assert not inspected(*(school(str(i)) for i in range(20)), school("差", backbone=0.5)).passed


def test_teaching_points_below_fifty_students_are_left_out():
    point = school("点", students=49, backbone=0.0, sports_area=9.0)
    assert inspected(school(), point).passed
    assert inspected(school(), point).schools["school"].tolist() == ["甲"]
    assert not inspected(school(), {**point, "students": 50}).passed


def test_uneven_schools_fail_though_each_has_enough():
    found = inspected(school(equipment=1.0), school("乙", equipment=9.0))
    assert met(found, "resources", "schools") and not met(found, "evenness", "equipment")


def test_a_nine_year_school_may_have_more_students_than_two_schools_of_one_level_each():
    nine_year = [school("九", students=1900), school("九", "junior", students=600)]
    assert met(inspected(*nine_year), "government", "4") and met(inspected(*nine_year), "government", "4", "junior")
    assert not met(inspected(school(students=2001)), "government", "4")
    too_large = [school("九", students=1900), school("九", "junior", students=601)]
    assert not met(inspected(*too_large), "government", "4")


def test_what_the_table_lacks_is_not_simulated_and_counts_neither_way():
    rows = [{key: value for key, value in school().items() if key != "backbone"}]
    found = inspected(*rows)
    assert met(found, "evenness", "backbone") is None and met(found, "resources", "schools") is None
    assert met(found, "evenness", "degree") and found.passed
    assert "met" not in found.schools
    assert met(inspected(school(), {**school("乙"), "degree": np.nan}), "evenness", "degree") is None


def test_figures_of_the_district_and_what_is_decreed_answer_more():
    district = {"primary": {"rotated_share": 0.1, "between_school_share": 0.15}}
    found = inspected(school(), district=district, stated={"enrolment.catchment_enforcement": 0.95})
    assert met(found, "government", "11a") and met(found, "government", "11b") is None
    assert met(found, "quality", "9b") is False
    assert met(found, "government", "13") is False and met(found, "government", "13", "junior")


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("level", "primery", "did you mean 'primary'"),
        ("students", "many", "students of 甲 must be a number of 0 or more, got 'many'"),
        ("students", np.nan, "students of 甲"),
        ("degree", -1, "degree of 甲"),
    ],
)
def test_a_wrong_cell_is_answered_in_its_words(column, value, words):
    with pytest.raises(UserError, match=words):
        inspected({**school(), column: value})


def test_a_table_without_students_is_refused():
    with pytest.raises(UserError, match="needs a column students"):
        inspected({"school": "甲", "level": "primary"})


def run_of(*replicates, arm="policy"):
    """Rows of a run, a replicate a list of schools; the ratios as the record has them."""
    rows = []
    for replicate, schools in enumerate(replicates):
        for one in schools:
            per = {"degree": 100, "backbone": 100, "pe_arts": 100, "multimedia": 100}
            ratios = {
                f"{key}_per_{per.get(key, 'student')}": one[key] * per.get(key, 1) / one["students"]
                for key in YOUZHI.resources
            }
            head = {"scenario": arm, "replicate": replicate, "year": 2025, "scope": "school", "unit": one["school"]}
            rows.append({**head, "level": one["level"], "students": one["students"], "class_size_max": 45, **ratios})
        known = {rule["district"]: 0.2 for _, _, rule in YOUZHI.rules if "district" in rule}
        head = {"scenario": arm, "replicate": replicate, "year": 2025, "scope": "district", "unit": "县"}
        rows.append({**head, "level": "primary", "students": 0, **known})
    return pd.DataFrame(rows)


def test_a_run_is_asked_replicate_by_replicate_in_both_worlds():
    good, bad = [school(), school("乙")], [school(), school("乙", backbone=0.1)]
    run = pd.concat([run_of(*[good] * 30, bad), run_of(*[bad] * 31, arm="counterfactual")])
    stated = {"policy": {"enrolment": {"catchment_enforcement": {2021: 0.9, 2023: 1.0}}}, "district": {}}
    questions, schools = inspect_run(YOUZHI, run, stated)
    found = questions.set_index(["part", "id", "level"])
    pass_rule = found.loc[("resources", "schools", "primary")]
    assert pass_rule["probability"] == pytest.approx(30 / 31) and pass_rule["status"] == "met"
    assert pass_rule["value"] == pytest.approx((30 + 0.5) / 31) and pass_rule["probability_counterfactual"] == 0
    assert found.loc[("quality", "9b", "primary"), "status"] == "missed"
    assert found.loc[("government", "13", "primary"), "status"] == "met"
    assert found.loc[("government", "14", "junior"), "status"] == "not simulated"
    assert found.loc[("government", "7", "both"), "status"] == "not simulated"
    assert found.loc[("whole", "all", "both"), "status"] == "missed"
    assert schools.set_index("school")["passed"].to_dict() == pytest.approx({"甲": 1.0, "乙": 30 / 31})


def test_a_year_that_the_run_lacks_is_refused():
    with pytest.raises(UserError, match="year=2030"):
        inspect_run(YOUZHI, run_of([school()]), {}, 2030)


def test_all_fifteen_and_nine_others_are_there_and_each_is_asked_or_says_why_not():
    parts = ("government", "quality")
    numbers = {part: {id.rstrip("ab") for of, id, _ in YOUZHI.rules if of == part} for part in parts}
    assert numbers == {"government": {str(n) for n in range(1, 16)}, "quality": {str(n) for n in range(1, 10)}}
    for _, id, rule in YOUZHI.rules:
        assert rule["title"], id
        assert rule.get("reason") or rule["source"], id


def test_what_a_standard_asks_for_is_known_to_the_model():
    for _, id, rule in YOUZHI.rules:
        for of in ("schools", "district"):
            assert rule.get(of, "students") in INDICATORS, id
        if "setting" in rule:
            group, name = rule["setting"].split(".")
            assert name in known_levers()[group].settings(), id


@pytest.mark.parametrize("path", sorted((config_root() / "standard").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_threshold_of_a_standard_has_its_source(path):
    table = read_yaml(path)
    stated = [*table["resources"].values(), table["evenness"], table["smallest"], table.get("school", {"source": "-"})]
    assert all(one["source"] for one in stated)


def test_a_run_of_the_model_answers_both_standards():
    overrides = ["district.students=15000"]
    result = sim.run(sim.load("wuhan_edz", horizon=2021, effects="means", overrides=overrides), replicates=2)
    questions, schools = result.inspect()
    by_key = questions.set_index(["part", "id", "level"])
    last = result.indicators.query("year == 2021 and scenario == 'policy' and level == 'primary'")
    district = last[last["scope"] == "district"]
    assert len(schools) == 37 and schools["passed"].between(0, 1).all()
    assert by_key.loc[("resources", "schools", "primary"), "value"] == pytest.approx(
        district["schools_meeting_standard"].mean()
    )
    found = by_key.loc[("evenness", "equipment", "primary"), "value"]
    assert found == pytest.approx(district["cv_equipment"].mean())
    basic, _ = result.inspect("jiben_junheng")
    known = basic.set_index(["id", "level"])
    assert known.loc[("composite", "primary"), "reason"] == "not simulated: no figure of computers, books, title"
    assert known.loc[("teachers", "primary"), "value"] > 0
