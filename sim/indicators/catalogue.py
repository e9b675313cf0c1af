"""Every indicator, declared once, in the order of the columns of `indicators.parquet`."""

from dataclasses import dataclass

DISTRICT, ZONE, SCHOOL = "district", "zone", "school"
SCOPES = (DISTRICT, ZONE, SCHOOL)
GAP = "score_gap"
"""The headline gap, whose change is split by channel."""


@dataclass(frozen=True)
class Indicator:
    """One column of the record.

    Parameters
    ----------
    unit : str
        Unit of a value; shares run from 0 to 1.
    meaning : str
        What it is, with the official Chinese term where there is one.
    better : int
        1 where more is better, -1 where less is, 0 where neither.
    scopes : tuple of str
        Where it is defined; elsewhere it is nan.
    adds_up : bool
        Whether the figure of a zone or the district is the sum of its schools'.
    highest : bool
        Whether it is the highest of its schools'.
    """

    unit: str
    meaning: str
    better: int = 0
    scopes: tuple[str, ...] = SCOPES
    adds_up: bool = False
    highest: bool = False


_OVER_SCHOOLS = (DISTRICT, ZONE)


def _count(unit: str, meaning: str, better: int = 0, scopes: tuple[str, ...] = SCOPES) -> Indicator:
    return Indicator(unit, meaning, better, scopes, adds_up=True)


def _cv(what: str) -> Indicator:
    return Indicator("ratio", f"coefficient of variation of {what} (差异系数)", -1, _OVER_SCHOOLS)


INDICATORS: dict[str, Indicator] = {
    # How many
    "students": _count("students", "students"),
    "places": _count("students", "places in all grades, as many as the entry grade has (学位)", 1),
    "classes": _count("classes", "classes"),
    "teachers": _count("teachers", "teachers in post"),
    "schools": _count("schools", "schools of the level"),
    "zones": _count("zones", "zones and groups (学区, 教育集团) of the level", 0, _OVER_SCHOOLS),
    "zones_with_lead": Indicator("share", "zones that have a lead school", 1, _OVER_SCHOOLS),
    "class_size_mean": Indicator("students", "mean class size", -1),
    "class_size_max": Indicator("students", "largest class", -1, highest=True),
    "entry_class_max": Indicator("students", "largest class of the entry grade (新生年级)", -1, highest=True),
    "classes_56_plus": _count("classes", "classes of 56 students or more (大班额)", -1),
    "students_per_teacher": Indicator("students", "students per teacher (师生比)", -1),
    "private_share": Indicator("share", "students of the level at private schools (民办)", 0, (DISTRICT,)),
    "migrant_public_share": Indicator(
        "share", "migrant workers' children (随迁子女) of the level at public schools", 1, (DISTRICT,)
    ),
    # Resources, by the official formula
    "degree_per_100": Indicator("teachers", "teachers above the required degree for 100 students", 1),
    "backbone_per_100": Indicator("teachers", "district and city backbone teachers for 100 students", 1),
    "pe_arts_per_100": Indicator("teachers", "PE and arts teachers for 100 students", 1),
    "teaching_area_per_student": Indicator("m2", "teaching area for a student", 1),
    "sports_area_per_student": Indicator("m2", "sports area for a student", 1),
    "equipment_per_student": Indicator("yuan", "value of teaching equipment for a student", 1),
    "multimedia_per_100": Indicator("rooms", "networked multimedia classrooms for 100 students", 1),
    "cv_degree": _cv("teachers above the required degree per student"),
    "cv_backbone": _cv("district and city backbone teachers (骨干教师) per student"),
    "cv_pe_arts": _cv("PE and arts teachers per student"),
    "cv_teaching_area": _cv("teaching area per student"),
    "cv_sports_area": _cv("sports area per student"),
    "cv_equipment": _cv("value of teaching equipment per student"),
    "cv_multimedia": _cv("networked multimedia classrooms per student"),
    "cv_composite": Indicator("ratio", "mean of the seven CVs (综合差异系数)", -1, _OVER_SCHOOLS),
    "cv_composite_unweighted": Indicator(
        "ratio", "mean of the seven CVs with every school counted once", -1, _OVER_SCHOOLS
    ),
    "cv_teachers": _cv("teachers of any sort per student"),
    "schools_meeting_standard": Indicator(
        "share", "schools that pass the seven official resource standards", 1
    ),
    # What students know
    "score_mean": Indicator("SD", "mean measured score", 1),
    "score_migrant": Indicator(
        "SD", "mean measured score of migrant workers' children (随迁子女)", 1, _OVER_SCHOOLS
    ),
    "score_left_behind": Indicator("SD", "mean measured score of left-behind children (留守儿童)", 1, _OVER_SCHOOLS),
    "score_rural": Indicator("SD", "mean measured score at rural schools", 1, _OVER_SCHOOLS),
    "score_lowest_fifth": Indicator(
        "SD", "mean measured score of the fifth of each grade that scores lowest", 1, (DISTRICT,)
    ),
    "score_gap": Indicator("SD", "best less worst school's mean score", -1, _OVER_SCHOOLS),
    "score_gap_scaled": Indicator(
        "SD", "score gap over the normal range expected of so many schools", -1, _OVER_SCHOOLS
    ),
    "between_school_share": Indicator(
        "share",
        "variance of measured scores that lies between schools (校际差异率), within grade",
        -1,
        _OVER_SCHOOLS,
    ),
    "between_school_share_true": Indicator(
        "share", "variance of true achievement that lies between schools, within grade", -1, _OVER_SCHOOLS
    ),
    "sd_school_mean_rate": Indicator(
        "share of full marks",
        "SD of schools' mean scoring rates (得分率), student-weighted",
        -1,
        _OVER_SCHOOLS,
    ),
    "excellent_rate": Indicator("share", "students with an excellent score (优秀率), grade 6", 1),
    "pass_rate": Indicator("share", "students who passed (合格率), grade 6", 1),
    "excellent_range": Indicator(
        "percentage points", "best less worst school's excellent rate (极差), grade 6", -1, _OVER_SCHOOLS
    ),
    "pass_range": Indicator(
        "percentage points", "best less worst school's pass rate (极差), grade 6", -1, _OVER_SCHOOLS
    ),
    "general_high_rate": Indicator(
        "share", "students at or above the general high school line (普高率), grade 9", 1
    ),
    "measured_minus_true": Indicator("SD", "measured score less true achievement, mean"),
    # Teachers
    "skill_mean": Indicator("SD a year", "mean skill of teachers", 1),
    "teacher_skill_gap": Indicator(
        "SD a year",
        "mean teacher skill, strong half of schools less weak half (of the baseline)",
        -1,
        _OVER_SCHOOLS,
    ),
    "backbone_cover": Indicator("share", "schools with a district or city backbone teacher", 1),
    "masters_share": Indicator("share", "teachers with a master's degree or higher (硕士及以上学历)", 1),
    "eligible_share": Indicator("share", "teachers with the years at one school that rotation asks for"),
    "rotated_share": Indicator("share", "rotated of the eligible teachers (交流轮岗)", 1),
    "rotated_backbone_share": Indicator("share", "district and city backbone of the rotated teachers", 1),
    "moved_share": Indicator("share", "teachers in their first year at a school after a move or rotation"),
    "backbone_received": _count("teachers", "backbone teachers (骨干教师) who came from another school this year"),
    "backbone_sent": _count("teachers", "backbone teachers who went to another school this year"),
    "itinerant_share": Indicator("share", "teachers who teach at a second school too (走教)"),
    "uncovered_classes": _count("classes", "classes without a whole team within normal loads", -1),
    "out_of_subject_share": Indicator(
        "share", "places in class teams held outside the teacher's subject", -1
    ),
    # Activity; none of it acts on learning by itself
    "research_school_share": Indicator("share", "schools with a district research project", 1),
    "research_teacher_share": Indicator("share", "teachers in planned research", 1),
    "digital_school_share": Indicator("share", "schools that use digital teaching", 1),
    "digital_lesson_share": Indicator("share", "lessons taught with digital means", 1),
    "live_class_share": Indicator("share", "schools in live classes (专递课堂 and the like)", 1),
    "ict_trained_share": Indicator("share", "teachers trained in ICT", 1),
    "young_contest_share": Indicator("share", "young teachers in the zone's teaching contest", 1),
    "award_share": Indicator("share", "teachers with a district award this year", 1),
    # Money
    "fund_luck_share": Indicator("share", "performance money that went to luck", -1, (DISTRICT,)),
    "cost_yuan": Indicator("yuan", "cost of the levers this year", -1, (DISTRICT,)),
    "public_budget": Indicator("yuan", "public budget for education (教育经费) this year", 0, (DISTRICT,)),
}
