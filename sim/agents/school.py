"""Schools: one row a school and level (a nine-year school has a primary and a junior row)."""

import numpy as np

from sim.agents.columns import Array, Column, Columns

PRIMARY, JUNIOR = 0, 1
LEVELS = ("primary", "junior")
YEARS = (6, 3)
"""Grades of a primary and of a junior school (六三制)."""
LAST_GRADE = sum(YEARS)
ENTRY_GRADE = (1, YEARS[PRIMARY] + 1)
FINAL_GRADE = (YEARS[PRIMARY], LAST_GRADE)
NO_ZONE = -1


def last_grade(levels: Array) -> int:
    """Grade after which children leave a district with schools of these levels: without junior schools the sixth."""
    return FINAL_GRADE[int(np.max(levels, initial=PRIMARY))]


class Schools(Columns):
    """State of the schools; `sim.agents.places.School` is the agent that looks at one row."""

    id = Column(np.int64, "", "permanent number")
    name = Column(object, "", "name, unique within a level")
    zone = Column(np.int32, "", "row of the zone, -1 for a school in none: every private one, and some public ones")
    level = Column(np.int8, "", "0 primary (grades 1-6), 1 junior (grades 7-9)")
    lead = Column(np.bool_, "", "lead school of its zone")
    private = Column(np.bool_, "", "private school (民办学校): in no zone, and no lever acts on it")
    urban = Column(np.bool_, "", "urban (true) or rural")
    x = Column(np.float64, "km", "place on the map, east")
    y = Column(np.float64, "km", "place on the map, north")
    residents = Column(np.int32, "students a year", "children of entry age whose home catchment this is")
    birth_trend = Column(np.float64, "share a year", "yearly change of children of entry age who live in its catchment")
    intake = Column(np.int32, "students a year", "entrants in the baseline year")
    enrolled = Column(np.int64, "students", "students of all grades in the baseline year")
    seats = Column(np.int32, "students", "places in the entry grade; a private school's are those of the year")
    posts = Column(np.int32, "teachers", "establishment in the baseline year")
    teaching_area = Column(np.float64, "m2", "teaching and auxiliary rooms")
    sports_area = Column(np.float64, "m2", "sports grounds and halls")
    equipment = Column(np.float64, "yuan", "book value of teaching equipment")
    multimedia_rooms = Column(np.float64, "rooms", "networked multimedia classrooms")
    home_effect = Column(np.float64, "SD of catchments", "how far above the mean the latest cohort's homes stand")
    home_means = Column(
        np.float64, "SD of achievement", "mean of a catchment's children, by grade; 0: the next", width=LAST_GRADE + 1
    )
    standing = Column(np.float64, "SD", "how sought after by teachers")
    principal = Column(np.float64, "SD of achievement a year", "what the management of principal and deputies adds")
    lent = Column(np.float64, "SD of achievement a year", "what the management of a trustee (托管) adds this year")
    principals = Column(np.int32, "", "principals the school has appointed")
    head = Column(np.int64, "", "the principal in person: school that appointed, and number there")
    head_years = Column(np.int16, "years", "years the principal has been at this school")
    deputies = Column(np.int32, "", "deputies (副校长) the school has appointed")
    deputy = Column(np.int64, "", "its deputies, taken as one person: school that appointed, and number there")
    deputy_years = Column(np.int16, "years", "years the deputy has been at this school")
    reputation = Column(np.float64, "SD of achievement", "lagged measured mean score, as families see it")
    appeal = Column(np.float64, "", "what draws families to a private school beside distance and reputation")
    vacant_titles = Column(np.int32, "", "backbone titles (school, district, city) to be given again", width=3)
    digital = Column(np.bool_, "", "uses digital teaching (`b_platform`, 0 by default)")
    live = Column(np.bool_, "", "takes or gives live classes")
    live_room = Column(np.bool_, "", "equipped for live classes, this year or before")
    research = Column(np.bool_, "", "has a district research project (no effect on learning)")
    received = Column(np.int64, "yuan", "received from the zone fund this year")
    last_received = Column(np.int64, "yuan", "received the year before, for this year's work")
    bought_posts = Column(np.int32, "teachers", "posts bought from the zone fund for next year")
    funded_posts = Column(np.int32, "teachers", "posts bought the year before")
    account = Column(np.int64, "yuan", "received from the zone fund and not yet spent")
    post_savings = Column(np.int64, "yuan", "part of the account that is for posts, less than a year's pay so far")
    stake = Column(np.float64, "", "share of the full incentive effect that its teachers face")
    score = Column(np.float64, "SD of achievement", "measured mean score")
    true_effect = Column(np.float64, "SD of achievement", "what the school's year truly added")
    value_added = Column(np.float64, "SD of achievement", "measured value added, last three years", width=3)

    def count_by_level(self, rows: Array) -> Array:
        """How many of these rows are of primary and of junior schools; a row counts as often as it is given."""
        return np.bincount(self.level[rows], minlength=len(LEVELS))

    def sum_by_level(self, values: Array) -> Array:
        """Sums over primary and junior schools of a value of each school, (S,) -> (2,)."""
        return np.bincount(self.level, weights=values, minlength=len(LEVELS))
