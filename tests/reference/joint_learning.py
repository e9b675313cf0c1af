"""Joint teaching again, teacher by teacher: what each learns from whom."""

from reference.activities import share_of


def learned(model):
    """What every teacher keeps up, and has learned, after the year."""
    effects, terms = model.effects, model.terms
    staff = [t for t in model.teachers if t.school >= 0]
    result = [(float(t.practised), float(t.learned)) for t in model.teachers]
    for row, t in enumerate(model.teachers):
        if t.school >= 0:
            taken = [colleagues(t, staff, effects)]
            if terms.joint_coverage > 0:
                taken.append(terms.joint_coverage * joint(t, staff, model))
            if not model.schools.private[t.school]:
                taken.append(effects.b_nttp * min(1.0, terms.training_hours / effects.training_full_hours))
            kept = max(effects.keep * t.practised, sum(part for part in taken if part > 0))
            result[row] = kept, kept + sum(part for part in taken if part < 0)
    return result


def gap(better, own, effects):
    if effects.rec_sigmaT == 0:
        return 0.0
    return min(effects.gap_most, max(0.0, (better - own) / effects.rec_sigmaT))


def colleagues(t, staff, effects):
    others = [o.base_skill for o in staff if o.school == t.school and o.subject == t.subject and o.id != t.id]
    if not others:
        return 0.0
    novice = effects.novice_peer_weight if t.experience < effects.novice_years else 1.0
    return effects.rec_peerT * gap(sum(others) / len(others), t.base_skill, effects) * novice


def joint(t, staff, model):
    effects, schools = model.effects, model.schools
    zone = int(schools.zone[t.school])
    if zone < 0:
        return 0.0
    lead = int(model.zones.lead[zone])
    circle = [o for o in staff if schools.zone[o.school] == zone and o.subject == t.subject]
    circle.sort(key=lambda o: (o.base_skill, o.id))
    held = effects.held_back * (1.0 - model.terms.bundled) if model.terms.assessed else 0.0
    way = {"joint_preparation": preparation, "matched_pairs": pairs, "lesson_study": study, "shadowing": shadowing}
    theta = {
        "joint_preparation": effects.rec_joint,
        "matched_pairs": effects.b_pair,
        "lesson_study": effects.b_lessonstudy,
        "shadowing": effects.rec_joint,
    }
    mode = model.terms.joint_mode
    return theta[mode] * model.zones.fidelity[zone] * way[mode](t, circle, lead, 1.0 - held, effects)


def preparation(t, circle, lead, giving, effects):
    at_lead = [o.base_skill for o in circle if o.school == lead]
    if not at_lead or t.school == lead:
        return 0.0
    return gap(sum(at_lead) / len(at_lead), t.base_skill, effects) * giving


def pairs(t, circle, lead, giving, effects):
    place = [o.id for o in circle].index(t.id)
    half = len(circle) // 2
    if place >= half:
        return 0.0
    partner = circle[len(circle) - half + place]
    given = giving if partner.school == lead and t.school != lead else 1.0
    return gap(partner.base_skill, t.base_skill, effects) * given


def shadowing(t, circle, lead, giving, effects):
    hosts = [o.base_skill for o in reversed(circle) if o.school == lead]
    place = [o.id for o in circle].index(t.id)
    if not hosts or t.school == lead or place >= len(circle) // 2:
        return 0.0
    better = hosts[: -(-len(hosts) // 2)]
    return gap(sum(better) / len(better), t.base_skill, effects) * giving


def study(t, circle, lead, giving, effects):
    best = sorted(circle, key=lambda o: (-o.base_skill, o.id))[: share_of(effects.lesson_study_best, len(circle))]
    given = sum(giving if o.school == lead else 1.0 for o in best) / len(best)
    mean = sum(o.base_skill for o in best) / len(best)
    return gap(mean, t.base_skill, effects) * (1.0 if t.school == lead else given)
