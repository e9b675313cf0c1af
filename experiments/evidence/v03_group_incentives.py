"""V03: a bonus shared by a whole school of fifty teachers, and by one of four."""

from collections.abc import Mapping
from typing import ClassVar

import pandas as pd

from experiments.evidence.place import scenario, zones_of
from experiments.evidence.replay import Kind, Published, Replay
from experiments.evidence.treatment import FundingOfTreated
from experiments.evidence.trial import assigned, in_control_sds, of_tested_twice

GRADES = (3, 4, 5, 6)
STUDENTS_A_TEACHER = 14
OF_FIFTY, OF_FOUR = "shared by 50 teachers", "shared by 4 teachers"
SAMPLES = {OF_FIFTY: (24, 50), OF_FOUR: (60, 4)}
"""Schools, and teachers in each."""
BONUS = 0.05
"""A teacher's, over pay: 3,000 dollars in New York (from memory, unverified); beyond `stake_pay` it adds nothing."""


def school_difference(frame: pd.DataFrame) -> float:
    """Treatment on schools' mean scores, given the mean prior score of the same students; SD of students.

    Parameters
    ----------
    frame : DataFrame
        One row a student: `school`, `treated`, `score`, `prior`.
    """
    import statsmodels.formula.api as smf

    means = frame.groupby("school")[["treated", "score", "prior"]].mean()
    return float(smf.ols("score ~ treated + prior", means).fit().params["treated"])


class GroupIncentives(Replay):
    """Goodman & Turner (2013), New York: schools drawn for a bonus that all their teachers share.

    Sample: 309 schools of about 50 teachers (numbers from memory, unverified); here 24, half of them treated, and
    more repeats. Estimator: `school_difference`, schools' mean mathematics scores after a year on treatment and the
    mean score before. Outcome: SD of students; here the one score that the model has, tested in grades 3 to 6.

    Beside it, the same bonus a teacher at schools of 4 teachers, as in Andhra Pradesh (Muralidharan & Sundararaman
    2011: 100 schools with a bonus for the group, 100 without; from memory, unverified); here 60, half of them treated.

    The effect `rec_perf_ind` of a teacher's own bonus is an input, as is the rule that one shared by N falls with 1/N;
    both scores are those that were rewarded, which the model lifts without learning too (`gaming`).
    """

    id: ClassVar[str] = "V03"
    title: ClassVar[str] = "Group incentives"
    kind: ClassVar[Kind] = "recovers"
    published: ClassVar[tuple[Published, ...]] = (
        Published(
            OF_FIFTY,
            0.0,
            "f_nyc_group: Goodman & Turner, J Labor Econ 31(2):409-420, doi 10.1086/668676",
            low=-0.03,
            high=0.03,
            note="band assumed; Fryer (2011), of the same trial: -0.015 (SE 0.024), mathematics, grades 3-5",
        ),
        Published(
            OF_FOUR,
            0.141,
            "f_ms_math: Muralidharan & Sundararaman, JPE 119(1):39-77, doi 10.1086/659655",
            se=0.05,
            note="bonus for the group after a year, both subjects; value and SE from memory, unverified",
        ),
    )

    def simulate(self, seed: int, effects: Mapping[str, float]) -> Mapping[str, float]:
        return {figure: self.effect(seed, effects, *sample) for figure, sample in SAMPLES.items()}

    def effect(self, seed: int, effects: Mapping[str, float], schools: int, teachers: int) -> float:
        """Of the same bonus a teacher, at schools with so many teachers."""
        zones = (*zones_of("primary", schools), *zones_of("junior", 2))
        treated = assigned(schools, schools // 2, seed)
        margins = {
            "students": 9 * round(schools * teachers * STUDENTS_A_TEACHER / 6),
            "school_size_log_sd": 0.0,
            "school_size_floor": 20,
            "norm_primary": STUDENTS_A_TEACHER,
            "class_cap_primary": 25,
        }
        nothing = scenario(zones, margins=margins, effects=effects)
        pool = BONUS * nothing.prices["new_teacher_pay"] * teachers
        bonus = FundingOfTreated(zone_fund_primary=pool, performance_share=1.0, treated=treated)
        trial = scenario(zones, margins=margins, effects=effects, levers={"funding": bonus})
        model = trial.start(trial.at_rest(seed), "policy")
        model.step()
        frame = of_tested_twice(model, GRADES)
        frame["treated"] = frame["school"].isin(treated).astype(int)
        return school_difference(in_control_sds(frame))
