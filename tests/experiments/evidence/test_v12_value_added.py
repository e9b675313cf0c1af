import numpy as np
import pandas as pd
import pytest

from experiments.evidence import v12_value_added
from experiments.evidence.v12_value_added import GRADES, ValueAdded, steadiness

SCHOOLS, SIZE = 150, 30


def made_by_hand(lasting: float = 0.0, yearly: float = 0.0, intake: float = 0.0, error: float = 0.0) -> pd.DataFrame:
    """A cohort in two grades, in schools that add something for good, in a year, or take in other children.

    The tests measure with `error`, so that a prior score does not tell all of whom a school took in.
    """
    draw = np.random.default_rng(8)
    school = np.repeat(np.arange(SCHOOLS), SIZE)
    able = (intake * draw.normal(size=SCHOOLS))[school] + draw.normal(0, 0.7, len(school))
    for_good = (lasting * draw.normal(size=SCHOOLS))[school]
    rows = []
    for year, grade in enumerate(GRADES):
        prior, score = (able + error * draw.normal(size=len(school)) for _ in range(2))
        score = score + for_good + (yearly * draw.normal(size=SCHOOLS))[school]
        rows.append(
            pd.DataFrame({"school": school, "grade": grade, "year": 2020 + year, "score": score, "prior": prior})
        )
    return pd.concat(rows, ignore_index=True)


def test_schools_that_add_for_good_are_told_in_both_years() -> None:
    assert steadiness(made_by_hand(lasting=0.5, error=0.3), "grade", True) > 0.9


def test_half_luck_of_the_year_halves_the_correlation() -> None:
    mixed = made_by_hand(lasting=0.3, yearly=0.3)
    assert steadiness(mixed, "grade", True) == pytest.approx(0.5, abs=0.12)
    assert steadiness(mixed, "grade", False) == pytest.approx(0.5, abs=0.12)


def test_intake_passes_for_value_added_unless_the_school_s_mean_is_controlled() -> None:
    taken_in = made_by_hand(intake=0.5, error=0.5)
    assert steadiness(taken_in, "grade", False) > 0.5
    assert abs(steadiness(taken_in, "grade", True)) < 0.2


def test_years_are_compared_by_the_mean_over_grades() -> None:
    first = made_by_hand(lasting=0.3, yearly=0.3).query("year == 2020")
    both_grades = pd.concat((first, first.assign(grade=GRADES[1])))
    next_year = both_grades.assign(year=2021)
    assert steadiness(pd.concat((both_grades, next_year), ignore_index=True), "year", True) == pytest.approx(1.0)


def test_the_cohort_of_the_baseline_s_grade_7_and_whole_schools_are_estimated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(v12_value_added, "SCHOOLS", 6)
    seen = []
    monkeypatch.setattr(v12_value_added, "steadiness", lambda tested, *_: seen.append(tested) or 0.0)
    assert set(ValueAdded().simulate(1, {})) == {row.figure for row in ValueAdded.published}
    cohort = seen[0].groupby("grade")["year"].unique().map(list).to_dict()
    assert cohort == {8: [2021], 9: [2022]}
    assert set(ValueAdded().from_data()) == {row.figure for row in ValueAdded.published[:2]}
