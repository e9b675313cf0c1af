"""Principals and deputies come and go, and lead a school together."""

from dataclasses import replace

import numpy as np
import pytest

from reference.random_district import calm_district
from sim.agents.management import change_managers, management
from sim.agents.school import Schools


def leading(weight, schools=20_000, **changes):
    """A year's management of very many schools."""
    model = calm_district()
    model.effects = replace(model.effects, principal_sd=0.03, deputy_weight=weight, **changes)
    ids = np.arange(schools)
    model.schools = Schools(schools, id=ids, head=1000 * ids, deputy=1000 * ids)
    model.schools.principal = management(model, model.schools)
    return model


@pytest.mark.parametrize("weight", [0.0, 0.3, 0.5, 1.0])
def test_management_varies_as_much_whatever_deputies_weigh(weight):
    assert np.std(leading(weight).schools.principal) == pytest.approx(0.03, rel=0.02)


def test_without_weight_a_deputy_is_as_good_as_none():
    model = leading(0.0)
    assert np.array_equal(model.schools.principal, 0.03 * model.noise.normal("principal", 0, model.schools.head))


def test_a_new_deputy_changes_management_by_the_weight_and_a_new_principal_by_the_rest():
    model = leading(0.3, principal_turnover=0.2)
    before, old = model.schools.copy(), model.schools.principal.copy()
    change_managers(model)
    schools = model.schools
    head, deputy = schools.head != before.head, schools.deputy != before.deputy
    assert head.mean() == pytest.approx(0.2, abs=0.02) and deputy.mean() == pytest.approx(0.2, abs=0.02)
    assert (head & deputy).mean() == pytest.approx(0.04, abs=0.01)
    assert np.array_equal(schools.principal[~head & ~deputy], old[~head & ~deputy])
    shift = [np.std((schools.principal - old)[only]) for only in (head & ~deputy, deputy & ~head)]
    assert shift[1] / shift[0] == pytest.approx(0.3 / 0.7, rel=0.05)
    assert (schools.deputy_years[deputy] == 0).all() and (schools.deputy_years[~deputy] == 1).all()
    assert np.array_equal(schools.deputies, deputy) and np.array_equal(schools.principals, head)


def test_management_lasts_as_long_as_with_principals_alone():
    kept = {}
    for weight in (0.0, 0.3):
        model = leading(weight, principal_turnover=0.1)
        before = model.schools.principal.copy()
        for _ in range(3):
            model.year += 1
            change_managers(model)
        kept[weight] = np.corrcoef(before, model.schools.principal)[0, 1]
    assert kept[0.3] == pytest.approx(kept[0.0], abs=0.02) and kept[0.0] == pytest.approx(0.9**3, abs=0.02)
