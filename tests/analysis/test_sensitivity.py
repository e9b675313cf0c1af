import numpy as np
import pytest

import sim
from sim.analysis.factors import Factor
from sim.analysis.sensitivity import indices, screen
from toy_functions import toy

ANGLES = [Factor(name, -np.pi, np.pi, kind) for name, kind in (("x1", "lever"), ("x2", "effect"), ("x3", "effect"))]
FIRST = {"x1": 0.3139, "x2": 0.4424, "x3": 0.0}
TOTAL = {"x1": 0.5576, "x2": 0.4424, "x3": 0.2437}
"""Of Ishigami's function with a = 7, b = 0.1, by its closed form; x1 and x3 together have 0.2437."""


def ishigami(cells):
    return np.sin(cells.x1) + 7 * np.sin(cells.x2) ** 2 + 0.1 * cells.x3**4 * np.sin(cells.x1)


def linear(cells):
    return 2 * cells.a - cells.b + 0 * cells.c


ABC = [Factor("a", 0, 1), Factor("b", 0, 4), Factor("c", 0, 1)]


def by_factor(found):
    return found.table.set_index("factor")


def test_the_known_indices_of_ishigami_lie_in_the_intervals():
    found = indices(toy({"y": ishigami}, shared=3.0), ANGLES, ["y"], base=1024, replicates=2)
    rows = by_factor(found)
    for name in FIRST:
        # Twice the half width of the 95 % interval, so that the seed does not matter.
        for index, truth in (("first", FIRST[name]), ("total", TOTAL[name])):
            half = (rows.loc[name, f"{index}_high"] - rows.loc[name, f"{index}_low"]) / 2
            assert half < 0.12
            assert rows.loc[name, index] == pytest.approx(truth, abs=2 * half + 1e-9)
    assert found.ranked("y")["factor"].tolist() == ["x1", "x2", "x3"]
    assert found.warnings == () and found.noise["noise_share"].tolist() == [pytest.approx(0, abs=1e-12)]


def test_what_two_factors_do_together_is_found():
    found = indices(toy({"y": ishigami}), ANGLES, ["y"], base=1024, replicates=1, second_order=True)
    pairs = found.second.set_index(["factor", "other"])["second"]
    assert pairs["x1", "x3"] == pytest.approx(0.2437, abs=0.06)
    assert abs(pairs["x1", "x2"]) < 0.06 and abs(pairs["x2", "x3"]) < 0.06


def test_groups_set_policy_against_what_we_do_not_know():
    found = by_factor(indices(toy({"y": ishigami}), ANGLES, ["y"], base=1024, replicates=2, groups="kind"))
    assert found.index.tolist() == ["policy", "what we do not know"]
    assert found["total"].tolist() == pytest.approx([TOTAL["x1"], 1 - FIRST["x1"]], abs=0.08)
    own = indices(toy({"y": ishigami}), ANGLES, ["y"], base=1024, groups={"x1": "odd", "x3": "odd"})
    assert by_factor(own)["first"].to_dict() == pytest.approx({"odd": 1 - FIRST["x2"], "x2": FIRST["x2"]}, abs=0.08)


def test_luck_is_measured_and_too_few_replicates_are_warned_of():
    variance = 13.84  # of the function, by its closed form
    found = indices(toy({"y": ishigami}, luck=np.sqrt(variance)), ANGLES, ["y"], base=256, replicates=2)
    (noise,) = found.noise.to_dict("records")
    assert noise["noise_share"] == pytest.approx(1 / 3, abs=0.05)
    assert noise["replicates_needed"] == pytest.approx(9, abs=2)
    assert "luck makes 3" in found.warnings[0] and "replicates would do" in found.warnings[0]
    enough = indices(toy({"y": ishigami}, luck=np.sqrt(variance)), ANGLES, ["y"], base=1024, replicates=20)
    assert enough.warnings == ()
    rows = by_factor(enough)
    assert rows["first"].to_dict() == pytest.approx(FIRST, abs=0.1)


def test_luck_that_all_cells_share_is_none():
    found = screen(toy({"y": linear}, shared=50.0), ABC, ["y"], replicates=3)
    assert found.noise["noise_share"].tolist() == [pytest.approx(0, abs=1e-9)]
    assert found.warnings == ()


def test_nothing_but_luck_has_no_way_out():
    found = screen(toy({"y": lambda cells: 0 * cells.a}, luck=1.0), ABC, ["y"], trajectories=40)
    assert found.noise["noise_share"][0] > 0.6
    assert found.warnings[0].startswith("y: luck makes")


def test_one_replicate_cannot_tell_luck():
    assert "one replicate cannot tell" in screen(toy({"y": linear}), ABC, ["y"], replicates=1).warnings[0]


def test_few_points_are_warned_of():
    assert "total indices are known to within" in indices(toy({"y": ishigami}), ANGLES, ["y"], base=16).warnings[-1]


def test_few_trajectories_are_warned_of():
    found = screen(toy({"y": lambda cells: cells.x1**4 * (cells.x2 > 2)}), ANGLES, ["y"], trajectories=3, replicates=2)
    assert "of itself only; more trajectories" in found.warnings[-1]


def test_morris_of_a_linear_function_is_its_change_over_the_range():
    rows = by_factor(screen(toy({"y": linear}), ABC, ["y"]))
    assert rows["mu_star"].to_dict() == pytest.approx({"a": 2, "b": 4, "c": 0})
    assert rows["mu"].to_dict() == pytest.approx({"a": 2, "b": -4, "c": 0})
    assert rows["sigma"].tolist() == pytest.approx([0, 0, 0], abs=1e-9)
    np.testing.assert_allclose(rows["high"] - rows["low"], 0, atol=1e-9)


def test_an_outcome_that_nothing_changes_is_said_so():
    constant = toy({"y": lambda cells: 0 * cells.a + 3.0})
    for found in (screen(constant, ABC, ["y"]), indices(constant, ABC, ["y"], base=16)):
        assert found.sentences() == ["y does not depend on any of the factors."]


def test_the_strongest_are_named_with_figures_and_intervals():
    both = toy({"y": linear, "z": ishigami})
    found = screen(both, [*ABC, *ANGLES], ["y", "z"])
    assert found.strongest("y", 2) == ["b", "a"]
    assert found.sentences()[0] == "y changes most over the range of: b 4 (4 ... 4), a 2 (2 ... 2), c 0 (0 ... 0)."
    said = indices(both, [*ABC, *ANGLES], ["z"], base=512).sentences()[0]
    assert said.startswith("Of the variance of z, these have a part in: x1 ") and "%" in said


def test_equal_seeds_give_equal_figures():
    one, other, third = (indices(toy({"y": ishigami}), ANGLES, ["y"], base=32, seed=seed).table for seed in (0, 0, 1))
    assert one.equals(other) and not one.equals(third)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"base": 100}, "base must be a power of two, got 100; take 128"),
        ({"base": 16, "groups": {"x9": "odd"}}, "groups: x9: no such factor"),
        ({"base": 16, "groups": dict.fromkeys(("x1", "x2", "x3"), "all")}, "nothing to compare it with"),
        ({"base": 16, "replicates": 0}, "replicates must be at least 1"),
    ],
)
def test_what_cannot_be_analysed_is_refused(options, message):
    with pytest.raises(sim.UserError, match=message):
        indices(toy({"y": ishigami}), ANGLES, ["y"], **options)
