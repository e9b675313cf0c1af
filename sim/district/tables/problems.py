"""What is wrong, or odd, in the files of a district's folder: collected, so that all of it is told at once."""

import datetime
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sim.district.tables.cells import Unworked
from sim.userinput import UserError, shown

ALIKE = 3
"""Problems of one sort in one column that are told one by one."""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing that is wrong: where, what stands there, what is allowed, and how to mend it."""

    file: str
    said: str
    row: int | None = None
    column: str | None = None
    value: object = None
    mend: str = ""

    @property
    def where(self) -> str:
        """Row numbers are those that a spreadsheet shows."""
        parts = (self.file, f"row {self.row}" if self.row else "", f"column {self.column}" if self.column else "")
        return ", ".join(part for part in parts if part)

    def __str__(self) -> str:
        found = "" if self.value is None else f"got {quoted(self.value)}, "
        return f"{self.where}: {found}{self.said}{f'; {self.mend}' if self.mend else ''}"


class FolderError(UserError):
    """All that is wrong in a district's folder.

    Attributes
    ----------
    problems : tuple of Problem
    """

    def __init__(self, folder: Path, problems: "Problems") -> None:
        self.problems = tuple(problems.errors)
        told = [str(problem) for problem in problems.told(problems.errors)]
        head = f"{folder}: {counted(len(self.problems), 'problem')} in the district's files"
        super().__init__("\n  ".join([head, *told]))


@dataclass
class Problems:
    """What has been found so far. An error stops a run, a warning does not."""

    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    cells: set[tuple[str, int, str]] = field(default_factory=set)
    """Those that have an error: the first one is told, what follows from it is not."""

    def error(self, file: str, said: str, **where: object) -> None:
        """Note an error."""
        problem = Problem(file=file, said=said, **where)  # type: ignore[arg-type]
        if problem.row and problem.column:
            cell = (file, problem.row, problem.column)
            if cell in self.cells:
                return
            self.cells.add(cell)
        self.errors.append(problem)

    def warn(self, file: str, said: str, **where: object) -> None:
        """Note a warning."""
        self.warnings.append(Problem(file=file, said=said, **where))  # type: ignore[arg-type]

    @contextmanager
    def noted(self, path: Path) -> Iterator[None]:
        """A UserError inside becomes an error of this file."""
        try:
            yield
        except UserError as problem:
            head, colon, said = str(problem).partition(": ")
            of_file = colon and head.startswith(str(path))  # PATH, line 2: not valid YAML
            self.error(
                path.name + head.removeprefix(str(path)) if of_file else path.name, said if of_file else str(problem)
            )

    @staticmethod
    def told(problems: list[Problem]) -> Iterator[Problem]:
        """The problems as they are shown: of many alike, the first few and how many more there are."""
        sorts = [(one.file, one.column, one.said) if one.row else id(one) for one in problems]
        alike, seen = Counter(sorts), Counter[object]()
        for sort, one in zip(sorts, problems, strict=True):
            seen[sort] += 1
            if seen[sort] <= ALIKE:
                yield one
            elif seen[sort] == ALIKE + 1:
                more = alike[sort] - ALIKE
                yield Problem(file=one.file, column=one.column, said=f"{counted(more, 'more row')} with this problem")


def quoted(value: object) -> str:
    """A value as a message quotes it: as the cell shows it, at most 60 characters."""
    if isinstance(value, Unworked):
        return "a formula"
    return str(value) if isinstance(value, datetime.date | datetime.time) else shown(value)


def counted(count: int, thing: str) -> str:
    """`1 row`, `2 rows`."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"
