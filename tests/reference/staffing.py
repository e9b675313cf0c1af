"""Staffing again, teacher by teacher: who ages, leaves, is hired, gets a title and changes school."""

from math import exp, floor, sqrt
from types import SimpleNamespace

from reference.plain import plain
from reference.surplus import even_out
from reference.titles import tilt
from reference.world import ways

SUBJECTS = range(5)


class Staff:
    """Posts, schools and luck of one year, as plain objects; the model itself is only read."""

    def __init__(self, model):
        self.year, self.noise, self.effects = model.year, model.noise, model.effects
        self.terms, self.place, self.held = model.terms, model.district, model.held
        self.prices, self.costs = model.prices, {}
        self.posts = plain(model.teachers)
        self.schools = plain(model.schools)
        for post in self.posts:
            post.fresh = False  # hired this year
        for row, school in enumerate(self.schools):
            school.row = row
            school.students = 0
            school.norm_share = float(model.norm_share[row])
        for student in model.students.school.tolist():
            self.schools[student].students += 1
        self.baseline = model.baseline
        self.retired = self.ended = self.hired = 0

    def teachers(self, school=None):
        """Those employed, in all or at one school."""
        return [t for t in self.posts if t.school >= 0 and (school is None or t.school == school.row)]

    def lot(self, stream, agent, year=None):
        """Uniform luck of an agent, this year's unless another is given."""
        return float(self.noise.uniform(stream, self.year if year is None else year, [agent.id])[0])

    def asked(self, school):
        """Posts of the baseline by subject as the lessons have changed since; None where they have not."""
        weights = [float(weight) for weight in self.terms.lesson_weight]
        if all(weight == 1 for weight in weights):
            return None
        posts = [int(number) for number in self.baseline.posts[school.row]]
        return [number * weight for number, weight in zip(posts, weights, strict=True)]

    def book(self, lever, school, yuan):
        """Add to the costs of a lever, at the level of the school."""
        self.costs.setdefault(lever, [0, 0])[school.level] += yuan

    def deviate(self, stream, number, year=0):
        """Standard normal luck that belongs to a number."""
        return float(self.noise.normal(stream, year, [number])[0])


def renew(model):
    """The year's staffing; returns the `Staff` after it."""
    staff = Staff(model)
    grow_older(staff)
    see_off(staff)
    change_managers(staff)
    fill_posts(staff)
    give_titles(staff)
    exchange_schools(staff)
    for post in staff.posts:
        post.eligible = post.school >= 0 and post.years_here >= staff.terms.rotation_years and not post.bought
    return staff


def grow_older(staff):
    for post in staff.posts:
        post.school_before = post.school
        post.moved = post.rotated = False
        post.second_school = -1
        if post.school < 0:
            post.title = 0
    for t in staff.teachers():
        t.age += 1
        t.experience += 1
        t.years_here += 1
        counted = t.experience + staff.place.title_years_sd * staff.deviate("title", t.id)
        usual = (staff.place.junior_title_years, staff.place.middle_title_years, staff.place.senior_title_years)
        t.title = max(t.title, sum(counted >= years for years in usual))


def see_off(staff):
    """Who reaches the age of retirement in the year, or quits, leaves a title behind where they taught."""
    men, women = staff.terms.retirement_months
    for t in staff.teachers():
        months = 12 * t.age + floor(12 * staff.lot("birth month", t, year=0))
        retires = months >= (women if t.female else men)
        tired = staff.effects.after_school_quit * staff.terms.after_school_hours
        if retires or staff.lot("quit", t) < staff.effects.quit_rate + tired:
            staff.retired += 1
            go(staff, t)


def go(staff, t):
    """A teacher leaves post and title behind at the school."""
    if t.backbone > 0:
        staff.schools[t.school].vacant_titles[t.backbone - 1] += 1
    t.home_school, t.school, t.bought = t.school, -1, False


def end_contracts(staff, school):
    """Who was hired for bought money takes a vacant post of the establishment, or one bought again, or goes."""
    contracts = [t for t in staff.teachers(school) if t.bought]
    contracts.sort(key=lambda t: (-t.years_here, t.id))
    established = len(staff.teachers(school)) - len(contracts)
    while contracts and established < establishment(staff, school):
        contracts.pop(0).bought = False
        established += 1
    for t in contracts[school.funded_posts :]:
        staff.ended += 1
        go(staff, t)


def change_managers(staff):
    """Principals and deputies go, now and then; whoever comes leads in a way of his own."""
    for school in staff.schools:
        school.head_years += 1
        school.deputy_years += 1
        if staff.lot("principal leaves", school) < staff.effects.principal_turnover:
            school.principals += 1
            school.head, school.head_years = 1000 * school.id + school.principals, 0
        if staff.lot("deputy leaves", school) < staff.effects.principal_turnover:
            school.deputies += 1
            school.deputy, school.deputy_years = 1000 * school.id + school.deputies, 0
        weight = staff.effects.deputy_weight
        school.principal = staff.effects.principal_sd * ways(staff.noise, weight, school)


def fill_posts(staff):
    """Each school hires up to its establishment and bought posts, into empty posts, then into posts it founds.

    Empty posts are filled first in subjects that have priority, then where most are empty, then by lot.
    """
    def wanted(school):
        return establishment(staff, school) + school.funded_posts

    for school in staff.schools:
        end_contracts(staff, school)
        follow_lessons(staff, school)
    even_out(staff, wanted)
    for school in staff.schools:
        school.missing = max(0, wanted(school) - len(staff.teachers(school)))
        school.first = prior_subjects(staff, school, [t.subject for t in staff.teachers(school)])
    for level in (0, 1):
        mates = [school for school in staff.schools if school.level == level and not school.private]
        hires = max(1, sum(school.missing for school in mates))
        for school in mates:
            school.middle = sum(mate.missing * mate.standing for mate in mates) / hires
    for school in staff.schools:
        missing = school.missing
        staff.hired += missing
        own = [post for post in staff.posts if owner(post) == school.row]
        empty = [post for post in own if post.school < 0]
        posts = [sum(post.subject == s for post in own) for s in SUBJECTS]
        without = [sum(post.subject == s for post in empty) for s in SUBJECTS]
        rate = [round(without[s] / posts[s], 9) if posts[s] else 0.0 for s in SUBJECTS]
        empty.sort(
            key=lambda post: (
                post.subject not in school.first,
                -rate[post.subject],
                staff.lot("which post", post),
                post.id,
            )
        )
        school.new = missing - len(empty[:missing])
        school.mix = posts
        for post in empty[:missing]:
            post.id += 1
            hire(staff, post, school)
    for school in staff.schools:
        have = list(school.mix)
        for _ in range(school.new):
            taught = [s for s in SUBJECTS for _ in range(have[s])]
            first = prior_subjects(staff, school, taught)
            mix = staff.asked(school) or school.mix
            subject = max(first, key=lambda s: (first[s], -s)) if first else scarcest(mix, have)
            post = found(staff, school, subject)
            have[post.subject] += 1
            hire(staff, post, school)
    for school in staff.schools:
        on_fixed_terms(staff, school)
    pay(staff)


def on_fixed_terms(staff, school):
    """Of this year's hires, the last by number are those for whom there is no post of the establishment."""
    here = staff.teachers(school)
    beyond = len(here) - sum(t.bought for t in here) - establishment(staff, school)
    hires = sorted((t for t in here if t.fresh), key=lambda t: -t.id)
    for t in hires[: max(0, beyond)]:
        t.bought = True


def follow_lessons(staff, school):
    """Where lessons have changed, each empty post of a school takes the subject that is furthest below them."""
    mix = staff.asked(school)
    if mix is None:
        return
    have = [sum(t.subject == s for t in staff.teachers(school)) for s in SUBJECTS]
    empty = [post for post in staff.posts if post.school < 0 and post.home_school == school.row]
    for post in sorted(empty, key=lambda post: post.id):
        post.subject = scarcest(mix, have)
        have[post.subject] += 1


def pay(staff):
    """Settling-in grants of this year's hires with a higher degree; what agency teachers cost less."""
    if staff.terms.masters_share is not None:
        for t in staff.teachers():
            if t.experience == 0 and t.degree == 2 and not staff.schools[t.school].private:
                staff.book("recruitment", staff.schools[t.school], staff.prices["graduate_hire"])
    for t in staff.teachers():
        if t.agency and staff.terms.agency_share > 0:
            less = staff.prices["agency_pay"] - staff.prices["new_teacher_pay"]
            staff.book("recruitment", staff.schools[t.school], less)


def prior_subjects(staff, school, taught):
    """Subjects that have priority and of which the school has too few teachers, and how many are missing."""
    if school.private:
        return {}
    asked = {s: float(least[school.level]) * school.students for s, least in staff.terms.priority_posts.items()}
    lacking = {s: round(number - taught.count(s), 9) for s, number in asked.items()}
    return {s: number for s, number in lacking.items() if number > 0}


def owner(post):
    """Row of the school that a post belongs to, filled or empty."""
    return post.school if post.school >= 0 else post.home_school


def establishment(staff, school):
    """What the norm gives for the school's students, in the proportion of the baseline year."""
    if staff.held:
        return school.posts
    if school.private:
        usual = (staff.place.norm_primary, staff.place.norm_junior)[school.level]
        return round(school.students / usual * school.norm_share)
    shortfall = max(0.0, 1 - school.norm_share)
    share = school.norm_share + staff.terms.fill_norm * shortfall
    by_norm = school.students / float(staff.terms.norm[school.level])
    return round(by_norm * share)


def scarcest(mix, have):
    """The subject with the fewest teachers against the mix of the school, the first of equals."""
    share = [number / max(1e-9, sum(mix)) for number in mix]
    short = [round(share[s] * (sum(have) + 1) - have[s], 9) for s in SUBJECTS]
    return short.index(max(short))


def found(staff, school, subject):
    """A post that was not there before, numbered after those the school has founded."""
    number = school.id * 100_000 + sum(post.id // 1000 // 100_000 == school.id for post in staff.posts)
    post = SimpleNamespace(**dict.fromkeys(vars(staff.posts[0]), 0))
    post.id, post.subject, post.degree = 1000 * number, subject, 1
    post.second_school = -1
    post.moved = post.rotated = False
    staff.posts.append(post)
    return post


def hire(staff, post, school):
    """A novice with the skill that a school of this standing attracts; subject and degree come with the post."""
    within, own = staff.effects.rec_within, staff.deviate("teacher skill", post.id)
    public = not school.private
    tilted = public and staff.lot("weak school first", post, year=0) < staff.terms.weak_school_priority
    standing = school.middle - (school.standing - school.middle) if tilted else school.standing
    post.base_skill = staff.effects.rec_sigmaT * (sqrt(1 - within) * standing + sqrt(within) * own)
    post.agency = public and staff.lot("agency", post, year=0) < staff.terms.agency_share
    if post.agency:
        post.base_skill += staff.effects.b_contract_cn
    if public and staff.terms.masters_share is not None:
        masters = staff.lot("degree", post, year=0) < staff.terms.masters_share
        post.degree = 2 if masters else min(post.degree, 1)
    post.school = post.home_school = school.row
    post.bought, post.fresh = False, True
    post.female = staff.lot("female", post, year=0) < staff.place.female_share
    post.age = int(staff.place.entry_age)
    post.experience = post.years_here = post.title = post.backbone = post.posting_end = 0
    post.practised = post.learned = 0.0
    post.seeks_school = post.contest = post.award = post.ict_trained = post.research = False


def give_titles(staff):
    """A vacant title goes to the best appraised one rung below at the school, whose own title then is vacant."""
    scale = max(staff.effects.rec_sigmaT, 1e-9)
    tilt(staff)

    def merit(t):
        luck = staff.effects.title_noise * staff.deviate("appraisal", t.id, staff.year)
        return -round(t.base_skill / scale + luck, 9), t.id

    for rung in (3, 2, 1):
        for school in staff.schools:
            below = [t for t in staff.teachers(school) if t.backbone == rung - 1]
            if rung == 1:
                below = [t for t in below if t.experience >= staff.place.backbone_years]
            for t in sorted(below, key=merit)[: school.vacant_titles[rung - 1]]:
                t.backbone = rung
                school.vacant_titles[rung - 1] -= 1
                if rung > 1:
                    school.vacant_titles[rung - 2] += 1


def exchange_schools(staff):
    """Who seeks another school may exchange with a like one of the zone; better teachers drift to better schools."""
    for post in staff.posts:
        free = post.school >= 0 and post.posting_end == 0 and post.years_here > 0 and not post.bought
        post.seeks_school = free and staff.lot("seeks school", post) < staff.effects.move_seekers
    pools = {}
    for t in staff.posts:
        if t.seeks_school and not staff.schools[t.school].private:
            zone, level = staff.schools[t.school].zone, staff.schools[t.school].level
            circle = ("zone", zone) if zone >= 0 else ("outside zones", level)
            pools.setdefault((circle, t.subject, t.backbone >= 2), []).append(t)
    for school in staff.schools:
        school.turn = staff.lot("mover school", school), school.id
    within = staff.effects.rec_within
    for pool in pools.values():
        for one, other in couples(staff, pool):
            here, there = staff.schools[one.school], staff.schools[other.school]
            better = (one.base_skill - other.base_skill) / max(staff.effects.rec_sigmaT, 1e-9)
            pull = sqrt(1 - within) / within * better * (here.standing - there.standing)
            if here is not there and staff.lot("exchange", one) >= 1 / (1 + exp(-pull)):
                one.school, other.school = other.school, one.school
                one.home_school, other.home_school = other.home_school, one.home_school
                one.years_here = other.years_here = 0
                one.moved = other.moved = True


def couples(staff, pool):
    """One half of a pool, school by school in an order drawn each year, beside the other; an odd one stays alone."""
    in_turn = sorted(pool, key=lambda t: (staff.schools[t.school].turn, staff.lot("mover", t), t.id))
    half = len(pool) // 2
    return list(zip(in_turn[:half], in_turn[half : 2 * half], strict=True))
