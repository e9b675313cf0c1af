"""Compiled or plain, a loop gives the same bits, and so does a district of every kind under any policy."""

from dataclasses import fields, is_dataclass
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reference.random_policy import YEARS, policies
from reference.tiny_district import at_rest
from sim.agents.assessment import sit_tests
from sim.agents.cells import Moments
from sim.agents.class_formation import _deal, _seat
from sim.agents.classroom import Classes, loops_by_class, stand_by_class, sum_by_class
from sim.agents.demography import migrate, new_cohort
from sim.agents.enrolment import _ask, _fill, _junior_homes
from sim.agents.geography import Feeding, Geography
from sim.agents.learning import grow
from sim.agents.school import Schools
from sim.agents.school_choice import chosen_school
from sim.agents.student import Students
from sim.compiled import loops, plainly
from sim.config import Effects
from sim.indicators.tallies import Marks, lowest_fifths, tallied
from sim.noise import Noise
from sim.turns import by_lot, first_within, in_order, rank_within

TABLES = ("zones", "schools", "teachers", "students", "classes")
DISTRICTS = 12
whole = {"deadline": None, "derandomize": True, "suppress_health_check": list(HealthCheck)}


def bits(value):
    """What may be compared: arrays with their kind, shape and bytes, so that -0.0 is not 0.0 and nan is nan."""
    if is_dataclass(value):
        return {field.name: bits(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        return {key: bits(one) for key, one in value.items()}
    if isinstance(value, np.ndarray):
        return value.dtype, value.shape, value.tolist() if value.dtype.hasobject else value.tobytes()
    return value


def world_of(model):
    """Every column of every table and every figure of a district."""
    tables = {name: getattr(model, name).arrays for name in TABLES}
    ledger = {year: dict(costs) for year, costs in model.costs.items()}
    beside = {"choice weight": model.choice_weight, "feeding": model.feeding.table(), "demand": model.demand}
    return {**tables, **beside, "records": model.records, "costs": repr(ledger), "flows": model.flows}


@pytest.fixture(autouse=True)
def _numba():
    pytest.importorskip("numba")


@st.composite
def cases(draw):
    number = draw(st.integers(0, DISTRICTS - 1))
    return number, draw(policies(at_rest(number)))[0]


@given(cases())
@settings(max_examples=15, **whole)
def test_any_district_under_any_policy_is_the_same_plain_and_compiled(case):
    number, policy = case
    fast = at_rest(number).under(policy)
    with plainly():
        plain = at_rest(number).under(policy)
    for _ in range(YEARS):
        fast.step()
        with plainly():
            plain.step()
        assert [name for name, one in bits(world_of(fast)).items() if one != bits(world_of(plain))[name]] == []


@pytest.mark.parametrize("number", range(4))
def test_a_district_comes_to_the_same_rest_plain_and_compiled(number):
    with plainly():
        plain = at_rest.__wrapped__(number)
    assert bits(world_of(plain)) == bits(world_of(at_rest(number)))


def some_groups(draw, rows):
    """Group of each row: one, a few, many of which some are empty; as they come, or in order."""
    groups = draw.integers(0, draw.choice([1, 3, 2 * rows + 1]), rows)
    return np.sort(groups) if draw.random() < 0.3 else groups


def some_keys(draw, rows):
    """Keys of all kinds: lots and numbers, most different, or of which many are the same."""
    few = 2 if draw.random() < 0.5 else 2**62
    whole = draw.integers(0, few, rows)
    kinds = (
        whole.astype(np.uint64) * np.uint64(2**64 // few),
        whole - few // 2,
        draw.normal(size=rows),
        draw.integers(-1, 2, rows) * 0.5 * draw.choice([-1.0, 1.0], rows),  # 0.0 and -0.0 among them
        draw.choice([-np.inf, np.inf, 0.0], rows),
        draw.random(rows) < 0.5,
        draw.integers(-3, 3, rows).astype(np.int8),
    )
    return kinds[draw.integers(len(kinds))]


def some_lots(draw, rows):
    return draw.choice(draw.integers(0, 2**64, draw.integers(1, rows + 2), dtype=np.uint64), rows)


def some_ids(draw, rows):
    return draw.permutation(2 * rows)[:rows] - rows


def some_world(draw, rows):
    """Students, who mostly stand by class, and classes and schools that know what learning and tests ask for.

    Some students have no score yet.
    """
    schools, number = int(draw.integers(1, 6)), int(draw.integers(1, 9))
    room = draw.integers(0, number, rows)
    if draw.random() < 0.8:
        room.sort()
    classes = Classes(
        number,
        id=draw.permutation(number),
        grade=np.sort(draw.integers(1, 10, number)),
        school=draw.integers(0, schools, number),
        size=np.bincount(room, minlength=number),
    )
    students = Students(
        rows,
        id=draw.integers(0, 2**60, rows),
        grade=classes.grade[room],
        school=classes.school[room],
        classroom=room,
        catchment=draw.integers(0, schools, rows),
    )
    students.trait, students.lasting, students.fading, students.score = draw.normal(size=(4, rows))
    students.score[draw.random(rows) < draw.choice([0.0, 0.3])] = np.nan
    return SimpleNamespace(
        students=students,
        classes=classes,
        schools=Schools(
            schools,
            id=draw.permutation(schools),
            level=draw.integers(0, 2, schools),
            zone=draw.integers(-1, 1, schools),
            stake=draw.random(schools),
            home_means=draw.normal(size=(schools, 10)),
        ),
        effects=Effects.means(),
        noise=Noise(int(draw.integers(2**60))),
        year=2021,
        frozen=None,
    )


def by_class(model):
    return loops_by_class(model.students.classroom, model.classes.size)


def hashes(draw, rows):
    return Noise(int(draw.integers(2**60))).lots("lottery", 2021, some_ids(draw, rows))


def uniforms(draw, rows):
    return Noise(3).uniform("taste", 0, some_ids(draw, 2 * rows).reshape(2, rows))


def chances(draw, rows):
    return Noise(3).chance("migration", 2021, some_ids(draw, rows), float(draw.random()))


def normals(draw, rows):
    return Noise(4).normal("eta", 2022, some_ids(draw, rows) * 2**40)


def grown(draw, rows):
    model = some_world(draw, rows)
    grow(model, draw.normal(size=len(model.classes)))
    return model.students.arrays


def scores(draw, rows):
    model = some_world(draw, rows)
    return {"sums": sit_tests(model, by_class(model)), "score": model.students.score, "classes": model.classes.arrays}


def class_sums(draw, rows):
    model = some_world(draw, rows)
    students = model.students
    parts = [(students.trait,), (students.trait, students.lasting, students.fading)][draw.integers(2)]
    return sum_by_class(students.classroom, model.classes.size, *parts)


def tally(draw, rows):
    model = some_world(draw, rows)
    model.students.migrant, model.students.left_behind = draw.random((2, rows)) < 0.3
    marks, schools = Marks(0.7, 0.2, 1.0, -1.0, 0.3), len(model.schools)
    moments, by_school = tallied(model.students, model.classes, marks, schools, by_class(model))
    return {"moments": moments, "by school": by_school}


def lowest(draw, rows):
    model = some_world(draw, rows)
    model.students.score = np.round(model.students.score, draw.choice([0, 1, 9]))
    students, classes, fast = model.students, model.classes, by_class(model)
    known = Moments.of(students, classes, len(model.schools), students.score, (students.trait,), fast=fast)
    return np.stack(lowest_fifths(students, classes, draw.random(len(model.schools)) < 0.3, known, fast))


def moments(draw, rows):
    model = some_world(draw, rows)
    students, counted = model.students, draw.random(10) < 0.7
    y = [(students.trait,), (students.trait, students.lasting, students.fading)][draw.integers(2)]
    return Moments.of(students, model.classes, len(model.schools), students.score, y, counted, fast=by_class(model))


def ordered(draw, rows):
    key = some_ids(draw, rows) if draw.random() < 0.5 else draw.integers(0, 3, rows)
    return in_order(some_groups(draw, rows), np.sort(key) if draw.random() < 0.3 else key)


def ordered_by_lot(draw, rows):
    return by_lot(some_groups(draw, rows), some_lots(draw, rows), some_ids(draw, rows))


def ranked_by_lot(draw, rows):
    groups = None if draw.random() < 0.2 else some_groups(draw, rows) - (draw.random() < 0.2)
    return Noise(int(draw.integers(2**60))).rank("place", 2021, some_ids(draw, rows), groups)


def ranked_by_key(draw, rows):
    groups = some_groups(draw, rows) * draw.choice([-1, 1, 1, 10**6])
    keys = some_keys(draw, rows), some_ids(draw, rows), draw.random(rows)
    return rank_within(groups, *keys[: draw.integers(len(keys) + 1)])


def kth(draw, rows):
    values = draw.choice(draw.normal(size=rows + 1), rows + 1)
    k = draw.integers(rows + 1)
    fast = loops()
    return np.sort(values)[k] if fast is None else fast.kth_lowest(values, k)


def filled_pairs(draw, rows):
    rows = min(rows, 25)
    level = draw.integers(0, 2, rows)
    residents = draw.poisson(draw.choice([1, 30]), rows)
    schools = Schools(rows, x=draw.random(rows), y=draw.random(rows), level=level, private=draw.random(rows) < 0.2)
    return Feeding.of(Geography(schools, considered=5), residents)


def first_ones(draw, rows):
    groups = some_groups(draw, rows)
    places = draw.integers(-1, draw.choice([2, 6, rows + 2]), groups.max(initial=-1) + 1 + draw.integers(2))
    key = some_lots(draw, rows) if draw.random() < 0.5 else np.round(draw.normal(size=rows), draw.integers(3))
    return first_within(groups, places, key, some_ids(draw, rows))


def dealt(draw, rows):
    classes = draw.integers(1, 4, draw.integers(1, 9))
    school = draw.integers(0, len(classes), rows).astype(np.int16)
    filing = draw.permutation(len(classes))
    first = np.zeros(len(classes), np.int64)
    first[filing] = np.cumsum(classes[filing]) - classes[filing]
    lots = some_lots(draw, rows) if rows and draw.random() < 0.5 else draw.integers(0, 2**64, rows, dtype=np.uint64)
    fast, count = loops(), np.bincount(school, minlength=len(classes))
    order, size = (_deal if fast is None else fast.deal)(school, lots, some_ids(draw, rows), count, classes, first)
    return {"order": order, "size": size}


def junior_homes(draw, rows):
    ids, catchment, fast = np.abs(some_ids(draw, rows)), draw.integers(0, 5, rows).astype(np.int16), loops()
    edges, junior = np.cumsum(draw.dirichlet(np.ones(3), 5), axis=1)[:, :-1], draw.integers(0, 9, (5, 3))
    return (_junior_homes if fast is None else fast.junior_homes)(ids, catchment, edges - 1e-12, junior)


def born(draw, rows):
    model = some_world(draw, rows)
    schools, model.home_area = model.schools, draw.integers(0, len(model.schools), len(model.schools))
    schools.residents = draw.integers(0, 1 + rows // 4, len(schools))
    model.background, model.roll = SimpleNamespace(frozen=False), None
    model.district = SimpleNamespace(migrant_share=0.3, left_behind_share=0.1)
    model.terms, model.baseline_year, model.last_grade = SimpleNamespace(tutoring=0.5, entrants=1.0), 2020, 9
    return new_cohort(model, model.year).arrays


def seated(draw, rows):
    size, fast = draw.multinomial(rows, draw.dirichlet(np.ones(6))).astype(np.int32), loops()
    room = np.full(rows, -1, np.int32)
    (_seat if fast is None else fast.seat)(room, size)
    return room


def asked(draw, rows):
    placed, (home, wanted) = np.where(draw.random(rows) < 0.2, 3, -1), draw.integers(0, 6, (2, rows))
    demand, fast = draw.integers(0, 9, 6), loops()
    stay, away = (_ask if fast is None else fast.ask)(placed, home, wanted, draw.random(6) < 0.3, demand)
    return {"stay": stay, "away": away, "demand": demand}


def filled(draw, rows):
    placed, target, seats = np.full(rows, -1), draw.integers(0, 6, rows), draw.integers(0, rows // 4 + 2, 6)
    asks, last = draw.random((2, rows)) < 0.6
    merit = draw.integers(-4, 4, np.count_nonzero(asks) * draw.integers(2)) / 2
    _fill(placed, np.flatnonzero(asks), target, last, Noise(1).key("", 0), merit, some_ids(draw, rows), seats)
    return {"placed": placed, "seats": seats}


def stands(draw, rows):
    size = draw.multinomial(rows, draw.dirichlet(np.ones(6))).astype(np.int32)
    room = np.repeat(np.arange(7), [*size, draw.integers(3)]).astype(np.int32)
    room[room == 6] = -1
    if draw.random() < 0.5:
        room = room[: draw.integers(len(room) + 1)]
    elif rows and draw.random() < 0.5:
        room[draw.integers(len(room))] = draw.integers(-1, 6)
    return stand_by_class(room, size)


def arrived(draw, rows):
    model = some_world(draw, rows)
    model.students.id = draw.integers(10**6, size=rows)
    model.classes.size = np.bincount(model.students.classroom, minlength=len(model.classes))
    if draw.random() < 0.2:
        draw.shuffle(model.students.classroom)
    model.district = SimpleNamespace(migration_rate=0.1, migrant_share=0.3, left_behind_share=0.1)
    model.terms, model.flows = SimpleNamespace(tutoring=0.5), {}
    migrate(model, model.students)
    return {**model.students.arrays, **model.flows}


def reordered(draw, rows):
    students = some_world(draw, rows).students
    students.reorder(draw.permutation(rows))
    return students.arrays


def chosen(draw, rows):
    model = some_world(draw, rows)
    schools, model.students.ses = model.schools, draw.normal(size=rows)
    schools.x, schools.y, schools.reputation = draw.normal(size=(3, len(schools)))
    schools.private, schools.seats = draw.random(len(schools)) < 0.3, draw.integers(0, 2, len(schools))
    model.geography, model.choice_weight = Geography(schools, int(draw.integers(1, 4))), draw.random(2)
    model.terms = SimpleNamespace(may_choose=draw.choice([0.0, 0.3, 1.0]), high_school_quota=0.6)
    model.district = SimpleNamespace(high_school_quota=0.5)
    home = draw.integers(0, len(schools), rows)
    return chosen_school(model, model.students, home, int(draw.integers(2)))


LOOPS = {
    "hashes": hashes,
    "uniforms": uniforms,
    "chances": chances,
    "normals": normals,
    "grow": grown,
    "scores": scores,
    "class_sums": class_sums,
    "tally": tally,
    "lowest": lowest,
    "moments": moments,
    "order_within": ranked_by_key,
    "group_count": ordered,
    "order_by_lot": ordered_by_lot,
    "ranks": ranked_by_lot,
    "reorder": reordered,
    "doors_open": chosen,
    "drawn_for_pairs": chosen,
    "most_useful": chosen,
    "kth_lowest": kth,
    "fill_pairs": filled_pairs,
    "born": born,
    "seat": seated,
    "ask": asked,
    "fill": filled,
    "junior_homes": junior_homes,
    "deal": dealt,
    "stand_by_class": stands,
    "arrive": arrived,
    "first_within": first_ones,
}
"""What runs each loop on something random; its plain twin where loops are not to be used."""


@pytest.mark.parametrize("loop", LOOPS)
def test_a_loop_gives_the_bits_of_its_twin(loop, monkeypatch):
    original, calls = getattr(loops(), loop), []

    def watched(*arguments):
        calls.append(loop)
        return original(*arguments)

    monkeypatch.setattr(loops(), loop, watched)

    @given(st.integers(0, 2**32), st.integers(0, 120))
    @settings(max_examples=60, **whole)
    def same_bits(seed, rows):
        fast = LOOPS[loop](np.random.default_rng(seed), rows)
        with plainly():
            before = len(calls)
            plain = LOOPS[loop](np.random.default_rng(seed), rows)
            assert len(calls) == before
        assert bits(fast) == bits(plain)

    same_bits()
    assert calls


def test_every_loop_is_held_to_its_twin():
    public = {name for name, loop in vars(loops()).items() if hasattr(loop, "py_func") and not name.startswith("_")}
    assert public == LOOPS.keys()
