"""Teachers in bought posts serve for as long as the posts are bought, or until the establishment has room for them."""

import numpy as np

from reference.at_rest import district
from sim.agents import staffing


def staffed(model, bought):
    """A year of staffing in which each school has so many bought posts; ids of those on a fixed term."""
    model.begin_year()
    model.schools.funded_posts[:] = bought
    staffing.renew(model)
    teachers = model.teachers
    return set(teachers.id[teachers.employed & teachers.bought].tolist())


def employed(model):
    return np.bincount(model.teachers.school[model.teachers.employed], minlength=len(model.schools))


def test_who_is_hired_into_a_bought_post_goes_when_it_is_not_bought_again():
    model, usual = district(1, 2500), district(1, 2500)
    for _ in range(2):
        staffed(model, 2)
        staffed(usual, 0)
        assert (employed(model) == employed(usual) + 2).all()
    for _ in range(3):
        assert staffed(model, 0) == set()
        staffed(usual, 0)
        assert employed(model).tolist() == employed(usual).tolist()


def test_a_post_bought_again_keeps_its_teacher_and_of_fewer_the_longest_here_stay():
    model = district(1, 2500)
    first = staffed(model, 2)
    second = staffed(model, 2)
    stayed = first & second
    assert len(stayed) > len(first) / 2
    third = staffed(model, 1)
    assert model.flows["contracts_ended"] > 0
    assert len(third) <= len(model.schools)
    assert len(third & stayed) > len(third - stayed)


def test_a_teacher_on_a_fixed_term_takes_a_post_that_falls_vacant_and_is_then_as_others():
    model = district(1, 2500)
    first = staffed(model, 1)
    model.begin_year()
    model.terms.norm = model.terms.norm / 2
    model.schools.funded_posts[:] = 0
    staffing.renew(model)
    assert model.flows["contracts_ended"] == 0
    assert not model.teachers.bought.any()
    here = set(model.teachers.id[model.teachers.employed].tolist())
    assert len(first & here) > len(first) / 2


def test_those_who_leave_give_back_their_titles():
    model = district(1, 2500)
    model.begin_year()
    teachers = model.teachers
    one = int(np.flatnonzero(teachers.employed & (teachers.backbone == 2))[0])
    at = int(teachers.school[one])
    vacant = model.schools.vacant_titles[at].copy()
    teachers.bought[one] = True
    staffing.leave(model, np.array([one]))
    assert model.schools.vacant_titles[at].tolist() == (vacant + np.array([0, 1, 0])).tolist()
    assert not teachers.employed[one] and not teachers.bought[one] and teachers.home_school[one] == at
