"""The terms of one year: what law, the district's status quo and the levers ask of the agents.

Each year starts from the status quo; levers replace single terms before the step they act in. Agents read
terms and never see a lever.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from sim.agents.teacher import SUBJECTS

if TYPE_CHECKING:
    from sim.district.background import Law
    from sim.district.spec import DistrictSpec


@dataclass
class Terms:
    """Terms in force this year; arrays of two are (primary, junior)."""

    may_choose: float
    """Share of families who may choose a school, 1 - catchment enforcement."""
    class_cap: NDArray[np.float64]
    """Students a new class may have."""
    high_school_quota: float
    """Share of elite senior-high places that junior schools are given by students, not by their results."""
    private_share: NDArray[np.float64]
    """Share of the entrants for whom private schools have places."""
    migrant_public_share: float
    """Share of migrant entrants given a public place, where private ones are left for the others."""
    norm: NDArray[np.float64]
    """Students per teacher of the establishment norm, at the margin."""
    fill_norm: float
    """Share of a school's shortfall in posts against the plain norm that is closed, 0 ... 1; not a rate a year."""
    quota: NDArray[np.float64]
    """Public-use funds, yuan a student."""
    smallest_funded: int
    """Students for whom schools with fewer get public-use funds."""
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
    rotation_years: int
    """Years at one school that make a teacher eligible for rotation."""
    live_source: str = "lead"
    """Who broadcasts live classes: "lead", "zone_best" or "district_best" school."""
    training_hours: float = 0.0
    """Hours of generic training in five years above the status quo."""
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
    lottery: bool = False
    """Whether all who apply to a school draw lots for it, its residents included."""
    school_cap: float | None = None
    """Students a school may have; None leaves it to its seats."""
    surplus_pools: dict[str, str] = field(default_factory=dict)
    """Pools ("zone", "district") in which surplus teachers fill vacancies, each with the lever that pays the moves."""
    weak_school_priority: float = 0.0
    """Share of hires that go to schools against their standing."""
    priority_posts: dict[int, NDArray[np.float64]] = field(default_factory=dict)
    """Subjects that come first in posts, each with the teachers a student up to which they do."""
    title_weak_priority: float = 0.0
    """Share of vacant backbone titles given where there are few, not where they fell vacant."""
    agency_share: float = 0.0
    """Share of hires through an agency."""
    masters_share: float | None = None
    """Share of hires with a master's degree or higher; None leaves the predecessor's."""
    sent_coverage: float = 0.0
    """Share of the lessons that could be sent that the lead school's teachers give at the other members."""
    unified_teaching: bool = False
    """Whether every zone's joint teaching reaches what close groups' can."""
    unified_money: bool = False
    """Whether what a zone's members spend on equipment is spent where it is needed most."""
    itinerant_share: float = 0.0
    """Share of the teachers whom a school could spare by half who teach at a second school."""
    itinerant_pool: NDArray[np.int64] | None = None
    """Number of the pool within which they do, by school, -1 for none; None for no itinerant teaching."""
    entrants: float = 1.0
    """Children of entry age over those of the baseline year, beside the district's own trend."""
    tutoring: float = 1.0
    """Private tutoring over that of the baseline year."""
    after_school_hours: float = 0.0
    """Hours of after-school service a week above the baseline year's."""
    lesson_weight: NDArray[np.float64] = field(default_factory=lambda: np.ones(len(SUBJECTS)))
    """Lessons of each subject over those of the baseline year."""
    costs: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Yuan spent this year by lever, each (primary, junior)."""

    @classmethod
    def status_quo(cls, district: "DistrictSpec", law: "Law") -> Self:
        """Terms of a year without any lever: the district's, and the law's."""
        return cls(
            may_choose=1.0 - district.catchment_enforcement,
            class_cap=np.array(district.by_level("class_cap")),
            high_school_quota=district.high_school_quota,
            private_share=np.array(district.by_level("private_share")),
            migrant_public_share=district.migrant_public_share,
            norm=np.array(district.by_level("norm")),
            fill_norm=0.0,
            quota=np.array(law.quota),
            smallest_funded=law.smallest_funded,
            retirement_months=law.retirement_months,
            school_research_share=district.school_research_share,
            teacher_research_share=district.teacher_research_share,
            young_contest_share=district.young_contest_share,
            ict_share=district.ict_trained_share,
            digital_school_share=district.digital_school_share,
            digital_lesson_share=district.digital_lesson_share,
            live_class_share=district.live_class_share,
            live_lesson_share=district.live_lesson_share,
            extra_time_share=district.extra_time_share,
            rotation_years=int(district.rotation_years),
            entrants=law.entrants,
            tutoring=law.tutoring,
            after_school_hours=law.after_school_hours,
            lesson_weight=np.array(law.lesson_weight),
        )


def by_level(
    in_force: NDArray[np.float64], primary: float | None, junior: float | None
) -> NDArray[np.float64]:
    """A pair of terms with what is stated in place of what is in force; None states nothing."""
    stated = (primary, junior)
    return np.array([now if new is None else new for now, new in zip(in_force, stated, strict=True)])
