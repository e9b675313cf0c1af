"""From the words of the command line to what the page starts with."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from experiments.settings import OF_THE_MODEL
from experiments.words import composed, put, read_value, split
from sim.agents.school import LEVELS
from sim.config import RunSettings
from sim.indicators.catalogue import INDICATORS
from sim.report.words import check_language
from sim.userinput import UserError, no_such, number, shown

VERB = "explore"
NAMES = ("district", "policy", "counterfactual", "effects", "background", "language")
"""Settings that are names or paths, taken as they are typed."""
PORTS = (1024, 65535)
"""Those that need no rights."""
MOST_REPLICATES = 200
"""Replicates of a policy that are kept in memory, all of them."""


@dataclass(frozen=True)
class ExploreSettings:
    """All that `zonesim explore` was asked for.

    Attributes
    ----------
    indicator, level : str
        What is shown at first.
    sliders : tuple of str
        Settings of the policy that have a slider, `rotation.rate`.
    tops : dict
        Ends of sliders, by setting, in its unit.
    overrides : tuple of (key, value)
        Settings of the district, the policy and the effects, for the model to look up.
    """

    district: str
    policy: str
    counterfactual: str
    effects: str
    background: str
    language: str
    run: RunSettings
    port: int
    open: bool
    indicator: str
    level: str
    sliders: tuple[str, ...]
    tops: dict[str, float]
    overrides: tuple[tuple[str, object], ...]
    config_dirs: tuple[Path, ...]


def read(words: Sequence[str], config_dirs: Sequence[Path] = ()) -> ExploreSettings:
    """Settings of the words `key=value`, in any order.

    Raises
    ------
    UserError
        A word that is no setting, a value that is not allowed, a key given twice.
    """
    config = composed(VERB, "", config_dirs)
    overrides = []
    for key, value in split(words).items():
        group, _, rest = key.partition(".")
        if rest and group in OF_THE_MODEL:
            overrides.append((key, read_value(key, value)))
        else:
            put(config, key, value, NAMES)
    check_language(config["language"])
    replicates = config["run"]["replicates"]
    number(replicates, "run.replicates of a page (zonesim run takes more)", 1, MOST_REPLICATES, whole=True)
    page = config[VERB]
    if not isinstance(page["open"], bool):
        raise UserError(f"explore.open must be true or false, got {shown(page['open'])}")
    sliders, tops = page["sliders"], page["tops"]
    if not isinstance(sliders, list):
        raise UserError(f"explore.sliders must be a list such as [rotation.rate], got {shown(sliders)}")
    if not isinstance(tops, dict):
        raise UserError(f"explore.tops must be settings and numbers in {{ }}, got {shown(tops)}")
    if page["indicator"] not in INDICATORS:
        raise no_such(f"explore.indicator={page['indicator']}", "indicator", page["indicator"], INDICATORS)
    if page["level"] not in LEVELS:
        raise no_such(f"explore.level={page['level']}", "level", page["level"], LEVELS)
    return ExploreSettings(
        **{name: config[name] for name in NAMES},
        run=RunSettings(**config["run"]),
        port=int(number(page["port"], "explore.port", *PORTS, whole=True)),
        open=page["open"],
        indicator=page["indicator"],
        level=page["level"],
        sliders=tuple(map(str, sliders)),
        tops={key: number(value, f"explore.tops: {key}") for key, value in tops.items()},
        overrides=tuple(overrides),
        config_dirs=tuple(config_dirs),
    )
