"""Teachers: one row a post; whoever holds it now is the teacher."""

import numpy as np

from sim.agents.columns import Array, Column, Columns
from sim.compiled import compiled
from sim.config import Effects
from sim.noise import Floats, Ints, Noise

SUBJECTS = ("language", "mathematics", "other_core", "pe_arts", "science_it")
LANGUAGE, MATHEMATICS, OTHER_CORE, PE_ARTS, SCIENCE_IT = range(len(SUBJECTS))
CORE = (LANGUAGE, MATHEMATICS, OTHER_CORE)
BACKBONE = ("none", "school", "district", "city")
DISTRICT_BACKBONE = 2
EXPERIENCE_POINTS = (0, 2, 5, 10, 20)
"""Years of teaching at which the effect of experience is known (`b_exp_yr2` ... `b_exp_yr20`)."""
MASTERS = 2
"""Degree from which on a teacher has a master's."""

POSTS = 10**5
"""A post's number is the id of the school that founded it * POSTS + its place there."""
GENERATIONS = 1000
"""A teacher's id is post * GENERATIONS + the number of holders the post has had before."""
PAIR = 10**5
"""The pair of a teacher and a school has the id teacher * PAIR + school."""


class Teachers(Columns):
    """State of the teachers. A row with school -1 is a post that is not filled."""

    id = Column(np.int64, "", "post and generation")
    school = Column(np.int32, "", "row of the school where they teach, -1 for an empty post")
    home_school = Column(np.int32, "", "row of the school with the personnel relation (人事关系) or the empty post")
    school_before = Column(np.int32, "", "row of the school where they taught last year, -1 for a post that was empty")
    second_school = Column(np.int32, "", "row of the school where an itinerant teacher (走教) is half the week, or -1")
    subject = Column(np.int8, "", "0 language, 1 mathematics, 2 other core, 3 PE/arts, 4 science/IT")
    female = Column(np.bool_, "", "woman")
    age = Column(np.int16, "years", "age")
    experience = Column(np.int16, "years", "years of teaching")
    years_here = Column(np.int16, "years", "years at this school")
    degree = Column(np.int8, "", "0 as required, 1 above the required degree, 2 a master's or higher")
    title = Column(np.int8, "", "0 none, 1 junior, 2 middle, 3 senior title (职称)")
    backbone = Column(np.int8, "", "0 none, 1 school, 2 district, 3 city backbone teacher (骨干教师)")
    base_skill = Column(np.float64, "SD of achievement a year", "skill brought to the job")
    practised = Column(np.float64, "SD of achievement a year", "part of learned skill that is kept up")
    learned = Column(np.float64, "SD of achievement a year", "skill gained, or lost, by working with others")
    agency = Column(np.bool_, "", "employed through an agency (劳务派遣)")
    bought = Column(np.bool_, "", "on a fixed term, in a post that the zone fund buys from year to year")
    seeks_school = Column(np.bool_, "", "looked for another school this year")
    moved = Column(np.bool_, "", "first year at this school")
    rotated = Column(np.bool_, "", "moved by the rotation of this year")
    eligible = Column(np.bool_, "", "had the years at one school that rotation asks for, this year")
    posting_end = Column(np.int16, "", "last year of the posting, 0 without one")
    research = Column(np.bool_, "", "takes part in planned research (no effect on learning)")
    ict_trained = Column(np.bool_, "", "trained in ICT (no effect on learning)")
    contest = Column(np.bool_, "", "took part in the zone's teaching contest (no effect on learning)")
    award = Column(np.bool_, "", "won a district award this year (no effect on learning)")

    @property
    def employed(self) -> Array:
        """Mask of the posts that are filled."""
        return self.school >= 0

    def count_by_school(self, schools: int) -> Array:
        """Teachers in post at each school, (S,)."""
        return _count(self.school, schools)

    def younger_than(self, age: float) -> Array:
        """Mask of those in post who are younger; 青年教师 where `age` is the district's `young_age`."""
        return np.asarray(self.employed & (self.age < age))

    @property
    def skill(self) -> Floats:
        """Base and learned skill, SD of achievement a year."""
        return self.base_skill + self.learned


@compiled()
def _count(school: Ints, schools: int) -> Ints:
    count = np.zeros(schools + 1, np.int64)  # -1 is the last place, of the empty posts
    for s in school:
        count[s] += 1
    return count[:schools]


def drawn_skill(standing: Floats, ids: Array, effects: Effects, noise: Noise) -> Floats:
    """Skill of teachers hired by schools of this standing, SD of achievement a year.

    A share `rec_within` of the variance lies within schools; the rest goes with the school's standing.

    Parameters
    ----------
    standing : array
        Standing of each one's school, SD.
    ids : array
        Ids of the teachers.
    """
    own = noise.normal("teacher skill", 0, ids)
    within = effects.rec_within
    return np.asarray(effects.rec_sigmaT * (np.sqrt(1.0 - within) * standing + np.sqrt(within) * own))


def match_quality(teacher_ids: Array, schools: Array, effects: Effects, noise: Noise) -> Floats:
    """How well a teacher and a school suit each other: belongs to the pair, for good (`rec_match`, SD)."""
    pairs = teacher_ids * np.int64(PAIR)
    pairs += schools
    quality = noise.normal("match", 0, pairs)
    quality *= effects.rec_match
    return quality


def experience_effect(years: Array, effects: Effects) -> Floats:
    """Effect of experience against a novice: straight lines between the published points, flat after year 20."""
    values = [0.0, effects.b_exp_yr2, effects.b_exp_yr5, effects.b_exp_yr10, effects.b_exp_yr20]
    return np.interp(years, EXPERIENCE_POINTS, values)
