"""The reforms of documents 002 and 004: their words and their numbers."""

import pytest

import sim
from quotes import plain, quotes
from reforms import REFORMS, policy_file, rows
from sim.agents.school import NO_ZONE
from sim.district.reading import load_district
from sim.reform import Policy
from sim.targets import Target, Targets
from sim.userinput import UserError

PLACES = ("pilot_125", "tekes", "shapingba", "generic_county", "wuchang", "grand_zones_county")
OTHER_SENTENCES = {
    "设立教师培训专项经费",
    "逐渐形成一个良好的学区间竞争氛围",
    "大大改善了学校办学条件",
    "深入实施“教师队伍增量强质工程”",
    "强化学区内学校(园)合作交流",
    "以点带面、优势互补",
    "对教师进行教学方法的指导",
    "按要求开齐开足国家课程",
    "对口帮扶、共同提升的学区化管理体系",
}
"""Quotes of policies from sentences of their documents that no row of the source table takes up."""
SMALL = ("district.students=2000",)


def test_the_quotes_of_policies_stand_in_the_sentences_of_their_rows():
    missing = set()
    for place in PLACES:
        sentences = [plain(part) for row in rows(place).values() for part in row["quote"].split("……")]
        said = {plain(quote) for source in policy_file(place)["sources"].values() for quote in quotes(source)}
        missing |= {quote for quote in said if not any(quote in sentence for sentence in sentences)}
    assert missing == {plain(quote) for quote in OTHER_SENTENCES}


@pytest.mark.parametrize("place", PLACES)
def test_a_district_names_its_own_plan(place):
    assert load_district(place).targets == place


def test_the_structure_that_the_texts_give_is_that_of_the_districts():
    pilot, shapingba = load_district("pilot_125"), load_district("shapingba")
    assert sorted(zone.form for zone in pilot.zones) == [0, 2, 2, 2, 2] and not pilot.outside
    assert any("鹿潘小学" in zone.schools for zone in pilot.zones)
    levels = [zone.level for zone in shapingba.zones]
    assert (levels.count(1), levels.count(0)) == (4, 8)
    inside = sum(len(zone.schools) for zone in shapingba.zones if zone.level == 0)
    assert 100 * inside / (inside + len(shapingba.outside)) == pytest.approx(51.5, abs=0.05)
    assert {school.level for school in shapingba.outside} == {0}
    assert not load_district("wuchang").zones


def test_the_types_of_the_model_plan_stand_in_the_names_and_model_schools_lead():
    for zone in load_district("generic_county").zones:
        assert zone.lead is not None and zone.lead.startswith("示范")
        assert sorted({name[:2] for name in zone.schools}) == ["基础", "特色", "示范"]


def test_the_money_of_shapingba_is_that_of_the_text():
    lever = Policy.load("shapingba_2015", baseline_year=2015).lever("funding", 2016)
    model = sim.load("shapingba", "shapingba_2015", horizon=2021, overrides=SMALL).model()
    for zone, yuan in zip(model.zones.name, lever.budget(model), strict=True):
        members = int((model.schools.zone == list(model.zones.name).index(zone)).sum())
        assert yuan == (1_500_000 if "中学" in zone else 50_000 * members)
    model.step()
    assert model.ledger.budgeted == 4 * 1_500_000 + 34 * 50_000
    assert not model.schools.received[model.schools.zone == NO_ZONE].any()


def test_entry_classes_of_the_pilot_have_45_students_at_most_as_its_text_says():
    [target] = [row for row in Targets.load("pilot_125").rows if isinstance(row, Target)]
    assert (target.id, target.goal, target.comparator, target.each) == ("P12514", 45, "<=", True)
    result = sim.run(sim.load("pilot_125", "pilot_125", horizon=2021, effects="means"), replicates=1)
    each, mean = result.targets().query("due and year == 2021").to_dict("records")
    assert mean["mean"] < each["mean"] <= 45 < each["mean_counterfactual"]
    assert each["expected_schools"] == len(load_district("pilot_125").public_schools)
    assert each["reason"].startswith("decreed: policy.enrolment.class_cap_primary")


def test_the_campus_of_the_pilot_opens_in_its_first_year_for_the_money_of_the_text():
    model = sim.load("pilot_125", "pilot_125", horizon=2021, overrides=SMALL).model()
    before = model.schools.seats.copy()
    model.step()
    assert (model.schools.seats - before).sum() == round(1000 / 6)
    assert model.costs[2021]["building"] == (30_000_000, 0)


@pytest.mark.parametrize("place", PLACES)
def test_any_of_the_policies_runs_on_any_of_the_districts_or_says_why_not(place):
    policy, _ = REFORMS[place]
    for district in PLACES:
        if policy == "pilot_125" and "第1小学" not in load_district(district).public_schools:
            with pytest.raises(UserError, match=r"policy.building.projects\[0\].school=第1小学: no such school"):
                sim.load(district, policy)
            continue
        model = sim.load(district, policy, horizon=2025, overrides=SMALL).model()
        model.step()
        assert model.costs[model.year] or not len(model.zones)  # a fund of zones costs nothing without any


def test_shapingba_stops_where_its_three_years_end():
    result = sim.run(sim.load("shapingba", "shapingba_2015", horizon=2018, overrides=SMALL), replicates=1)
    assert result.indicators["year"].max() == 2018
