"""What is still to do in a sweep, in chunks that take a worker a few seconds."""

from collections.abc import Iterator, Sequence

from experiments.sweep.task import Task, part_of, runs_of

SECONDS = 2.0
"""Of a chunk: much longer than handing it out, and little to lose with a worker that dies."""
MOST_RUNS = 2000
MOST_BYTES = 64 << 20
"""Of a chunk's tables in memory."""
LEAST_PIECE = 8
"""Runs of a piece of a long task: the district at rest is computed anew for each piece."""
GROWTH = 8
"""How many times as long as any before it a chunk may be: the pace of a few runs says little."""


class Feed:
    """Gives the runs of the tasks, in their order.

    Parameters
    ----------
    tasks : sequence of Task
        Each is asked for once, when its turn comes.
    """

    def __init__(self, tasks: Sequence[Task]) -> None:
        self._tasks = len(tasks)
        self._seen, self._seen_runs = 0, 0
        self._seconds, self._size = 0.0, 0.0  # of a run, as far as is known
        self._longest = 1  # runs of a chunk
        self._pieces = self._cut(tasks)
        self._next = next(self._pieces, None)

    def learn(self, runs: int, seconds: float, size: int) -> None:
        """A chunk of so many runs took so long and gave tables of so many bytes."""
        known = 0.5 if self._seconds else 0.0
        self._seconds = known * self._seconds + (1 - known) * max(seconds, 1e-9) / runs
        self._size = known * self._size + (1 - known) * size / runs
        self._longest = max(self._longest, GROWTH * runs)

    def next(self, workers: int) -> tuple[Task, ...]:
        """Tasks for one of so many workers; none if nothing is left."""
        taken: list[Task] = []
        runs, most = 0, self._most(workers)
        while self._next is not None and (not taken or runs + len(runs_of(self._next)) <= most):
            runs += len(runs_of(self._next))
            taken.append(self._next)
            self._next = next(self._pieces, None)
        return tuple(taken)

    def _most(self, workers: int) -> int:
        """Runs of the next chunk. Towards the end chunks become shorter, so that all workers end together."""
        if not self._seconds:
            return 1
        left = (self._tasks - self._seen + 1) * self._seen_runs / max(self._seen, 1)
        most = (MOST_RUNS, SECONDS / self._seconds, MOST_BYTES / max(self._size, 1.0), left / (2 * workers))
        return min(self._longest, int(min(most)))

    def _cut(self, tasks: Sequence[Task]) -> Iterator[Task]:
        """The tasks; a long one in pieces."""
        for task in tasks:
            runs = runs_of(task)
            self._seen += 1
            self._seen_runs += len(runs)
            while runs:
                size = max(LEAST_PIECE, self._most(1))
                piece, runs = runs[:size], runs[size:]
                yield part_of(task, piece)
