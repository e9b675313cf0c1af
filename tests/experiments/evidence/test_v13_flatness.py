import numpy as np
import pandas as pd
import pytest

from experiments.evidence.v13_flatness import SHARE_BY_GRADE, Flatness, between_schools, by_grade, slope


def records(shares, schools=300, students=30, spread=1.0):
    """Scores of variance 1 (then `spread` wider a grade) with a known part between schools in each grade."""
    luck, tables = np.random.default_rng(1), []
    for grade, share in enumerate(shares, start=1):
        school = np.repeat(np.arange(schools), students)
        own = luck.normal(0, np.sqrt(share), schools)[school] + luck.normal(0, np.sqrt(1 - share), len(school))
        tables.append(pd.DataFrame({"score": own * spread**grade, "grade": grade, "school": school}))
    return pd.concat(tables)


def test_the_share_between_schools_is_found():
    table = by_grade(records([0.1, 0.2, 0.3]))
    assert table["share"].tolist() == pytest.approx([0.1, 0.2, 0.3], abs=0.03)
    assert slope(table["share"]) == pytest.approx(0.1, abs=0.02)


def test_unequal_schools_do_not_bias_it():
    table = records([0.25], schools=600)
    kept = table.groupby("school").cumcount() < 2 + table["school"] % 28
    assert between_schools(table["score"][kept], table["school"][kept]) == pytest.approx(0.25, abs=0.04)


def test_a_spread_that_grows_with_grade_is_seen_in_the_variance_alone():
    table = by_grade(records([0.2, 0.2, 0.2, 0.2], spread=1.05))
    assert slope(table["variance"]) / table["variance"].mean() == pytest.approx(np.log(1.05**2), abs=0.03)
    assert abs(slope(table["share"])) < 0.02


def test_real_slopes_are_those_of_the_benchmarks():
    assert Flatness().from_data()[SHARE_BY_GRADE] == pytest.approx(Flatness.published[0].value, abs=2e-4)
