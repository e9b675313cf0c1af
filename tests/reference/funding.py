"""Funding again, yuan by yuan: what is at stake, who is paid, what is bought, who earns next year's money."""

import math
from fractions import Fraction

from reference.assessment import shrunken
from reference.learning import mean, weighted_mean


def share_out(total, weights):
    """Whole units in proportion to weights, the largest remainders (to 1e-9) first, ties by position."""
    if not weights:
        return []
    exact = [Fraction(w) for w in weights]
    if sum(exact) == 0:
        exact = [Fraction(1)] * len(exact)
    due = [total * w / sum(exact) for w in exact]
    shares = [math.floor(share) for share in due]
    turn = sorted(range(len(due)), key=lambda k: (round(float(shares[k] - due[k]), 9), k))
    for k in turn[: total - sum(shares)]:
        shares[k] += 1
    return shares


class District:
    """Plain counts and measures read from a model before the funding step."""

    def __init__(self, model):
        self.model = model
        self.schools, self.zones = list(model.schools), list(model.zones)
        self.students = [0] * len(self.schools)
        self.passed = [0] * len(self.schools)
        self.staff = [0] * len(self.schools)
        for s in model.students:
            self.students[s.school] += 1
            self.passed[s.school] += bool(s.score >= model.baseline.pass_cut)
        for t in model.teachers:
            if t.school >= 0:
                self.staff[t.school] += 1
        self.members = [
            [row for row, s in enumerate(self.schools) if s.zone == zone] for zone in range(len(self.zones))
        ]

    def zone_students(self, zone):
        return sum(self.students[row] for row in self.members[zone])

    def zone_mean(self, values, zone):
        """Mean over the zone's students of a value of their schools."""
        return weighted_mean([(values[row], self.students[row]) for row in self.members[zone]])

    def of_level(self, level):
        return [zone for zone, z in enumerate(self.zones) if z.level == level]


def budget(lever, district):
    """Yuan of each zone; what is stated for its level goes before what is stated for all."""
    funds = []
    for zone, own in zip(district.zones, district.members, strict=True):
        of_zone = (lever.zone_fund_primary, lever.zone_fund_junior)[zone.level]
        of_school = (lever.per_school_fund_primary, lever.per_school_fund_junior)[zone.level]
        of_zone = lever.zone_fund if of_zone is None else of_zone
        of_school = lever.per_school_fund if of_school is None else of_school
        funds.append(round(of_zone + of_school * len(own)))
    return funds


def stakes(lever, district):
    """Share of the full effect of a stake that each school's teachers face.

    Full when the bonus reaches `stake_pay` of a new teacher's pay, and when a teacher's own share in what
    decides it reaches `stake_share`.
    """
    fund, effects = budget(lever, district), district.model.effects
    staff = [max(1, count) for count in district.staff]
    result = []
    for row, s in enumerate(district.schools):
        if s.zone < 0:
            result.append(0.0)
            continue
        colleagues = sum(staff[other] for other in district.members[s.zone])
        bonus = lever.performance_share * fund[s.zone] / colleagues
        full = effects.stake_pay * district.model.prices["new_teacher_pay"]
        bundled = weight_of_zone(lever, district)
        own = (1 - bundled) / staff[row] + bundled / colleagues
        result.append(min(1.0, bonus / full) * min(1.0, own / effects.stake_share))
    return result


def weight_of_zone(lever, district):
    """What the lever says, or what governance has said before."""
    return max(lever.bundled, district.model.terms.bundled)


def paid_to_zones(lever, district):
    """Yuan of every zone: a share by last year's awards within the level, if any were earned; the rest by students."""
    fund, result = budget(lever, district), [0] * len(district.zones)
    for level in (0, 1):
        zones = district.of_level(level)
        total = sum(fund[zone] for zone in zones)
        award = [float(district.zones[zone].award) for zone in zones]
        on_results = round(lever.performance_share * total) if sum(award) > 0 else 0
        by_students = share_out(total - on_results, [district.zone_students(zone) for zone in zones])
        by_award = share_out(on_results, award)
        for zone, one, other in zip(zones, by_students, by_award, strict=True):
            result[zone] = one + other
    return result


def paid_to_schools(lever, district, of_zones):
    """What each zone keeps for its director, and what every school receives."""
    weights = claims(lever, district)
    kept, received = [], [0] * len(district.schools)
    for zone, members in enumerate(district.members):
        kept.append(round(district.model.terms.director_share * of_zones[zone]))
        shares = share_out(of_zones[zone] - kept[zone], [weights[row] for row in members])
        for row, share in zip(members, shares, strict=True):
            received[row] = share
    return kept, received


def claims(lever, district):
    """Weights of schools within a zone: one each, or students times a factor that is 1 at the level's mean."""
    levels = [s.level if s.zone >= 0 else None for s in district.schools]
    if lever.division == "equal":
        return [1.0] * len(levels)
    if lever.division == "need":
        sign, values = -1, [float(s.score) for s in district.schools]
    else:
        own, sign = measured(lever, district), 1
        together = [district.zone_mean(own, s.zone) if s.zone >= 0 else 0.0 for s in district.schools]
        bundled = weight_of_zone(lever, district)
        values = [(1 - bundled) * a + bundled * b for a, b in zip(own, together, strict=True)]
    scaled = in_sd(values, levels)
    return [n * claim(sign * z) for n, z in zip(district.students, scaled, strict=True)]


def claim(distance):
    """Of a student on money that follows a measure: 1 at the mean, nothing (to 1e-9) from one SD below it."""
    return 1 + distance if 1 + distance > 1e-9 else 0.0


def purchases(lever, received, put_by, prices):
    """Yuan spent on each purpose by a school that received so much, whole posts bought, and yuan put by for more."""
    spent = {purpose: math.floor(share * received) for purpose, share in lever.spending.items()}
    pay, posts = round(prices["new_teacher_pay"]), 0
    if "posts" in spent:
        put_by += spent["posts"]
        while put_by >= pay:
            put_by -= pay
            posts += 1
        spent["posts"] = posts * pay
    return spent, posts, put_by


def where_needed(spent, district):
    """Yuan of equipment at each school when a zone buys for all: the poorest are raised to one level."""
    result = [0] * len(spent)
    for members in district.members:
        heads = {row: max(1, district.students[row]) for row in members}
        have = {row: Fraction(float(district.schools[row].equipment)) for row in members}
        total = sum(spent[row] for row in members)
        low, high = Fraction(0), max(have[row] / heads[row] for row in members) + total
        for _ in range(120):
            level = (low + high) / 2
            short = sum(max(0, level * heads[row] - have[row]) for row in members)
            low, high = (low, level) if short > total else (level, high)
        shares = share_out(total, [max(0, level * heads[row] - have[row]) for row in members])
        for row, share in zip(members, shares, strict=True):
            result[row] = share
    return result


def measured(lever, district):
    """Each school's performance by the metric."""
    schools = district.schools
    if lever.metric == "level":
        return [float(s.score) for s in schools]
    if lever.metric == "pass_rate":
        return [p / max(1, n) for p, n in zip(district.passed, district.students, strict=True)]
    if lever.metric == "value_added_1y":
        return [float(s.value_added[0]) for s in schools]
    result = [0.0] * len(schools)
    for level in (0, 1):
        rows = [row for row, s in enumerate(schools) if s.level == level and s.zone >= 0]
        for row, value in zip(rows, shrunken([schools[row].value_added for row in rows]), strict=True):
            result[row] = value
    return result


def awards(values, district):
    """Weight of every zone in money that follows a value of its schools."""
    means = [district.zone_mean(values, zone) for zone in range(len(district.zones))]
    scaled = in_sd(means, [z.level for z in district.zones])
    return [district.zone_students(zone) * claim(z) for zone, z in enumerate(scaled)]


def luck_share(lever, district, level):
    """Half of what changes hands between the award as measured and as truly deserved."""
    zones = district.of_level(level)
    if sum(budget(lever, district)[zone] for zone in zones) == 0:
        return math.nan
    paid = awards(measured(lever, district), district)
    deserved = awards([float(s.true_effect) for s in district.schools], district)
    all_paid, all_deserved = sum(paid[z] for z in zones), sum(deserved[z] for z in zones)
    if all_paid == 0 or all_deserved == 0:
        return math.nan
    return 0.5 * sum(abs(paid[z] / all_paid - deserved[z] / all_deserved) for z in zones)


def in_sd(values, levels):
    """Distance from the mean of the level in its SD, which is none below 1e-9."""
    result = []
    for value, level in zip(values, levels, strict=True):
        peers = [other for other, at in zip(values, levels, strict=True) if at == level]
        sd = math.sqrt(mean([(other - mean(peers)) ** 2 for other in peers]))
        result.append((value - mean(peers)) / sd if sd > 1e-9 else 0.0)
    return result
