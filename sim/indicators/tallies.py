"""Students counted for the year's figures: each is looked at once, and counts for his school."""

from dataclasses import dataclass

import numpy as np

from sim.agents.cells import Moments
from sim.agents.columns import Array
from sim.agents.school import FINAL_GRADE, JUNIOR, LAST_GRADE, PRIMARY
from sim.agents.student import Students
from sim.compiled import loops
from sim.indicators.units import sums
from sim.noise import Floats

FIFTH = 5
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


def tallied(students: Students, marks: Marks, schools: int) -> tuple[Moments, dict[str, Floats]]:
    """Moments of measured scores and true achievement by cell, and what `TALLIED` names by school, (S,)."""
    fast = loops()
    known = students.school, students.grade, students.migrant, students.left_behind, students.score
    cuts = np.array([marks.excellent, marks.passed, marks.general_high])
    if fast is None:
        by_school = _tally(*known, marks.mean, marks.sd, cuts, schools)
        return Moments.of_scores(students, schools), dict(zip(TALLIED, by_school, strict=True))
    true = students.trait, students.lasting, students.fading
    by_cell, by_school = fast.tally(*known, true, marks.mean, marks.sd, cuts, schools)
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


def lowest_fifths(students: Students, private: Array) -> tuple[Floats, Floats]:
    """Sum of the scores of the fifth of each grade at public schools that score lowest, and how many they are, (10,).

    Parameters
    ----------
    private : (S,) array
        Schools that do not count.
    """
    fast = loops()
    known = students.school, private, students.grade, students.score
    tested, highest, lower, total = (_lowest if fast is None else fast.lowest)(*known)
    fifth = -(-tested // FIFTH)
    return np.where(fifth > 0, total + (fifth - lower) * highest, 0.0), fifth


def _lowest(school: Array, private: Array, grade: Array, score: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Of each grade: those who count, the highest score of their lowest fifth, those below it, and their sum, (10,)."""
    public = ~private[school] & (score == score)
    tested = np.bincount(grade[public], minlength=LAST_GRADE + 1).astype(np.float64)
    highest, lower, total = np.zeros(len(tested)), np.zeros(len(tested)), np.zeros(len(tested))
    for each in np.flatnonzero(tested):
        scores = score[public & (grade == each)]
        last = -(-len(scores) // FIFTH) - 1
        highest[each] = np.partition(scores, last)[last]
        below = scores[scores < highest[each]]
        lower[each], total[each] = len(below), np.bincount(np.zeros(len(below), np.int64), below, 1)[0]
    return tested, highest, lower, total
