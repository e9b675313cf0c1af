"""Private schools: who gets in, who must, and that nothing which is the public schools' reaches them."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.at_rest import district, with_private_schools
from sim.agents import demography, enrolment
from sim.agents.school import ENTRY_GRADE, JUNIOR, LEVELS, PRIMARY
from sim.district.spin_up import weigh_reputation
from sim.indicators import INDICATORS, record
from sim.noise import Noise
from sim.reform import Policy

EVERYTHING = {
    "rotation": {"rate": 1.0, "scope": "district", "heads_rate": 1.0, "posting_years": 2, "itinerant_share": 1.0},
    "joint_teaching": {"coverage": 1.0, "mode": "lesson_study"},
    "research": {"school_share": 1.0, "teacher_share": 1.0},
    "training": {"hours_5y": 360, "young_teacher_share": 1.0, "ict_share": 1.0},
    "digital": {"school_coverage": 1.0, "live_class_share": 1.0, "kind": "network_school"},
    "funding": {"zone_fund": 1e6, "performance_share": 0.5, "metric": "value_added_3y", "spending": {"posts": 1.0}},
    "recruitment": {
        **{"fill_norm": 1.0, "norm_primary": 10, "norm_junior": 8, "district_managed": True, "agency_share": 1.0},
        **{"masters_share": 1.0, "subject_priority": ["pe_arts"], "title_weak_priority": 1.0},
        **{"weak_school_priority": 1.0},
    },
    "enrolment": {"high_school_quota": 1.0},
    "governance": {"unified": ["personnel", "money", "teaching", "appraisal"]},
}


def entrants(seed=0, luck=None, **terms):
    """A model whose entrants wait for a school."""
    model = with_private_schools(seed)
    model.begin_year()
    demography.advance(model)
    if luck is not None:
        model.noise = Noise(luck)
    for name, value in terms.items():
        setattr(model.terms, name, value)
    return model


def entered(model, level):
    """Schools and migrant marks of this year's entrants of a level."""
    here = model.students.grade == ENTRY_GRADE[level]
    return model.students.school[here], model.students.migrant[here]


@given(st.integers(0, 2**40), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.booleans())
@settings(max_examples=30, deadline=None, derandomize=True)
def test_private_places_are_the_stated_share_and_never_exceeded(luck, share, public, may_choose, lottery):
    model = entrants(
        luck=luck, private_share=np.full(2, share), migrant_public_share=public, may_choose=may_choose, lottery=lottery
    )
    everyone = set(model.students.id.tolist())
    enrolment.enrol(model)
    schools = model.schools
    assert set(model.students.id.tolist()) == everyone
    for level in range(len(LEVELS)):
        school, migrant = entered(model, level)
        private = schools.private & (schools.level == level)
        places = schools.seats[private]
        assert places.sum() == round(share * len(school))
        taken = np.bincount(school, minlength=len(schools))
        assert (taken[private] <= places).all() and not taken[schools.level != level].any()
        must = int(migrant.sum()) - round(public * int(migrant.sum()))
        assert (migrant & schools.private[school]).sum() == min(must, places.sum())


@pytest.mark.parametrize("level", [PRIMARY, JUNIOR])
def test_a_migrant_child_without_a_public_place_takes_the_nearest_private_one(level):
    model = entrants(private_share=np.full(2, 0.9), migrant_public_share=0.0)
    rows = np.flatnonzero(model.students.grade == ENTRY_GRADE[level])
    home = enrolment.home_school(model, model.students.take(rows), level)
    school = enrolment.admit(model, model.students.take(rows), home, level)
    migrant = model.students.migrant[rows]
    private = np.flatnonzero(model.schools.private & (model.schools.level == level))
    nearest = private[np.argmin(model.geography[home[:, None], private], axis=1)]
    room = np.bincount(nearest[migrant], minlength=len(model.schools)) <= model.schools.seats
    sure = migrant & room[private].all()
    assert migrant.sum() > 20 and sure.any()
    assert np.array_equal(school[sure], nearest[sure])


def test_one_more_public_place_is_given_to_one_more_child_and_taken_from_none():
    kept = []
    for public in (0.5, 0.55, 0.9):
        model = entrants(private_share=np.full(2, 0.9), migrant_public_share=public)
        enrolment.enrol(model)
        students = model.students
        here = (students.grade == 1) & students.migrant & ~model.schools.private[students.school]
        kept.append(set(students.id[here].tolist()))
    assert kept[0] < kept[1] < kept[2]


def test_applying_to_a_private_school_does_not_depend_on_the_catchments_enforcement():
    model = entrants(may_choose=0.0, migrant_public_share=1.0)
    model.students.migrant[:] = False
    model.schools.reputation[model.schools.private] = 10.0
    model.choice_weight[:] = 5.0
    rows = np.flatnonzero(model.students.grade == 1)
    home = enrolment.home_school(model, model.students.take(rows), PRIMARY)
    enrolment.open_private_places(model, len(rows), PRIMARY)
    wants = enrolment.chosen_school(model, model.students.take(rows), home, PRIMARY)
    assert (model.schools.private[wants] | (wants == home)).all()
    assert model.schools.private[wants].mean() > 0.5
    school = enrolment.admit(model, model.students.take(rows), home, PRIMARY)
    taken = np.bincount(school, minlength=len(model.schools))
    private = model.schools.private & (model.schools.level == PRIMARY)
    assert np.array_equal(taken[private], model.schools.seats[private])
    crowded = model.schools.seats.copy()
    crowded[~private] = 10**6
    model.schools.seats = crowded
    school = enrolment.admit(model, model.students.take(rows), home, PRIMARY)
    assert np.array_equal(school[~private[school]], home[~private[school]])  # who is not admitted goes home


def test_the_lot_for_a_private_place_is_fair_and_forgets_the_address():
    won = []
    for luck in range(150):
        model = entrants(luck=luck, may_choose=0.0)
        model.students.migrant[:] = False
        rows = np.flatnonzero(model.students.grade == 1)
        star = int(np.flatnonzero(model.schools.private)[0])
        home = enrolment.home_school(model, model.students.take(rows), PRIMARY)
        enrolment.open_private_places(model, len(rows), PRIMARY)
        all_want_it = np.full(len(rows), star)
        placed = enrolment.admit_privately(model, model.students.take(rows), home, all_want_it, PRIMARY)
        assert (placed == star).sum() == model.schools.seats[star]
        won.append(placed == star)
    chance = np.mean(won, axis=0)
    expected = model.schools.seats[star] / len(rows)
    assert chance.mean() == pytest.approx(expected)
    assert chance.std() == pytest.approx((expected * (1 - expected) / 150) ** 0.5, rel=0.2)


@pytest.mark.parametrize("applicants", [1.0, 2.0])
def test_at_rest_each_private_place_has_the_applicants_that_the_effects_say(applicants):
    model = with_private_schools(1, migrant_public_share=1.0)
    model.effects = replace(model.effects, private_applicants=applicants)
    weigh_reputation(model)
    asked, places = np.zeros(len(model.schools)), np.zeros(len(model.schools))
    for luck in range(40):
        world = model.under(model.policy)
        world.noise = Noise(luck)
        world.begin_year()
        demography.advance(world)
        for level in (PRIMARY, JUNIOR):
            rows = np.flatnonzero(world.students.grade == ENTRY_GRADE[level])
            home = enrolment.home_school(world, world.students.take(rows), level)
            enrolment.open_private_places(world, len(rows), level)
            wants = enrolment.chosen_school(world, world.students.take(rows), home, level)
            applying = world.schools.private[wants] & ~world.students.migrant[rows]
            asked += np.bincount(wants[applying], minlength=len(asked))
        places += world.schools.seats
    private = model.schools.private
    assert (asked / places)[private] == pytest.approx(np.full(3, applicants), rel=0.15)


def test_private_schools_have_a_size_of_their_own_and_no_catchment():
    model = with_private_schools(1)
    intake = model.schools.intake
    assert intake[model.schools.private].tolist() == [17, 16, 33]
    assert intake.sum() == model.schools.residents.sum() == 2 * round(3000 / 9)
    assert not model.schools.residents[model.schools.private].any()
    assert not model.feeding.table()[:, model.schools.private].any()


def test_no_lever_reaches_a_private_school():
    pulled = [(f"policy.{group}", settings) for group, settings in EVERYTHING.items()]
    policy = Policy.load("none", [*pulled], 2020)
    model, quiet = with_private_schools(policy=policy), with_private_schools()
    private = np.flatnonzero(model.schools.private)
    for _ in range(3):
        model.step()
        quiet.step()
    schools, teachers = model.schools, model.teachers
    assert teachers.rotated.any() and schools.received.any() and schools.digital.any() and schools.stake.any()
    for name in ("received", "account", "bought_posts", "stake", "research", "digital", "live"):
        assert not schools.arrays[name][private].any(), name
    there, usual = (world.teachers.take(np.isin(world.teachers.school, private)) for world in (model, quiet))
    for name in ("rotated", "moved", "posting_end", "agency", "research", "contest", "award", "ict_trained"):
        assert not there.arrays[name].any(), name
    for name in ("id", "school", "home_school", "subject", "degree", "base_skill", "practised", "learned", "backbone"):
        assert np.array_equal(there.arrays[name], usual.arrays[name]), name
    assert np.array_equal(schools.head[private], quiet.schools.head[private])


def test_the_figures_are_the_public_schools_and_a_zone_has_none_of_the_private():
    model = with_private_schools()
    keys, values = record.rows(model)
    names = set(model.schools.name[model.schools.private])
    assert not names & {unit for _, _, unit in keys}
    public = ~model.schools.private
    at = model.schools.level[model.students.school]
    row = keys.index(("primary", "district", model.district.name))
    told = dict(zip(INDICATORS, values[row].tolist(), strict=True))
    primary = (at == PRIMARY) & public[model.students.school]
    assert told["students"] == primary.sum() and told["schools"] == (public & (model.schools.level == PRIMARY)).sum()
    assert told["private_share"] == pytest.approx(1 - primary.sum() / (at == PRIMARY).sum())
    migrant = model.students.migrant & (at == PRIMARY)
    assert told["migrant_public_share"] == pytest.approx((migrant & primary).sum() / migrant.sum())
    assert told["excellent_rate"] == pytest.approx(model.district.excellent_share, abs=0.01)
    assert told["zones"] == (model.zones.level == PRIMARY).sum()


def test_without_private_schools_all_figures_of_them_say_so():
    keys, values = record.rows(district())
    row = keys.index(("junior", "district", "wuhan_edz"))
    told = dict(zip(INDICATORS, values[row].tolist(), strict=True))
    assert (told["private_share"], told["migrant_public_share"]) == (0.0, 1.0)


@pytest.mark.parametrize("anew", [0.0, 1.0])
def test_classes_stay_together_unless_they_are_dealt_anew_every_year(anew):
    model = district(students=6000)
    model.district = replace(model.district, classes_reshuffled=anew)
    model.step()
    before = {int(s.id): int(model.classes.id[s.classroom]) for s in model.students if s.grade in (1, 2, 4, 5, 7, 8)}
    teams = {int(c.id): c.team_ids.tolist() for c in model.classes if c.grade in (1, 2, 4, 5, 7, 8)}
    sizes = dict(zip(model.classes.id.tolist(), model.classes.size.tolist(), strict=True))
    stock = model.noise
    model.step()
    after = {int(s.id): int(model.classes.id[s.classroom]) for s in model.students}
    stayed = [before[child] == after[child] for child in before if child in after]
    same_team = [c.team_ids.tolist() == teams[int(c.id)] for c in model.classes if int(c.id) in teams]
    assert model.noise is stock and len(same_team) > 50
    if anew:
        assert np.mean(stayed) < 0.8 and np.mean(same_team) < 0.5
        grown = [abs(int(c.size) - sizes[int(c.id)]) for c in model.classes if int(c.id) in sizes]
        assert max(grown) <= 1
    else:
        assert all(stayed) and np.mean(same_team) > 0.5
