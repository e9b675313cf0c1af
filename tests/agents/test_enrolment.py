"""Entrants get a school and a class by the rules, as told child by child, even where there are too few seats."""

from collections import Counter
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference import enrolment as reference
from reference.at_rest import before_enrolment, district, renumber_schools
from sim.agents import enrolment
from sim.agents.geography import Feeding, Geography
from sim.agents.school import ENTRY_GRADE, JUNIOR, LEVELS, PRIMARY
from sim.district.roll import Roll
from sim.noise import Noise

MARKERS = ("grade", "catchment", "migrant", "ses", "trait", "lasting", "fading")


@st.composite
def springs(draw):
    """A district whose entrants wait for a school, with some of what may vary varied."""
    model = before_enrolment(draw(st.integers(0, 2)))
    luck = draw(st.integers(0, 2**40))
    random = np.random.default_rng(luck)
    model.noise = Noise(luck)
    renumber_schools(model, luck)
    schools, count = model.schools, len(model.schools)
    model.terms.may_choose = draw(st.sampled_from([0.0, 0.05, 0.5, 1.0]))
    model.terms.class_cap = np.array(draw(st.tuples(st.integers(1, 60), st.integers(1, 60))), dtype=float)
    scale, heed = draw(st.tuples(st.sampled_from([0.5, 2.0, 50.0]), st.sampled_from([0.0, 0.4, 1.0])))
    taste, status = draw(st.tuples(st.sampled_from([0.01, 0.3, 3.0]), st.sampled_from([0.0, 0.7, 1.0])))
    model.effects = replace(
        model.effects, distance_scale=scale, quota_choice=heed, taste_scale=taste, choice_status=status
    )
    model.students.score[random.random(len(model.students)) < 0.2] = np.nan
    model.choice_weight = 5.0 * random.random(2)
    model.held, model.terms.lottery = draw(st.tuples(st.booleans(), st.booleans()))
    model.terms.school_cap = draw(st.sampled_from([None, 10.0, 59.9, 100.0, 1e4]))
    model.terms.high_school_quota = draw(st.sampled_from([0.0, 0.5, 0.8, 1.0]))
    if draw(st.booleans()):
        junior = schools.level == JUNIOR
        flows = random.multinomial(8, junior / junior.sum(), count)
        model.feeding = Feeding.from_flows(count, *np.nonzero(flows), flows[flows > 0])
    schools.reputation = random.normal(size=count)
    schools.seats = schools.seats * draw(st.sampled_from([0, 0.5, 0.9, 1, 10])) * (random.random(count) < 0.8)
    schools.zone = random.integers(-1, draw(st.sampled_from([1, 5, count])), count)
    model.students.migrant = random.random(len(model.students)) < draw(st.floats(0, 1))
    model.students = model.students.take(random.permutation(len(model.students)))
    model.classes.team = random.integers(-1, 50, (len(model.classes), 3))
    if draw(st.integers(0, 9)) == 0:
        model.students = model.students.take(model.students.grade != draw(st.sampled_from(ENTRY_GRADE)))
    return model


def child_by_child(model, level):
    """Enrolment of a level as the reference tells it, before anybody is enrolled."""
    every = np.arange(len(model.schools))
    tables = {"kilometres": model.geography[every[:, None], every].tolist(), "feeding": model.feeding.table().tolist()}
    return reference.Enrolment(SimpleNamespace(**{**vars(model), **tables}), level)


def by_id(students):
    columns = [students.arrays[name].tolist() for name in MARKERS]
    return dict(zip(students.id.tolist(), zip(*columns, strict=True), strict=True))


@given(springs())
@settings(derandomize=True, deadline=None, max_examples=40)
def test_it_equals_enrolment_told_child_by_child(model):
    enrol_beside_the_reference(model)


@given(springs(), st.integers(0, 2**32))
@settings(derandomize=True, deadline=None, max_examples=40)
def test_with_a_roll_to_keep_to_it_equals_enrolment_told_child_by_child(model, seed):
    """The roll lists as many as enter, or others; some junior schools are private."""
    draw = np.random.default_rng(seed)
    schools = model.schools
    schools.private = (schools.level == JUNIOR) & (draw.random(len(schools)) < draw.choice([0.0, 0.3]))
    schools.private[np.argmax(schools.level == JUNIOR)] = False
    model.geography = Geography(schools, 100)
    model.feeding = Feeding.of(model.geography, np.where(schools.private, 0, schools.residents))
    listed = np.zeros((len(schools), 10), np.int64)
    for level in (PRIMARY, JUNIOR):
        rows, grade = np.flatnonzero(schools.level == level), ENTRY_GRADE[level]
        entrants = int((model.students.grade == grade).sum()) + int(draw.choice([0, 0, 5, -5]))
        listed[rows, grade] = draw.multinomial(max(0, entrants), draw.dirichlet(np.ones(len(rows))))
    classes = np.where(draw.random(listed.shape) < 0.5, np.minimum(listed, draw.integers(1, 4)), -1)
    model.roll = Roll(model.year, schools.level, schools.private, listed, classes)
    enrol_beside_the_reference(model)
    for level in (PRIMARY, JUNIOR):
        entered = model.students.school[model.students.grade == ENTRY_GRADE[level]]
        count = np.bincount(entered, minlength=len(schools))
        if model.terms.school_cap is None and len(entered) == listed[:, ENTRY_GRADE[level]].sum():
            assert count.tolist() == listed[:, ENTRY_GRADE[level]].tolist()


def enrol_beside_the_reference(model):
    entered = {level: child_by_child(model, level) for level in (PRIMARY, JUNIOR)}
    rooms = reference.file_classes(model, entered)
    schools = dict(zip(model.students.id.tolist(), model.students.school.tolist(), strict=True))
    schools |= {child.id: child.school for level in entered.values() for child in level.children}
    known, old_teams = by_id(model.students), model.classes.team.copy()
    enrolment.enrol(model)
    students, classes = model.students, model.classes
    assert dict(zip(students.id.tolist(), students.school.tolist(), strict=True)) == schools
    assert list(zip(classes.id.tolist(), classes.school.tolist(), classes.grade.tolist(), strict=True)) == [
        (room.id, room.school, room.grade) for room in rooms
    ]
    assert students.id.tolist() == [child for room in rooms for child in room.members]
    assert students.classroom.tolist() == [row for row, room in enumerate(rooms) for _ in room.members]
    assert classes.size.tolist() == [len(room.members) for room in rooms]
    teams = [old_teams[room.was].tolist() if room.was is not None else [-1, -1, -1] for room in rooms]
    assert classes.team.tolist() == teams
    assert by_id(students) == known
    wanted = Counter(child.wants for level in entered.values() for child in level.children)
    if not model.schools.private.any():  # whoever has a private place asks for no public one
        assert model.demand.tolist() == [wanted[row] for row in range(len(model.schools))]


@given(springs())
@settings(derandomize=True, deadline=None, max_examples=40)
def test_every_student_is_in_one_class_of_his_school_and_grade(model):
    before = sorted(model.students.id.tolist())
    enrolment.enrol(model)
    students, classes = model.students, model.classes
    assert sorted(students.id.tolist()) == before
    assert np.array_equal(classes.school[students.classroom], students.school)
    assert np.array_equal(classes.grade[students.classroom], students.grade)
    assert (classes.size > 0).all() and classes.size.sum() == len(students)
    assert len(set(classes.id.tolist())) == len(classes)
    junior = model.schools.level[students.school] == JUNIOR
    assert np.array_equal(junior, students.grade >= 7)
    for level in (PRIMARY, JUNIOR):
        new = classes.grade == ENTRY_GRADE[level]
        assert classes.size[new].max(initial=0) <= model.terms.class_cap[level]
        for school in set(classes.school[new].tolist()):
            sizes = classes.size[new & (classes.school == school)]
            assert sizes.max() - sizes.min() <= 1
            assert sizes.sum() > (len(sizes) - 1) * model.terms.class_cap[level]


@given(springs())
@settings(derandomize=True, deadline=None, max_examples=40)
def test_no_school_exceeds_its_seats_while_another_has_room(model):
    """Over the seats go only children who live there, and only when the level is full."""
    lives = {child.id: child.home for level in (PRIMARY, JUNIOR) for child in child_by_child(model, level).children}
    enrolment.enrol(model)
    students = model.students
    for level in (PRIMARY, JUNIOR):
        entered = students.grade == ENTRY_GRADE[level]
        count = np.bincount(students.school[entered], minlength=len(model.schools))
        seats, here = enrolment.public_places(model, level), model.schools.level == level
        over = np.flatnonzero(here & (count > seats))
        assert len(over) == 0 or (count >= seats)[here].all()
        for school in over:
            ids = students.id[entered & (students.school == school)].tolist()
            assert sum(lives[child] == school for child in ids) >= count[school] - seats[school]


def admitted(model, level=PRIMARY):
    rows = np.flatnonzero(model.students.grade == ENTRY_GRADE[level])
    home = enrolment.home_school(model, model.students.take(rows), level)
    return rows, home, enrolment.admit(model, model.students.take(rows), home, level)


@pytest.mark.parametrize("level", [PRIMARY, JUNIOR])
def test_without_choice_and_with_seats_everyone_goes_home(level):
    model = before_enrolment(students=3000)
    model.terms.may_choose = 0.0
    model.schools.seats[:] = 10**4
    _, home, school = admitted(model, level)
    assert np.array_equal(home, school)


@pytest.mark.parametrize("level", [PRIMARY, JUNIOR])
def test_where_no_school_has_room_children_go_home_over_its_seats(level):
    model = before_enrolment(students=3000)
    model.schools.seats[:] = 0
    _, home, school = admitted(model, level)
    assert len(school) and np.array_equal(home, school)


def test_the_last_seat_is_given_before_any_school_is_overfilled():
    model = before_enrolment(students=3000)
    model.terms.may_choose = 0.0
    primary = np.flatnonzero(model.schools.level == PRIMARY)
    model.schools.seats[:] = 0
    model.schools.seats[primary[-1]] = 5
    _, home, school = admitted(model)
    assert (school[home == primary[-1]] == primary[-1]).all()
    locals_ = int((home == primary[-1]).sum())
    assert (school == primary[-1]).sum() == max(5, locals_)
    assert (school[school != primary[-1]] == home[school != primary[-1]]).all()


def test_a_birth_boom_crowds_schools_but_stops_nothing():
    model = district(1, birth_trend=0.2)
    for _ in range(3):
        model.step()
    entered = int((model.students.grade == 1).sum())
    assert entered == model.flows["entered"] > model.seats(PRIMARY).sum()


def halve_the_seats(model):
    """Half as many primary seats as residents, but at the smallest school, which takes all the others."""
    primary = np.flatnonzero(model.schools.level == PRIMARY)
    model.schools.seats = model.schools.residents // 2
    refuge = int(primary[np.argmin(model.schools.residents[primary])])
    model.schools.seats[refuge] = 10**4
    return refuge


def test_migrants_come_last_at_a_full_school():
    model = before_enrolment(students=3000)
    model.terms.may_choose = 0.0
    refuge = halve_the_seats(model)
    rows, home, school = admitted(model)
    migrant, stays = model.students.migrant[rows], home == school
    both = [row for row in set(home.tolist()) - {refuge} if 0 < migrant[home == row].sum() < (home == row).sum()]
    assert len(both) > 5
    for row in both:
        lives = home == row
        assert not (stays & migrant & lives).any() or stays[lives & ~migrant].all()
        assert stays[lives].sum() == model.schools.seats[row]


def test_residents_who_stay_come_before_those_who_apply_from_elsewhere():
    model = before_enrolment(students=3000)
    model.terms.may_choose = 1.0
    model.effects = replace(model.effects, taste_scale=1.0)
    model.schools.reputation[:] = 0.0
    halve_the_seats(model)
    rows, home, school = admitted(model)
    wants = enrolment.chosen_school(model, model.students.take(rows), home, PRIMARY)
    asked, got = wants != home, wants == school
    contested = [row for row in set(wants.tolist()) if (asked & ~got & (wants == row)).any()]
    mixed = [row for row in contested if (asked & got & (wants == row)).any()]
    assert len(mixed) > 5
    for row in mixed:
        assert got[~asked & (wants == row)].all()


def test_the_lottery_is_fair_to_those_who_take_part():
    model = before_enrolment(students=3000)
    model.terms.may_choose = 0.0
    model.students.migrant[:] = False
    refuge = halve_the_seats(model)
    won = []
    for luck in range(200):
        model.noise = Noise(luck)
        _, home, school = admitted(model)
        won.append(home == school)
    taking_part = (home != refuge) & (model.schools.residents[home] % 2 == 0)
    chances = np.mean(won, axis=0)[taking_part]
    assert len(chances) > 100 and chances.mean() == pytest.approx(0.5)
    assert chances.std() == pytest.approx((0.25 / 200) ** 0.5, rel=0.2)


def test_an_applicant_less_lets_one_more_in_and_displaces_nobody():
    model = before_enrolment(students=3000)
    model.terms.may_choose = 0.0
    refuge = halve_the_seats(model)
    rows, home, school = admitted(model)
    crowd = np.bincount(home, minlength=len(model.schools))
    crowd[refuge] = 0
    crowded = int(np.argmax(crowd))
    stays = (home == crowded) & (school == crowded)
    before = set(model.students.id[rows[stays]].tolist())
    one = int(rows[stays][0])
    gone = int(model.students.id[one])
    model.students = model.students.take(np.arange(len(model.students)) != one)
    rows, home, school = admitted(model)
    after = set(model.students.id[rows[(home == crowded) & (school == crowded)]].tolist())
    assert before - after == {gone} and len(after - before) == 1


def test_a_better_reputation_draws_more_families_and_the_better_off_first():
    model = before_enrolment(students=3000)
    model.terms.may_choose = 1.0
    model.choice_weight = np.array([2.0, 2.0])
    model.schools.reputation[:] = 0.0
    rows, home, _ = admitted(model)
    star = int(np.flatnonzero(model.schools.level == PRIMARY)[0])
    plain = enrolment.chosen_school(model, model.students.take(rows), home, PRIMARY) == star
    model.schools.reputation[star] = 3.0
    starred = enrolment.chosen_school(model, model.students.take(rows), home, PRIMARY) == star
    assert (starred >= plain).all() and starred.sum() > plain.sum()
    drawn = starred & ~plain
    assert model.students.ses[rows][drawn].mean() > model.students.ses[rows].mean() + 0.2


def test_junior_catchments_get_the_share_of_each_primary_catchment_that_feeds_them():
    model = before_enrolment(students=6000)
    rows, home, _ = admitted(model, JUNIOR)
    catchment, share = model.students.catchment[rows], model.feeding.table()
    for row in set(catchment.tolist()):
        here = catchment == row
        got = np.bincount(home[here], minlength=len(model.schools))
        assert np.abs(got - here.sum() * share[row]).max() <= 1.0


@pytest.mark.parametrize("seed", range(10))
def test_every_primary_catchment_lies_in_junior_catchments_even_without_children_now(seed):
    model = district()
    primary, junior = (model.schools.level == level for level in (PRIMARY, JUNIOR))
    model.schools.residents = np.random.default_rng(seed).poisson(1, len(model.schools))
    model.schools.residents[np.flatnonzero(junior)[0]] = 1
    feeds = Feeding.of(model.geography, model.schools.residents).table()
    childless = primary & (model.schools.residents == 0)
    assert childless.any()
    assert feeds[primary][:, junior].sum(axis=1) == pytest.approx(1.0)
    assert not feeds[:, primary].any() and not feeds[junior].any()
    every = np.arange(len(model.schools))
    nearest = np.where(junior, model.geography[every[:, None], every], np.inf).argmin(axis=1)
    assert np.array_equal(feeds.argmax(axis=1)[childless], nearest[childless])


def test_held_enrolment_gives_each_school_its_baseline_entrants():
    model = before_enrolment(students=3000)
    model.held = True
    enrolment.enrol(model)
    for level in range(len(LEVELS)):
        entered = model.students.grade == ENTRY_GRADE[level]
        count = np.bincount(model.students.school[entered], minlength=len(model.schools))
        here = model.schools.level == level
        assert np.array_equal(count[here], model.schools.intake[here])


def test_a_cap_is_kept_by_forming_more_classes_only_in_the_entry_grades():
    loose, tight = before_enrolment(students=3000), before_enrolment(students=3000)
    tight.terms.class_cap = np.array([15.0, 20.0])
    for model in (loose, tight):
        enrolment.enrol(model)
    new = np.isin(tight.classes.grade, ENTRY_GRADE)
    assert tight.classes.size[tight.classes.grade == 1].max() <= 15
    assert tight.classes.size[tight.classes.grade == 7].max() <= 20
    old = ~np.isin(loose.classes.grade, ENTRY_GRADE)
    assert np.array_equal(loose.classes.id[old], tight.classes.id[~new])
    assert np.array_equal(loose.classes.size[old], tight.classes.size[~new])
