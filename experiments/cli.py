"""The command `zonesim VERB [key=value ...] [--flag]`: which verb, and how it ends."""

import gc
import io
import os
import shlex
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

VERBS = {
    "run": ("", "a scenario and its counterfactual, replicated and paired: scoreboard, tables, report"),
    "sweep": ("sweep.command", "many scenarios: a design over levers, effects, districts; goes on where it stopped"),
    "compare": ("answers.compare", "policies, settings or finished runs against each other, paired"),
    "sensitivity": ("answers.sensitivity", "which levers and effects drive an outcome"),
    "discover": ("answers.discover", "under which effects a policy misses a target"),
    "calibrate": ("answers.calibrate", "district or effect parameters that agree with observed figures"),
    "optimise": ("answers.optimise", "lever settings that do best within limits: a front, robust over effects"),
    "report": ("report", "writes the report of a finished run, or of a sweep, anew"),
    "evidence": ("evidence.command", "published studies replayed inside the model, in one table"),
    "check": ("check", "a district's own folder: what is wrong and how to mend it, and what would be filled in"),
    "template": ("template", "writes an example of such a folder, which runs"),
    "explore": ("explore.command", "a local page to play with: sliders for levers, two policies side by side, a map"),
}
"""Module below `experiments` with the `usage()` and `run(words, config_dirs, typed)` of each verb, and what it does.

`run` itself, the verb where none is typed, is told from its settings.
"""

FLAGS_OF = {"sweep": ("--status", "--failed")}
"""Flags of single verbs, which they find among their words."""

SELDOM = 100_000
"""Objects made and kept after which Python looks for unused ones: reports make many, and looking took a tenth of their
time."""

HELP = """\
zonesim: what a reform of school zones does to a district, against the same district without it.

  zonesim [VERB] [key=value ...] [--flag]      no verb means run

{verbs}

  --help            this text; zonesim VERB --help lists its settings, that of run the levers of a policy too
  --config-dir DIR  a folder with districts, policies and effects of your own, beside ./configs; repeatable
  --debug           if something goes wrong, where in the code

  zonesim                                        the Wuhan zones under their plan of 2021-2023
  zonesim policy.rotation.rate=0.15 out=stronger  the same with another lever, in a folder of that name
"""


def main(argv: Sequence[str] | None = None, act: Callable[[list[str]], None] | None = None) -> int:
    """Run the command line; gives the exit status.

    Parameters
    ----------
    argv : sequence of str, optional
        The words typed; those of the process if left out.
    act : callable, optional
        What to do with them instead, for another command that ends in the same ways.

    Returns
    -------
    int
        0 done; 1 the world failed (disk, worker, memory); 2 what the user gave is wrong; 130 interrupted;
        143 or 129 ended by SIGTERM or SIGHUP.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    _ready_streams()
    gc.set_threshold(SELDOM)
    try:
        with _ended_cleanly():
            (act or _do)(words)
        return 0
    except _Ended as end:
        _complain(f"ended by {signal.Signals(end.number).name}; nothing is left half-written")
        return 128 + end.number
    except KeyboardInterrupt:
        _complain("interrupted; nothing is left half-written")
        return 130
    except BrokenPipeError:  # whoever read our output has gone, as `head` does
        _discard_output()
        return 1
    except Exception as problem:
        if "--debug" in words:
            traceback.print_exc()
        return _status(problem)


class _Ended(KeyboardInterrupt):
    """A signal that asks the command to end, taken as Ctrl-C is."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


@contextmanager
def _ended_cleanly() -> Iterator[None]:
    """SIGTERM, and SIGHUP of a terminal that closes, raise `_Ended` inside; one ignored, by nohup, stays so."""
    before: dict[signal.Signals, Any] = {}

    def end(number: int, _: object) -> None:
        for each in before:  # no second one while the first is obeyed
            signal.signal(each, signal.SIG_IGN)
        raise _Ended(number)

    if threading.current_thread() is threading.main_thread():
        for each in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(each) is signal.SIG_DFL:
                before[each] = signal.signal(each, end)
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _ready_streams() -> None:
    """A character that a stream cannot encode is written by its number; a closed stream becomes a file."""
    if sys.stdout is None:
        sys.stdout = open(os.devnull)  # for reading: what is written to it fails, and is told
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _discard_output() -> None:
    """What is still to be written would fail again when Python ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@dataclass(frozen=True)
class _Command:
    verb: str | None
    words: tuple[str, ...]
    help: bool
    config_dirs: tuple[Path, ...]
    flags: tuple[str, ...] = ()


def _do(words: list[str]) -> None:
    command = _parse(words)
    if command.help:
        from experiments.failure import writing

        with writing():
            print(_help(command.verb), end="")
        return
    typed = shlex.join(["zonesim", *words])
    if command.verb not in (None, "run"):
        _module(command.verb).run((*command.words, *command.flags), command.config_dirs, typed)
        return
    from experiments.settings import read

    settings = read(command.words, command.config_dirs)
    if settings.experiment:
        from experiments import comparison

        comparison.run(settings, typed)
    else:
        scenario = settings.scenario()  # so that a mistake is told before what is slow to import is
        from experiments import run

        run.run(settings, scenario, typed)


def _help(verb: str | None) -> str:
    if verb == "run":
        from experiments.usage import run_help

        return run_help() + "\n"
    if verb is not None:
        usage: str = _module(verb).usage()
        return usage.rstrip() + "\n"
    return HELP.format(verbs="\n".join(f"  {verb:16}  {does}" for verb, (_, does) in VERBS.items()))


def _module(verb: str) -> Any:
    return import_module(f"experiments.{VERBS[verb][0]}")


def _parse(words: list[str]) -> _Command:
    """Flags wherever they stand, then the verb if there is one."""
    from_user: list[str] = []
    folders: list[Path] = []
    flags: list[str] = []
    help = several = False
    rest = iter(words)
    for word in rest:
        flag, equals, value = word.partition("=")
        if word in ("-h", "--help"):
            help = True
        elif flag == "--config-dir":
            folder = value if equals else next(rest, "")
            if not folder:
                raise _mistake("--config-dir needs a folder: --config-dir DIR")
            folders.append(Path(folder))
        elif word in ("-m", "--multirun"):
            several = True
        elif any(word in own for own in FLAGS_OF.values()):
            flags.append(word)
        elif word.startswith("-") and word != "--debug":
            more = ", ".join(f"{flag} of {verb}" for verb, own in FLAGS_OF.items() for flag in own)
            raise _mistake(f"{word}: no such flag; known: --help, --config-dir DIR, --debug, {more}")
        elif word != "--debug":
            from_user.append(word)
    verb = None
    if from_user and from_user[0].isidentifier():
        verb = from_user.pop(0)
        if verb not in VERBS:
            from sim.userinput import no_such

            raise no_such(verb, "verb", verb, VERBS)
    if verb in (None, "run"):
        verb = "sweep" if several else _verb_of_experiment(from_user, folders) or verb
    for flag in flags:
        if flag not in FLAGS_OF.get(verb or "run", ()):
            raise _mistake(f"{flag} is a flag of zonesim {next(v for v, own in FLAGS_OF.items() if flag in own)} DIR")
    if several and verb != "sweep":
        raise _mistake(f"{verb} takes no --multirun; zonesim sweep does")
    return _Command(verb, tuple(from_user), help, tuple(folders), tuple(flags))


def _verb_of_experiment(words: Sequence[str], config_dirs: Sequence[Path]) -> str | None:
    """The verb that the experiment is for, if one is named and it is not for `run`."""
    names = [word.removeprefix("experiment=") for word in words if word.startswith("experiment=")]
    if not names:
        return None
    from experiments.experiment import Experiment
    from sim.userinput import UserError

    try:
        verb = Experiment.load(names[0], config_dirs).verb
    except UserError:
        return None  # told where all settings are read
    return None if verb == "run" else verb


def _mistake(message: str) -> Exception:
    from sim.userinput import UserError

    return UserError(message)


def _status(problem: Exception) -> int:
    """Tell what went wrong, in one message; the exit status."""
    from experiments.failure import Failure, OutputError
    from sim.userinput import UserError

    if isinstance(problem, UserError):
        _complain(str(problem))
        return 2
    if isinstance(problem, OutputError):
        _discard_output()
    text = " ".join(str(problem).split())
    if isinstance(problem, MemoryError):
        _complain("not enough memory; type the command again with engine.workers=1 or fewer replicates")
    elif isinstance(problem, Failure | OSError):
        _complain(text)
    else:
        _complain(f"{type(problem).__name__}: {text} (a mistake of zonesim's; --debug shows where)")
    return 1


def _complain(message: str) -> None:
    with suppress(OSError):  # the terminal has gone
        print(f"zonesim: {message}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
