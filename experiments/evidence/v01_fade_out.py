"""V01: what is left of a good teacher's year in later years' scores."""

from collections.abc import Mapping
from typing import ClassVar

import pandas as pd

from experiments.evidence.place import scenario, zones_of
from experiments.evidence.records import records
from experiments.evidence.replay import Kind, Published, Replay
from sim.model import ZoneReform

GRADES = (2, 3, 4, 5, 6)
"""Grades whose students have a score of the year before at the same school."""
SCHOOLS, A_GRADE, CLASS_CAP, YEARS = 40, 84, 28, 10
LATER = (1, 3, 4)
"""Years after the teacher's."""
STRONG = 23.1
"""First-stage F above which one instrument is biased by a tenth at most (Montiel Olea & Pflueger, JBES 31:358-369)."""

LEFT = {years: f"share left after {years} year{'s'[: years - 1]}" for years in LATER}
LEFT_JACOB = "share left after 1 year, Jacob, Lefgren & Sims"
CELL = ["school", "grade", "year"]
TEAM = ["teacher_0", "teacher_1"]


class FadeOut(Replay):
    """Lasting share of what a teacher adds, by instruments.

    Study: Chetty, Friedman & Rockoff (2014), a large urban district, grades 3 to 8, twenty years, 2.5 million children
    (number and years from memory, unverified), and Jacob, Lefgren & Sims (2010), North Carolina, grades 3 to 5.
    Sample: 40 schools with three classes of 28 a grade, grades 2 to 6, ten years; more is left to the repeats.
    Estimator: two-stage least squares of a later score on this year's, means of classes, whose instrument is the value
    added of the year's teachers, leaving out the year (and the students' cohort, whom a teacher may have had before);
    the score before that year and school by grade by year as controls, clustered by school. Outcome: the later effect
    over the year's own; both on the model's SD, which is the same in all grades.

    A class has one teacher there and two here, the fewest the model can have: its instrument is the mean of the two's
    value added, each from all classes of theirs; a share does not depend on how many they are. Classes are dealt anew
    every year with new teams. It may touch no effect: `kappa` and `delta`, which are the fading, were fitted to Chetty
    et al. and cannot also fit Jacob et al., whose 0.20 is expected to fail. Where teachers do not differ the
    instrument is weak, and there is no estimate.
    """

    id: ClassVar[str] = "V01"
    title: ClassVar[str] = "Fade-out"
    kind: ClassVar[Kind] = "recovers"
    published: ClassVar[tuple[Published, ...]] = (
        Published(
            LEFT[1],
            0.5,
            "a_fade_ks: Kane & Staiger, NBER w14607",
            low=0.3,
            high=0.7,
            note="from memory, unverified, as Chetty et al.'s 0.53 (a_fade_cfr)",
        ),
        *(
            Published(
                LEFT[years],
                0.25,
                "a_fade_cfr: Chetty, Friedman & Rockoff, AER 104(9) (II)",
                low=0.2,
                high=0.35,
                note="after three to four years; from memory, unverified",
            )
            for years in LATER[1:]
        ),
        Published(
            LEFT_JACOB,
            0.2,
            "a_fade_jls: Jacob, Lefgren & Sims, J Human Resources 45(4):915-943, doi 10.3368/jhr.45.4.915",
            low=0.0,
            high=0.33,
            note="about a fifth, more than a third ruled out; cannot hold together with Chetty et al.",
        ),
    )

    def simulate(self, seed: int, effects: Mapping[str, float]) -> Mapping[str, float]:
        place = scenario(
            (*zones_of("primary", SCHOOLS), *zones_of("junior", SCHOOLS // 10)),
            margins={
                "students": SCHOOLS * A_GRADE * 9,
                "school_size_log_sd": 0.0,
                "catchment_enforcement": 1.0,
                "class_cap_primary": CLASS_CAP,
                "classes_reshuffled": 1,
                "team_years": 1,
                "core_teachers_primary": 2,
            },
            effects=effects,
            years=YEARS,
        )
        world = place.start(place.at_rest(seed), "policy")
        tested = []
        for _ in range(YEARS):
            world.step()
            tested.append(taught(world))
        found = fade_out(pd.concat(tested, ignore_index=True))
        return found | {LEFT_JACOB: found[LEFT[1]]}


def taught(world: ZoneReform) -> pd.DataFrame:
    """The year's records, with the ids of the two teachers of each student's class."""
    teams = pd.DataFrame(world.classes.team_ids[:, : len(TEAM)], columns=TEAM).assign(classroom=world.classes.id)
    return records(world, GRADES).merge(teams, on="classroom")


def fade_out(tested: pd.DataFrame) -> dict[str, float]:
    """Shares left after some years, from records of students, scores and teachers."""
    known = tested.dropna(subset=["score", "prior"])
    taught_by = value_added_of_teams(known)
    found = {}
    for years in LATER:
        later = tested[["student", "year", "score"]].rename(columns={"score": "later"})
        both = known.merge(later.assign(year=later["year"] - years), on=["student", "year"])
        means = both.groupby([*CELL, "classroom"], as_index=False)[["later", "score", "prior"]].mean()
        found[LEFT[years]] = share_left(means.merge(taught_by, on=["classroom", "year"]))
    return found


def value_added_of_teams(known: pd.DataFrame) -> pd.DataFrame:
    """`value_added` of each `classroom`'s team in each `year`: mean of its teachers'.

    A teacher's is the mean residual of classes of other cohorts in other years; classes whose team had none are left
    out.
    """
    import statsmodels.api as sm

    within = centred(known, ["score", "prior"])
    rest = sm.OLS(within["score"], within["prior"]).fit().resid
    classes = known.assign(rest=rest, cohort=known["year"] - known["grade"])
    classes = classes.groupby([*CELL, "classroom", "cohort", *TEAM])[["rest"]].mean().reset_index()
    by_teacher = classes.melt(["classroom", "year", "cohort", "rest"], TEAM, value_name="teacher")
    by_teacher = by_teacher.assign(value_added=elsewhere(by_teacher))
    return by_teacher.groupby(["classroom", "year"])[["value_added"]].mean().dropna().reset_index()


def elsewhere(by_teacher: pd.DataFrame) -> "pd.Series[float]":
    """Mean `rest` of each row's teacher over classes that share neither its year nor its cohort; nan without one."""

    def sums(*also: str) -> pd.DataFrame:
        return by_teacher.assign(classes=1.0).groupby(["teacher", *also])[["rest", "classes"]].transform("sum")

    left = sums() - sums("year") - sums("cohort") + sums("year", "cohort")
    return (left["rest"] / left["classes"]).where(left["classes"] > 0.5)


def share_left(classes: pd.DataFrame) -> float:
    """Two-stage least squares of mean `later` on mean `score` of classes; nan where the instrument is weak."""
    from linearmodels.iv import IV2SLS
    from linearmodels.iv.results import IVResults

    within = centred(classes, ["later", "score", "prior", "value_added"])
    fit = IV2SLS(within["later"], within[["prior"]], within[["score"]], within[["value_added"]]).fit(
        cov_type="clustered", clusters=classes["school"]
    )
    assert isinstance(fit, IVResults)
    strength = fit.first_stage.diagnostics["f.stat"].astype(float)["score"]
    return float(fit.params["score"]) if strength >= STRONG else float("nan")


def centred(rows: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Columns less their means in the school's grade and year."""
    return rows[columns] - rows.groupby(CELL)[columns].transform("mean")
