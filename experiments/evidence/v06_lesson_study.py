"""V06: teachers of a school study one another's lessons for two years."""

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import pandas as pd

from experiments.evidence.place import scenario, zones_of
from experiments.evidence.replay import Kind, Published, Replay
from experiments.evidence.treatment import AT_ONCE, JointTeachingOfTreated
from experiments.evidence.trial import assigned, in_control_sds
from sim.model import ZoneReform
from sim.noise import replicate_seed

DISTRICTS = ((90, 44), (91, 45))
"""Schools and treated schools of each."""
STUDENTS_A_GRADE, FINAL_GRADE, YEARS = 35, 6, 2
FIGURE = "end of primary school, after two years"


def difference(frame: pd.DataFrame) -> float:
    """Treatment on scores at the end of primary school, given the score before the trial and the stratum.

    Parameters
    ----------
    frame : DataFrame
        One row a student: `treated`, `score`, `before`, `stratum`.
    """
    import statsmodels.formula.api as smf

    return float(smf.ols("score ~ treated + before + C(stratum)", frame).fit().params["treated"])


def scores(model: ZoneReform, grade: int, name: str) -> pd.DataFrame:
    """Last measured score of the students of a grade, by id."""
    students = model.students
    of = students.grade == grade
    of_grade = {"id": students.id[of], "school": students.school[of], "grade": grade}
    return pd.DataFrame({**of_grade, name: students.score[of]})


class LessonStudy(Replay):
    """Murphy, Weinhardt, Wyness & Rolfe (2017), England: lesson study in primary schools for two years.

    Sample: 181 schools, 89 treated, in strata; 6,304 students, so 35 a school, at the end of primary school. Estimator:
    `difference`, in SD of the control group; the test before is that of four years earlier in the study (from memory,
    unverified), two years earlier here. Outcome: national tests in reading and mathematics; here the one score that
    the model has.

    The effect `b_lessonstudy` is an input, and this study is its source, as of one year. Each school is a close group
    of its own, in which the programme is there from the first day and all take part; in the study the teachers of
    years 4 and 5 did. Two districts stand for the strata.
    """

    id: ClassVar[str] = "V06"
    title: ClassVar[str] = "Lesson study"
    kind: ClassVar[Kind] = "recovers"
    published: ClassVar[tuple[Published, ...]] = (
        Published(
            FIGURE,
            0.03,
            "b_lessonstudy: Murphy, Weinhardt, Wyness & Rolfe, EEF (2017)",
            se=round(0.18 / 3.92, 4),
            note="95 % interval -0.06 to 0.12",
        ),
    )

    def simulate(self, seed: int, effects: Mapping[str, float]) -> Mapping[str, float]:
        strata = [
            self.district(replicate_seed(seed, number), effects, *sample).assign(stratum=number)
            for number, sample in enumerate(DISTRICTS)
        ]
        frame = pd.concat(strata, ignore_index=True)
        return {FIGURE: difference(in_control_sds(frame, ("score", "before")))}

    def district(self, seed: int, effects: Mapping[str, float], schools: int, treated: int) -> pd.DataFrame:
        """Students of one district at the end of primary school, with their scores before the trial."""
        rows = assigned(schools, treated, seed)
        trial = scenario(
            (*zones_of("primary", schools, form="group"), *zones_of("junior", 3)),
            margins={"students": 9 * schools * STUDENTS_A_GRADE, "school_size_log_sd": 0.0},
            effects=effects,
            levers={
                "governance": AT_ONCE,
                "joint_teaching": JointTeachingOfTreated(coverage=1.0, mode="lesson_study", treated=rows),
            },
            years=YEARS,
        )
        rest = trial.at_rest(seed)
        model = trial.start(rest, "policy")
        for _ in range(YEARS):
            model.step()
        before = scores(rest, FINAL_GRADE - YEARS, "before")
        frame = scores(model, FINAL_GRADE, "score").merge(before[["id", "before"]], on="id")
        return frame.assign(treated=np.isin(frame["school"], rows).astype(int))
