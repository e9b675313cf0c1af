"""Agents stored by column: shapes and types are kept, views write through, and tables share nothing by accident."""

import numpy as np
import pytest

from sim.agents.classroom import Classes
from sim.agents.columns import Column, Columns
from sim.agents.school import Schools
from sim.agents.student import Students
from sim.agents.teacher import Teachers
from sim.agents.zone import Zones

TABLES = (Schools, Zones, Teachers, Students, Classes)


class Pets(Columns):
    id = Column(np.int64, "", "permanent number")
    name = Column(object, "", "name")
    kind = Column(np.int8, "", "0 cat, 1 dog")
    weight = Column(np.float64, "kg", "weight")
    meals = Column(np.int32, "g", "meals of the day", width=3)
    good = Column(np.bool_, "", "behaves")

    @property
    def heavy(self):
        return self.weight > 4


def pets():
    return Pets(
        4,
        id=[10, 7, 30, 2],
        name=np.array(["Mimi", "Rex", "Tom", "Fido"], dtype=object),
        kind=[0, 1, 0, 1],
        weight=[3.5, 20, 5, 4],
        meals=np.arange(12).reshape(4, 3),
    )


def share_memory(one, other):
    return [name for name in one.arrays if np.shares_memory(one.arrays[name], other.arrays[name])]


def same(one, other):
    return len(one) == len(other) and all(
        (one.arrays[name] == other.arrays[name]).all() and one.arrays[name].dtype == other.arrays[name].dtype
        for name in one.arrays
    )


class TestDeclarations:
    @pytest.mark.parametrize("table", TABLES)
    def test_every_column_says_what_it_is(self, table):
        assert next(iter(table.declared())) == "id"
        for name, column in table.declared().items():
            assert column.name == name and column.meaning and column.width >= 1
            assert column.dtype.kind in "iufbO"

    @pytest.mark.parametrize("table", TABLES)
    def test_an_empty_table_has_all_columns_in_their_types(self, table):
        empty = table(0)
        assert len(empty) == len(list(empty)) == len(empty.to_frame()) == 0
        for name, column in table.declared().items():
            assert empty.arrays[name].dtype == column.dtype
            assert empty.arrays[name].shape == column.shape(0)

    def test_what_is_not_given_starts_at_zero(self):
        assert not pets().good.any()
        assert Pets(3).weight.tolist() == [0, 0, 0] and Pets(3).meals.tolist() == [[0] * 3] * 3

    def test_the_class_gives_the_declaration_and_the_table_the_array(self):
        assert Pets.weight.unit == "kg" and pets().weight.tolist() == [3.5, 20, 5, 4]

    def test_a_column_that_is_not_declared_is_refused(self):
        with pytest.raises(TypeError, match=r"Pets have no columns \['colour', 'tail'\]"):
            Pets(1, tail=[1], colour=[2])


class TestAssignment:
    def test_values_take_the_declared_type(self):
        table = pets()
        table.kind = np.array([1.0, 0.0, 1.0, 1.0])
        table.good = [1, 0, 2, 0]
        assert table.kind.dtype == np.int8 and table.kind.tolist() == [1, 0, 1, 1]
        assert table.good.dtype == np.bool_ and table.good.tolist() == [True, False, True, False]

    @pytest.mark.parametrize(
        ("column", "values"),
        [("weight", [1.0, 2.0]), ("weight", 1.0), ("weight", np.ones((4, 1))), ("meals", np.ones((4, 2)))],
    )
    def test_another_shape_is_refused_and_leaves_the_table_alone(self, column, values):
        table = pets()
        with pytest.raises(ValueError, match=rf"Pets\.{column} must have shape \(4,"):
            setattr(table, column, values)
        assert same(table, pets())

    def test_a_wrong_number_of_rows_is_refused_from_the_start(self):
        with pytest.raises(ValueError, match=r"Pets\.id must have shape \(3,\), got \(2,\)"):
            Pets(3, id=[1, 2])


class TestViews:
    def test_a_view_reads_and_writes_its_row(self):
        table = pets()
        rex = table[7]
        rex.weight = 21.5
        rex.meals[1] = 99
        assert table.weight.tolist() == [3.5, 21.5, 5, 4] and table.meals[1].tolist() == [3, 99, 5]
        table.weight = table.weight + 1
        assert rex.weight == 22.5 and rex.name == "Rex" and repr(rex) == "Pets[7]"

    def test_iteration_meets_every_agent_in_order(self):
        table = pets()
        assert [pet.id for pet in table] == [10, 7, 30, 2]
        for pet in table:
            pet.good = pet.weight < 10
        assert table.good.tolist() == [True, False, True, True]

    def test_who_is_not_there_is_not_found(self):
        with pytest.raises(KeyError, match="no Pets with id 8"):
            pets()[8]

    def test_a_misspelt_attribute_is_neither_read_nor_written(self):
        rex = pets()[7]
        with pytest.raises(AttributeError, match="Pets have no attribute 'wieght'"):
            _ = rex.wieght
        with pytest.raises(AttributeError, match="Pets have no attribute 'wieght'"):
            rex.wieght = 3


class TestSelections:
    @pytest.mark.parametrize("rows", [np.array([2, 0]), np.array([True, False, True, False]), np.array([1, 1])])
    def test_take_gives_these_rows_in_this_order(self, rows):
        table = pets()
        taken = table.take(rows)
        assert taken.id.tolist() == table.id[rows].tolist()
        assert taken.meals.tolist() == table.meals[rows].tolist()

    def test_select_takes_a_mask_or_a_question(self):
        table = pets()
        assert table.select(table.kind == 1).id.tolist() == [7, 2]
        assert table.select(lambda t: t.heavy).id.tolist() == [7, 30]
        assert len(table.select(lambda t: t.weight > 100)) == 0

    def test_groupby_parts_the_table_by_value(self):
        table = pets()
        table.kind[3] = -1
        parts = [(kind, part.id.tolist()) for kind, part in table.groupby("kind")]
        assert parts == [(-1, [2]), (0, [10, 30]), (1, [7])]
        assert list(Pets(0).groupby("kind")) == []

    def test_followed_by_puts_one_table_after_another(self):
        joined = pets().followed_by(pets().take(np.array([3])))
        assert joined.id.tolist() == [10, 7, 30, 2, 2] and joined.meals[4].tolist() == [9, 10, 11]
        assert same(Pets(0).followed_by(pets()), pets()) and same(pets().followed_by(Pets(0)), pets())

    def test_a_table_grows_behind_its_rows_again_and_again(self):
        table, expected = pets(), pets()
        held = table.kind
        for k in range(40):
            if k == 20:
                table.weight = table.weight + 1  # an array of its own, which has no room
                expected.weight = expected.weight + 1
            table.grow(2, id=[k, 100 + k], name="Rex", weight=k)
            new = Pets(2, id=[k, 100 + k], name=np.array(["Rex"] * 2, object), weight=[k] * 2)
            expected = expected.followed_by(new)
            assert len(table) == len(expected) and same(table, expected)
        assert held.tolist() == pets().kind.tolist()
        other = table.copy()
        other.grow(1, id=7)
        table.grow(1, id=8)
        assert (other.id[-1], table.id[-1]) == (7, 8)

    @pytest.mark.parametrize("seed", range(20))
    def test_cohorts_follow_one_another_and_who_holds_a_column_keeps_it(self, seed):
        draw, held = np.random.default_rng(seed), []
        table = Pets(12, id=range(12), weight=draw.random(12))
        expected = table.copy()
        for year in range(1, 15):
            leaving, count = int(draw.integers(0, len(table) // 2 + 1)), int(draw.integers(0, 6))
            new = Pets(count, id=range(100 * year, 100 * year + count), weight=draw.random(count), name=["Rex"] * count)
            table.turn_over(leaving, new, weight="id")
            ids = expected.id[leaving:]
            expected = expected.take(slice(leaving, None)).followed_by(new)
            expected.weight[: len(ids)] = ids
            if draw.random() < 0.2:
                table.grow(1, id=7 + year)
                expected = expected.followed_by(Pets(1, id=[7 + year]))
            if draw.random() < 0.2:
                table.good = expected.good = draw.random(len(table)) < 0.5
            if draw.random() < 0.3:
                column = table.arrays[draw.choice(["id", "weight", "kind", "name"])]
                part = column[1:] if draw.random() < 0.5 else column
                held.append((part, part.copy()))
            for each in (table, expected):
                each.meals[:] += 1
            assert same(table, expected) and all((part == was).all() for part, was in held)

    def test_cohorts_that_nobody_holds_move_up_where_they_stand(self):
        table, places = Pets(36, id=range(36)), []
        for year in range(1, 9):
            table.turn_over(4, Pets(4, id=range(100 * year, 100 * year + 4)))
            places.append(table.id.__array_interface__["data"][0])
        assert len(set(places)) == 1

    def test_no_new_table_shares_memory_with_the_old(self):
        table = pets()
        mask = np.ones(4, dtype=bool)
        chosen = (table.take(np.arange(4)), table.take(mask), table.select(mask))
        for new in (table.copy(), *chosen, table.followed_by(Pets(0))):
            assert same(new, table) and share_memory(new, table) == []
            new.weight[:] = -1
            new[7].good = True
        assert same(table, pets())


class TestFrames:
    def test_a_frame_has_a_row_an_agent_and_splits_wide_columns(self):
        frame = pets().to_frame()
        assert list(frame) == ["id", "name", "kind", "weight", "meals_0", "meals_1", "meals_2", "good"]
        assert frame["meals_2"].tolist() == [2, 5, 8, 11] and frame["name"].tolist() == ["Mimi", "Rex", "Tom", "Fido"]
        assert frame["kind"].dtype == np.int8 and frame["good"].dtype == np.bool_

    def test_a_frame_is_a_copy(self):
        table = pets()
        frame = table.to_frame()
        frame.loc[:, "weight"] = -1.0
        assert same(table, pets())
        table.kind[:] = 5
        assert frame["kind"].tolist() == [0, 1, 0, 1]
