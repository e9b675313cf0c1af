"""The record step again, unit by unit and student by student, as one would explain it."""

from math import isnan, nan, sqrt
from statistics import NormalDist

from scipy.integrate import quad

LEVELS = ("primary", "junior")
STANDARDS = {  # per student; 教督〔2017〕6号
    "primary": (0.042, 0.01, 0.009, 4.5, 7.5, 2000, 0.023),
    "junior": (0.053, 0.01, 0.009, 5.8, 10.2, 2500, 0.024),
}
CVS = ("degree", "backbone", "pe_arts", "teaching_area", "sports_area", "equipment", "multimedia")

PER_STUDENTS = {
    "degree_per_100": 100,
    "backbone_per_100": 100,
    "pe_arts_per_100": 100,
    "teaching_area_per_student": 1,
    "sports_area_per_student": 1,
    "equipment_per_student": 1,
    "multimedia_per_100": 100,
}
"""Students that each of the seven is counted for."""


def record(model):
    """{(level, scope, unit): {indicator: value}}; what has no meaning in a unit is nan or not there."""
    schools, zones = list(model.schools), list(model.zones)
    students, teachers = by_school(model.students), by_school(model.teachers)
    classes, posts = by_school(model.classes), list(model.teachers)

    def unit(scope, level, members):
        return measures(model, scope, level, members, schools, zones, students, teachers, classes, posts)

    found = {}
    for level, name in enumerate(LEVELS):
        rows = [row for row, school in enumerate(schools) if school.level == level and not school.private]
        if rows:
            found[name, "district", model.district.name] = unit("district", level, rows)
        for zone, about in enumerate(zones):
            members = [row for row in rows if schools[row].zone == zone]
            if members:
                found[name, "zone", about.name] = unit("zone", level, members)
        for row in rows:
            found[name, "school", schools[row].name] = unit("school", level, [row])
    return found


def measures(model, scope, level, members, schools, zones, students, teachers, classes, posts):
    pupils = {row: students.get(row, []) for row in members}
    staff = {row: teachers.get(row, []) for row in members}
    everyone = [student for row in members for student in pupils[row]]
    employed = [teacher for row in members for teacher in staff[row]]
    formed = [one for row in members for one in classes.get(row, [])]
    sizes = [one.size for one in formed]
    cuts = model.baseline
    city_cut = cuts.general_high_cut + model.district.general_high_drift * (model.year - cuts.year)
    here = [schools[row] for row in members]

    sixth = {row: [s.score for s in pupils[row] if s.grade == 6] for row in members}
    all_sixth = [score for scores in sixth.values() for score in scores]
    ninth = [s.score for s in everyone if s.grade == 9]
    strong = [t.base_skill + t.learned for row in members if cuts.strong_half[row] for t in staff[row]]
    weak = [t.base_skill + t.learned for row in members if not cuts.strong_half[row] for t in staff[row]]
    eligible = [t for t in employed if t.eligible]
    rotated = [t for t in employed if t.rotated]
    came = [t for t in posts if t.school >= 0 and t.moved and t.backbone >= 2 and 0 <= t.school_before != t.school]
    young = [t for t in employed if t.age < model.district.young_age]
    slots = [(slot, post) for one in formed for slot, post in enumerate(one.team) if post >= 0]

    held = {row: amounts(schools[row], weekly(row, posts)) for row in members}
    counts = {row: len(pupils[row]) for row in members}
    values = {
        "students": len(everyone),
        "places": sum(school.seats * (6, 3)[school.level] for school in here),
        "classes": len(formed),
        "teachers": len(employed),
        "schools": len(members),
        "class_size_mean": mean(sizes),
        "class_size_max": max(sizes, default=nan),
        "entry_class_max": max([one.size for one in formed if one.grade in (1, 7)], default=nan),
        "classes_56_plus": sum(size >= 56 for size in sizes),
        "students_per_teacher": len(everyone) / len(employed) if employed else nan,
        "schools_meeting_standard": mean([passes(held[row], counts[row], LEVELS[level]) for row in members]),
        "score_mean": mean([s.score for s in everyone]),
        "excellent_rate": mean([score >= cuts.excellent_cut for score in all_sixth]),
        "pass_rate": mean([score >= cuts.pass_cut for score in all_sixth]),
        "general_high_rate": mean([score >= city_cut for score in ninth]),
        "measured_minus_true": mean([s.score - achievement(s) for s in everyone]),
        "skill_mean": mean([t.base_skill + t.learned for t in employed]),
        "backbone_cover": mean([any(t.backbone >= 2 for t in staff[row]) for row in members]),
        "eligible_share": mean([t.eligible for t in employed]),
        "masters_share": mean([t.degree == 2 for t in employed]),
        "rotated_share": len(rotated) / len(eligible) if eligible else 0.0,
        "rotated_backbone_share": mean([t.backbone >= 2 for t in rotated]) if rotated else 0.0,
        "itinerant_share": mean([t.second_school >= 0 for t in employed]),
        "moved_share": mean([t.moved for t in employed]),
        "backbone_received": sum(t.school in members for t in came),
        "backbone_sent": sum(t.school_before in members for t in came),
        "uncovered_classes": sum(not one.covered for one in formed),
        "out_of_subject_share": mean([posts[post].subject != slot for slot, post in slots]),
        "research_school_share": mean([school.research for school in here]),
        "research_teacher_share": mean([t.research for t in employed]),
        "digital_school_share": mean([school.digital for school in here]),
        "digital_lesson_share": mean(
            [model.terms.digital_lesson_share if schools[one.school].digital else 0.0 for one in formed]
        ),
        "live_class_share": mean([school.live for school in here]),
        "ict_trained_share": mean([t.ict_trained for t in employed]),
        "young_contest_share": mean([t.contest for t in young]),
        "award_share": mean([t.award for t in employed]),
    }
    for i, (name, per) in enumerate(PER_STUDENTS.items()):
        values[name] = per * sum(held[row][i] for row in members) / len(everyone) if everyone else nan
    if scope == "district":
        everywhere = [s for s in model.students if schools[s.school].level == level]
        values["private_share"] = mean([schools[s.school].private for s in everywhere])
        values["migrant_public_share"] = mean([not schools[s.school].private for s in everywhere if s.migrant])
        values["fund_luck_share"] = model.fund_luck_share[level]
        values["cost_yuan"] = model.level_costs[level]
        values["public_budget"] = model.public_budget[level]
        by_grade = [sorted(s.score for s in everyone if s.grade == grade) for grade in range(1, 10)]
        values["score_lowest_fifth"] = mean([x for scores in by_grade for x in scores[: -(-len(scores) // 5)]])
    if scope == "school":
        return values

    values["score_migrant"] = mean([s.score for s in everyone if s.migrant])
    values["score_left_behind"] = mean([s.score for s in everyone if s.left_behind])
    values["score_rural"] = mean([s.score for s in everyone if not schools[s.school].urban])
    here_zones = [zone for row, zone in enumerate(zones) if row in {school.zone for school in here}]
    values["zones"] = len(here_zones)
    values["zones_with_lead"] = mean([zone.lead >= 0 for zone in here_zones])
    weighted = [cv([(held[r][i], counts[r]) for r in members]) for i in range(7)]
    plain = [cv([(held[r][i] / counts[r], 1) for r in members if counts[r]]) for i in range(7)]
    values |= {f"cv_{name}": value for name, value in zip(CVS, weighted, strict=True)}
    values["cv_teachers"] = cv([(sum(part for _, part in weekly(r, posts)), counts[r]) for r in members])
    values["cv_composite"], values["cv_composite_unweighted"] = mean(weighted), mean(plain)
    means = [mean([s.score for s in pupils[row]]) for row in members if pupils[row]]
    values["score_gap"] = spread(means)
    values["score_gap_scaled"] = spread(means) / expected_range(len(means)) if len(means) > 1 else nan
    values["between_school_share"] = between(pupils, lambda s: s.score)
    values["between_school_share_true"] = between(pupils, achievement)
    values["sd_school_mean_rate"] = sqrt(
        variance_between(
            {row: [scoring_rate(model.district, s.score) for s in pupils[row]] for row in members}
        )
    )
    values["excellent_range"] = 100 * spread([rate(scores, cuts.excellent_cut) for scores in sixth.values()])
    values["pass_range"] = 100 * spread([rate(scores, cuts.pass_cut) for scores in sixth.values()])
    values["teacher_skill_gap"] = mean(strong) - mean(weak)
    return values


def by_school(table):
    groups = {}
    for agent in table:
        groups.setdefault(int(agent.school), []).append(agent)
    return groups


def weekly(row, posts):
    """Teachers at a school, each with the part of the week there."""
    home = [(t, 0.5 if t.second_school >= 0 else 1) for t in posts if t.school == row]
    return home + [(t, 0.5) for t in posts if t.second_school == row]


def amounts(school, staff):
    """The seven resources of a school."""
    return (
        sum(part for t, part in staff if t.degree >= 1),
        sum(part for t, part in staff if t.backbone >= 2),
        sum(part for t, part in staff if t.subject == 3),
        school.teaching_area,
        school.sports_area,
        school.equipment,
        school.multimedia_rooms,
    )


def passes(held, students, level):
    if students == 0:
        return False
    reached = [round(x / students / least, 9) for x, least in zip(held, STANDARDS[level], strict=True)]
    return sum(r >= 1 for r in reached) >= 6 and min(reached) >= 0.85


def cv(schools):
    """Official coefficient of variation of [(amount, students)]."""
    schools = [(x, p) for x, p in schools if p > 0]
    total = sum(p for _, p in schools)
    average = sum(x for x, _ in schools) / total if total else nan
    if not average > 0:
        return nan
    return sqrt(sum(p / total * (x / p - average) ** 2 for x, p in schools)) / average


def between(pupils, value):
    """Share of the variance within grade between schools, averaged over grades by their students."""
    shares, weights = [], []
    for grade in range(1, 10):
        groups = {row: [value(s) for s in rows if s.grade == grade] for row, rows in pupils.items()}
        everyone = [x for group in groups.values() for x in group]
        if not everyone:
            continue
        average = mean(everyone)
        variance = mean([(x - average) ** 2 for x in everyone])
        if variance > 1e-12:
            shares.append(variance_between(groups) / variance)
            weights.append(len(everyone))
    return sum(s * w for s, w in zip(shares, weights, strict=True)) / sum(weights) if weights else nan


def variance_between(groups):
    """Variance of the groups' means, each weighted by its members."""
    groups = [group for group in groups.values() if group]
    total = sum(len(group) for group in groups)
    if not total:
        return nan
    average = sum(sum(group) for group in groups) / total
    return sum(len(group) / total * (mean(group) - average) ** 2 for group in groups)


def expected_range(n):
    """Expected range of n standard normal draws."""
    below = NormalDist().cdf
    return quad(lambda x: 1 - below(x) ** n - below(-x) ** n, -10, 10, epsabs=1e-12)[0]


def scoring_rate(district, score):
    return min(max(district.scoring_rate_mean + district.scoring_rate_sd * score, 0.0), 1.0)


def achievement(student):
    return student.trait + student.lasting + student.fading


def rate(scores, cut):
    return mean([score >= cut for score in scores])


def spread(values):
    values = [value for value in values if not isnan(value)]
    return max(values) - min(values) if values else nan


def mean(values):
    return sum(values) / len(values) if values else nan
