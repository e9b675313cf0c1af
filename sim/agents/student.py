"""Students: one row a child, ordered by cohort (oldest first), zone, school and class."""

import numpy as np

from sim.agents.columns import Array, Column, Columns

COHORT_DIGITS = 10**11
CATCHMENT_DIGITS = 10**6
ARRIVAL = 10**5
"""A child who takes the place of one who left has the same number plus ARRIVAL."""
MOST_ARRIVALS = CATCHMENT_DIGITS // ARRIVAL - 1
"""Children who may follow one another in a place: more have no number."""
MOST_SCHOOLS = np.iinfo(np.int16).max
"""Schools that a district may have, both levels together."""


class Students(Columns):
    """State of the students."""

    id = Column(np.int64, "", "year of entry, home catchment, families who moved, number: 2020 00007 0 00012")
    grade = Column(np.int8, "", "1 ... 9, that of the class")
    school = Column(np.int16, "", "row of the school, that of the class; -1 before the first")
    classroom = Column(np.int32, "", "row of the class")
    catchment = Column(np.int16, "", "row of the primary school whose catchment is home")
    migrant = Column(np.bool_, "", "child of migrant workers (随迁子女)")
    left_behind = Column(np.bool_, "", "left-behind child (留守儿童; no effect on learning)")
    ses = Column(np.float32, "SD", "socio-economic status of the family")
    trait = Column(np.float64, "SD of achievement", "what the child brings, slowly changing")
    lasting = Column(np.float64, "SD of achievement", "what schooling added for good")
    fading = Column(np.float64, "SD of achievement", "what schooling added and fades")
    score = Column(np.float64, "SD of achievement", "last measured score, nan before the first")
    prior_score = Column(np.float32, "SD of achievement", "the one before it, rounded; until the year's test the last")

    @property
    def achievement(self) -> Array:
        """True achievement A = trait + lasting + fading, SD."""
        return self.trait + self.lasting + self.fading


def student_ids(cohort: int, catchment: Array, number: Array) -> Array:
    """Ids of children who enter grade 1 in year `cohort`: the k-th of a catchment is the same in every scenario."""
    return (
        np.int64(cohort) * COHORT_DIGITS
        + np.asarray(catchment, np.int64) * CATCHMENT_DIGITS
        + np.asarray(number, np.int64)
    )
