"""What is counted at each school for the year's figures: its teachers and its classes, each looked at once."""

import numpy as np

from sim.agents.classroom import Classes
from sim.agents.columns import Array
from sim.agents.school import ENTRY_GRADE, Schools
from sim.agents.teacher import CORE, DISTRICT_BACKBONE, MASTERS, PE_ARTS, Teachers
from sim.compiled import compiled
from sim.noise import Floats

OF_TEACHERS = (
    *("teachers", "skill", "experts", "masters", "eligible", "rotated", "rotated_experts", "itinerant", "moved"),
    *("backbone_received", "backbone_sent", "researching", "ict_trained", "young", "young_contest", "awarded"),
    *("teaching_here", "degree_here", "backbone_here", "pe_arts_here"),
)
"""Experts are district and city backbone teachers; `_here`: an itinerant teacher (走教) counts half at each school."""
OF_CLASSES = ("classes", "seated", "classes_56_plus", "uncovered_classes", "held", "held_outside")
"""Places in their teams are `held`, or held by a teacher of another subject."""
_SORTS_OF_TEACHERS, _SORTS_OF_CLASSES = len(OF_TEACHERS), len(OF_CLASSES)
_MOVES, _HERE = OF_TEACHERS.index("backbone_received"), OF_TEACHERS.index("teaching_here")


def of_teachers(teachers: Teachers, young_age: float, schools: int) -> dict[str, Floats]:
    """Teachers in post at each school, of each sort, by name in `OF_TEACHERS`, (S,).

    Parameters
    ----------
    young_age : float
        Age below which teachers are young.
    """
    where = teachers.school, teachers.school_before, teachers.second_school
    who = teachers.subject, teachers.age, teachers.degree, teachers.backbone, teachers.skill
    moves = teachers.moved, teachers.rotated, teachers.eligible
    activity = teachers.research, teachers.ict_trained, teachers.contest, teachers.award
    table = _count_teachers(*where, *who, *moves, *activity, float(young_age), schools)
    return dict(zip(OF_TEACHERS, table, strict=True))


def of_classes(
    classes: Classes, schools: Schools, teachers: Teachers, large_class: int
) -> tuple[dict[str, Floats], Floats]:
    """Classes of each school, of each sort, by name in `OF_CLASSES`, (S,), and the largest of all and of entry grades.

    The latter, (2, S), are nan where there is none.

    Parameters
    ----------
    teachers : Teachers
        All posts, since `classes.team` holds their rows.
    large_class : int
        Students from which on a class is a 大班额.
    """
    entry_grade = np.array(ENTRY_GRADE)[schools.level]
    formed = classes.school, classes.grade, classes.size, classes.covered, classes.team
    table, largest = _count_classes(*formed, teachers.subject, entry_grade, np.array(CORE), large_class)
    return dict(zip(OF_CLASSES, table, strict=True)), largest


@compiled()
def _count_teachers(
    school: Array,
    school_before: Array,
    second_school: Array,
    subject: Array,
    age: Array,
    degree: Array,
    backbone: Array,
    skill: Floats,
    moved: Array,
    rotated: Array,
    eligible: Array,
    research: Array,
    ict_trained: Array,
    contest: Array,
    award: Array,
    young_age: float,
    schools: int,
) -> Floats:
    counts = np.zeros((schools, _SORTS_OF_TEACHERS)).T  # those of a school stand together
    posts, skills, experts, masters, may_rotate, have_rotated, rotated_experts, itinerant, new = counts[:_MOVES]
    received, sent, researching, trained, young, young_contest, awarded = counts[_MOVES:_HERE]
    here, degree_here, backbone_here, pe_arts_here = counts[_HERE:]
    for i in range(len(school)):
        s, other = school[i], second_school[i]
        if s < 0:
            continue
        expert, travels, is_young = backbone[i] >= DISTRICT_BACKBONE, other >= 0, age[i] < young_age
        posts[s] += 1.0
        skills[s] += skill[i]
        experts[s] += expert
        masters[s] += degree[i] >= MASTERS
        may_rotate[s] += eligible[i]
        have_rotated[s] += rotated[i]
        rotated_experts[s] += expert & rotated[i]
        itinerant[s] += travels
        new[s] += moved[i]
        if expert and moved[i] and school_before[i] >= 0 and school_before[i] != s:
            received[s] += 1.0
            sent[school_before[i]] += 1.0
        researching[s] += research[i]
        trained[s] += ict_trained[i]
        young[s] += is_young
        young_contest[s] += is_young & contest[i]
        awarded[s] += award[i]
        part = 0.5 if travels else 1.0
        for at in (s, other):
            if at >= 0:
                here[at] += part
                degree_here[at] += part * (degree[i] >= 1)
                backbone_here[at] += part * expert
                pe_arts_here[at] += part * (subject[i] == PE_ARTS)
    return counts


@compiled()
def _count_classes(
    school: Array,
    grade: Array,
    size: Array,
    covered: Array,
    team: Array,
    subject: Array,
    entry_grade: Array,
    core: Array,
    large_class: int,
) -> tuple[Floats, Floats]:
    counts, largest = np.zeros((_SORTS_OF_CLASSES, len(entry_grade))), np.full((2, len(entry_grade)), np.nan)
    formed, seated, large, uncovered, held, outside = counts
    for c in range(len(school)):
        s = school[c]
        formed[s] += 1.0
        seated[s] += size[c]
        large[s] += size[c] >= large_class
        uncovered[s] += not covered[c]
        for place in range(len(core)):
            if team[c, place] >= 0:
                held[s] += 1.0
                outside[s] += subject[team[c, place]] != core[place]
        for kind in range(2 if grade[c] == entry_grade[s] else 1):
            if not largest[kind, s] >= size[c]:
                largest[kind, s] = size[c]
    return counts, largest
