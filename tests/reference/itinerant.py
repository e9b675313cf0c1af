"""Itinerant teachers again, one after the other: who teaches half the week at a second school, and where."""

from fractions import Fraction


def set_out(world):
    """From schools with more of a subject than they need, to the one that lacks most of it."""
    terms, price = world.terms, world.prices["itinerant"]
    if terms.itinerant_pool is None:
        return
    classes = [sum(c.school == row for c in world.classes) for row in range(len(world.schools))]
    for pool in sorted({number for number in terms.itinerant_pool if number >= 0}):
        members = [row for row, number in enumerate(terms.itinerant_pool) if number == pool]
        for subject in range(5):
            send(world, members, subject, classes)
    for t in world.teachers:
        if t.second_school >= 0:
            world.spend("rotation", world.level_of(t), price)


def send(world, members, subject, classes):
    """Needs are shares of what the pool has of the subject, by classes; half a post goes with each teacher."""
    rooms = sum(classes[row] for row in members)
    if rooms == 0:
        return
    staff = {row: [t for t in world.teachers if t.school == row and t.subject == subject] for row in members}
    total = sum(len(here) for here in staff.values())
    lack = {row: Fraction(total * classes[row], rooms) - len(staff[row]) for row in members}
    candidates = []
    for row, here in staff.items():
        ready = sorted((t for t in here if t.posting_end == 0), key=lambda t: turn(world, t))
        candidates += ready[: max(0, int(-lack[row] * 2))]
    for teacher in sorted(candidates, key=lambda t: turn(world, t)):
        there = max(members, key=lambda row: (lack[row], -row))
        if lack[there] < Fraction(1, 4):
            return
        if world.noise.uniform("itinerant goes", 0, [teacher.id])[0] < world.terms.itinerant_share:
            teacher.second_school = there
            lack[there] -= Fraction(1, 2)


def turn(world, teacher):
    return world.noise.uniform("itinerant", 0, [teacher.id])[0], teacher.id
