"""Where lessons change, empty and new posts follow them; nobody who teaches changes subject."""


import numpy as np
import pytest

from reference.at_rest import district
from sim.agents.curriculum import deal_empty_posts, wanted_mix
from sim.agents.hiring import short_subjects
from sim.agents.teacher import LANGUAGE, SCIENCE_IT


def with_lessons(*weight):
    """A district whose lessons by subject are so many times the baseline's."""
    model = district(students=6000)
    model.begin_year()
    model.terms.lesson_weight = np.array(weight, dtype=float)
    return model


def empty(model, share=0.2):
    """Posts that fall vacant."""
    teachers = model.teachers
    gone = np.flatnonzero(teachers.employed & (teachers.id // 1000 % round(1 / share) == 0))
    teachers.home_school[gone], teachers.school[gone] = teachers.school[gone], -1
    return gone


def test_as_long_as_lessons_stay_posts_keep_their_subject():
    model = with_lessons(1, 1, 1, 1, 1)
    empty(model)
    before = model.teachers.subject.copy()
    deal_empty_posts(model)
    assert wanted_mix(model) is None and np.array_equal(model.teachers.subject, before)


def test_lessons_ask_for_the_posts_of_the_baseline_in_their_proportion():
    mix = wanted_mix(with_lessons(1, 1, 1, 1, 2))
    posts = district(students=6000).baseline.posts
    assert mix.sum(axis=1) == pytest.approx(1.0)
    assert mix[:, SCIENCE_IT] / mix[:, LANGUAGE] == pytest.approx(2 * posts[:, SCIENCE_IT] / posts[:, LANGUAGE])


def test_empty_posts_go_to_the_subject_that_gains_and_nobody_changes_subject():
    model = with_lessons(1, 1, 1, 1, 2)
    gone = empty(model)
    before = model.teachers.subject.copy()
    deal_empty_posts(model)
    subject = model.teachers.subject
    taught = np.ones(len(subject), dtype=bool)
    taught[gone] = False
    assert np.array_equal(subject[taught], before[taught])
    assert (subject[gone] == SCIENCE_IT).sum() > 2 * (before[gone] == SCIENCE_IT).sum()


def test_an_empty_post_goes_where_the_school_is_furthest_below_its_lessons():
    model = with_lessons(1, 1, 1, 1, 1.5)
    empty(model)
    mix, teachers = wanted_mix(model), model.teachers
    school = int(teachers.home_school[~teachers.employed][0])
    first = np.flatnonzero(~teachers.employed & (teachers.home_school == school))
    first = first[np.argmin(teachers.id[first])]
    held = np.bincount(teachers.subject[teachers.school == school], minlength=5)
    deal_empty_posts(model)
    assert teachers.subject[first] == np.argmax(mix[school] * (held.sum() + 1) - held)


def test_new_posts_follow_the_lessons_too():
    usual, more = with_lessons(1, 1, 1, 1, 1), with_lessons(1, 1, 1, 1, 3)
    school = np.repeat(np.arange(len(usual.schools)), 4)
    asked = [(short_subjects(model, school) == SCIENCE_IT).mean() for model in (usual, more)]
    assert asked[1] > 0.7 and asked[0] < 0.3
