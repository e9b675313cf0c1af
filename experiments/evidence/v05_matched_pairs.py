"""V05: a weaker teacher works with a stronger one of the same school for a year."""

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import pandas as pd

from experiments.evidence.place import scenario, zones_of
from experiments.evidence.replay import Kind, Published, Replay
from experiments.evidence.treatment import AT_ONCE, JointTeachingOfTreated
from experiments.evidence.trial import assigned_in_pairs, in_control_sds, of_tested_twice
from sim.agents.teacher import SUBJECTS
from sim.model import ZoneReform
from sim.noise import Floats
from sim.turns import rank_within

SCHOOLS, STUDENTS_A_GRADE, GRADES = 14, 60, (3, 4, 5, 6)
TARGETS, PARTNERS, AVERAGE = "students of the weaker partner", "students of the stronger partner", "all students"


def shares_of_pairs(model: ZoneReform) -> tuple[Floats, Floats]:
    """Of each class's core teachers, the share that are the weaker in a pair of their school, and the stronger.

    Pairs are those of the model's rule: the weaker half of a school's teachers of a subject, each with one of the
    stronger half. They stand at control schools too, where nobody works together.
    """
    teachers = model.teachers
    employed = np.flatnonzero(teachers.employed)
    staff = teachers.take(employed)
    group = staff.school.astype(np.int64) * len(SUBJECTS) + staff.subject
    rank, size = rank_within(group, staff.base_skill, staff.id), np.bincount(group)[group]
    of_teacher = np.zeros((2, len(teachers)))
    of_teacher[:, employed] = rank < size // 2, rank >= size - size // 2
    team = model.classes.team
    there = team >= 0
    weaker, stronger = (
        np.where(there, role[team], 0.0).sum(axis=1) / np.maximum(there.sum(axis=1), 1) for role in of_teacher
    )
    return weaker, stronger


def effects_of_pairs(frame: pd.DataFrame) -> dict[str, float]:
    """Treatment on scores, given the prior score and the pair of schools: by the teachers' part, and of all students.

    The study compares students of target teachers; a student of the model has a team, so that treatment is interacted
    with the share of it that is the weaker, or the stronger, partner: the estimate is for a whole team of them.

    Parameters
    ----------
    frame : DataFrame
        One row a student: `pair` of schools, `grade`, `treated`, `weaker`, `stronger` (shares of the team), `score`,
        `prior`.
    """
    import statsmodels.formula.api as smf

    controls = "prior + C(pair) + C(grade)"
    by_part = smf.ols(f"score ~ treated * (weaker + stronger) + {controls}", frame).fit().params
    average = smf.ols(f"score ~ treated + {controls}", frame).fit().params
    return {
        TARGETS: float(by_part["treated"] + by_part["treated:weaker"]),
        PARTNERS: float(by_part["treated"] + by_part["treated:stronger"]),
        AVERAGE: float(average["treated"]),
    }


class MatchedPairs(Replay):
    """Papay, Taylor, Tyler & Laski (2020), Tennessee: teachers low in a skill paired with colleagues high in it.

    Sample: 14 schools in matched pairs (from memory, unverified), one of each treated for a year; here of 60 students
    a grade, tested in grades 3 to 6. Estimator: `effects_of_pairs`, in SD of the control group. Outcome: mathematics
    and reading; here the one score that the model has, which its whole team makes.

    The effect `b_pair` is an input. What partners' students and the average student gain are not: the first follows
    from better colleagues only helping, the second from how many classes a weaker teacher has. Each school is a close
    group of its own and the programme is there from the first day, as in a trial: 0.9 of it is done. A zone that is
    told to do the same would do 0.3 of it in its first year (`tau`, `ceiling_zone`). A gap in skill below an SD of
    teachers gives less than the whole effect.
    """

    id: ClassVar[str] = "V05"
    title: ClassVar[str] = "Matched pairs"
    kind: ClassVar[Kind] = "recovers"
    source: ClassVar[str] = "b_pair: Papay, Taylor, Tyler & Laski, AEJ Policy 12(1):359-388, doi 10.1257/pol.20170709"
    published: ClassVar[tuple[Published, ...]] = (
        Published(TARGETS, 0.12, source, low=0.02, high=0.22, note="band assumed"),
        Published(
            PARTNERS,
            0.0,
            source,
            low=-0.1,
            high=0.1,
            kind="emerges",
            note="no worse off; band assumed, as wide as that of the weaker's students",
        ),
        Published(
            AVERAGE,
            0.055,
            "Papay, Taylor, Tyler & Laski, working paper (July 2015), abstract",
            low=0.005,
            high=0.105,
            kind="emerges",
            note="band assumed, half as wide, as about half of the teachers are the weaker of a pair",
        ),
    )

    def simulate(self, seed: int, effects: Mapping[str, float]) -> Mapping[str, float]:
        zones = (*zones_of("primary", SCHOOLS, form="group"), *zones_of("junior", 2))
        margins = {
            "students": 9 * SCHOOLS * STUDENTS_A_GRADE,
            "school_size_log_sd": 0.0,
            "norm_primary": 14,
            "class_cap_primary": 25,
            "classes_reshuffled": 1,
        }
        rest = scenario(zones, margins=margins, effects=effects).at_rest(seed)
        treated, pair = assigned_in_pairs(rest.schools.score[:SCHOOLS], seed)
        levers = {
            "governance": AT_ONCE,
            "joint_teaching": JointTeachingOfTreated(coverage=1.0, mode="matched_pairs", treated=treated),
        }
        model = scenario(zones, margins=margins, effects=effects, levers=levers).start(rest, "policy")
        model.step()
        frame = of_tested_twice(model, GRADES)
        frame["treated"] = frame["school"].isin(treated).astype(int)
        frame["pair"] = pair[frame["school"]]
        weaker, stronger = shares_of_pairs(model)
        teams = pd.DataFrame({"classroom": model.classes.id, "weaker": weaker, "stronger": stronger})
        return effects_of_pairs(in_control_sds(frame).merge(teams, on="classroom"))
