"""Law, births and lessons by year, the same whatever the district does; frozen, they stay at the baseline's."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest

import sim
from sim.district.background import LESSONS, load_background
from sim.userinput import UserError

LAW = load_background("law", 2020)
FROZEN = load_background("frozen", 2020)


@pytest.mark.parametrize(
    ("year", "quota", "months"),
    [
        (1990, (650, 850), (720, 660)),
        (2020, (650, 850), (720, 660)),
        (2022, (650, 850), (720, 660)),
        (2023, (720, 940), (720, 660)),
        (2024, (720, 940), (720, 660)),
        (2025, (720, 940), (723, 663)),
        (2027, (720, 940), (729, 669)),
        (2060, (720, 940), (738, 678)),
    ],
)
def test_a_value_holds_from_its_year_to_the_next(year, quota, months):
    law = LAW.at(year)
    assert (law.quota, law.retirement_months) == (quota, months)


def test_frozen_law_is_that_of_the_baseline_year():
    assert {FROZEN.at(year) for year in range(1970, 2050)} == {LAW.at(2020)}
    assert {load_background("frozen", 2026).at(year) for year in range(1970, 2050)} == {LAW.at(2026)}


def test_only_frozen_is_frozen():
    assert FROZEN.frozen and not LAW.frozen


def test_another_name_is_answered_with_the_known_ones():
    with pytest.raises(UserError, match="known: curriculum_2022, double_reduction, falling_births, frozen, law; "):
        load_background("frozn", 2020)


ARMS = ("policy", "counterfactual")
FIRST_YEAR = {"double_reduction": 2021, "falling_births": 2021, "curriculum_2022": 2022}


@pytest.mark.parametrize(("name", "first"), FIRST_YEAR.items())
def test_a_named_shock_is_the_law_until_its_year_and_changes_one_thing_from_then_on(name, first):
    shock = load_background(name, 2020)
    changed = {"double_reduction": ("tutoring", "after_school_hours"), "falling_births": ("entrants",)}.get(
        name, ("lesson_weight",)
    )
    assert all(shock.at(year) == LAW.at(year) for year in range(2015, first))
    now, plain = shock.at(2025), LAW.at(2025)
    assert all(getattr(now, one) != getattr(plain, one) for one in changed)
    assert replace(now, **{one: getattr(plain, one) for one in changed}) == plain


@pytest.mark.parametrize("name", FIRST_YEAR)
def test_a_shock_counts_against_the_baseline_whichever_that_is(name):
    shock, quiet = load_background(name, 2026), LAW.at(2026)
    assert shock.at(2026) == replace(quiet, retirement_months=shock.at(2026).retirement_months)


def test_cohorts_of_entry_age_follow_the_births_of_the_country():
    with (Path(__file__).parents[2] / "docs" / "sources" / "births.csv").open(encoding="utf-8", newline="") as file:
        births = {int(row["year"]): float(row["births_10k"]) for row in csv.DictReader(file)}
    values = load_background("falling_births", 2020).values["entrants"]
    assert set(values) == {year + 7 for year in births if year + 1 in births}
    for year, children in values.items():
        assert children == round(births[year - 7] / 3 + 2 * births[year - 6] / 3)


def test_lessons_of_the_shipped_curriculum_leave_a_rest_for_what_all_teach():
    values = load_background("curriculum_2022", 2020).values
    for year in (2001, 2022):
        assert 80 < sum(values[key][year] for key in LESSONS) < 90


def own(folder, **files):
    """A folder with backgrounds of one's own."""
    (folder / "background").mkdir()
    for name, text in files.items():
        (folder / "background" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return [folder]


def test_a_background_of_ones_own_does_what_the_shocks_do(tmp_path):
    folders = own(
        tmp_path,
        mine="like: [falling_births, curriculum_2022]\nentrants: {values: {2020: 1, 2023: 0.5}}\n"
        "after_school_hours: {values: {2020: 2, 2022: 6}, source: here}",
        held="like: mine\nfrozen: true",
    )
    mine = load_background("mine", 2020, folders)
    assert [mine.at(year).entrants for year in (2020, 2022, 2023)] == [1.0, 1.0, 0.5]
    assert [mine.at(year).after_school_hours for year in (2020, 2022)] == [0.0, 4.0]
    assert mine.at(2022).lesson_weight == load_background("curriculum_2022", 2020).at(2022).lesson_weight
    assert load_background("held", 2020, folders).at(2030) == mine.at(2020)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("like: law\nbirths: {values: {2021: 1}}", r"births: no such entry; known: like, frozen, quota_primary"),
        ("like: law\nentrant: {values: {2021: 1}}", "did you mean 'entrants'"),
        ("like: law\nentrants: 0.9", r"entrants must have values by year, such as {values: {2021: 1}}, got 0.9"),
        ("like: law\nentrants: {values: {2021: 0.9}, unit: x}", "entrants: no such column; known: values, source"),
        ("like: law\nentrants: {values: {2021: -1}}", r"entrants \(2021\) must be within 0.01"),
        ("like: law\nentrants: {values: {soon: 1}}", "a year must be a whole number"),
        ("like: law\nfrozen: maybe", "frozen must be true or false, got 'maybe'"),
        ("like: 3", "like must be the name of a background or a list of names, got 3"),
        ("like: mine", "background=mine: mine is like mine; end the circle"),
        ("like: lawn", "did you mean 'law'"),
        ("entrants: {values: {2021: 0.9}}", "lacks quota_primary, .* write `like: law`"),
    ],
)
def test_a_mistake_in_a_background_is_one_line_with_the_way_out(text, told, tmp_path):
    with pytest.raises(UserError, match=told) as mistake:
        load_background("mine", 2020, own(tmp_path, mine=text))
    assert "\n" not in str(mistake.value)


@pytest.mark.parametrize("name", FIRST_YEAR)
def test_a_shock_reaches_both_arms_and_changes_no_bit_before_its_year(name):
    def scenario(background):
        return sim.load(policy="wuhan_edz_2021_2023", background=background, overrides=["district.students=1500"])

    shocked, plain = ({arm: scenario(one).model(seed=4, arm=arm) for arm in ARMS} for one in (name, "law"))
    for arm in ARMS:
        for year in range(2021, 2026):
            shocked[arm].step()
            plain[arm].step()
            same = shocked[arm].students.trait.tolist() == plain[arm].students.trait.tolist()
            same &= shocked[arm].teachers.subject.tolist() == plain[arm].teachers.subject.tolist()
            assert same or year >= FIRST_YEAR[name], (arm, year)
        assert not same
    for world in (shocked, plain):
        assert set(world["counterfactual"].students.id) == set(world["policy"].students.id)


def test_fewer_births_take_the_last_children_of_each_catchment_and_leave_the_others_as_they_are():
    entrants = {}
    for background in ("law", "falling_births"):
        model = sim.load(background=background, overrides=["district.students=6000"], horizon=2027).model(seed=2)
        while model.year < 2027:
            model.step()
        first = model.students.grade == 1
        entrants[background] = dict(zip(model.students.id[first], model.students.ses[first], strict=True))
    fewer, usual = entrants["falling_births"], entrants["law"]
    assert fewer.items() <= usual.items()
    assert len(fewer) == pytest.approx(1108 / 1671 * len(usual), rel=0.02)


def test_both_arms_live_under_the_same_law_and_births_stand_still_when_frozen():
    overrides = ["district.students=900", "district.birth_trend=0.1"]
    entered = {}
    for background in ("law", "frozen"):
        scenario = sim.load(policy="wuhan_edz_2021_2023", background=background, overrides=overrides)
        rest = scenario.at_rest(2)
        for arm in ("policy", "counterfactual"):
            model = scenario.start(rest, arm)
            for _ in range(5):
                model.step()
            entered[background, arm] = model.flows["entered"]
            assert model.terms.quota.tolist() == list(model.background.at(2025).quota)
            assert model.terms.retirement_months == model.background.at(2025).retirement_months
    assert entered["frozen", "policy"] == entered["frozen", "counterfactual"] == 100
    assert entered["law", "policy"] == entered["law", "counterfactual"] == pytest.approx(100 * 1.1**5, abs=12)
