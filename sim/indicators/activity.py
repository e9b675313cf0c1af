"""What is done and counted: research, digital teaching, training, contests, awards."""

from sim.agents.columns import Array
from sim.agents.school import Schools
from sim.noise import Floats

SHARES = {
    "research_school_share": ("research_schools", "schools"),
    "research_teacher_share": ("researching", "teachers"),
    "digital_school_share": ("digital_schools", "schools"),
    "digital_lesson_share": ("digital_classes", "classes"),
    "live_class_share": ("live_schools", "schools"),
    "ict_trained_share": ("ict_trained", "teachers"),
    "young_contest_share": ("young_contest", "young"),
    "award_share": ("awarded", "teachers"),
}
"""Shares of schools and teachers that take part: part and whole. Only some lessons in digital schools are."""


def of_schools(schools: Schools, classes: Floats) -> dict[str, Array]:
    """Schools that take part, and their classes, (S,).

    Parameters
    ----------
    classes : (S,) array
        Classes of each school.
    """
    return {
        "research_schools": schools.research,
        "digital_schools": schools.digital,
        "digital_classes": classes * schools.digital,
        "live_schools": schools.live,
    }
