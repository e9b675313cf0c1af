"""What a run came from: its id, and who, what and when for `run.json`."""

import hashlib
import json
import os
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("zonesim", "hydra-core", "loky", "mesa", "numba", "numpy", "pandas", "pyarrow", "pyyaml", "scipy")


def run_id(configuration: Mapping[str, object], seed: int, horizon: int, code: str) -> str:
    """Twelve hex digits that name a run: two commands with the same id give the same figures.

    Parameters
    ----------
    configuration : mapping
        All that the model reads, resolved; not where the results go, nor what computes them, nor how many
        replicates there are, so that more can be added.
    code : str
        See `code_hash`.
    """
    content = {"configuration": configuration, "seed": seed, "horizon": horizon, "code": code}
    return _hash(json.dumps(content, sort_keys=True, ensure_ascii=False).encode())


def code_hash() -> str:
    """Twelve hex digits that change with any source file of the model."""
    import sim

    root = Path(sim.__path__[0])
    files = sorted(path.relative_to(root).as_posix() for path in root.rglob("*.py"))
    return _hash(b"\0".join(name.encode() + b"\0" + (root / name).read_bytes() for name in files))


def versions() -> dict[str, str]:
    """Version of Python and of each package that figures depend on, where it is installed as one."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:  # zonesim itself, run from its source
            continue
    return found


def machine() -> dict[str, object]:
    """The machine, as far as it may matter for figures and times."""
    return {"system": platform.platform(), "processor": platform.machine(), "cores": os.cpu_count()}


def _hash(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=6).hexdigest()


def session(command: str, started: datetime) -> dict[str, object]:
    """What it says of the command that computed it, or the last of its replicates."""
    finished = datetime.now(UTC)
    return {
        "command": command,
        "started": started.isoformat(timespec="seconds"),
        "finished": finished.isoformat(timespec="seconds"),
        "seconds": round((finished - started).total_seconds(), 3),
        "versions": versions(),
        "machine": machine(),
    }
