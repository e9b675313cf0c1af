"""Work in_halves with a copy of this process: what `map` gives, whatever becomes of the copy."""

import multiprocessing
import os
import sys

import pytest

from experiments.halves import FEWEST, in_halves

ITEMS = range(2 * FEWEST + 1)
forks = pytest.mark.skipif(sys.platform != "linux", reason="no copies are made here")


def square(x):
    return x * x


@pytest.mark.parametrize("count", [0, 1, FEWEST - 1, FEWEST, FEWEST + 1, 40])
def test_it_gives_what_map_gives_in_order(count):
    assert in_halves(square, range(count)) == list(map(square, range(count)))


@forks
def test_a_copy_does_every_other_item():
    found = in_halves(lambda _: os.getpid(), ITEMS)
    assert set(found[::2]) == {os.getpid()} and len(set(found)) == 2


@forks
@pytest.mark.parametrize("ends", [lambda: os._exit(3), lambda: os.kill(os.getpid(), 9), lambda: 1 / 0])
def test_what_a_copy_fails_in_is_done_here(ends, capfd):
    ours = os.getpid()

    def only_here(x):
        if os.getpid() != ours:
            ends()
        return square(x)

    assert in_halves(only_here, ITEMS) == list(map(square, ITEMS))
    assert capfd.readouterr() == ("", "")


@forks
def test_a_mistake_here_ends_the_copy():
    others = multiprocessing.active_children()  # of other tests
    with pytest.raises(ZeroDivisionError):
        in_halves(lambda x: 1 / (x - 2), ITEMS)
    with pytest.raises(ZeroDivisionError):  # an odd one, met by the copy first
        in_halves(lambda x: 1 / (x - 3), ITEMS)
    assert set(multiprocessing.active_children()) <= set(others)
