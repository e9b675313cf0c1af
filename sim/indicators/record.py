"""The record of one year: every indicator of every unit. It reads the model and changes nothing."""

from typing import TYPE_CHECKING

import numpy as np

from sim.indicators import activity, resources, scores, staff
from sim.indicators.catalogue import INDICATORS, SCOPES
from sim.indicators.standards import load_standard
from sim.indicators.tallies import Marks, tallied
from sim.indicators.units import Units
from sim.noise import Floats

if TYPE_CHECKING:
    from sim.model import Baseline, ZoneReform

STANDARD = "youzhi_junheng"
_DEFINED = np.array([[scope in one.scopes for one in INDICATORS.values()] for scope in SCOPES])


def observe(model: "ZoneReform") -> None:
    """The rule of the step: note this year's figures; nothing in the spin-up, before the baseline stands."""
    if model.baseline is not None:
        model.records[model.year] = rows(model)[1]


def rows(model: "ZoneReform") -> tuple[list[tuple[str, str, str]], Floats]:
    """Keys and values of this year's rows.

    Returns
    -------
    keys : list of (level, scope, unit)
        The same every year.
    values : (rows, indicators) array
        Columns in the order of `INDICATORS`; nan where an indicator has no meaning.

    Raises
    ------
    ValueError
        Before the baseline is fixed: rates and halves need its cut scores and schools.
    """
    baseline = model.baseline
    if baseline is None:
        raise ValueError("indicators need the baseline's cut scores; the model has no baseline yet")
    schools, students, classes = model.schools, model.students, model.classes
    units = Units.of(schools, model.zones, model.district.name)
    standard, teachers = load_standard(STANDARD), model.teachers.select(model.teachers.employed)
    known, tally = tallied(students, marks(model, baseline), len(schools))
    enrolled = tally.students
    measured = {
        **resources.counts(units, schools, model.zones, teachers, classes, enrolled, standard.large_class),
        **resources.sectors(units, schools, enrolled, tally.migrants),
        **resources.evenness(units, schools, resources.amounts(schools, teachers), enrolled, standard),
        **resources.evenness_of_teachers(units, schools, teachers, enrolled),
        **scores.quality(units, known),
        **scores.groups(units, schools, students, known, tally),
        **scores.scoring_rate(units, tally),
        **scores.finals(units, tally),
        **staff.staffing(units, teachers, baseline.strong_half),
        **staff.teaching(units, model.teachers, classes, len(schools)),
        **activity.participation(
            units, schools, teachers, classes, model.terms.digital_lesson_share, model.district.young_age
        ),
        "fund_luck_share": model.fund_luck_share[units.level],
        "cost_yuan": model.level_costs[units.level],
        "public_budget": model.public_budget[units.level],
    }
    values = np.stack([measured[name] for name in INDICATORS], axis=1)
    scope = [SCOPES.index(key[1]) for key in units.keys]
    return units.keys, np.where(_DEFINED[scope], values, np.nan)


def marks(model: "ZoneReform", baseline: "Baseline") -> Marks:
    """What scores count for this year."""
    place = model.district
    return Marks(
        mean=place.scoring_rate_mean,
        sd=place.scoring_rate_sd,
        excellent=baseline.excellent_cut,
        passed=baseline.pass_cut,
        general_high=baseline.general_high_cut + place.general_high_drift * (model.year - baseline.year),
    )
