"""V04: pay for each teacher's own results in rural China, with more of it for those of the weak."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from experiments.evidence.place import scenario, zones_of
from experiments.evidence.replay import Kind, Published, Replay
from experiments.evidence.treatment import treated_schools
from experiments.evidence.trial import assigned, in_control_sds, of_tested_twice
from sim.model import ZoneReform
from sim.reform import Lever

SCHOOLS, TREATED, STUDENTS_A_GRADE, GRADE = 103, 52, 37, 6
ALL, LOWEST, DIFFERENCE = "all students", "lowest third", "lowest third less all"


@dataclass(frozen=True)
class PayForResults(Lever):
    """A bonus for each teacher's own results, large enough: a stake (`Schools.stake`) of 1.

    It is what `Funding` comes to where nobody shares; its rule divides by all teachers of a school.
    """

    step: ClassVar[str] = "learning"
    treated: tuple[int, ...] = treated_schools()

    def apply(self, model: ZoneReform, year: int) -> None:
        model.schools.stake = np.isin(np.arange(len(model.schools)), self.treated).astype(float)


def differences(frame: pd.DataFrame) -> dict[str, float]:
    """Treatment on scores, given the prior score: of all students, of the lowest third by prior score, and between.

    Parameters
    ----------
    frame : DataFrame
        One row a student: `treated`, `score`, `prior`.
    """
    import statsmodels.formula.api as smf

    low = frame["prior"] <= frame["prior"].quantile(1 / 3)
    model = "score ~ treated + prior"
    of_all, of_low = (float(smf.ols(model, part).fit().params["treated"]) for part in (frame, frame[low]))
    return {ALL: of_all, LOWEST: of_low, DIFFERENCE: of_low - of_all}


class PerformancePay(Replay):
    """Chang et al. (2020): teachers of grade 6 paid by percentile, 60 % more for the progress of low achievers.

    Sample: 1,825 students of 52 treated schools and 1,964 of 51 others in north-western China, tested at the end of
    grade 5 and of grade 6. Estimator: `differences`, in SD of the control group; the study has more controls. Outcome:
    mathematics; here the one score that the model has.

    The effect `rec_perf_ind` is an input, and this study is its source. The model knows no weak and strong students
    before an incentive: low achievers should gain as much as the others, where the study found 0.15, 0.03 and 0.10 in
    the lowest, middle and highest third. The study's test was the one that was rewarded; the model lifts such a test
    by half the effect again without learning (`gaming`), so that it should give 0.15 for all.
    """

    id: ClassVar[str] = "V04"
    title: ClassVar[str] = "Performance pay, rural China"
    kind: ClassVar[Kind] = "recovers"
    source: ClassVar[str] = "f_p4p_avg: Chang et al., Econ Educ Rev 75:101954, doi 10.1016/j.econedurev.2020.101954"
    published: ClassVar[tuple[Published, ...]] = (
        Published(ALL, 0.10, source, low=0.01, high=0.19, note="band assumed; of a test that was rewarded"),
        Published(
            LOWEST,
            0.15,
            source,
            low=0.06,
            high=0.24,
            note="band assumed, as wide as that of all students; the model comes near it by what it adds to all alike",
        ),
        Published(
            DIFFERENCE,
            0.05,
            source,
            low=0.025,
            high=0.075,
            kind="emerges",
            note="half to one and a half of it, assumed; the model has no such difference",
        ),
    )

    def simulate(self, seed: int, effects: Mapping[str, float]) -> Mapping[str, float]:
        treated = assigned(SCHOOLS, TREATED, seed)
        trial = scenario(
            (*zones_of("primary", SCHOOLS), *zones_of("junior", 4)),
            margins={"students": 9 * SCHOOLS * STUDENTS_A_GRADE, "school_size_log_sd": 0.0},
            effects=effects,
            levers={"pay": PayForResults(treated=treated)},
        )
        model = trial.start(trial.at_rest(seed), "policy")
        model.step()
        frame = of_tested_twice(model, [GRADE])
        frame["treated"] = frame["school"].isin(treated).astype(int)
        return differences(in_control_sds(frame))
