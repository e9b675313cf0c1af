"""`zonesim calibrate`: parameters that agree with observed figures, as draws."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from experiments.answers import question
from experiments.answers.answer import Answer, give
from experiments.answers.question import Question
from experiments.answers.runs import Runs
from sim.userinput import UserError

COLUMNS = ("outcome", "value", "error")
USAGE = """\
zonesim calibrate [key=value ...]: district or effect parameters that agree with observed figures, as draws.

Settings
  observed=FILE.csv         columns outcome, value, error: what was observed, and the SD of its error
  KEY=interval(LOW,HIGH)    a parameter to fit, within these bounds
  vary=[KEY,...]            the same within declared bounds: effects.KEY, district.MARGIN
  cells=N, waves=N          of history matching                                        40, 3
  run.replicates=N          of each cell                                               4
  district, policy, effects, background, run.horizon ... as in zonesim run, without a policy by default
  experiment=NAME, engine=NAME, store=DIR (of the runs), out=DIR (of the answer), force=true
{outcomes}
Example
  zonesim calibrate observed=ours.csv 'vary=[effects.catchment_sd]' district.students=6000
where ours.csv has the lines  outcome,value,error  and  between_school_share.primary.2020,0.12,0.02
"""


def usage() -> str:
    """The text of `zonesim calibrate --help`."""
    return USAGE.format(outcomes=question.OUTCOMES_HELP)


def run(words: Sequence[str], config_dirs: Sequence[Path], command: str) -> None:
    """Do what was typed after `zonesim calibrate`."""
    asked = question.read("calibrate", words, config_dirs)
    observed = read_observed(asked.own["observed"])
    asked = replace(asked, outcomes=question.read_outcomes(observed["outcome"].tolist()))
    if not asked.factors:
        raise UserError("nothing is fitted; type a parameter with an interval, or vary=[effects.KEY]")
    if levers := [factor.key for factor in asked.factors if factor.kind == "lever"]:
        raise UserError(f"{levers[0]} is a lever: what a policy does is decided, not fitted; see zonesim optimise")
    for name, low in (("cells", 10), ("waves", 1)):
        asked.whole(name, low, 10_000)
    runs = Runs(asked, command)
    read = [*runs.meaning(), observed.to_csv(index=False)]
    give(asked, command, lambda: _answer(asked, observed, runs), runs.folders, read)


def read_observed(file: object) -> pd.DataFrame:
    """The table of observed figures.

    Raises
    ------
    UserError
        No file, or one without the columns.
    """
    if not isinstance(file, str):
        raise UserError("observed=FILE.csv is needed: a table with the columns outcome, value and error")
    try:
        table = pd.read_csv(file, comment="#", encoding="utf-8-sig")
    except (OSError, ValueError) as problem:
        raise UserError(f"observed={file} cannot be read: {problem}") from None
    if missing := [name for name in COLUMNS if name not in table]:
        raise UserError(f"observed={file} has no column {missing[0]}; it needs outcome, value and error")
    for name in COLUMNS[1:]:
        numbers = pd.to_numeric(table[name], errors="coerce")
        if numbers.isna().any():
            row = int(numbers.isna().argmax())
            raise UserError(f"observed={file}, line {row + 2}: {name} must be a number, got {table[name][row]!r}")
        table[name] = numbers
    return table[list(COLUMNS)]


def _answer(asked: Question, observed: pd.DataFrame, runs: Runs) -> Answer:
    from sim.analysis.calibration import calibrate
    from sim.report.pictures import intervals as picture

    found = calibrate(
        runs,
        asked.factors,
        observed,
        cells=int(asked.own["cells"]),
        waves=int(asked.own["waves"]),
        replicates=asked.replicates,
        seed=asked.seed,
    )
    tables = {
        "draws.csv": found.draws,
        "intervals.csv": found.intervals,
        "correlations.csv": found.correlations,
        "predictive.csv": found.predictive,
        "waves.csv": found.waves,
    }
    return Answer(tables, picture, (found.intervals,), found.sentences())
