"""Runs the tasks of a sweep: in chunks, on any engine, whatever becomes of single runs or workers."""

import sys
from collections import Counter, deque
from collections.abc import Collection, Sequence
from secrets import token_hex

from experiments.engines import COMPILING, EngineError, EngineSettings
from experiments.store import TEMPORARY, told_disk
from experiments.sweep.crews import Crew, Lost, crew
from experiments.sweep.diary import AT_REST, Diary
from experiments.sweep.feed import Feed
from experiments.sweep.parts import TABLES, SweepFolder, write
from experiments.sweep.progress import Progress
from experiments.sweep.task import Task, part_of, runs_of
from experiments.sweep.work import BEFORE, Chunk, Done, failed_rows
from sim.compiled import to_compile
from sim.indicators.catalogue import DISTRICT

DEATHS = 3
"""A run whose worker dies so often, all but the first time alone, has failed."""
STILLBORN = 5
"""Workers in a row that die before they begin a run: then there is no point in starting more."""


def execute(
    tasks: Sequence[Task],
    folder: SweepFolder,
    engine: EngineSettings,
    progress: Progress,
    scopes: Collection[str] = (DISTRICT,),
) -> None:
    """Do the runs of the tasks, and keep their results in the folder.

    What is stored is the same, value for value, on any engine, with any number of workers, and however often it
    was interrupted. A run that fails leaves a row that says why.

    Parameters
    ----------
    tasks : sequence of Task
        In the order of their numbers; each is asked for once, when its turn comes.
    folder : SweepFolder
        Claimed by the caller.
    scopes : collection of str
        Whose indicators are kept: district, zone, school.

    Raises
    ------
    Failure
        The disk is full, or workers cannot work. What was done is kept.
    """
    with crew(engine) as workers:
        try:
            _Execution(tasks, folder, engine, progress, tuple(scopes)).go(workers)
        except KeyboardInterrupt:
            progress.line("what is done is kept; type the command again to go on")
            raise
    folder.compact()


class _Execution:
    """What is under way and what is still to do."""

    def __init__(
        self,
        tasks: Sequence[Task],
        folder: SweepFolder,
        engine: EngineSettings,
        progress: Progress,
        scopes: tuple[str, ...],
    ) -> None:
        self.folder, self.engine, self.progress, self.scopes = folder, engine, progress, scopes
        self.feed = Feed(tasks)
        self.again: deque[tuple[Task, ...]] = deque()  # what comes once more, each as a chunk of its own
        self.suspects: deque[tuple[Task, ...]] = deque()  # what comes last, for its worker died
        self.under_way: set[str] = set()
        self.deaths: Counter[str] = Counter()  # of workers, by the run they were at
        self.stillborn = 0

    def go(self, workers: Crew) -> None:
        compiling = to_compile()
        if compiling:
            self.progress.line(COMPILING)
        while True:
            self._hand_out(workers, 1 if compiling else sys.maxsize)
            if not self.under_way:
                return
            back = workers.finished(1.0)
            for chunk, outcome in back:
                self.under_way.remove(chunk.name)
                if isinstance(outcome, Done):
                    compiling = False
                    self.feed.learn(chunk.runs, outcome.seconds, outcome.size)
            self._hand_out(workers, 1 if compiling else sys.maxsize)  # workers wait for no disk
            for chunk, outcome in back:
                if isinstance(outcome, Done):
                    self._keep(chunk, outcome)
                else:
                    self._lose(chunk, outcome)
            self.progress.tick()

    def _hand_out(self, workers: Crew, most: int) -> None:
        while workers.free() > 0 and len(self.under_way) < most:
            tasks = self._next(workers)
            if not tasks:
                return
            name = f"{TEMPORARY}{token_hex(8)}"
            chunk = Chunk(tasks, self.folder.path.resolve(), name, self.scopes, self.engine.limits)
            self.under_way.add(name)
            workers.start(chunk)

    def _next(self, workers: Crew) -> tuple[Task, ...]:
        """The tasks of the next chunk; none if nothing is left to hand out."""
        if self.again:
            return self.again.popleft()
        if tasks := self.feed.next(workers.size):
            return tasks
        return self.suspects.popleft() if self.suspects else ()

    def _keep(self, chunk: Chunk, done: Done) -> None:
        self.stillborn = 0
        self.folder.commit(chunk.tasks[0].number, chunk.tasks[-1].number, done.files)
        self.progress.add(done.ok, done.failed)

    def _lose(self, chunk: Chunk, lost: Lost) -> None:
        """Its worker died: the run it was at fails, or is tried alone; the others come again.

        Alone, and when all others are done: what killed the worker may have been another process that wanted the
        memory, and would do so again at once.
        """
        at = Diary.read(chunk.diary)
        for stale in self.folder.path.glob(f"{chunk.name}.*"):
            stale.unlink(missing_ok=True)
        if at is None:
            self.stillborn += 1
            if self.stillborn >= STILLBORN:
                raise EngineError(
                    f"{STILLBORN} workers in a row ended before they began a run ({lost.reason}); what is done is kept"
                )
            self.again.append(chunk.tasks)
            return
        self.stillborn = 0
        index, at_run, text = at
        task = chunk.tasks[index]
        suspects = runs_of(task) if at_run == AT_REST else [at_run]
        where = BEFORE if at_run == AT_REST else ""
        self.deaths.update(suspects)
        alone = part_of(task, suspects)
        if text.startswith("Timeout"):
            self._fail(alone, f"{where}took longer than engine.time_limit={self.engine.limits.time:g} seconds", text)
        elif min(self.deaths[run] for run in suspects) >= DEATHS:
            reason = f"{where}its worker died {DEATHS} times ({lost.reason}), often for want of memory"
            self._fail(alone, reason, text)
        else:
            self.suspects.append((alone,))
        innocent = part_of(task, set(runs_of(task)) - set(suspects))
        others = (*chunk.tasks[:index], innocent, *chunk.tasks[index + 1 :])
        if rest := tuple(other for other in others if runs_of(other)):
            self.again.append(rest)

    def _fail(self, task: Task, reason: str, text: str) -> None:
        results = failed_rows(task, reason, text or None, self.engine.limits.time or 0.0)
        written = {table: self.folder.unfinished(table) for table in TABLES}
        with told_disk(self.folder.path, kept=True):
            for table, rows in results.tables().items():
                write(rows, written[table])
        self.folder.commit(task.number, task.number, written)
        self.progress.add(0, results.failed)
