"""What goes wrong in the world rather than in what the user typed."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


class Failure(RuntimeError):
    """Disk, worker or memory failed; the message is one line and says how to go on (exit status 1)."""


class OutputError(Failure):
    """Standard output cannot be written."""


@contextmanager
def writing() -> Iterator[None]:
    """Whatever is printed inside reaches standard output, or an OutputError says why; a reader may go away."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as problem:
        if problem.filename is not None:  # a file that was read meanwhile
            raise
        raise OutputError(f"cannot write to standard output: {problem.strerror or 'it is closed'}") from None
