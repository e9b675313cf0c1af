"""Students, teachers and yuan are conserved at every step of random districts under random policies."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from books import Books, watched
from sim.district.listed_places import PrivateSchool
from sim.indicators import record
from sim.indicators.catalogue import INDICATORS
from sim.model import ZoneReform
from sim.reform import Policy
from sim.userinput import parse_override

RATE = st.floats(0, 1)
COST = list(INDICATORS).index("cost_yuan")


@st.composite
def policies(draw: st.DrawFn) -> tuple[list[str], dict[str, object]]:
    """Overrides of a random policy on a random small district, and its private schools if it has any."""
    words = {
        "district.students": draw(st.integers(500, 3000)),
        "district.catchment_enforcement": draw(RATE),
        "district.migration_rate": draw(st.floats(0, 0.2)),
        "district.birth_trend": draw(st.floats(-0.1, 0.1)),
        "policy.rotation.rate": draw(RATE),
        "policy.rotation.backbone_share": draw(RATE),
        "policy.rotation.scope": draw(st.sampled_from(["zone", "group", "district"])),
        "policy.rotation.direction": draw(st.sampled_from(["to_weak", "swap", "any"])),
        "policy.rotation.selection": draw(st.sampled_from(["random", "voluntary"])),
        "policy.rotation.posting_years": draw(st.sampled_from(["null", 1, 2, 3])),
        "policy.rotation.deputies_rate": draw(RATE),
        "policy.rotation.itinerant_share": draw(RATE),
        "policy.recruitment.fill_norm": draw(RATE),
        "policy.recruitment.norm_primary": draw(st.floats(8, 30)),
        "policy.enrolment.class_cap_primary": draw(st.integers(15, 60)),
        "policy.enrolment.catchment_enforcement": draw(RATE),
        "policy.enrolment.lottery": draw(st.sampled_from(["true", "false"])),
        "policy.enrolment.school_cap": draw(st.sampled_from(["null", 30, 300])),
        "policy.enrolment.high_school_quota": draw(RATE),
        "policy.building.projects": "[{zone: 第五学区, start_year: 2021, seats: 90}]",
        "policy.showcase.projects": "[{school: 四中, start_year: 2022, money: 100001}]",
        "policy.trusteeship.projects": "[{school: 军山小学, start_year: 2021, years: 2}]",
        "policy.funding.zone_fund": draw(st.floats(0, 1e6)),
        "policy.funding.per_school_fund": draw(st.floats(0, 1e6)),
        "policy.funding.performance_share": draw(RATE),
        "policy.funding.metric": draw(st.sampled_from(["level", "pass_rate", "value_added_1y", "value_added_3y"])),
        "policy.funding.bundled": draw(RATE),
        "policy.funding.division": draw(st.sampled_from(["equal", "need", "performance"])),
        "policy.funding.spending": "{training: 0.3, equipment: 0.3, posts: 0.4}",
        "policy.governance.director_share": draw(RATE),
        "policy.governance.unified": draw(st.sampled_from(["[]", "[money]"])),
        "policy.joint_teaching.coverage": draw(RATE),
        "policy.joint_teaching.mode": draw(st.sampled_from(["joint_preparation", "matched_pairs", "lesson_study"])),
    }
    if draw(st.booleans()):
        return [f"{key}={value}" for key, value in words.items()], {}
    private = {
        "private_schools": (PrivateSchool("甲", 0), PrivateSchool("乙", 0), PrivateSchool("丙", 1)),
        "private_share_primary": draw(st.floats(0.01, 0.9)),
        "private_share_junior": draw(st.floats(0.01, 0.9)),
        "migrant_public_share": draw(RATE),
        "classes_reshuffled": draw(st.sampled_from([0.0, 1.0])),
    }
    words |= {"policy.enrolment.private_share": draw(RATE), "policy.enrolment.migrant_public_share": draw(RATE)}
    return [f"{key}={value}" for key, value in words.items()], private


def with_private(words: list[str], private: dict[str, object]) -> sim.Scenario:
    """The scenario; its policy is read for Wuhan, which has no private schools, and put to a district that has."""
    of_private = [word for word in words if ".private_share" in word or ".migrant_public_share" in word]
    scenario = sim.load("wuhan_edz", "none", overrides=[word for word in words if word not in of_private])
    if not private:
        return scenario
    pairs = [parse_override(word) for word in words if word.startswith("policy.")]
    policy = Policy.load("none", pairs, scenario.baseline_year)
    return replace(scenario, district=replace(scenario.district, **private), policy=policy)


@given(policies(), st.integers(0, 2**32))
@settings(max_examples=15, deadline=None, derandomize=True)
def test_nobody_and_no_yuan_is_lost_or_made(place, seed):
    words, private = place
    books: list[Books] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sim.model.CALENDAR", watched(books))
        scenario = with_private(words, private)
        model = scenario.model(seed=seed)
        books.append(Books(model))
        for _ in range(3):
            books[0].open_the_year()
            model.step()
            district = [row[COST] for row in record.rows(model)[1][[0, first_of_junior(model)]]]
            assert sum(district) == sum(sum(yuan) for yuan in model.costs[model.year].values())


def first_of_junior(model: ZoneReform) -> int:
    """Row of the record that is the district's at junior level."""
    return [(level, scope) for level, scope, _ in record.rows(model)[0]].index(("junior", "district"))
