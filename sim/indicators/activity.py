"""What is done and counted: research, digital teaching, training, contests, awards."""

import numpy as np

from sim.agents.classroom import Classes
from sim.agents.columns import Array
from sim.agents.school import Schools
from sim.agents.teacher import Teachers
from sim.indicators.units import Units, ratio, sums
from sim.noise import Floats


def participation(
    units: Units, schools: Schools, teachers: Teachers, classes: Classes, digital_lessons: float, young_age: float
) -> dict[str, Floats]:
    """Shares of schools and teachers that take part.

    Parameters
    ----------
    teachers : Teachers
        Those in post.
    digital_lessons : float
        Share of lessons with digital means in a school that uses them.
    young_age : float
        Age below which teachers are young.
    """
    size = len(schools)
    members = units.sum(np.ones(size))

    def of_schools(which: Array) -> Floats:
        return ratio(units.sum(which), members)

    def count(which: Array) -> Floats:
        return units.sum(sums(which, teachers.school, size))

    employed = count(np.ones(len(teachers)))
    young = teachers.younger_than(young_age)
    formed = np.bincount(classes.school, minlength=size)
    return {
        "research_school_share": of_schools(schools.research),
        "research_teacher_share": ratio(count(teachers.research), employed),
        "digital_school_share": of_schools(schools.digital),
        "digital_lesson_share": digital_lessons
        * ratio(units.sum(formed * schools.digital), units.sum(formed)),
        "live_class_share": of_schools(schools.live),
        "ict_trained_share": ratio(count(teachers.ict_trained), employed),
        "young_contest_share": ratio(count(teachers.contest & young), count(young)),
        "award_share": ratio(count(teachers.award), employed),
    }
