"""What a district's own tables say of its schools, teachers and students; the rest is filled in from the margins."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sim.agents.columns import Array


@dataclass(frozen=True, kw_only=True)
class GivenSchool:
    """One school of one level in the baseline year, as its district's table has it; None where that is silent.

    Attributes
    ----------
    students : int, optional
        In all its grades.
    students_by_grade, classes_by_grade : tuple of int, optional
        From the entry grade to the last.
    classes, teachers : int, optional
        In all grades; teachers in post.
    above_degree, masters, backbone, pe_arts : int, optional
        Teachers with more than the required degree, with a master's, of district backbone rank or higher (区级以上骨干
        教师), and of physical education and the arts.
    teaching_area, sports_area, equipment, multimedia_rooms : float, optional
        In all: m2, m2, yuan, rooms.
    east, north : float, optional
        Place on the map, km from its south-west corner.
    urban : bool, optional
    """

    students: int | None = None
    students_by_grade: tuple[int, ...] | None = None
    classes: int | None = None
    classes_by_grade: tuple[int, ...] | None = None
    teachers: int | None = None
    above_degree: int | None = None
    masters: int | None = None
    backbone: int | None = None
    pe_arts: int | None = None
    teaching_area: float | None = None
    sports_area: float | None = None
    equipment: float | None = None
    multimedia_rooms: float | None = None
    east: float | None = None
    north: float | None = None
    urban: bool | None = None


@dataclass(frozen=True, kw_only=True)
class GivenPeople:
    """Teachers or students as a district's table lists them.

    Attributes
    ----------
    school, level : tuple of str, array of (n,)
        Name of the school of each, and its level (0 primary, 1 junior).
    columns : mapping of str to array (n,)
        What is known of each, by the names of `Teachers` or `Students`; a value that is not known is masked (`known`).
    known : mapping of str to bool array (n,)
    checksum : str
        Of the file: what a run records instead of the persons.
    """

    school: tuple[str, ...]
    level: Array
    columns: Mapping[str, Array] = field(default_factory=dict)
    known: Mapping[str, Array] = field(default_factory=dict)
    checksum: str = ""
