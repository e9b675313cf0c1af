"""Random policies over every declared setting: absent, at its bounds or between, the same always or by year."""

import typing
from dataclasses import MISSING

from hypothesis import strategies as st

from reference.plan import Plan
from sim.reform import Policy, known_levers
from sim.reform.lever import CALENDAR_YEAR, Settings
from sim.reform.trusteeship import Trust

UNMODELLED = frozenset()
"""Settings, `group.name`, that the reference model does not know yet; random policies leave them out."""
YEARS = 3
MOSTLY = st.integers(0, 3).map(bool)
"""Levers and settings meet often, and a simpler policy has fewer."""
ONLY_PUBLIC = {"private_share": 0.0, "migrant_public_share": 1.0}
"""What may be said of private schools in a district that has none."""
LARGEST = 3e5
"""A number without a bound of its own, or with a wider one, stays below: a yuan of much larger funds that two schools
with the same claim tie for goes by the last bit of their weights, in which two models may differ."""
NO_LIMIT = 1e12
"""Yuan a year; random policies are far too dear for a district of some hundred students."""


def modelled():
    """Declared settings by group, those left out gone."""
    groups = {group: lever.settings() for group, lever in known_levers().items()}
    return {
        group: {name: one for name, one in settings.items() if f"{group}.{name}" not in UNMODELLED}
        for group, settings in groups.items()
    }


@st.composite
def policies(draw, model):
    """A policy for a district at rest, as `sim` reads it, and as the reference does."""
    first = model.year + 1
    last = draw(st.sampled_from([None, None, first, first + 1]))
    ends = last is not None and draw(st.booleans())
    until = last or model.year + YEARS
    levers = {}
    for group, settings in modelled().items():
        if draw(MOSTLY):
            stated = {name: one for name, one in settings.items() if draw(MOSTLY)}
            levers[group] = {
                name: draw(st.just(ONLY_PUBLIC[name]))
                if name in ONLY_PUBLIC and not model.district.private_schools
                else draw(value(one, model) | by_year(one, model, until))
                for name, one in stated.items()
            }
    holds = draw(MOSTLY)
    head = {"last_year": last, "ends": ends} if last else {}
    head |= {"budget": NO_LIMIT, "spending_never_falls": holds}
    overrides = [(f"policy.{name}", stated) for name, stated in {**head, **levers}.items()]
    off = {group: {name: one.off for name, one in lever.settings().items()} for group, lever in known_levers().items()}
    return Policy.load("none", overrides, model.year), Plan(levers, off, first, last, ends, holds)


def value(declared, model):
    """A value that the setting accepts."""
    if declared.kind is bool:
        return st.booleans()
    if declared.unit == CALENDAR_YEAR:
        return st.integers(model.year - 1, model.year + YEARS)
    if declared.kind is int:
        return st.integers(int(declared.low), int(min(declared.high, declared.low + 8)))
    if declared.kind is float:
        low, high = declared.low or 0.0, min(LARGEST if declared.high is None else declared.high, LARGEST)
        between = st.integers(0, 1000).map(lambda k: low + (high - low) * (k / 1000) ** (3 if high > 100 else 1))
        return st.one_of(st.sampled_from([low, high]), between)
    if declared.kind is str:
        return st.sampled_from(declared.choices)
    if typing.get_origin(declared.kind) is tuple and declared.choices:
        some = st.tuples(*[st.booleans() for _ in declared.choices])
        return some.map(lambda chosen: [word for word, yes in zip(declared.choices, chosen, strict=True) if yes])
    if typing.get_origin(declared.kind) is dict:
        shares = st.fixed_dictionaries({word: st.integers(0, 60) for word in declared.choices})
        return shares.map(lambda parts: {key: part / max(100, sum(parts.values())) for key, part in parts.items()})
    if typing.get_origin(declared.kind) is tuple and issubclass(typing.get_args(declared.kind)[0], Settings):
        kind = typing.get_args(declared.kind)[0]
        return st.lists(contracts(kind, model) if kind is Trust else projects(kind, model), max_size=3, unique_by=place)
    raise NotImplementedError(f"no random value of {declared.kind}; write one or name the setting in UNMODELLED")


def by_year(declared, model, until):
    """A value that changes over the years that the policy has; only numbers do."""
    if declared.kind not in (float, int):
        return value(declared, model)
    years = st.integers(model.year + 1, until)
    return st.dictionaries(years, value(declared, model), min_size=1, max_size=YEARS)


@st.composite
def projects(draw, kind, model):
    """Something at a school or at the schools of a zone."""
    where = draw(st.sampled_from(["school", "zone"]))
    names = sorted(set(public(model.schools).name if where == "school" else model.zones.name))
    return {where: draw(st.sampled_from(names)), **draw(others(kind, model, ("school", "zone")))}


@st.composite
def contracts(draw, kind, model):
    """A school run by another; by the lead school of its zone where that is not said."""
    schools, zones = public(model.schools), model.zones
    names = sorted(set(schools.name))
    in_zones = sorted({school.name for school in schools} - {school.name for school in schools if school.zone < 0})
    run = draw(st.sampled_from(in_zones))
    trustees = [name for name in names if name != run]
    leads = [int(zones.lead[school.zone]) for school in schools if school.name == run]
    if all(lead >= 0 and model.schools.name[lead] != run for lead in leads):
        trustees.append(None)
    trustee = draw(st.sampled_from(trustees)) if trustees else None
    return {"school": run, "trustee": trustee, **draw(others(kind, model, ("school", "trustee")))}


def public(schools):
    """Those on which a policy may act."""
    return schools.select(~schools.private)


def others(kind, model, but):
    """Settings of a project beside its places; what must be said is said."""
    settings = {name: one for name, one in kind.settings().items() if name not in but}
    asked = {name: value(one, model) for name, one in settings.items() if one.off is MISSING}
    more = {name: value(one, model) for name, one in settings.items() if name not in asked}
    return st.fixed_dictionaries(asked, optional=more)


def place(project):
    return project.get("school"), project.get("zone")
