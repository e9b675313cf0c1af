"""V14: what a tenth more money a student, held for four years, adds to scores."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pandas as pd

from experiments.evidence.place import scenario, zones_of
from experiments.evidence.replay import Kind, Published, Replay
from sim.agents.school import PRIMARY
from sim.model import ZoneReform
from sim.noise import replicate_seed
from sim.reform import Lever, setting

SCHOOLS = 60
YEARS = 4
ARRIVES = "SD after four years of +10 %"
CROWDED_OUT = "the same where transfers crowd out (China)"


@dataclass(frozen=True)
class Grant(Lever):
    """A yearly transfer to some schools, a share of the public budget of their students."""

    step: ClassVar[str] = "learning"

    share: float = setting(0.0, unit="share", meaning="of the public budget", source="the study", low=0, high=1)
    schools: tuple[int, ...] = setting((), unit="", meaning="ids of the schools that get it", source="the study")

    def apply(self, model: ZoneReform, year: int) -> None:
        budget = model.reference_budget()[model.schools.level] * model.classes.students_by_school(len(model.schools))
        given = np.rint(self.share * budget * np.isin(model.schools.id, self.schools))
        model.schools.last_received = given.astype(np.int64)


class Spending(Replay):
    """Jackson & Mackevicius (AEJ: Applied 2023): test scores and school spending, pooled over American studies.

    Sample: theirs are 31 quasi-experiments, mostly on districts of states that changed how schools are paid for (number
    from memory, unverified); here one such, 60 schools of about 300 students, a random half of which gets a tenth more
    for four years. Estimator: measured scores of those who stayed (grades 1 and 2, then 5 and 6) on treatment, their
    own scores before and the mean of these in the grade of their school, by least squares with errors clustered by
    school. Outcome: SD of scores. It may touch `e_cn_passthru`: 1 as in America, where the studies measure spending
    itself, and 0, the model's value, beside it.

    The yearly coefficient `b_spend` was derived from this very figure over the persistence of learning: the replay
    recovers it, through four years of learning, fading and testing.
    """

    id: ClassVar[str] = "V14"
    title: ClassVar[str] = "Spending"
    kind: ClassVar[Kind] = "recovers"
    published: ClassVar[tuple[Published, ...]] = (
        Published(
            ARRIVES,
            0.04,
            "e_jm, e_elast: Jackson & Mackevicius, AEJ Applied 2023; +10 % of 12,500 dollars (from memory)",
            low=0.0,
            high=0.085,
            note="range: 90 % of true effects over places, not a confidence interval",
        ),
        Published(
            CROWDED_OUT,
            0.0,
            "e_cn_passthru: Ding, Lu & Ye, working paper (Jan 2018): transfers replaced counties' own spending",
            low=-0.02,
            high=0.02,
            note="no Chinese effect on scores was found; band assumed",
        ),
    )

    def simulate(self, seed: int, effects: Mapping[str, float]) -> Mapping[str, float]:
        zones = (*zones_of("primary", SCHOOLS), *zones_of("junior", 8))
        treated = assigned(seed)
        place = scenario(
            zones,
            margins={"students": 27_000, "school_size_log_sd": 0.2},
            effects=effects,
            levers={"grant": Grant(0.1, treated)},
            years=YEARS,
        )
        rest = place.at_rest(seed)
        found = {}
        for figure, arriving in ((ARRIVES, 1.0), (CROWDED_OUT, 0.0)):
            model = place.start(rest, "policy")
            model.effects = replace(model.effects, e_cn_passthru=arriving)  # at rest nobody gets a transfer
            before = records(model)
            for _ in range(YEARS):
                model.step()
            found[figure] = effect(before, records(model), treated)
        return found


def assigned(seed: int) -> tuple[int, ...]:
    """Ids of the primary schools that get the money, a random half."""
    luck = np.random.default_rng(replicate_seed(seed, 1))
    return tuple(sorted(luck.choice(SCHOOLS, SCHOOLS // 2, replace=False).tolist()))


def records(model: ZoneReform) -> pd.DataFrame:
    """Score, grade and school of the students of primary schools, by id."""
    students, schools = model.students, model.schools
    rows = np.flatnonzero(schools.level[students.school] == PRIMARY)
    columns = {"score": students.score, "grade": students.grade, "school": schools.id[students.school]}
    return pd.DataFrame({name: values[rows] for name, values in columns.items()}, index=students.id[rows])


def effect(before: pd.DataFrame, after: pd.DataFrame, treated: tuple[int, ...]) -> float:
    """SD that treatment adds to the scores of those who stayed, given their scores before."""
    import statsmodels.formula.api as smf

    both = after.join(before.add_suffix("_before"), how="inner")
    both = both[both["school"] == both["school_before"]]
    both["treated"] = both["school"].isin(treated).astype(float)
    both["mean_before"] = both.groupby(["school", "grade"])["score_before"].transform("mean")
    model = smf.ols("score ~ treated + C(grade) + score_before + mean_before", both)
    return float(model.fit(cov_type="cluster", cov_kwds={"groups": both["school"]}).params["treated"])
