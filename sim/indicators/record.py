"""The record of one year: every indicator of every unit. It reads the model and changes nothing."""

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.classroom import loops_by_class
from sim.indicators import activity, counts, resources, scores, staff
from sim.indicators.catalogue import INDICATORS, SCOPES
from sim.indicators.standards import load_standard
from sim.indicators.tallies import Marks, lowest_fifths, tallied
from sim.indicators.units import ratios, together
from sim.noise import Floats

if TYPE_CHECKING:
    from sim.model import Baseline, ZoneReform

STANDARD = "youzhi_junheng"
SHARES = {**resources.SHARES, **scores.SHARES, **staff.SHARES, **activity.SHARES}
_ADD_UP = tuple(name for name, indicator in INDICATORS.items() if indicator.adds_up)
_DEFINED = np.array([[scope in one.scopes for scope in SCOPES] for one in INDICATORS.values()])


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
    units, schools, place = baseline.units, model.schools, model.district
    standard = load_standard(STANDARD)
    who = model.students, model.classes
    fast = loops_by_class(model.students.classroom, model.classes.size)
    known, students = tallied(*who, marks(model, baseline), len(schools), fast)
    fifths = lowest_fifths(*who, schools.private, known, fast)
    teachers = counts.of_teachers(model.teachers, place.young_age, len(schools))
    classes, largest = counts.of_classes(model.classes, schools, model.teachers, standard.large_class)
    held = resources.amounts(schools, teachers)
    by_school = {
        **students,
        **teachers,
        **classes,
        **resources.of_schools(schools, model.zones, held, students["students"], standard),
        **scores.of_schools(schools, known),
        **staff.of_schools(teachers, baseline.strong_half),
        **activity.of_schools(schools, classes["classes"]),
    }
    over = units.sum_each(by_school)
    shares = ratios(over, SHARES)
    measured = {
        **{name: over[name] for name in _ADD_UP},
        **shares,
        **resources.sectors(units, schools, students["students"], students["migrants"]),
        **resources.evenness(units, held, by_school, over["students"], standard),
        **scores.figures(units, known, by_school, over),
        **staff.figures(over, shares),
        "digital_lesson_share": model.terms.digital_lesson_share * shares["digital_lesson_share"],
        **dict(zip(("class_size_max", "entry_class_max"), units.highest(largest), strict=True)),
        "score_lowest_fifth": scores.of_lowest_fifth(*fifths)[units.level],
        "fund_luck_share": model.fund_luck_share[units.level],
        "cost_yuan": model.level_costs[units.level],
        "public_budget": model.public_budget[units.level],
    }
    values = together(measured, tuple(INDICATORS))
    return units.keys, np.where(_DEFINED[:, units.scope], values, np.nan).T


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
