"""Class assignment again, one place of a team after the other."""

from math import inf

from reference.plain import plain

CORE = (0, 1, 2)


def assign(model):
    """The classes of the year as objects with `team` and `covered`."""
    teachers = plain(model.teachers)
    classes = plain(model.classes)
    place, normal = model.district, int(model.district.core_load)
    for one in classes:
        junior = model.schools.level[one.school] == 1
        one.size_of_team = int(place.core_teachers_junior if junior else place.core_teachers_primary)
        one.begins = (one.grade - (7 if junior else 1)) % place.team_years == 0
        one.team = [
            row if stays(one, teachers, row, who) and not place.classes_reshuffled else -1
            for row, who in zip(one.team, one.team_ids, strict=True)
        ]
    for row, teacher in enumerate(teachers):
        teacher.row = row
        teacher.load = sum(one.team.count(row) for one in classes)
        teacher.turn = luck(model, "team teacher", teacher)
    for one in classes:
        one.turn = luck(model, "team class", one)
    ways = [(normal, False, False), (normal, False, True), (normal, True, False)]
    ways += [(inf, False, False), (inf, True, False)]
    for most, anyone, from_elsewhere in ways:
        for slot, subject in enumerate(CORE):
            for one in sorted(classes, key=lambda one: one.turn):
                if slot < one.size_of_team and one.team[slot] < 0:
                    subjects = CORE if anyone else (subject,)
                    one.team[slot] = give(teachers, one.school, subjects, most, from_elsewhere)
    mark_uncovered(classes, normal)
    for one in classes:
        one.team_ids = [teachers[row].id for row in one.team]
    return classes


def luck(model, stream, agent):
    """A place in the yearly draw, ties by id."""
    return float(model.noise.uniform(stream, model.year, [agent.id])[0]), agent.id


def stays(one, teachers, row, who):
    """Whether the same person still teaches at the school, and the class is in the midst of its years together."""
    same = row >= 0 and teachers[row].id == who and one.school in (teachers[row].school, teachers[row].second_school)
    return same and not one.begins


def give(teachers, school, subjects, most, from_elsewhere):
    """Put one more class on the least loaded of these subjects below `most`, its own or who come; the row, or -1."""
    here = [t for t in teachers if (t.second_school if from_elsewhere else t.school) == school]
    free = [t for t in here if t.subject in subjects and t.load < most]
    if not free:
        return -1
    chosen = min(free, key=lambda t: (t.load, t.turn))
    chosen.load += 1
    return chosen.row


def mark_uncovered(classes, normal):
    """Each teacher has the normal load in the oldest classes; what comes on top is not covered, nor is a gap.

    Nor is a class in which one teacher has two places.
    """
    carried = {}
    for one in classes:
        team = one.team[: one.size_of_team]
        one.covered = all(row >= 0 for row in team) and len(set(team)) == len(team)
    for one in sorted(classes, key=lambda one: one.id):
        for row in one.team:
            if row >= 0:
                carried[row] = carried.get(row, 0) + 1
                if carried[row] > normal:
                    one.covered = False
