from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.indicators import record
from sim.agents.classroom import Classes
from sim.agents.school import Schools
from sim.agents.student import Students
from sim.agents.teacher import Teachers
from sim.agents.zone import Zones
from sim.indicators.catalogue import INDICATORS, SCOPES
from sim.indicators.record import observe, rows
from sim.indicators.units import Units


def random_model(seed, schools=7, students=120, teachers=25, classes=9):
    """Tables of a small district; there may be schools without students, empty posts, a single level."""
    draw = np.random.default_rng(seed)
    level = draw.integers(0, 2, schools) if seed % 3 else np.zeros(schools, np.int64)
    zone = level + 2 * draw.integers(0, 2, schools)
    attended = draw.integers(0, schools, students)
    junior = level[attended] == 1
    flag = {name: draw.random(teachers) < 0.4 for name in TEACHER_FLAGS}
    at = draw.integers(-1, schools, teachers)
    model = SimpleNamespace(
        schools=Schools(
            schools,
            id=np.arange(schools),
            name=np.array([f"学校 {i}" for i in range(schools)], object),
            zone=zone,
            level=level,
            teaching_area=draw.uniform(50, 200, schools),
            sports_area=draw.uniform(50, 200, schools),
            equipment=draw.uniform(10_000, 90_000, schools),
            multimedia_rooms=draw.integers(0, 4, schools),
            **{name: draw.random(schools) < 0.5 for name in ("digital", "live", "research")},
        ),
        zones=Zones(
            4,
            id=np.arange(4),
            name=np.array([f"学区 {i}" for i in range(4)], object),
            level=np.arange(4) % 2,
            lead=draw.integers(-1, 3, 4),
        ),
        teachers=Teachers(
            teachers,
            school=at,
            school_before=draw.integers(-1, schools, teachers),
            second_school=np.where((at >= 0) & (draw.random(teachers) < 0.2), draw.integers(0, schools, teachers), -1),
            subject=draw.integers(0, 5, teachers),
            age=draw.integers(22, 60, teachers),
            degree=draw.integers(0, 3, teachers),
            backbone=draw.integers(0, 4, teachers),
            base_skill=draw.normal(size=teachers),
            learned=draw.random(teachers),
            **flag,
        ),
        students=Students(
            students,
            grade=np.where(junior, draw.integers(7, 10, students), draw.integers(1, 7, students)),
            school=attended,
            score=draw.normal(size=students).round(1),  # so that some stand at a cut
            **{name: draw.normal(size=students) for name in ("trait", "lasting", "fading")},
        ),
        classes=Classes(
            classes,
            school=draw.integers(0, schools, classes),
            size=draw.integers(20, 70, classes),
            team=draw.integers(-1, teachers, (classes, 3)),
            covered=draw.random(classes) < 0.8,
        ),
        district=SimpleNamespace(
            name="区", scoring_rate_mean=0.7, scoring_rate_sd=0.2, general_high_drift=0.1, young_age=35.0
        ),
        year=2022,
        baseline=SimpleNamespace(
            year=2020,
            excellent_cut=0.8,
            pass_cut=-1.0,
            general_high_cut=0.1,
            strong_half=draw.random(schools) < 0.5,
        ),
        terms=SimpleNamespace(digital_lesson_share=0.3),
        fund_luck_share=np.array([np.nan, 0.4]),
        level_costs=np.array([3e6, 2e6]),
        public_budget=np.array([9e8, 5e8]),
    )
    model.baseline.units = Units.of(model.schools, model.zones, model.district.name)
    return model


TEACHER_FLAGS = ("moved", "rotated", "eligible", "research", "ict_trained", "contest", "award")


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 9), st.integers(0, 150))
def test_record_is_the_one_counted_by_hand(seed, schools, students):
    model = random_model(seed, schools, students)
    keys, values = rows(model)
    expected = record(model)
    assert keys == list(expected)
    for key, row in zip(keys, values, strict=True):
        for name, value in zip(INDICATORS, row, strict=True):
            assert value == pytest.approx(expected[key].get(name, np.nan), rel=1e-9, abs=1e-9, nan_ok=True), (
                key,
                name,
            )


def test_record_only_reads():
    model = random_model(1)
    tables = [model.schools, model.zones, model.teachers, model.students, model.classes]
    before = [table.copy() for table in tables]
    rows(model)
    for table, copy in zip(tables, before, strict=True):
        for name, array in table.arrays.items():
            np.testing.assert_array_equal(array, copy.arrays[name])


def test_same_state_gives_the_same_bits():
    first, second = rows(random_model(2)), rows(random_model(2))
    assert first[0] == second[0]
    assert first[1].tobytes() == second[1].tobytes()


def test_the_year_is_kept_once_there_is_a_baseline():
    model = random_model(6)
    model.year, model.records = 2021, {}
    observe(model)
    np.testing.assert_array_equal(model.records[2021], rows(model)[1])
    model.year, model.baseline = 1990, None
    observe(model)
    assert list(model.records) == [2021]
    with pytest.raises(ValueError, match="no baseline yet"):
        rows(model)


def test_names_are_unique_within_level_and_scope():
    keys, _ = rows(random_model(4))
    assert len(set(keys)) == len(keys)
    assert {scope for _, scope, _ in keys} == set(SCOPES)


def test_level_without_schools_has_no_rows():
    model = random_model(3)
    assert {level for level, _, _ in rows(model)[0]} == {"primary"}


def test_posts_that_are_empty_count_nowhere():
    model = random_model(5)
    model.teachers.school[:] = -1
    keys, values = rows(model)
    district = dict(zip(INDICATORS, values[0], strict=True))
    assert district["teachers"] == district["rotated_share"] == district["rotated_backbone_share"] == 0
    assert np.isnan([district[name] for name in ("students_per_teacher", "skill_mean", "cv_degree")]).all()


def test_between_school_share_is_one_when_all_differences_are_between_schools():
    model = random_model(8, students=200)
    model.students.score = model.students.school.astype(float)
    share = dict(zip(INDICATORS, rows(model)[1][0], strict=True))["between_school_share"]
    assert share == pytest.approx(1)


def test_between_school_share_does_not_depend_on_where_scores_stand():
    model, higher = random_model(8, students=200), random_model(8, students=200)
    model.students.score, higher.students.score = (1e-4 * model.students.score + level for level in (0.0, 1e3))
    one, other = (dict(zip(INDICATORS, rows(m)[1][0], strict=True))["between_school_share"] for m in (model, higher))
    assert 0 < one < 1 and other == pytest.approx(one, rel=1e-6)


def test_every_indicator_says_what_it_is():
    for name, indicator in INDICATORS.items():
        assert indicator.unit and indicator.meaning and indicator.better in (-1, 0, 1), name
        assert set(indicator.scopes) <= set(SCOPES), name
