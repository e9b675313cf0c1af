"""Books again: who takes part in research, contests and ICT courses, and who wins an award."""

import math

from reference.learning import one_normal


def share_of(share, count):
    """So many that the share is reached."""
    return math.ceil(share * count - 1e-9)


def schools_reached(share, level, model):
    return share_of(share, sum(s.level == level and not s.private for s in model.schools))


def record_activities(model):
    """An order drawn by id says who comes first; who is trained stays trained."""
    terms = model.terms
    for level in (0, 1):
        public = [s for s in model.schools if s.level == level and not s.private]
        schools = by_lot(model, "research schools", 0, public)
        mark(schools, "research", share_of(terms.school_research_share, len(schools)))
    for t in model.teachers:
        t.research = t.contest = t.award = False
        t.ict_trained = t.ict_trained and t.employed
    for row, school in enumerate(model.schools):
        if school.private:
            continue
        here = [t for t in model.teachers if t.school == row]
        mark(by_lot(model, "research", 0, here), "research", share_of(terms.teacher_research_share, len(here)))
        young = by_lot(model, "contest", model.year, [t for t in here if t.young])
        mark(young, "contest", share_of(terms.young_contest_share, len(young)))
        trained_first = sorted(by_lot(model, "ict", 0, here), key=lambda t: not t.ict_trained)
        for t in trained_first[: share_of(terms.ict_share, len(here))]:
            t.ict_trained = True
        for t in here:
            t.award = juries_see(t, model) >= model.baseline.award_cut


def by_lot(model, stream, year, agents):
    return [agent for _, _, agent in sorted((model.noise.uniform(stream, year, [a.id])[0], a.id, a) for a in agents)]


def mark(agents, name, first):
    for place, agent in enumerate(agents):
        setattr(agent, name, place < first)


def juries_see(teacher, model):
    """Skill in its SD, and luck."""
    sd = model.effects.rec_sigmaT
    luck = model.effects.award_noise * one_normal(model.noise, "award", model.year, teacher.id)
    return luck + (teacher.skill / sd if sd > 0 else 0.0)
