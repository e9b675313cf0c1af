"""What a researcher is given of a simulated year: who sat the tests, where, and the measured scores."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sim.model import ZoneReform


def records(world: ZoneReform, grades: Sequence[int]) -> pd.DataFrame:
    """The students of these grades, one row each, as they were tested in the year that has just ended.

    Returns
    -------
    DataFrame
        `student`, `school`, `classroom` (ids), `grade`, `year`; `score` and `prior` (last year's, nan without one), in
        the model's SD; `neighbourhood` (mean of home catchment and cohort, SD), `ses` (SD) and `migrant`.
    """
    students = world.students
    rows = np.flatnonzero(np.isin(students.grade, grades))
    return pd.DataFrame(
        {
            "student": students.id[rows],
            "school": world.schools.id[students.school[rows]],
            "classroom": world.classes.id[students.classroom[rows]],
            "grade": students.grade[rows].astype(np.int64),
            "year": world.year,
            "score": students.score[rows],
            "prior": students.prior_score[rows].astype(np.float64),
            "neighbourhood": world.schools.home_means[students.catchment[rows], students.grade[rows]],
            "ses": students.ses[rows].astype(np.float64),
            "migrant": students.migrant[rows].astype(np.float64),
        }
    )
