"""V02: how much of the spread of schools' mean scores is the luck of a year."""

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import pandas as pd

from experiments.evidence.place import scenario, zones_of
from experiments.evidence.records import records
from experiments.evidence.replay import Kind, Published, Replay
from sim.noise import Floats

GRADE = 5
SCHOOLS, A_GRADE, YEARS = 60, 69, 6
BACKGROUND = ("neighbourhood", "ses", "migrant")
"""What stands for the study's race and parents' education."""
SAMPLING = "sampling, share of the variance of mean scores"
TRANSITORY = "other luck of a year, share of the variance of mean scores"
LASTING_GAINS = "persistent, share of the variance of mean gains"
SOURCE = "k_ks_samp: Kane & Staiger, Improving School Accountability Measures, NBER w8156"


class SchoolNoise(Replay):
    """Variance of schools' mean scores split into sampling, what lasts, and other luck of a year.

    Study: Kane & Staiger (2002), reading in grade 5, public schools of North Carolina. Sample: for a school of average
    size, 69 students a grade; here 60 schools of just that size over six years (of their about a thousand; number
    and years from memory, unverified), classes dealt anew every year. Estimator: McClellan & Staiger's (1999). Means
    by school and year, adjusted for students' background by least squares; sampling variance from the students'
    spread within schools; what lasts from the autocovariances, by a straight line through them back to lag 0; the
    rest is transitory. Outcome: shares. Gains are scores less the same students' last year's.

    Race and parents' education, for which the study adjusts, are carried in the model by the mean of the home
    catchment and cohort, so that all of the intake is taken out: the study takes out what these two tell of it.

    It may touch no effect. The school-grade shock and test day were fitted to the transitory tenth, which is therefore
    recovered; the other two figures emerge.
    """

    id: ClassVar[str] = "V02"
    title: ClassVar[str] = "School noise"
    kind: ClassVar[Kind] = "emerges"
    published: ClassVar[tuple[Published, ...]] = (
        Published(
            SAMPLING,
            0.28,
            SOURCE,
            low=0.14,
            high=0.42,
            note="no error is published; the band, half either way, is assumed",
        ),
        Published(
            TRANSITORY,
            0.10,
            SOURCE,
            low=0.05,
            high=0.15,
            kind="recovers",
            note="school_grade_shock_sd and school_grade_day_sd were fitted to it; the band is assumed",
        ),
        Published(LASTING_GAINS, 0.5, SOURCE, low=0.0, high=0.5, note="published as: less than half"),
    )

    def simulate(self, seed: int, effects: Mapping[str, float]) -> Mapping[str, float]:
        place = scenario(
            (*zones_of("primary", SCHOOLS), *zones_of("junior", SCHOOLS // 10)),
            margins={
                "students": SCHOOLS * A_GRADE * 9,
                "school_size_log_sd": 0.0,
                "catchment_enforcement": 1.0,
                "class_cap_primary": 25,
                "classes_reshuffled": 1,
            },
            effects=effects,
            years=YEARS - 1,
        )
        world = place.start(place.at_rest(seed), "policy")
        tested = [records(world, (GRADE,))]
        for _ in range(YEARS - 1):
            world.step()
            tested.append(records(world, (GRADE,)))
        return noise_of_schools(pd.concat(tested, ignore_index=True))


def noise_of_schools(tested: pd.DataFrame) -> dict[str, float]:
    """All figures from records of `school`, `year`, `score`, `prior` and the background."""
    gains = tested.assign(score=tested["score"] - tested["prior"]).dropna(subset="score")
    sampling, lasting = split(tested)
    return {SAMPLING: sampling, TRANSITORY: 1.0 - sampling - lasting, LASTING_GAINS: split(gains)[1]}


def split(tested: pd.DataFrame) -> tuple[float, float]:
    """Shares of sampling and of what lasts in the variance of schools' adjusted mean `score`."""
    adjusted = tested.assign(rest=adjusted_scores(tested))
    cells = adjusted.groupby(["school", "year"])["rest"]
    means = cells.mean().unstack()
    between = np.cov(means.to_numpy(), rowvar=False)
    total = float(between.diagonal().mean())
    sampling = float((cells.var() / cells.size()).mean())
    apart = [float(between.diagonal(lag).mean()) for lag in range(1, len(means.columns))]
    return sampling / total, lasting_variance(np.array(apart)) / total


def adjusted_scores(tested: pd.DataFrame) -> "pd.Series[float]":
    """Scores less what students' background and the year tell of them."""
    import statsmodels.api as sm

    known = pd.concat((tested[list(BACKGROUND)], pd.get_dummies(tested["year"], dtype=float)), axis=1)
    return pd.Series(sm.OLS(tested["score"], known).fit().resid)


def lasting_variance(apart: Floats) -> float:
    """Variance of what lasts: the straight line through the autocovariances of lags 1, 2, ... at lag 0; never below 0.

    Parameters
    ----------
    apart : array
        Covariance over schools of means as many years apart, mean over pairs of years.
    """
    import statsmodels.api as sm

    lags = np.arange(1, len(apart) + 1)
    pairs_of_years = len(apart) + 1 - lags
    at_zero = sm.WLS(apart, sm.add_constant(lags), weights=pairs_of_years).fit().params[0]
    return max(0.0, float(at_zero))
