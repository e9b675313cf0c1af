"""Students, teachers and yuan are conserved at every step of random districts under random policies."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from books import Books, watched

RATE = st.floats(0, 1)


@st.composite
def policies(draw: st.DrawFn) -> list[str]:
    """Overrides of a random policy on a random small district."""
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
        "policy.joint_teaching.coverage": draw(RATE),
        "policy.joint_teaching.mode": draw(st.sampled_from(["joint_preparation", "matched_pairs", "lesson_study"])),
    }
    return [f"{key}={value}" for key, value in words.items()]


@given(policies(), st.integers(0, 2**32))
@settings(max_examples=15, deadline=None, derandomize=True)
def test_nobody_and_no_yuan_is_lost_or_made(words, seed):
    books: list[Books] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sim.model.CALENDAR", watched(books))
        model = sim.load("wuhan_edz", "none", overrides=words).model(seed=seed)
        books.append(Books(model))
        for _ in range(3):
            books[0].students_before = set(model.students.id.tolist())
            model.step()
