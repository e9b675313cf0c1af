"""What each lever says at the start of the year and does in its step, by its name; `given` are its settings."""

from reference import funding as money
from reference.activities import schools_reached, share_of
from reference.rotation import District as Rota
from reference.rotation import exchange_managers, rotate
from reference.staffing import Staff, establishment

ANNOUNCED = ("governance", "funding")
"""Levers that speak at the start of the year, in this order."""
ACTING = {
    "demography": ("governance",),
    "enrolment": ("enrolment", "building"),
    "staffing": ("recruitment",),
    "rotation": ("rotation",),
    "joint_teaching": ("joint_teaching", "research", "training"),
    "learning": ("digital", "trusteeship"),
    "funding": ("funding", "showcase"),
}
"""Levers that act in a step of the calendar, in this order, before the step's own rule."""


PE_ARTS_A_STUDENT = 0.009
"""Teachers a student of the official standard; science and IT, which have none, are taken to need as many."""


def announce_governance(world, given):
    terms = world.terms
    terms.fidelity_years = given.fidelity_years
    terms.director_share = given.director_share
    terms.surplus_pools = {"zone": "governance"} if "personnel" in given.unified else {}
    terms.bundled = float("appraisal" in given.unified)
    terms.unified_money = "money" in given.unified
    terms.unified_teaching = "teaching" in given.unified


def governance(world, given):
    """A zone that runs something has an office."""
    if given.unified or given.director_share > 0:
        for zone in world.zones:
            world.spend("governance", zone.level, world.prices["zone_office"])


def announce_funding(world, given):
    district = money.District(world)
    if given.performance_share > 0 and sum(money.budget(given, district)) > 0:
        world.terms.assessed, world.terms.bundled = True, money.weight_of_zone(given, district)
        for school, stake in zip(world.schools, money.stakes(given, district), strict=True):
            school.stake = stake


def enrolment(world, given):
    terms = world.terms
    if given.catchment_enforcement is not None:
        terms.may_choose = 1 - given.catchment_enforcement
    terms.class_cap = stated(terms.class_cap, given.class_cap_primary, given.class_cap_junior)
    terms.school_cap = given.school_cap
    if given.high_school_quota is not None:
        terms.high_school_quota = given.high_school_quota
    if given.private_share is not None:
        terms.private_share = [given.private_share] * 2
    if given.migrant_public_share is not None:
        terms.migrant_public_share = given.migrant_public_share
    terms.lottery = given.lottery
    if given.lottery:
        for level, entry in enumerate((1, 7)):
            world.spend("enrolment", level, sum(s.grade == entry for s in world.students) * world.prices["lottery"])


def building(world, given):
    world.works.build(given.projects, given.lag, world.year)
    pay_works(world)


def showcase(world, given):
    world.works.show(given.projects, world.year)
    pay_works(world)


def trusteeship(world, given):
    world.works.entrust(given.projects, world.year)
    pay_works(world)


def pay_works(world):
    for lever, costs in world.works.costs.items():
        for level in (0, 1):
            world.spend(lever, level, costs[level])
    world.works.costs.clear()


def recruitment(world, given):
    """Posts above those of the status quo are paid for, one by one."""
    terms = world.terms
    before = posts_due(world)
    terms.fill_norm = given.fill_norm
    terms.norm = stated(terms.norm, given.norm_primary, given.norm_junior)
    for school, after, now in zip(world.schools, posts_due(world), before, strict=True):
        world.spend("recruitment", school.level, max(0, after - now) * world.prices["new_teacher_pay"])
    if given.district_managed:
        terms.surplus_pools = {**terms.surplus_pools, "district": "recruitment"}
    for name in "weak_school_priority title_weak_priority agency_share masters_share".split():
        setattr(terms, name, getattr(given, name))
    subjects = {"pe_arts": 3, "science_it": 4}
    terms.priority_posts = {subjects[name]: [PE_ARTS_A_STUDENT] * 2 for name in given.subject_priority}


def posts_due(world):
    staff = Staff(world)
    return [establishment(staff, school) for school in staff.schools]


def rotation(world, given):
    if given.eligible_years is not None:
        world.terms.rotation_years = given.eligible_years
    others = ("allowance", "heads_rate", "deputies_rate", "itinerant_share")
    rules = {name: value for name, value in vars(given).items() if name not in others}
    rota = Rota(world)
    rotate(rota, **rules)
    settle(world, rota)
    for role, rate in (("head", given.heads_rate), ("deputy", given.deputies_rate)):
        if rate > 0:
            change_places(world, role, exchange_managers(world, role, rate, given.scope))
    if given.itinerant_share > 0:
        world.terms.itinerant_share = given.itinerant_share
        world.terms.itinerant_pool = [pool_of(school, world, given.scope) for school in world.schools]
    moved = [t for t in world.teachers if t.rotated]
    paid = [t for t in world.teachers if t.rotated or (t.employed and t.posting_end >= world.year)]
    for level in (0, 1):
        world.spend("rotation", level, world.count(level, moved) * world.prices["move"])
        world.spend("rotation", level, given.allowance * world.count(level, paid))


def pool_of(school, world, scope):
    """Number of the pool within which teachers of a school may teach at two; -1 for none."""
    if school.private or (scope == "group" and world.zones[school.zone].form != 0):
        return -1
    return school.level if scope == "district" else school.zone


def change_places(world, role, managers):
    for school, (person, years) in zip(world.schools, managers, strict=True):
        world.spend("rotation", school.level, (person != getattr(school, role)) * world.prices["move"])
        setattr(school, role, person)
        setattr(school, f"{role}_years", years)
        school.be_led()


def settle(world, rota):
    """Everybody is where the exchanges have put him."""
    for teacher, after in zip(world.teachers, rota.teachers, strict=True):
        for name in "school home_school eligible posting_end years_here moved rotated".split():
            setattr(teacher, name, getattr(after, name))


def joint_teaching(world, given):
    if given.coverage > 0 and given.mode == "teaching_sent":
        world.terms.sent_coverage = given.coverage
        reached = []
        for c in world.classes:
            zone = world.schools[c.school].zone
            if zone >= 0 and world.zones[zone].lead not in (-1, c.school):
                reached.append(c)
        for level in (0, 1):
            classes = world.count(level, reached)
            world.spend("joint_teaching", level, given.coverage * classes * world.prices["sent_teaching"])
    elif given.coverage > 0:
        world.terms.joint_coverage, world.terms.joint_mode = given.coverage, given.mode
        in_zones = [t for t in world.teachers if t.employed and world.schools[t.school].zone >= 0]
        for level in (0, 1):
            teachers = world.count(level, in_zones)
            world.spend("joint_teaching", level, given.coverage * teachers * world.prices["joint_work"])


def research(world, given):
    terms = world.terms
    if given.school_share is not None:
        for level in (0, 1):
            usual = schools_reached(terms.school_research_share, level, world)
            more = max(0, schools_reached(given.school_share, level, world) - usual)
            world.spend("research", level, more * world.prices["research_project"])
        terms.school_research_share = given.school_share
    if given.teacher_share is not None:
        terms.teacher_research_share = given.teacher_share


def training(world, given):
    """Contests, ICT courses and hours; who is above the status quo at a school is paid for."""
    terms, prices = world.terms, world.prices
    public = [school for school in world.schools if not school.private]
    staff = [[t for t in world.teachers if t.employed and world.schools[t.school] is school] for school in public]
    if given.young_teacher_share is not None:
        young = [sum(t.young for t in here) for here in staff]
        usual = [share_of(terms.young_contest_share, count) for count in young]
        asked = [share_of(given.young_teacher_share, count) for count in young]
        pay_for_more(world, public, asked, usual, prices["contest"])
        terms.young_contest_share = given.young_teacher_share
    if given.ict_share is not None:
        trained = [sum(t.ict_trained for t in here) for here in staff]
        usual = [max(done, share_of(terms.ict_share, len(here))) for done, here in zip(trained, staff, strict=True)]
        asked = [share_of(given.ict_share, len(here)) for here in staff]
        pay_for_more(world, public, asked, usual, prices["ict_course"])
        terms.ict_share = given.ict_share
    if given.hours_5y > 0 or given.fund_share > 0:
        employed = [t for here in staff for t in here]
        an_hour_a_year = [prices["training_hour"] * world.count(level, employed) / 5 for level in (0, 1)]
        funds = sum(terms.quota[world.level_of(s)] for s in world.students if not world.schools[s.school].private)
        terms.training_hours = max(given.hours_5y, given.fund_share * funds / sum(an_hour_a_year))
        for level in (0, 1):
            world.spend("training", level, terms.training_hours * an_hour_a_year[level])


def pay_for_more(world, schools, asked, usual, price):
    for school, a, u in zip(schools, asked, usual, strict=True):
        world.spend("training", school.level, max(0, a - u) * price)


def digital(world, given):
    terms = world.terms
    if given.kind is not None:
        sources = {"master_teacher": "zone_best", "network_school": "district_best"}
        terms.live_source = sources.get(given.kind, "lead")
    if given.lesson_share is not None:
        terms.digital_lesson_share = given.lesson_share
    if given.school_coverage is not None:
        for level in (0, 1):
            usual = schools_reached(terms.digital_school_share, level, world)
            more = max(0, schools_reached(given.school_coverage, level, world) - usual)
            world.spend("digital", level, more * world.prices["platform"])
        terms.digital_school_share = given.school_coverage
    if given.live_class_share is not None:
        for level in (0, 1):
            now = sum(s.live_room for s in world.schools if s.level == level)
            new = max(0, schools_reached(given.live_class_share, level, world) - now)
            world.spend("digital", level, new * world.prices["live_room"])
        terms.live_class_share = given.live_class_share


def funding(world, given):
    """The year's fund is paid to zones, divided among schools and spent; results earn next year's."""
    district, ledger = money.District(world), world.ledger
    for zone, yuan in zip(world.zones, money.budget(given, district), strict=True):
        world.spend("funding", zone.level, yuan)
    fund = sum(money.budget(given, district))
    ledger.budgeted += fund
    kept, received = money.paid_to_schools(given, district, money.paid_to_zones(given, district))
    ledger.spent_by_zones += sum(kept)
    put_by = [school.post_savings for school in world.schools]
    purchases = [money.purchases(given, *yuan, world.prices) for yuan in zip(received, put_by, strict=True)]
    equipment = [bought.get("equipment", 0) for bought, _, _ in purchases]
    if world.terms.unified_money:
        equipment = money.where_needed(equipment, district)
    rows = zip(world.schools, received, purchases, equipment, strict=True)
    for school, yuan, (bought, posts, left), more in rows:
        school.received, school.bought_posts, school.post_savings = yuan, posts, left
        school.account += yuan - sum(bought.values())
        school.equipment += more
        ledger.spent_by_schools += sum(bought.values())
    measured = money.measured(given, district)
    for row, (zone, award) in enumerate(zip(world.zones, money.awards(measured, district), strict=True)):
        zone.performance, zone.award = district.zone_mean(measured, row), award
    if given.performance_share > 0 and fund > 0:
        world.fund_luck_share = [money.luck_share(given, district, level) for level in (0, 1)]


def stated(in_force, primary, junior):
    """What is said in place of what is in force."""
    return [now if new is None else new for now, new in zip(in_force, (primary, junior), strict=True)]
