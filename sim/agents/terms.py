"""The terms of one year: what law, the district's status quo and the levers ask of the agents.

Each year starts from the status quo; levers replace single terms before the step they act in. Agents read
terms and never see a lever.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass
class Terms:
    """Terms in force this year; arrays of two are (primary, junior)."""

    may_choose: float
    """Share of families who may choose a school, 1 - catchment enforcement."""
    class_cap: NDArray[np.float64]
    """Students a new class may have."""
    norm: NDArray[np.float64]
    """Students per teacher of the establishment norm, at the margin."""
    fill_norm: float
    """Share of a school's shortfall in posts against the plain norm that is closed, 0 ... 1; not a rate a year."""
    quota: NDArray[np.float64]
    """Public-use funds, yuan a student."""
    retirement_months: tuple[int, int]
    """Age of retirement in months, men and women."""
    school_research_share: float
    teacher_research_share: float
    young_contest_share: float
    ict_share: float
    digital_school_share: float
    digital_lesson_share: float
    live_class_share: float
    live_lesson_share: float
    extra_time_share: float
    """Share of digital lessons that come with extra learning time."""
    live_source: str = "lead"
    """Who broadcasts live classes: "lead", "zone_best" or "district_best" school."""
    training_hours: float = 0.0
    """Hours of generic training in five years above the status quo."""
    rotation_years: int = 6
    """Years at one school that make a teacher eligible for rotation."""
    joint_coverage: float = 0.0
    joint_mode: str = ""
    bundled: float = 0.0
    """Weight of the zone's results in a teacher's own assessment."""
    assessed: bool = False
    """Whether performance is rewarded at all; without reward nobody holds back."""
    fidelity_years: float | None = None
    """Years constant of the fidelity ramp; None leaves `tau`."""
    director_share: float = 0.0
    """Share of the zone's money that its director keeps for joint projects."""
    costs: dict[str, float] = field(default_factory=dict)
    """Yuan spent this year, by lever."""


def by_level(
    in_force: NDArray[np.float64], primary: float | None, junior: float | None
) -> NDArray[np.float64]:
    """A pair of terms with what is stated in place of what is in force; None states nothing."""
    stated = (primary, junior)
    return np.array([now if new is None else new for now, new in zip(in_force, stated, strict=True)])
