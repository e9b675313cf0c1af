"""Numbers that are allowed and seldom right: a ratio far from any school's, a table in which nobody is something."""

from sim.district.tables.problems import Problems
from sim.district.tables.records import Records
from sim.district.tables.schools import Listed

RATIOS = {
    ("students", "classes"): (5, 65, "students a class"),
    ("students", "teachers"): (3, 40, "students a teacher"),
    ("teaching_area", "students"): (1, 60, "m2 of teaching rooms a student"),
    ("sports_area", "students"): (0.5, 200, "m2 of sports grounds a student"),
    ("equipment", "students"): (100, 50_000, "yuan of equipment a student"),
    ("multimedia", "classes"): (0.1, 5, "multimedia classrooms a class"),
}
"""What is divided by what, and where it is usual (assumed: wider than what published tables have)."""


def warn_of_schools(listed: list[Listed], records: Records, problems: Problems) -> None:
    """Ratios of a school that look like a slip, or like another unit."""
    for (above, below), (low, high, said) in RATIOS.items():
        for school in listed:
            one, other = school.values.get(above), school.values.get(below)
            if one is None or not other or low <= one / other <= high:
                continue
            where = records.where(school.index, above)
            usual = f"{school.name}: {one / other:,.4g} {said}, which is unusual ({low:g} ... {high:g})"
            problems.warn(**where, said=usual, mend="see whether number and unit are right")


def warn_of_no_zone(listed: list[Listed], records: Records, problems: Problems) -> None:
    """Public schools without a zone: so it may be, and so it looks where cells of a workbook were merged."""
    alone = [school for school in listed if school.values.get("zone") is None and not school.private]
    if alone:
        names = ", ".join(school.name for school in alone[:5]) + (" ..." if alone[5:] else "")
        said = f"empty for {len(alone)} public school{'s' * (len(alone) > 1)}, in no zone therefore: {names}"
        problems.warn(**records.where(alone[0].index, "zone"), said=said, mend="write the zone, if there is one")


def warn_of_students(records: Records, problems: Problems) -> None:
    """A question to which every student's answer is no."""
    for name in ("migrant", "left_behind"):
        answers = [answer for answer in records.get(name) if answer is not None]
        if answers and not any(answers):
            column = records.header[name]
            said = "it is no for every student, and the district will have none"
            problems.warn(records.file, said, column=column, mend="empty cells mean that it is not known")
