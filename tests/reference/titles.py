"""Vacant backbone titles again, one after the other: to which school each goes."""


def tilt(staff):
    """Some vacant district and city titles go to the public school of the level with the fewest per student."""
    for rung in (3, 2):
        for giver in givers(staff, rung):
            giver.vacant_titles[rung - 1] -= 1
            taker = neediest(staff, giver, rung) or giver
            taker.vacant_titles[rung - 1] += 1


def givers(staff, rung):
    """A public school for each vacancy that is given elsewhere, in the order of a lot."""
    tickets = []
    for school in staff.schools:
        for place in range(0 if school.private else school.vacant_titles[rung - 1]):
            number = (school.id * 4 + rung) * 1000 + place
            if draw(staff, "title goes elsewhere", number) < staff.terms.title_weak_priority:
                tickets.append((draw(staff, "title turn", number), number, school))
    return [school for _, _, school in sorted(tickets, key=lambda ticket: ticket[:2])]


def neediest(staff, giver, rung):
    """The school with the fewest titles per student that can fill one more, if below the level; or None."""
    mates = [s for s in staff.schools if s.level == giver.level and not s.private and s.students > 0]
    able = [s for s in mates if backbone(staff, s, rung - 1) > s.vacant_titles[rung - 1]]
    if not able:
        return None
    taker = min(able, key=lambda s: round(titles(staff, s) / s.students, 9))
    of_level = 1 + sum(titles(staff, s) for s in mates)  # with the one to be given
    below = titles(staff, taker) * sum(s.students for s in mates) < of_level * taker.students
    return taker if below else None


def titles(staff, school):
    """District and city titles of a school, held and vacant."""
    return sum(backbone(staff, school, rung) + school.vacant_titles[rung - 1] for rung in (2, 3))


def backbone(staff, school, rung):
    return sum(t.backbone == rung for t in staff.teachers(school))


def draw(staff, stream, number):
    return float(staff.noise.uniform(stream, staff.year, [number])[0])
