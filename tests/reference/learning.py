"""Learning again, class by class and student by student: what a year adds and what stays."""

import math


class World:
    """What more than one class asks for, worked out once."""

    def __init__(self, model):
        self.model = model
        self.users, self.live = adopters(model)
        self.skill = [team_skill(c, model) for c in model.classes]
        self.knowledge = [mean([knows(s) for s in here]) for here in students_by(model, "classroom")]
        self.students = [len(here) for here in students_by(model, "school")]
        self.at_school = [[] for _ in model.schools]
        self.grade = [int(c.grade) for c in model.classes]
        for row, c in enumerate(model.classes):
            self.at_school[c.school].append((row, int(c.size)))


def parts(model):
    """What makes up a year in each class: a dictionary of parts for every row of the classes."""
    world = World(model)
    return [class_parts(c, row, world) for row, c in enumerate(model.classes)]


def class_parts(c, row, world):
    model = world.model
    effects, schools = model.effects, model.schools
    return {
        "teachers_place": team_mean(c, model, "base_skill") + team_conditions(c, model) + sent(c, row, world),
        "teachers_learning": team_mean(c, model, "learned"),
        "class_size": size_effect(int(c.size), effects),
        "peers": peers(c, row, world),
        "money": money(int(c.school), world),
        "digital": digital(c, row, world),
        "incentives": effects.rec_perf_ind * schools.stake[c.school] + quota_effort(int(c.school), model),
        "principal": schools.principal[c.school] + schools.lent[c.school],
        "shock": luck(model, c, "class shock", effects.class_shock_sd, "grade shock", effects.school_grade_shock_sd),
        "extra": c.extra,
    }


def students_after(model, class_parts_):
    """Trait, lasting and fading knowledge of every student after the year."""
    effects, noise, year = model.effects, model.noise, model.year
    rho, homes = effects.trait_rho, [list(means) for means in model.schools.home_means]
    result = []
    for s in model.students:
        u = one_normal(noise, "trait", year, s.id)
        home = float(homes[s.catchment][s.grade])
        trait = home + rho * (s.trait - home) + math.sqrt(1 - rho**2) * effects.trait_sd * u
        got = class_parts_[s.classroom]
        if model.frozen is not None:
            got = model.frozen.instead(got, s, year)
        g = sum(got.values()) + effects.eta_sd * one_normal(noise, "eta", year, s.id)
        lasting = s.lasting + effects.kappa * g
        fading = effects.delta * s.fading + (1 - effects.kappa) * g
        result.append((trait, lasting, fading))
    return result


def team_of(c):
    return [row for row in c.team if row >= 0]


def team_skill(c, model):
    """Mean skill of the core teachers; a substitute stands at 0."""
    return team_mean(c, model, "base_skill") + team_mean(c, model, "learned")


def team_mean(c, model, name):
    """Mean over the core teachers of what they have of something; 0 for a substitute."""
    values = getattr(model.teachers, name)
    return mean([values[row] for row in team_of(c)])


def team_conditions(c, model):
    """Experience against that of reference, match of teacher and school, and the first year at a new school."""
    effects, teachers = model.effects, model.teachers
    total = []
    for row in team_of(c):
        school_id = int(model.schools.id[c.school])
        pair = int(teachers.id[row]) * 100_000 + school_id
        own = experience(int(teachers.experience[row]), effects) - experience(effects.reference_experience, effects)
        own += effects.rec_match * one_normal(model.noise, "match", 0, pair)
        if teachers.moved[row]:
            own += effects.rec_move
        total.append(own)
    return mean(total)


def sent(c, row, world):
    """Lessons that the better half of the lead school's core teachers give in the class."""
    model = world.model
    effects, terms, zone = model.effects, model.terms, int(model.schools.zone[c.school])
    lead = int(model.zones.lead[zone]) if zone >= 0 else -1
    core = [t for t in model.teachers if t.school == lead and t.subject in (0, 1, 2)]
    if lead in (-1, c.school) or not core:
        return 0.0
    skills = sorted((t.base_skill + t.learned for t in core), reverse=True)
    better = mean(skills[: -(-len(core) // 2)])
    given = 1 - effects.held_back * (1 - terms.bundled) if terms.assessed else 1.0
    reach = terms.sent_coverage * given * model.zones.fidelity[zone]
    return effects.b_sent * reach * max(0.0, better - world.skill[row])


def experience(years, effects):
    """Straight lines between the published points, flat after year 20."""
    points = [
        (0, 0.0),
        (2, effects.b_exp_yr2),
        (5, effects.b_exp_yr5),
        (10, effects.b_exp_yr10),
        (20, effects.b_exp_yr20),
    ]
    for (before, low), (after, high) in zip(points, points[1:], strict=False):
        if years <= after:
            return low + (high - low) * (years - before) / (after - before)
    return points[-1][1]


def size_effect(size, effects):
    tens = (size - effects.class_knee) / 10
    return tens * (effects.rec_class10 if tens > 0 else effects.class10_below)


def peers(c, row, world):
    """Classmates against the school's grade, and (by default nothing) that grade against the reference mean, 0."""
    in_grade = [(world.knowledge[k], size) for k, size in world.at_school[c.school] if world.grade[k] == c.grade]
    mean_of_grade = weighted_mean(in_grade)
    effects = world.model.effects
    return effects.b_peer * (world.knowledge[row] - mean_of_grade) + effects.b_peer_between * mean_of_grade


def money(school, world):
    """For every 10 % of spending above the year's reference."""
    model = world.model
    s, effects = model.schools.view(school), model.effects
    level = int(s.level)
    baseline_quota = model.background.at(model.baseline_year).quota[level]
    stated = (model.district.spending_primary, model.district.spending_junior)[level]
    reference = stated + model.terms.quota[level] - baseline_quota
    spending = reference + effects.e_cn_passthru * s.last_received / max(1, world.students[school])
    return effects.b_spend * math.log(spending / reference, 1.1)


def quota_effort(school, model):
    """Effort for elite places given by quota: most where a public junior school stands below all the others."""
    if model.schools.level[school] == 0 or model.schools.private[school]:
        return 0.0
    places = [(round(float(s.reputation), 9), -int(s.id)) for s in model.schools if s.level == 1 and not s.private]
    own = (round(float(model.schools.reputation[school]), 9), -int(model.schools.id[school]))
    above = sum(1 for other in places if other > own) / max(1, len(places) - 1)
    return model.effects.b_quota * (model.terms.high_school_quota - model.district.high_school_quota) * above


def adopters(model):
    """Rows of the schools that use digital teaching, leads first, and of those with live classes, zone by zone."""
    schools, terms = model.schools, model.terms
    lot = model.noise.rank("digital order", 0, schools.id)
    zone_lot = model.noise.rank("live order", 0, model.zones.id)
    users, live = set(), set()

    def turn_of_zone(row):
        zone = schools.zone[row]
        return (0, zone_lot[zone]) if zone >= 0 else (1, 0)  # schools in no zone come last

    for level in (0, 1):
        rows = [row for row, s in enumerate(schools) if s.level == level and not s.private]
        rows.sort(key=lambda row: (not schools.lead[row], lot[row]))
        users.update(rows[: math.ceil(terms.digital_school_share * len(rows) - 1e-9)])
        rows.sort(key=lambda row: (*turn_of_zone(row), not schools.lead[row], lot[row]))
        live.update(rows[: math.ceil(terms.live_class_share * len(rows) - 1e-9)])
    return users, live


def digital(c, row, world):
    """A platform, extra learning time that comes with it, and live classes from better teachers."""
    effects, terms = world.model.effects, world.model.terms
    result = 0.0
    if c.school in world.users:
        result += terms.digital_lesson_share * (effects.b_platform + effects.rec_digital * terms.extra_time_share)
    heard = broadcaster(int(c.school), world)
    if c.school in world.live and heard is not None:
        result += effects.b_live * terms.live_lesson_share * max(0.0, heard - world.skill[row])
    return result


def broadcaster(school, world):
    """Team skill that live classes bring to a school; None where no other school broadcasts."""
    schools, source = world.model.schools, world.model.terms.live_source
    zone = int(schools.zone[school])
    if schools.private[school] or (zone < 0 and source != "district_best"):
        return None
    lead = int(world.model.zones.lead[zone]) if zone >= 0 else -1
    if source == "lead":
        senders = [lead] if lead >= 0 else []
    elif source == "zone_best":
        senders = [row for row in range(len(schools)) if schools.zone[row] == zone]
    else:
        public = [row for row in range(len(schools)) if not schools.private[row]]
        senders = [row for row in public if schools.level[row] == schools.level[school]]
    skills = {}
    for row in senders:
        if world.at_school[row]:
            skills[row] = weighted_mean([(world.skill[k], n) for k, n in world.at_school[row]])
    if not skills:
        return None
    best = max(skills, key=lambda row: (round(skills[row], 9), -row))
    return None if best == school else skills[best]


def luck(model, c, class_stream, class_sd, grade_stream, grade_sd):
    """A draw for the class and one for its school's grade."""
    of_grade = int(model.schools.id[c.school]) * 10 + int(c.grade)
    own = one_normal(model.noise, class_stream, model.year, c.id)
    return class_sd * own + grade_sd * one_normal(model.noise, grade_stream, model.year, of_grade)


def students_by(model, column):
    """The students of each class (or school), in lists by row."""
    rows = len(model.classes if column == "classroom" else model.schools)
    lists = [[] for _ in range(rows)]
    for s in model.students:
        lists[getattr(s, column)].append(s)
    return lists


def knows(s):
    return s.trait + s.lasting + s.fading


def one_normal(noise, stream, year, id_):
    return float(noise.normal(stream, year, [int(id_)])[0])


def mean(values):
    return sum(values) / len(values) if values else 0.0


def weighted_mean(pairs):
    weight = sum(w for _, w in pairs)
    return sum(value * w for value, w in pairs) / weight if weight else 0.0
