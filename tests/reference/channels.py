"""Channels again, student by student: what each got in one world, given to him in another."""

from sim.agents.channels import CHANNELS


def diary(world):
    """What every student got by each channel this year, by id."""
    return {s.id: {name: getattr(world.classes[s.classroom], name) for name in CHANNELS} for s in world.students}


class Frozen:
    """One channel, and the diaries of another world by year."""

    def __init__(self, channel, diaries):
        self.channel, self.diaries = channel, diaries

    def instead(self, parts, student, year):
        """The parts that a class gives, with that of the channel as the student got it in the other world."""
        there = self.diaries[year].get(student.id)
        if there is None or self.channel not in parts:
            return parts
        return parts | {self.channel: there[self.channel]}
