"""`zonesim explore`: opens the page to play with, on this computer alone."""

import errno
import socket
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from experiments.explore.settings import MOST_REPLICATES, VERB, read
from sim.userinput import UserError

HOST = "127.0.0.1"
NEEDS = "nicegui"

USAGE = """\
zonesim explore [key=value ...]: a page to play with: sliders for the levers, two policies side by side, a map.

Settings
  district=NAME         a configuration, or a folder that holds district.yaml      wuhan_edz
  policy=NAME           policy A, from which the sliders start                     wuhan_edz_2021_2023
  counterfactual=NAME   policy B at first; the page offers the others too          none
  effects=NAME          evidence draws how the world responds, means holds it      evidence
  background=NAME       law, frozen, or a named shock                              law
  run.replicates=N      1 ... {most}; at most so many stand behind a figure; the
                        first is shown at once, the others follow                  20
  run.seed=N            0 ... 2^63-1                                               1
  run.horizon=YEAR      last simulated year                                        2025
  explore.port=N        1024 ... 65535                                             8765
  explore.open=false    opens no browser                                           true
  explore.sliders=[LEVER.KEY,...]   settings that have a slider, numbers all of them
  explore.tops={{LEVER.KEY: N}}   where a slider ends, in the setting's unit
  explore.indicator=NAME, explore.level=primary|junior   what is shown at first    general_high_rate, junior
  language=en|zh        the page switches                                          en
  district.KEY=VALUE, policy.LEVER.KEY=VALUE, effects.KEY=NUMBER as of zonesim run

The page is served at http://{host}:PORT until Ctrl-C; no other computer can open it, and nothing is loaded from the
network. It needs one more package: pip install 'zonesim[explore]'

Examples
  zonesim explore
  zonesim explore policy=none explore.sliders=[rotation.rate,funding.zone_fund] explore.tops={{funding.zone_fund: 3e6}}
  zonesim explore district='my district' language=zh explore.open=false"""


def usage() -> str:
    """What `zonesim explore --help` prints."""
    return USAGE.format(host=HOST, most=MOST_REPLICATES)


def run(words: Sequence[str], config_dirs: Sequence[Path], command: str) -> None:
    """Open the page and serve it until the user ends the command."""
    settings = read(words, config_dirs)
    if find_spec(NEEDS) is None:
        raise UserError(f"{VERB} needs {NEEDS}: pip install 'zonesim[explore]'")
    from experiments.explore.session import Session
    from experiments.explore.sliders import sliders_of

    session = Session(settings)
    sliders = sliders_of(session.as_typed, settings.sliders, settings.tops)
    _check_free(settings.port)
    from experiments.explore.page import serve  # slow to import, and a mistake need not wait for it

    for note in session.as_typed.notes:
        print(note, file=sys.stderr)
    print(f"http://{HOST}:{settings.port} (Ctrl-C ends)", file=sys.stderr)
    serve(session, sliders, HOST)


def _check_free(port: int) -> None:
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((HOST, port))
        except OSError as problem:
            why = "is in use" if problem.errno == errno.EADDRINUSE else f"cannot be had ({problem.strerror})"
            raise UserError(f"explore.port={port} {why}; type another, such as explore.port={port + 1}") from None
