"""Building, showcases and trusteeship do to named places what is asked, in the years asked, for the money asked."""

from collections import defaultdict
from copy import deepcopy

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from reference.at_rest import before_enrolment, district
from reference.plain import differences, plain
from reference.projects import Works
from sim.agents.enrolment import enrol
from sim.agents.school import LEVELS, YEARS
from sim.reform.building import Building, Campus
from sim.reform.showcase import Display, Showcase
from sim.reform.trusteeship import Trust, Trusteeship
from sim.userinput import UserError

FIRST = 2021
LEVERS = ("building", "showcase", "trusteeship")


def world(seed=0):
    """A district in its first year; one school has both levels."""
    model = district(seed)
    model.begin_year()
    junior, primary = (np.flatnonzero(model.schools.level == level)[0] for level in (1, 0))
    model.schools.name[primary] = model.schools.name[junior]
    return model


BOTH_LEVELS = world().schools.name[0]
NAMES = [BOTH_LEVELS, *world().schools.name[[1, 2, 24, 36]].tolist()]
ZONES = world().zones.name.tolist()
YEARS_ASKED = st.integers(FIRST - 2, FIRST + 3)
MONEY = st.sampled_from([None, 0.0, 1.0, 123_456.0, 3e6])


@st.composite
def at_a_place(draw, **more):
    place = draw(st.sampled_from([("school", NAMES), ("zone", ZONES)]))
    own = {place[0]: draw(st.sampled_from(place[1])), "start_year": draw(YEARS_ASKED), "money": draw(MONEY)}
    return own | {name: draw(values) for name, values in more.items()}


def some(project, by):
    return st.lists(project, max_size=4, unique_by=by)


@st.composite
def contracts(draw):
    run, trustee = draw(st.lists(st.sampled_from(NAMES), min_size=2, max_size=2, unique=True))
    years = draw(st.sampled_from([None, 1, 3]))
    own = {"school": run, "trustee": trustee, "start_year": draw(YEARS_ASKED), "years": years, "money": draw(MONEY)}
    return own


@given(
    some(at_a_place(seats=st.integers(1, 500)), repr),
    st.integers(0, 3),
    some(at_a_place(rooms_share=st.sampled_from([0.0, 0.3, 1.0])), repr),
    some(contracts(), lambda contract: contract["school"]),
    st.integers(0, 2),
)
@settings(derandomize=True, deadline=None, max_examples=60)
def test_they_equal_projects_told_one_by_one(campuses, lag, displays, trusts, seed):
    model = world(seed)
    model.zones.fidelity = np.random.default_rng(seed).random(len(model.zones))
    model.schools.residents[: seed * 20] = 0  # schools without children share equally
    works = Works(
        plain(model.schools), plain(model.zones), model.prices, model.zones.fidelity, model.effects.b_trust
    )
    levers = (
        Building(tuple(Campus(**one) for one in campuses), lag),
        Showcase(tuple(Display(**one) for one in displays)),
        Trusteeship(tuple(Trust(**one) for one in trusts)),
    )
    campuses, displays = deepcopy(campuses), deepcopy(displays)
    for year in range(FIRST, FIRST + 6):
        model.schools.lent[:] = 0.0
        model.year, model.terms.costs, works.costs = year, {}, defaultdict(lambda: [0, 0])
        for lever in levers:
            lever.apply(model, year)
        works.build(campuses, lag, year)
        works.show(displays, year)
        works.entrust(trusts, year)
        assert differences(model.schools, works.schools) == []
        assert model.terms.costs == {lever: tuple(yuan) for lever, yuan in works.costs.items() if any(yuan)}


def zone_of(model, level):
    """A zone of the level with several schools."""
    return int(np.flatnonzero((model.zones.level == level) & (model.zones.members > 1))[0])


@pytest.mark.parametrize("level", range(len(LEVELS)))
def test_a_building_opens_its_lag_after_its_start_and_once(level):
    model = world()
    zone = zone_of(model, level)
    lever = Building((Campus(zone=model.zones.name[zone], start_year=FIRST, seats=600),), lag=2)
    seats, area = model.schools.seats.copy(), model.schools.teaching_area.copy()
    for year in range(FIRST, FIRST + 5):
        model.year = year
        lever.apply(model, year)
        more, built = model.schools.seats - seats, model.schools.teaching_area - area
        if year < FIRST + 2:
            assert not more.any() and not built.any()
        else:
            assert more.sum() == 600 / YEARS[level]
            assert built.sum() == pytest.approx(600 * (4.5, 5.8)[level])
            assert not more[model.schools.zone != zone].any() and (more[model.schools.zone == zone] > 0).all()


@pytest.mark.parametrize(("lag", "begins"), [(0, FIRST), (1, FIRST), (3, FIRST), (2, FIRST + 2), (3, FIRST - 2)])
def test_a_building_costs_its_money_in_all_whatever_its_lag(lag, begins):
    model = world()
    lever = Building((Campus(school=BOTH_LEVELS, start_year=begins, seats=100, money=1000.0),), lag=lag)
    paid = []
    for model.year in range(FIRST, FIRST + 6):
        model.terms.costs = {}
        lever.apply(model, model.year)
        paid.append(model.terms.costs.get("building", (0, 0)))
    assert np.sum(paid) == 1000 and np.sum(paid, axis=0).all()  # both levels of the school pay
    assert np.sum(paid, axis=1).max() <= 1000.0 / max(1, lag) * max(1, FIRST - begins + 1) + 1


def test_new_places_let_in_those_who_apply_from_elsewhere():
    def outsiders(seats):
        model = before_enrolment(students=3000)
        model.terms.may_choose = 1.0
        model.choice_weight = np.array([2.0, 2.0])
        school = int(np.flatnonzero(model.schools.level == 0)[0])
        model.schools.reputation[school] = 3.0
        if seats:
            project = Campus(school=model.schools.name[school], start_year=model.year, seats=seats)
            Building((project,), lag=0).apply(model, model.year)
        enrol(model)
        entered = model.students.grade == 1
        return int((entered & (model.students.school == school) & (model.students.catchment != school)).sum())

    assert outsiders(600) > outsiders(0)


def test_a_showcase_spends_every_yuan_on_whole_rooms_and_equipment():
    model = world()
    schools, zone = model.schools, zone_of(model, 0)
    rooms, equipment = schools.multimedia_rooms.copy(), schools.equipment.copy()
    lever = Showcase((Display(zone=model.zones.name[zone], start_year=FIRST, money=1e6, rooms_share=0.5),))
    for model.year in (FIRST, FIRST + 1):
        lever.apply(model, model.year)
    more = np.round(schools.multimedia_rooms - rooms, 9)
    assert (more == np.round(more)).all() and more.sum() > 0
    spent = more.sum() * model.prices["multimedia_room"] + (schools.equipment - equipment).sum()
    assert spent == pytest.approx(1e6) == pytest.approx(sum(model.terms.costs["showcase"]))
    assert not more[schools.zone != zone].any()


def test_a_trustee_brings_its_management_for_as_long_as_the_contract_runs_and_no_other_school_feels_it():
    run, other = "四中", "实验小学"
    words = ["district.students=900", "district.catchment_enforcement=1"]
    contract = f"policy.trusteeship.projects=[{{school: {run}, trustee: {other}, start_year: 2022, years: 1}}]"
    with_, without = (sim.load(overrides=own).model(seed=4) for own in ([*words, contract], words))
    row, trustee = (int(np.flatnonzero(with_.schools.name == name)[0]) for name in (run, other))
    for year in (2021, 2022, 2023):
        with_.step()
        without.step()
        brought = with_.classes.principal - without.classes.principal
        at_run = with_.classes.school == row
        assert not brought[~at_run].any()
        gap = with_.schools.principal[trustee] - with_.schools.principal[row]
        share = with_.effects.b_trust * with_.zones.fidelity[with_.schools.zone[row]] if year == 2022 else 0.0
        assert brought[at_run] == pytest.approx(share * gap, abs=1e-15)
        assert (share * gap != 0) == (year == 2022) == ("trusteeship" in with_.terms.costs)


def test_projects_that_have_not_started_leave_no_trace():
    words = ["district.students=900"]
    later = [
        *("policy.building.projects=[{school: 四中, start_year: 2040, seats: 100}]",),
        *("policy.showcase.projects=[{zone: 第一学区, start_year: 2040}]",),
        *("policy.trusteeship.projects=[{school: 四中, start_year: 2040}]",),
    ]
    one, other = (sim.load(overrides=own).model(seed=2) for own in (words, words + later))
    for model in (one, other):
        model.step()
    for name, array in one.schools.arrays.items():
        assert np.array_equal(array, other.schools.arrays[name], equal_nan=array.dtype.kind == "f"), name
    assert not set(LEVERS) & set(other.terms.costs)


def test_a_policy_that_is_moved_moves_the_years_of_its_projects():
    words = ["district.baseline_year=2022", "policy.first_year=2021", "district.students=900"]
    project = "policy.showcase.projects=[{school: 四中, start_year: 2021}]"
    model = sim.load(overrides=[*words, project]).model(seed=0)
    model.step()
    assert model.year == 2023 and sum(model.terms.costs["showcase"]) == model.prices["showcase"]


REFUSED = {
    "building.projects=[{school: 四中, start_year: 2021, seats: 2}]": "seats=2: for 3 grades of one school",
    "building.projects=[{zone: 第一学区, start_year: 2021, seats: 8}]": "8: for 9 grades of 3 schools.* build 9",
    "building.projects=[{school: 四种, start_year: 2021, seats: 9}]": "such as 四中",
    "building.projects=[{zone: 第一区, start_year: 2021, seats: 9}]": "did you mean '第一学区'",
    "building.projects=[{start_year: 2021, seats: 9}]": "either a school or a zone",
    "building.projects=[{school: 四中, zone: 第一学区, start_year: 2021, seats: 9}]": "and not both",
    "building.projects=[{school: 四中, start_year: 2021}]": r"projects\[0\] needs seats",
    "building.projects={2022: [{school: 四中, start_year: 2021, seats: 9}]}": "one value for all years",
    "showcase.projects=[{school: 四中, start_year: 2021}, {school: 四中, start_year: 2021}]": "is the same as another",
    "showcase.projects=[{school: 四中, start_year: 2021, seats: 5}]": "no such setting",
    "trusteeship.projects=[{school: 四种, start_year: 2021}]": "such as 四中",
    "trusteeship.projects=[{school: 四中, trustee: 一初种, start_year: 2021}]": "did you mean '一初中'",
    "trusteeship.projects=[{school: 四中, trustee: 四中, start_year: 2021}]": "run by itself",
    "trusteeship.projects=[{school: 一初中, start_year: 2021}]": "run by itself",
    "trusteeship.projects=[{school: 四中, start_year: 2021}, {school: 四中, start_year: 2023}]": "a contract already",
}


@pytest.mark.parametrize("words", REFUSED)
def test_what_does_not_fit_the_district_is_refused_before_the_model_starts(words):
    with pytest.raises(UserError, match=REFUSED[words]):
        sim.load(overrides=[f"policy.{words}"])
