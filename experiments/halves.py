"""Work that a copy of this process helps with: it needs nothing imported or sent, and ends with what it was asked."""

import multiprocessing
import sys
from collections.abc import Callable, Iterable
from multiprocessing.connection import Connection
from typing import TypeVar
from warnings import catch_warnings, simplefilter

from experiments.engines import signals_kept_from_children

T = TypeVar("T")
R = TypeVar("R")

FEWEST = 6
"""Items for which a copy is worth while."""


def in_halves(function: Callable[[T], R], items: Iterable[T], /) -> list[R]:
    """`map`, every other item by a copy of this process where the machine makes one safely.

    The function must not use threads. If the copy fails, its part is done here, where the mistake is told.
    """
    todo = list(items)
    if len(todo) < FEWEST or sys.platform != "linux":
        return list(map(function, todo))
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    copy = context.Process(target=_send, args=(sender, function, todo[1::2]), daemon=True)
    with signals_kept_from_children(), catch_warnings():
        simplefilter("ignore", DeprecationWarning)  # threads of libraries, which are ready for a fork
        copy.start()
    try:
        sender.close()
        ours = [function(item) for item in todo[::2]]
        try:
            theirs = receiver.recv()
        except EOFError:
            theirs = [function(item) for item in todo[1::2]]
    finally:
        copy.kill()
        copy.join()
    done: list[R] = [*ours, *theirs]
    done[::2], done[1::2] = ours, theirs
    return done


def _send(sender: Connection, function: Callable[[T], R], items: list[T]) -> None:
    """In the copy, which says nothing of its own."""
    try:
        sender.send([function(item) for item in items])
    except Exception:
        sys.exit(1)
