"""The roll again, school by school: who enters before the baseline year, where they live, how many classes form."""

from reference.funding import share_out

ENTRY, LAST, UNSTATED = (1, 7), (6, 9), -1


class PlainRoll:
    """Students and classes of each school as lists by grade, told of a `Roll`."""

    def __init__(self, roll):
        self.year, self.level, self.private = roll.year, list(roll.level), list(roll.private)
        self.students = [[int(n) for n in row] for row in roll.students]
        self.classes = [[int(n) for n in row] for row in roll.classes]

    def places(self, level, year):
        """By school: as many as the grade has in which the children of this year will be in the baseline year."""
        here = [row for row, own in enumerate(self.level) if own == level]
        grade = ENTRY[level] + self.year - year
        if grade <= LAST[level]:
            return {row: self.students[row][grade] for row in here}
        if level == 1:
            return dict.fromkeys(here, 0)
        like = {row: self.students[row][6] for row in here}
        if not any(like.values()):
            like = {row: sum(self.students[row]) for row in here}
        if grade > 9 or len(here) == len(self.level):
            return like
        cohort = sum(grades[grade] for grades in self.students)
        return dict(zip(here, share_out(cohort, [like[row] for row in here]), strict=True))

    def births(self, year, schools):
        """By public primary catchment: near the places, moved as far as the baseline's residents are."""
        places = self.places(0, year)
        homes = [row for row in places if not self.private[row]]
        near = [
            places[row] * (schools[row].residents / schools[row].intake if schools[row].intake else 1.0)
            for row in homes
        ]
        return dict(zip(homes, share_out(sum(places.values()), near), strict=True))

    def formed(self, school, level, year):
        """Stated number of classes, or None."""
        grade = ENTRY[level] + self.year - year
        stated = self.classes[school][grade] if grade <= LAST[level] else UNSTATED
        return None if stated == UNSTATED else stated
