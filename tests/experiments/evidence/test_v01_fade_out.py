import math

import numpy as np
import pandas as pd
import pytest

from experiments.evidence import v01_fade_out
from experiments.evidence.v01_fade_out import GRADES, LEFT, FadeOut, elsewhere, fade_out

SCHOOLS, TEACHERS, CLASSES, SIZE, YEARS = 10, 10, 3, 20, 7
SHARES = (1.0, 0.6, 0.45, 0.3, 0.25)
"""Left of a teacher's year after 0, 1, 2, ... years."""


def made_by_hand(teacher_sd: float, schools: int = SCHOOLS) -> pd.DataFrame:
    """Schools whose teams add their mean skill, of which `SHARES` is left; classes are dealt anew every year."""
    draw = np.random.default_rng(1)
    skill = teacher_sd * draw.normal(size=schools * TEACHERS)
    rows = []
    for school in range(schools):
        for entry in range(-max(GRADES), YEARS):
            trait = draw.normal(0, 0.5, CLASSES * SIZE)
            gains: list[np.ndarray] = []
            prior = np.full(len(trait), np.nan)
            for grade in range(1, max(GRADES) + 1):
                room = draw.permutation(np.repeat(np.arange(CLASSES), SIZE))
                team = school * TEACHERS + np.array([draw.choice(TEACHERS, 2, replace=False) for _ in range(CLASSES)])
                gains.insert(0, skill[team].mean(axis=1)[room])
                score = trait + sum(share * gain for share, gain in zip(SHARES, gains, strict=False))
                score = score + draw.normal(0, 0.3, len(trait))
                year = entry + grade
                if 0 <= year < YEARS and grade in GRADES:
                    rows.append(
                        pd.DataFrame(
                            {
                                "student": np.arange(len(trait)) + 1000 * (entry + 100) + 10**6 * school,
                                "school": school,
                                "grade": grade,
                                "year": year,
                                "classroom": room + 10 * grade + 1000 * school,
                                "score": score,
                                "prior": prior,
                                "teacher_0": team[room, 0],
                                "teacher_1": team[room, 1],
                            }
                        )
                    )
                prior = score
    return pd.concat(rows, ignore_index=True)


def test_the_estimator_finds_what_is_left_of_a_teacher_s_year() -> None:
    found = fade_out(made_by_hand(teacher_sd=0.5))
    assert found[LEFT[1]] == pytest.approx(SHARES[1], abs=0.05)
    assert found[LEFT[3]] == pytest.approx(SHARES[3], abs=0.12)


def test_teachers_who_do_not_differ_give_no_estimate() -> None:
    assert all(math.isnan(share) for share in fade_out(made_by_hand(teacher_sd=0.0, schools=4)).values())


def test_a_teacher_is_known_by_other_years_and_other_cohorts_alone() -> None:
    taught = pd.DataFrame(
        {
            "teacher": [1, 1, 1, 1, 2],
            "year": [2021, 2021, 2022, 2023, 2021],
            "cohort": [2018, 2019, 2018, 2017, 2018],
            "rest": [1.0, 10.0, 100.0, 1000.0, 7.0],
        }
    )
    known = elsewhere(taught)
    assert known[0] == 1000.0  # neither its own year's other class nor its cohort's next year
    assert known[1] == (100.0 + 1000.0) / 2
    assert known[2] == (10.0 + 1000.0) / 2
    assert known[3] == pytest.approx((1.0 + 10.0 + 100.0) / 3)
    assert math.isnan(known[4])


def test_classes_are_dealt_anew_each_year_and_have_one_team(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(v01_fade_out, "SCHOOLS", 10)
    monkeypatch.setattr(v01_fade_out, "YEARS", 2)
    seen: list[pd.DataFrame] = []
    monkeypatch.setattr(v01_fade_out, "fade_out", lambda tested: seen.append(tested) or dict.fromkeys(LEFT.values()))
    assert set(FadeOut().simulate(1, {})) == {row.figure for row in FadeOut.published}
    first, second = (of_year for _, of_year in seen[0].groupby("year"))
    assert (first.groupby(["classroom"])[["teacher_0", "teacher_1"]].nunique() == 1).all(axis=None)
    both = first.merge(second, on="student")
    classmates = both.groupby("classroom_x")["classroom_y"].nunique()
    assert (classmates == 3).all()
