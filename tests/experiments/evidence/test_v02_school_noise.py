import numpy as np
import pandas as pd
import pytest

from experiments.evidence import v02_school_noise
from experiments.evidence.v02_school_noise import LASTING_GAINS, SAMPLING, TRANSITORY, SchoolNoise, noise_of_schools

SCHOOLS, YEARS, SIZE = 300, 5, 20
STUDENT, LASTING, TRANSITORY_SD = 0.8, 0.2, 0.15


def made_by_hand(lasting: float = LASTING, transitory: float = TRANSITORY_SD, intake: float = 1.0) -> pd.DataFrame:
    """Schools that differ for good, by the luck of a year and, unseen once adjusted, in whom they take in."""
    draw = np.random.default_rng(2)
    school, year, _ = (axis.ravel() for axis in np.indices((SCHOOLS, YEARS, SIZE)))
    for_good = lasting * draw.normal(size=SCHOOLS)
    of_year = transitory * draw.normal(size=(SCHOOLS, YEARS))
    rows = len(school)
    tested = pd.DataFrame(
        {
            "school": school,
            "year": year,
            "neighbourhood": (intake * draw.normal(size=SCHOOLS))[school],
            "ses": draw.normal(size=rows),
            "migrant": (draw.random(rows) < 0.1).astype(float),
        }
    )
    own = draw.normal(0, STUDENT, rows)
    added = for_good[school] + of_year[school, year]
    tested["prior"] = 0.0
    tested["score"] = tested["neighbourhood"] + 0.3 * tested["ses"] - 0.2 * tested["migrant"] + added + own
    return tested


def test_the_parts_of_the_variance_are_found_once_the_intake_is_adjusted_for() -> None:
    found = noise_of_schools(made_by_hand())
    sampling = STUDENT**2 / SIZE
    total = sampling + LASTING**2 + TRANSITORY_SD**2
    assert found[SAMPLING] == pytest.approx(sampling / total, abs=0.04)
    assert found[TRANSITORY] == pytest.approx(TRANSITORY_SD**2 / total, abs=0.08)
    assert found[LASTING_GAINS] == pytest.approx(LASTING**2 / total, abs=0.08)  # nobody had anything before


def test_schools_that_do_not_differ_show_sampling_alone() -> None:
    found = noise_of_schools(made_by_hand(lasting=0.0, transitory=0.0))
    assert found[SAMPLING] == pytest.approx(1.0, abs=0.1)
    assert found[LASTING_GAINS] < 0.08


def test_every_figure_is_estimated_on_schools_of_the_study_s_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(v02_school_noise, "SCHOOLS", 10)
    seen = []
    monkeypatch.setattr(v02_school_noise, "noise_of_schools", lambda tested: seen.append(tested) or {})
    SchoolNoise().simulate(1, {})
    sizes = seen[0].groupby(["school", "year"]).size()
    assert len(sizes) == 10 * v02_school_noise.YEARS
    assert sizes.eq(69).all()
