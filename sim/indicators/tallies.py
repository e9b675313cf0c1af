"""Students counted for the year's figures: each is looked at once, and counts for his school."""

from dataclasses import dataclass
from types import ModuleType

import numpy as np

from sim.agents.cells import Moments
from sim.agents.classroom import Classes
from sim.agents.columns import Array
from sim.agents.school import FINAL_GRADE, JUNIOR, LAST_GRADE, PRIMARY
from sim.agents.student import Students
from sim.indicators.units import sums
from sim.noise import Floats, Ints

FIFTH = 5
FIFTH_ENDS = -0.9, -0.78
"""SD between which the lowest fifth of normal scores ends: it makes no difference but of speed."""
TALLIED = (
    *("students", "migrants", "tested_migrants", "migrants_score", "tested_left_behind", "left_behind_score", "rate"),
    *("sixth", "excellent", "passed", "ninth", "admitted"),
)
"""Students by what they bring, with the sums of their measured scores; the sum of scoring rates, which lie between 0
and 1; those of grade 6, with an excellent score, and who passed; those of grade 9, and at or above the general high
school line."""
SIXTH, NINTH = FINAL_GRADE[PRIMARY], FINAL_GRADE[JUNIOR]


@dataclass(frozen=True)
class Marks:
    """What scores count for: a score of 0 earns `mean` of full marks, one SD more `sd` more; cuts, SD."""

    mean: float
    sd: float
    excellent: float
    passed: float
    general_high: float


def tallied(
    students: Students, classes: Classes, marks: Marks, schools: int, fast: ModuleType | None
) -> tuple[Moments, dict[str, Floats]]:
    """Moments of measured scores and true achievement by cell, and what `TALLIED` names by school, (S,).

    `fast` is what `loops_by_class` says of the students, here and below.
    """
    known = students.migrant, students.left_behind, students.score
    true = students.trait, students.lasting, students.fading
    cuts = np.array([marks.excellent, marks.passed, marks.general_high])
    if fast is None:
        by_school = _tally(students.school, students.grade, *known, marks.mean, marks.sd, cuts, schools)
        moments = Moments.of(students, classes, schools, students.score, true, fast=None)
        return moments, dict(zip(TALLIED, by_school, strict=True))
    at = classes.size, classes.school, classes.grade
    by_cell, by_school = fast.tally(*at, *known, true, marks.mean, marks.sd, cuts, schools)
    return Moments.about_means(by_cell), dict(zip(TALLIED, by_school, strict=True))


def _tally(
    school: Array,
    grade: Array,
    migrant: Array,
    left_behind: Array,
    score: Floats,
    mean: float,
    sd: float,
    cuts: Floats,
    schools: int,
) -> Floats:
    tested, sixth, ninth = score == score, grade == SIXTH, grade == NINTH
    counted = {
        "students": np.ones(len(school)),
        "migrants": migrant,
        "tested_migrants": migrant & tested,
        "migrants_score": np.where(migrant & tested, score, 0.0),
        "tested_left_behind": left_behind & tested,
        "left_behind_score": np.where(left_behind & tested, score, 0.0),
        "rate": np.minimum(np.maximum(mean + sd * score, 0.0), 1.0),
        "sixth": sixth,
        "excellent": sixth & (score >= cuts[0]),
        "passed": sixth & (score >= cuts[1]),
        "ninth": ninth,
        "admitted": ninth & (score >= cuts[2]),
    }
    return np.stack([sums(counted[name], school, schools) for name in TALLIED])


def lowest_fifths(
    students: Students, classes: Classes, private: Array, known: Moments, fast: ModuleType | None
) -> tuple[Floats, Ints]:
    """Sum of the scores of the fifth of each grade at public schools that score lowest, and how many they are, (9,).

    Parameters
    ----------
    private : (S,) array
        Schools that do not count.
    known : Moments
        Of measured scores (x).
    """
    if fast is None:
        total, fifth = _lowest(students.school, private, students.grade, students.score)
    else:
        at = classes.size, classes.school, classes.grade
        total, fifth = fast.lowest(*at, private, students.score, known.count, known.mean_x, known.xx, FIFTH_ENDS)
    return total, fifth


def _lowest(school: Array, private: Array, grade: Array, score: Floats) -> tuple[Floats, Ints]:
    public, total, fifth = ~private[school] & (score == score), np.zeros(LAST_GRADE), np.zeros(LAST_GRADE, np.int64)
    for g in range(LAST_GRADE):
        scores = score[public & (grade == g + 1)]
        fifth[g] = -(-len(scores) // FIFTH)
        if fifth[g] > 0:
            highest = np.partition(scores, fifth[g] - 1)[fifth[g] - 1]
            lower = scores[scores < highest]
            total[g] = np.bincount(np.zeros(len(lower), np.int64), lower, 1)[0] + (fifth[g] - len(lower)) * highest
    return total, fifth
