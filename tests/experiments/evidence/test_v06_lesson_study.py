"""The replay of lesson study."""

import numpy as np
import pandas as pd
import pytest

from experiments.evidence import v06_lesson_study as v06


def test_the_estimator_compares_within_strata_given_the_score_before():
    draw = np.random.default_rng(4)
    frame = pd.DataFrame({"stratum": np.arange(3000) % 2, "before": draw.normal(0, 1, 3000)})
    frame["treated"] = (draw.random(3000) < np.where(frame["stratum"] == 1, 0.8, 0.2)).astype(int)
    frame["score"] = 0.05 * frame["treated"] + frame["stratum"] + 0.7 * frame["before"] + draw.normal(0, 0.1, 3000)
    assert v06.difference(frame) == pytest.approx(0.05, abs=0.02)


def test_it_gains_two_years_of_what_the_best_of_a_school_know(monkeypatch):
    monkeypatch.setattr(v06, "DISTRICTS", ((6, 3),))
    study = v06.LessonStudy()
    with_it, without = (study.simulate(1, effects)[v06.FIGURE] for effects in ({}, {"b_lessonstudy": 0.0}))
    most = 0.03 * 0.9 * (1 + 0.2 + 0.8 * 0.4)  # gap of an SD throughout; of the first year's gain, what a year leaves
    assert 0.4 * most < with_it - without < 1.1 * most


def test_students_are_those_who_were_there_two_years_before():
    frame = v06.LessonStudy().district(1, {}, 4, 2)
    assert len(frame) == pytest.approx(4 * v06.STUDENTS_A_GRADE, rel=0.1)
    assert frame["id"].is_unique and frame.groupby("school")["treated"].first().sum() == 2
    assert np.corrcoef(frame["before"], frame["score"])[0, 1] > 0.5
