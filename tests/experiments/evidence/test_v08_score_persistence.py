import numpy as np
import pandas as pd
import pytest

from experiments.evidence import v08_score_persistence
from experiments.evidence.v08_score_persistence import (
    FEWEST,
    GRADES,
    RATIO,
    SAMPLED,
    SCHOOL_MEANS,
    STUDENTS,
    ScorePersistence,
    pairs,
    persistence,
    sampled,
)


def made_by_hand(kept: float, schools: int = 60, size: int = 60) -> pd.DataFrame:
    """Students whose standing is kept as an AR(1), without test error, in schools that are alike."""
    draw = np.random.default_rng(3)
    score = draw.normal(size=schools * size)
    rows = []
    for year, grade in enumerate(GRADES):
        student = np.arange(len(score))
        rows.append(
            pd.DataFrame({"student": student, "school": student // size, "grade": grade, "year": year, "score": score})
        )
        score = kept * score + np.sqrt(1 - kept**2) * draw.normal(size=len(score))
    return pd.concat(rows, ignore_index=True)


def test_the_correlations_of_students_and_their_ratio_are_found() -> None:
    found = persistence(made_by_hand(kept=0.7))
    for grade in GRADES[:-1]:
        assert found[STUDENTS.format(grade, grade + 1)] == pytest.approx(0.7, abs=0.03)
    assert found[RATIO.format(1, 3)] == pytest.approx(1.0, abs=0.05)
    assert set(found) == {row.figure for row in ScorePersistence.published}


def test_test_error_lifts_the_ratio_by_what_it_takes_of_the_grade_between() -> None:
    tested = made_by_hand(kept=0.9)
    tested["score"] += 0.5 * np.random.default_rng(4).normal(size=len(tested))
    assert persistence(tested)[RATIO.format(1, 3)] == pytest.approx(1.25, abs=0.06)


def test_only_those_tested_in_both_years_count_and_schools_with_enough_of_them() -> None:
    tested = made_by_hand(kept=0.7, schools=3, size=FEWEST + 2)
    gone = (tested["school"] == 0) & (tested["grade"] == 2) & (tested["student"] % 2 == 0)
    of_two_schools = persistence(tested[tested["school"] > 0])
    assert persistence(tested[~gone])[SCHOOL_MEANS.format(1, 2)] == of_two_schools[SCHOOL_MEANS.format(1, 2)]
    repeats = tested.assign(year=tested["year"] + (tested["grade"] > 1))
    assert len(pairs(repeats, 1, 1)) == 0
    assert len(pairs(repeats, 2, 1)) == 3 * (FEWEST + 2)


def test_a_quarter_of_each_school_s_entrants_is_followed_through_all_years() -> None:
    tested = made_by_hand(kept=0.7, schools=5, size=40)
    chosen = sampled(tested, np.random.default_rng(5))
    assert (chosen.groupby("school")["student"].nunique() == SAMPLED * 40).all()
    assert (chosen.groupby("student").size() == len(GRADES)).all()
    other = sampled(tested, np.random.default_rng(6))
    assert set(other["student"]) != set(chosen["student"])


def test_the_american_data_give_what_was_published_of_them() -> None:
    found = ScorePersistence().from_data()
    for row in ScorePersistence.published[:3]:
        assert found[row.figure] == pytest.approx(row.value, abs=0.01)


def test_a_cohort_is_followed_through_the_grades(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(v08_score_persistence, "SCHOOLS", 10)
    seen = []
    monkeypatch.setattr(v08_score_persistence, "persistence", lambda tested: seen.append(tested) or {})
    ScorePersistence().simulate(1, {})
    assert sorted(seen[0]["grade"].unique()) == list(GRADES)
    followed = seen[0].groupby("student")["grade"].agg(["min", "max"])
    assert ((followed["min"] == 1) & (followed["max"] == 4)).mean() > 0.9
