"""The folder of a run: complete files under their final names, or none.

A file is written whole under a temporary name, flushed to the disk and then renamed. `run.json` comes last
and lists the checksums of the others: a folder with it holds a finished run.
"""

import errno
import fcntl
import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from experiments.failure import Failure
from sim.userinput import UserError, shown

if TYPE_CHECKING:
    import pandas as pd

RECORD = "run.json"
LOCK = ".lock"
REPORT, DOCUMENT = "report.html", "report.docx"
REPORTS = (REPORT, DOCUMENT)
"""Made of the other files: they may be changed, lost and written again."""
TEMPORARY = ".unfinished-"  # how the name of a file begins while it is written
OUTPUTS = "outputs"
DISK = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


class StoreError(Failure):
    """The disk failed."""


@contextmanager
def told_disk(folder: Path, kept: bool = False) -> Iterator[None]:
    """An error of the disk inside is told in one line, with the way on.

    Parameters
    ----------
    kept : bool
        What was done before the error stays in the folder, and the command goes on from there.
    """
    try:
        yield
    except OSError as problem:
        large = problem.errno == errno.EFBIG
        way = "lift the limit on the size of files (ulimit -f)" if large else "free some space"
        if kept:
            way = f"what is done is kept: {way}, then type the command again to go on"
        else:
            way = f"{way} or choose another folder with out=DIR, then type the command again"
        raise StoreError(f"cannot write to {folder}: {problem.strerror or problem}; {way}") from None


def open_lock(folder: Path, what: str) -> int:
    """Descriptor of the lock file of the folder of a run or a sweep, which is made where it is not there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    except FileNotFoundError:
        raise
    except OSError as problem:
        kind = StoreError if problem.errno in DISK else UserError
        reason = f"{folder} cannot be the folder of a {what}: {problem.strerror}"
        raise kind(f"{reason}; choose another with out=DIR") from None


def locked(lock: int) -> bool:
    """Take a lock unless another command holds it; on a disk without locks unique temporary names must do."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as problem:
        if problem.errno not in (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS):
            raise
    return True


def default_folder(district: str, policy: str, run: str) -> Path:
    """`outputs/DISTRICT/POLICY/RUN`; a name that is no plain file name is made one."""
    names = (re.sub(r"[/\\\0]|^\.+", "_", name) or "_" for name in (district, policy, run))
    return Path(OUTPUTS, *names)


class RunFolder:
    """One folder, for one run.

    Parameters
    ----------
    path : Path
        Where; made with its parents when first used, and removed again if nothing is saved in it.
    run : str
        The run's id.
    """

    def __init__(self, path: Path, run: str) -> None:
        self.path = path
        self.run = run
        self._unfinished = False

    @contextmanager
    def claimed(self, force: bool = False, waits: Callable[[], None] = lambda: None) -> Iterator[dict[str, Any] | None]:
        """Keep other commands out of the folder; gives the record of the run it holds, if that is finished.

        Parameters
        ----------
        force : bool
            The run it holds may be replaced, whichever that is: it is not checked or given.
        waits : callable
            Called once if another command holds the folder.

        Raises
        ------
        UserError
            It cannot be a folder, or holds something else: another run, files of another kind, tables that
            were changed.
        """
        made = [folder for folder in (self.path, *self.path.parents) if not os.path.exists(folder)]
        lock = self._lock(waits)
        try:
            # What a lock holds after its command has ended: the run that was killed while it saved.
            self._unfinished = bool(os.read(lock, 1))
            record = None if force and (self.path / RECORD).exists() else self._finished()
            for stale in self.path.glob(f"{TEMPORARY}*"):
                stale.unlink()
            yield record
        finally:
            if (self.path / RECORD).exists() or not self._unfinished:
                (self.path / LOCK).unlink(missing_ok=True)
            os.close(lock)
            with suppress(OSError):  # one that is not empty, and those above it
                for folder in made:
                    folder.rmdir()

    def replicates(self) -> int:
        """How many the run that is there has; 0 where that cannot be told."""
        try:
            return int(json.loads((self.path / RECORD).read_bytes())["replicates"])
        except (OSError, ValueError, LookupError, TypeError):
            return 0

    def save(self, tables: Mapping[str, "pd.DataFrame | str"], record: Mapping[str, object]) -> dict[str, Any]:
        """Replace the files of the run: each table or text under its name, then the record, which is given back whole.

        A file that the run that was there had, and this one has not, is removed; so is its report.

        Raises
        ------
        StoreError
            The disk is full or fails; the files that were there are untouched.
        """
        contents = {name: _bytes(table, name) for name, table in tables.items()}
        return self._replace(contents, {"run": self.run, **record}, self._listed() - contents.keys())

    def save_reports(self, reports: Mapping[str, bytes], record: Mapping[str, Any]) -> None:
        """Put some of `REPORTS` beside the tables of the finished run that is there, whose record this is."""
        self._replace(reports, record, set())

    def _replace(self, contents: Mapping[str, bytes], record: Mapping[str, Any], gone: set[str]) -> dict[str, Any]:
        """Write files, then the record with their checksums, having removed those that are `gone`; gives the record."""
        checksums = record.get("files", {}) | {name: _checksum(content) for name, content in contents.items()}
        complete = {**record, "files": checksums}
        text = json.dumps(complete, indent=2, ensure_ascii=False) + "\n"
        staged: dict[str, Path] = {}
        try:
            with told_disk(self.path):
                for name, content in (*contents.items(), (RECORD, text.encode())):
                    self._stage(name, content, staged)
                self._mark()
                for name, temporary in staged.items():
                    if name == RECORD:
                        for stale in gone:
                            (self.path / stale).unlink(missing_ok=True)
                    os.replace(temporary, self.path / name)
        finally:
            for temporary in staged.values():
                temporary.unlink(missing_ok=True)
        return complete

    def _listed(self) -> set[str]:
        """Files of the run that is there, which stand in its folder; none where that cannot be told."""
        try:
            names = json.loads((self.path / RECORD).read_bytes())["files"]
            return {name for name in names if name == Path(name).name and (self.path / name).is_file()}
        except (OSError, ValueError, LookupError, TypeError):
            return set()

    def _lock(self, waits: Callable[[], None]) -> int:
        """Descriptor of the lock file, held until it is closed."""
        for _ in range(100):
            try:
                lock = open_lock(self.path, "run")
            except FileNotFoundError:  # another command that saved nothing has just removed the folder
                continue
            try:
                if not locked(lock):
                    waits()
                    fcntl.flock(lock, fcntl.LOCK_EX)
                with suppress(FileNotFoundError):
                    if os.path.samestat(os.fstat(lock), os.stat(self.path / LOCK)):
                        return lock
            except BaseException:
                os.close(lock)
                raise
            os.close(lock)  # the command that held it has removed it
        raise UserError(f"{self.path} cannot be the folder of a run: it cannot be made; choose another with out=DIR")

    def _finished(self) -> dict[str, Any] | None:
        """The record of the finished run; None if the folder is free for one."""
        instead = "choose another folder with out=DIR, or type force=true to replace it"
        try:
            record = json.loads((self.path / RECORD).read_bytes())
            held, checksums = record["run"], record["files"].items()
        except FileNotFoundError:
            names = [file.name for file in self.path.iterdir()]
            others = [name for name in names if not name.startswith((LOCK, TEMPORARY))]
            if others and not self._unfinished:
                raise UserError(
                    f"{self.path} is no run and not empty: it holds {shown(min(others))}; choose another "
                    "folder with out=DIR"
                ) from None
            return None
        except (ValueError, LookupError, TypeError, AttributeError):
            raise UserError(f"{self.path / RECORD} is not the record of a run; {instead}") from None
        if held != self.run:
            raise UserError(f"{self.path} holds another run ({held}); {instead}")
        for name, checksum in checksums:
            file = self.path / name
            if name not in REPORTS and (not file.is_file() or _checksum(file.read_bytes()) != checksum):
                raise UserError(f"{file} was changed since its run was saved; {instead}")
        assert isinstance(record, dict)
        return record

    def _stage(self, name: str, content: bytes, staged: dict[str, Path]) -> None:
        staged[name] = self.path / f"{TEMPORARY}{token_hex(8)}-{name}"
        with open(staged[name], "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())

    def _mark(self) -> None:
        """Say in the lock that final names come to stand here, should the command be killed among them."""
        (self.path / LOCK).write_text(self.run)
        self._unfinished = True


def _bytes(table: "pd.DataFrame | str", name: str) -> bytes:
    """Content of a table's or text's file. In memory first, so that a full disk is met by one plain write."""
    if isinstance(table, str):
        return table.encode()
    content = BytesIO()
    if name.endswith(".parquet"):
        table.to_parquet(content, compression="zstd", index=False)
    else:
        table.to_csv(content, index=False, encoding="utf-8", lineterminator="\n")
    return content.getvalue()


def _checksum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
