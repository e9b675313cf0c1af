import numpy as np
import pandas as pd
import pytest

from experiments.evidence import v09_class_share
from experiments.evidence.v09_class_share import SHARES, ClassShare, shares


def made_by_hand(school_sd: float, class_sd: float, student_sd: float, schools: int = 80) -> pd.DataFrame:
    draw = np.random.default_rng(7)
    school, room, _ = (axis.ravel() for axis in np.indices((schools, 4, 15)))
    classroom = school * 4 + room
    score = (school_sd * draw.normal(size=schools))[school] + (class_sd * draw.normal(size=4 * schools))[classroom]
    return pd.DataFrame(
        {"school": school, "classroom": classroom, "score": score + draw.normal(0, student_sd, len(school))}
    )


def test_the_shares_of_schools_classes_and_students_are_found() -> None:
    found = shares(made_by_hand(np.sqrt(0.2), np.sqrt(0.1), np.sqrt(0.7)))
    for figure, share, within in zip(SHARES, (0.2, 0.1, 0.7), (0.06, 0.025, 0.06), strict=True):
        assert found[figure] == pytest.approx(share, abs=within)


def test_classes_made_by_lot_of_teachers_alike_have_no_share() -> None:
    assert shares(made_by_hand(np.sqrt(0.2), 0.0, np.sqrt(0.8), schools=20))[SHARES[1]] < 0.03


def test_tennessee_star_gives_what_was_published_of_it() -> None:
    found = ClassShare().from_data()
    for row in ClassShare.published:
        assert found[row.figure] == pytest.approx(row.value, abs=0.005)


def test_grade_1_is_tested_in_schools_of_three_classes_or_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(v09_class_share, "SCHOOLS", 20)
    seen = []
    monkeypatch.setattr(v09_class_share, "shares", lambda tested: seen.append(tested) or {})
    ClassShare().simulate(1, {})
    assert seen[0]["grade"].eq(1).all()
    assert seen[0].groupby("school")["classroom"].nunique().min() >= 3
