"""Teachers and students as a district's tables know them, put in the place of those whom the spin-up brought there."""

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.columns import Array
from sim.agents.teacher import DISTRICT_BACKBONE, MASTERS
from sim.district.roll import given_of

if TYPE_CHECKING:
    from sim.model import ZoneReform


def mend_staff(model: "ZoneReform") -> None:
    """Bring degrees and backbone titles of schools that state them back to what they state.

    Teachers who exchange schools take their degree along, and a title may find nobody to go to. Who has a degree or
    title, or the most experience, is the first to have it; lots decide between equals. Titles that wait are gone.
    """
    teachers, schools = model.teachers, model.schools
    for row, school in enumerate(given_of(model.district, schools)):
        here = np.flatnonzero(teachers.school == row)
        if school.above_degree is not None or school.masters is not None:
            degree = teachers.degree[here]
            masters = np.count_nonzero(degree >= MASTERS) if school.masters is None else school.masters
            above = max(masters, np.count_nonzero(degree > 0)) if school.above_degree is None else school.above_degree
            place = _turn(model, here, degree)
            teachers.degree[here] = np.where(place < min(masters, above), MASTERS, place < above)
        if school.backbone is not None:
            rung = teachers.backbone[here]
            first = _turn(model, here, np.where(rung >= DISTRICT_BACKBONE, rung, 0)) < school.backbone
            teachers.backbone[here] = np.where(
                first, np.maximum(rung, DISTRICT_BACKBONE), np.minimum(rung, DISTRICT_BACKBONE - 1)
            )
            schools.vacant_titles[row, DISTRICT_BACKBONE - 1 :] = 0


def _turn(model: "ZoneReform", rows: Array, standing: Array) -> Array:
    """Place of each of these teachers by standing, then experience, then by lot."""
    teachers = model.teachers
    lots = model.noise.lots("standing of a table", 0, teachers.id[rows])
    order = np.lexsort((lots, -teachers.experience[rows].astype(np.int64), -standing.astype(np.int64)))
    place = np.empty(len(rows), np.int64)
    place[order] = np.arange(len(rows))
    return place
