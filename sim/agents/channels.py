"""Channels: the ways by which a policy reaches scores, and worlds in which one of them is frozen.

Every student of a frozen world gets, of that channel, what the same student got in another world that year, the
counterfactual, in place of what his class would give him. All else goes its way and answers to it.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.agents.columns import Array
from sim.noise import Floats

if TYPE_CHECKING:
    from sim.model import ZoneReform

LEARNING_CHANNELS = (
    "teachers_place",
    "teachers_learning",
    "peers",
    "class_size",
    "money",
    "digital",
    "incentives",
)
"""Parts of what a year in a class adds, by the columns of `Classes` that hold them."""
SCORE_CHANNELS = ("inflation",)
"""Parts of what a test shows beside what is known."""
CHANNELS = (*LEARNING_CHANNELS, *SCORE_CHANNELS)


@dataclass(frozen=True)
class YearReceived:
    """What a year gave: the students by ascending id, (n,), their class, (n,), and what each class gave, (classes,)."""

    students: Array
    classroom: Array
    by_class: dict[str, Floats]


class Received:
    """What each student of a world got by each channel, year by year."""

    def __init__(self) -> None:
        self.years: dict[int, YearReceived] = {}

    def note(self, model: "ZoneReform") -> None:
        """Keep the year that the model has just gone through."""
        students, classes = model.students, model.classes
        order = np.argsort(students.id)
        self.years[model.year] = YearReceived(
            students.id[order],
            students.classroom[order],
            {channel: classes.arrays[channel].copy() for channel in CHANNELS},
        )

    def by_student(self, channel: str, year: int, students: Array, otherwise: Floats) -> Floats:
        """What each of the students (ids) got in a year, SD; `otherwise` for those who were not there."""
        then = self.years[year]
        place = np.minimum(np.searchsorted(then.students, students), len(then.students) - 1)
        there = then.students[place] == students
        return np.where(there, then.by_class[channel][then.classroom[place]], otherwise)


@dataclass(frozen=True)
class Frozen:
    """One channel that is frozen at what another world gave."""

    channel: str
    received: Received

    def change(self, channels: tuple[str, ...], model: "ZoneReform") -> Floats:
        """What it adds to what each student gets from his class, SD, (n,); nothing if it is none of the channels.

        A difference, so that the same contribution in both worlds leaves every bit as it was.
        """
        students = model.students
        if self.channel not in channels:
            return np.zeros(len(students))
        own = model.classes.arrays[self.channel][students.classroom]
        return self.received.by_student(self.channel, model.year, students.id, own) - own
