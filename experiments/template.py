"""`zonesim template`: an example of a district's own folder, made up, which can be checked and run."""

import os
import shlex
import shutil
from collections.abc import Sequence
from pathlib import Path
from tempfile import mkdtemp

from experiments.check import runs
from experiments.failure import Failure
from experiments.store import TEMPORARY
from sim.userinput import UserError, config_root

USAGE = """\
zonesim template DIR: writes an example of a district's own folder, to be filled with your own tables.

The district in it is made up. Nothing is replaced: DIR must not exist.

Examples
  zonesim template my
  zonesim check my
  zonesim district=./my policy=zone_reform_template run.replicates=20   without a policy, Wuhan's plan"""


def usage() -> str:
    """What `zonesim template --help` prints."""
    return USAGE


def run(words: Sequence[str], config_dirs: Sequence[Path], command: str) -> None:
    """Write the folder, whole or not at all."""
    if len(words) != 1:
        raise UserError("template needs one folder: zonesim template DIR")
    folder = Path(words[0])
    if os.path.lexists(folder):
        raise UserError(f"template {folder}: it is there already, and nothing is replaced; name a folder that is not")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        unfinished = Path(mkdtemp(prefix=TEMPORARY, dir=folder.parent))
    except (FileExistsError, NotADirectoryError, PermissionError) as problem:
        raise UserError(f"template {folder}: it cannot be made: {problem.strerror}; name another folder") from None
    try:
        for file in sorted((config_root() / "template").iterdir()):
            shutil.copyfile(file, unfinished / file.name)
        unfinished.chmod(0o777 & ~_umask())
        unfinished.rename(folder)
    except OSError as problem:
        raise Failure(f"cannot write {folder}: {problem.strerror}") from None
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    print(f"{folder}: {', '.join(sorted(file.name for file in folder.iterdir()))}")
    print(f"Next: zonesim check {shlex.quote(str(folder))}, then zonesim {runs(folder)}")


def _umask() -> int:
    """The permissions that new folders do not get; asking for it sets it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
