"""Demography again, child by child: who leaves, who moves up, who comes in another's place, who enters."""

import math
from dataclasses import dataclass

from reference.roll import PlainRoll

NAMES = tuple("grade school catchment migrant left_behind ses trait lasting fading score prior_score".split())


@dataclass
class Child:
    id: int
    classroom: int | None  # id of the class
    grade: int
    school: int
    catchment: int
    migrant: bool
    left_behind: bool
    ses: float
    home_mean: float
    trait: float
    lasting: float
    fading: float
    score: float
    prior_score: float


def one(draw, stream, year, agent_id, *more):
    """A draw of `Noise` for a single id."""
    return draw(stream, year, [agent_id], *more)[0]


def plain_value(value):
    """A number of Python, also of a table's."""
    return value.item() if hasattr(value, "item") else value


def children_of(model):
    """The students of a model in its order, as objects."""
    home_means = [list(means) for means in model.schools.home_means]
    return [
        Child(
            id=int(student.id),
            classroom=int(model.classes.id[student.classroom]) if student.classroom >= 0 else None,
            home_mean=float(home_means[student.catchment][student.grade]),
            **{name: plain_value(getattr(student, name)) for name in NAMES},
        )
        for student in model.students
    ]


class Year:
    """What demography makes of a model's students in its present year."""

    def __init__(self, model):
        self.model, self.noise, self.effects = model, model.noise, model.effects
        self.schools = list(model.schools)
        before = children_of(model)
        self.last = 9 if any(school.level == 1 for school in self.schools) else 6
        self.left = [child for child in before if child.grade == self.last]
        self.children = [child for child in before if child.grade != self.last]
        for child in self.children:
            child.grade += 1
            child.prior_score = child.score
        self.classes = [(int(c.id), int(c.grade) + 1) for c in model.classes if c.grade != self.last]
        self.replaced = self.migrate()
        self.home_effect = self.drift()
        self.home_means = [self.by_grade(row, school) for row, school in enumerate(self.schools)]
        self.entered = self.births()
        self.children += self.entered

    def migrate(self):
        """Each family that leaves makes place for another with a child of the same grade, home and class."""
        families = [child for child in self.children if self.leaves(child)]
        mates = {child.classroom: [] for child in families}
        for child in self.children:
            if child.classroom in mates:
                mates[child.classroom].append((child.lasting, child.fading))
        for child in families:
            known = mates[child.classroom]
            child.lasting = math.fsum(lasting for lasting, _ in known) / len(known)
            child.fading = math.fsum(fading for _, fading in known) / len(known)
            child.id += 100_000
            self.be_born(child)
        return families

    def leaves(self, child):
        arrivals_before = int(str(child.id)[-6])
        rate = self.model.district.migration_rate
        return arrivals_before < 9 and one(self.noise.uniform, "migration", self.model.year, child.id) < rate

    def be_born(self, child):
        """What a child brings that nobody in the district has seen before."""
        district, effects = self.model.district, self.effects
        child.ses = one(self.noise.normal, "ses", 0, child.id)
        child.migrant = one(self.noise.uniform, "migrant", 0, child.id) < district.migrant_share
        child.left_behind = one(self.noise.uniform, "left behind", 0, child.id) < district.left_behind_share
        own = one(self.noise.normal, "first trait", 0, child.id)
        lost = effects.tutoring_ses * (1 - self.model.terms.tutoring)
        share = min(1, effects.ses_trait * (1 - lost))
        from_home = share * child.ses + math.sqrt(1 - share**2) * own
        child.trait = child.home_mean + effects.trait_sd * from_home
        child.score = child.prior_score = math.nan

    def drift(self):
        """How far above the mean each school's homes stand this year."""
        keep = self.effects.catchment_ar
        return [
            keep * s.home_effect + math.sqrt(1 - keep**2) * one(self.noise.normal, "home effect", self.model.year, s.id)
            for s in self.schools
        ]

    def births(self):
        """The new cohort, catchment by catchment."""
        model, entered = self.model, []
        listed = PlainRoll(model.roll).births(model.year, self.schools) if model.roll is not None else {}
        for row, school in enumerate(self.schools):
            if school.level == 0:
                trend = 0.0 if model.background.frozen else school.birth_trend
                years = model.year - model.district.baseline_year
                number = round(school.residents * ((1 + trend) ** years * model.terms.entrants))
                number = listed.get(row, 0) if listed else number
                entered += [self.newborn(row, self.home_means[row][1], k) for k in range(number)]
        return entered

    def home_mean(self, row):
        """Mean of a catchment's children: what its junior catchment shares, its own part, this cohort's luck."""
        effects, shared = self.effects, self.effects.junior_shared if self.last == 9 else 0.0
        area = self.home_effect[self.model.home_area[row]]
        lasting = shared * area + math.sqrt(1 - shared**2) * self.home_effect[row]
        luck = one(self.noise.normal, "catchment cohort", self.model.year, self.schools[row].id)
        return effects.catchment_sd * lasting + effects.catchment_cohort_sd * luck

    def by_grade(self, row, school):
        """Mean of a catchment's children of each grade; nobody is in grade 0, where the last cohort waited."""
        newest = self.home_mean(row)
        return [newest, newest, *map(float, list(school.home_means)[1:9])]

    def newborn(self, row, mean, number):
        child = Child(
            id=int(f"{self.model.year}{self.schools[row].id:05d}{number:06d}"),
            classroom=None,
            grade=1,
            school=-1,
            catchment=row,
            migrant=False,
            left_behind=False,
            ses=0.0,
            home_mean=mean,
            trait=0.0,
            lasting=0.0,
            fading=0.0,
            score=math.nan,
            prior_score=math.nan,
        )
        self.be_born(child)
        return child
