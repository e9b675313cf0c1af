"""The district at rest has the figures that real schools have: variance, shares, correlations, reliability."""

import numpy as np
import pandas as pd
import pytest

import sim
from sim.model import ZoneReform
from sim.noise import replicate_seed

REPLICATES = 20
GRADES = range(1, 10)

FIGURES: dict[str, tuple[float, float]] = {
    **{f"variance of scores, grade {g}": (0.85, 1.05) for g in GRADES},
    "share between schools, grade 1": (0.12, 0.23),
    "share between schools, grade 6": (0.13, 0.23),
    "share between schools, grade 9": (0.10, 0.18),
    "share between classes of a school, least of grades": (0.02, 0.10),
    "share between classes of a school, largest of grades": (0.08, 0.15),
    **{f"correlation with the year before, grade {g}": (0.78, 0.84) for g in range(4, 10)},
    **{f"lag-2 ratio, grade {g}": (1.08, 1.18) for g in range(5, 10)},
    **{f"reliability, grade {g}": (0.85, 0.90) for g in range(3, 10)},
    "reliability, grade 1": (0.71, 0.79),
    "reliability, grade 2": (0.78, 0.84),
    "value added of schools from year to year, primary": (-0.2, 0.2),
    "value added of schools from year to year, junior": (-0.2, 0.2),
}
"""Bands round the prototype's figures in model.md, the last two round the Chinese study (evidence k_cn_va)."""


def figures(model: ZoneReform) -> dict[str, float]:
    """Figures of one replicate, followed over three years."""
    years, value_added = [], []
    for _ in range(3):
        model.step()
        years.append(students(model))
        value_added.append(model.schools.value_added[:, 0].copy())
    now = years[2].join(years[1].add_suffix("_1")).join(years[0].add_suffix("_2"))
    found: dict[str, float] = {}
    classes = []
    for grade in GRADES:
        cohort = now[now["grade"] == grade]
        found[f"variance of scores, grade {grade}"] = cohort["score"].var()
        found[f"share between schools, grade {grade}"] = share_between(cohort, "school")
        found[f"reliability, grade {grade}"] = cohort["true"].var() / cohort["score"].var()
        classes.append(class_share(cohort))
        last = cohort["score"].corr(cohort["score_1"])
        found[f"correlation with the year before, grade {grade}"] = last
        before = cohort["score_1"].corr(cohort["score_2"])
        found[f"lag-2 ratio, grade {grade}"] = cohort["score"].corr(cohort["score_2"]) / (last * before)
    found["share between classes of a school, least of grades"] = min(classes)
    found["share between classes of a school, largest of grades"] = max(classes)
    for kind, level in enumerate(("primary", "junior")):
        of = model.schools.level == kind
        following = zip(value_added, value_added[1:], strict=False)
        pairs = [np.corrcoef(one[of], other[of])[0, 1] for one, other in following]
        found[f"value added of schools from year to year, {level}"] = float(np.mean(pairs))
    return found


def students(model: ZoneReform) -> pd.DataFrame:
    table = model.students
    columns = {"grade": table.grade, "school": table.school, "room": table.classroom}
    return pd.DataFrame({**columns, "score": table.score, "true": table.achievement}, index=table.id)


def share_between(cohort: pd.DataFrame, unit: str) -> float:
    return float(cohort.groupby(unit)["score"].transform("mean").var() / cohort["score"].var())


def class_share(cohort: pd.DataFrame) -> float:
    """Variance component of classes within schools (nested analysis of variance), share of the total."""
    by_class = cohort.groupby("room")
    mean, school_mean = by_class["score"].transform("mean"), cohort.groupby("school")["score"].transform("mean")
    rooms, schools, count = cohort["room"].nunique(), cohort["school"].nunique(), len(cohort)
    within = ((cohort["score"] - mean) ** 2).sum() / (count - rooms)
    between = ((mean - school_mean) ** 2).sum() / (rooms - schools)
    size = by_class.size()
    of_school = by_class["school"].first().map(cohort.groupby("school").size())
    typical = (count - (size**2 / of_school).sum()) / (rooms - schools)
    return float(max(0.0, (between - within) / typical) / cohort["score"].var())


@pytest.fixture(scope="module")
def at_rest() -> pd.DataFrame:
    scenario = sim.load("wuhan_edz", "none", effects="means", background="frozen")
    return pd.DataFrame([figures(scenario.model(seed=replicate_seed(3, number))) for number in range(REPLICATES)])


@pytest.mark.parametrize("figure", FIGURES)
def test_figure_at_rest(at_rest, figure):
    low, high = FIGURES[figure]
    mean = at_rest[figure].mean()
    error = at_rest[figure].std(ddof=1) / np.sqrt(len(at_rest))
    assert low - 2 * error <= mean <= high + 2 * error, f"{mean:.3f} +- {error:.3f}"


def test_the_table_of_figures(at_rest, capsys):
    """Printed for the record, every figure with its Monte-Carlo error."""
    table = pd.DataFrame({"mean": at_rest.mean(), "error": at_rest.std(ddof=1) / np.sqrt(len(at_rest))}).dropna()
    with capsys.disabled():
        print("\n" + table.round(3).to_string())
    assert (table["error"] < 0.06).all()
