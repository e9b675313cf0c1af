"""`zonesim optimise`: lever settings that do best, within limits, whatever the effects turn out to be."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.answers import question
from experiments.answers.answer import Answer, give
from experiments.answers.question import Question
from experiments.answers.runs import Runs
from experiments.words import read_value
from sim.userinput import UserError, no_such, number, shown

if TYPE_CHECKING:
    from sim.analysis.optimisation import Limit, Objective

USAGE = """\
zonesim optimise [key=value ...]: lever settings that do best, within limits, whatever the effects turn out to be.
Figures of the settings found are those of fresh luck, beside the same policy without these levers.

Settings
  objectives=[min:OUTCOME,max:OUTCOME]   what is sought; several give a front
  over=mean|worst_tenth|regret           what counts over draws of what is not known   mean
  limits=OUTCOME<=N,OUTCOME>=N           what a setting must keep to, such as 'limits=cost<=2e7'
  KEY=interval(LOW,HIGH), vary=[KEY,...] levers to choose (policy.LEVER.SETTING), and effects that are not known
  rounds=N, batch=N                      of the search                                 5, 8
  worlds=N                               draws of the effects that each setting meets  4
  finalists=N                            settings that are run again on fresh luck     6
  run.replicates=N                       of each setting in each draw                  4
  district, policy, counterfactual, effects, background, policy.LEVER.SETTING ... as in zonesim run
  experiment=NAME, engine=NAME, store=DIR (of the runs), out=DIR (of the answer), force=true
{outcomes}
Examples
  zonesim optimise policy.rotation.rate=interval(0,0.3) district.students=6000
  zonesim optimise objectives=[min:cost] 'limits=cv_composite.primary<=0.4' vary=[policy.rotation.rate]
"""


def usage() -> str:
    """The text of `zonesim optimise --help`."""
    return USAGE.format(outcomes=question.OUTCOMES_HELP)


def run(words: Sequence[str], config_dirs: Sequence[Path], command: str) -> None:
    """Do what was typed after `zonesim optimise`."""
    asked = question.read("optimise", words, config_dirs)
    objectives, limits = _objectives(asked), _limits(asked)
    texts = dict.fromkeys([*(one.outcome for one in objectives), *(one.outcome for one in limits)])
    asked = replace(asked, outcomes=question.read_outcomes(list(texts)))
    if not any(factor.kind == "lever" for factor in asked.factors):
        raise UserError("no lever is varied; type one with an interval, or vary=[policy.LEVER.SETTING]")
    for name, low in (("rounds", 1), ("batch", 4), ("worlds", 1), ("finalists", 1)):
        asked.whole(name, low, 10_000)
    runs = Runs(asked, command)
    give(asked, command, lambda: _answer(asked, objectives, limits, runs), runs.folders, runs.meaning())


def _answer(asked: Question, objectives: "list[Objective]", limits: "list[Limit]", runs: Runs) -> Answer:
    from sim.analysis.optimisation import optimise
    from sim.report.pictures import front as picture

    levers = [factor for factor in asked.factors if factor.kind == "lever"]
    found = optimise(
        runs,
        levers,
        objectives,
        limits=limits,
        unknown=[factor for factor in asked.factors if factor.kind != "lever"],
        rounds=int(asked.own["rounds"]),
        batch=int(asked.own["batch"]),
        replicates=asked.replicates,
        worlds=int(asked.own["worlds"]),
        finalists=int(asked.own["finalists"]),
        reference={lever.key: lever.off for lever in levers},
        seed=asked.seed,
    )
    tables = {"points.csv": found.points, "figures.csv": found.figures}
    return Answer(tables, picture, (found.figures,), found.sentences())


def _objectives(asked: Question) -> "list[Objective]":
    from sim.analysis.optimisation import Objective

    over: Any = asked.own["over"]
    if over not in ("mean", "worst_tenth", "regret"):
        raise no_such(f"over={over}", "way to count over draws", over, ("mean", "worst_tenth", "regret"))
    found: list[Objective] = []
    for text in _texts(asked, "objectives"):
        direction, colon, outcome = text.partition(":")
        if direction == "min" and colon:
            found.append(Objective(outcome, "min", over))
        elif direction == "max" and colon:
            found.append(Objective(outcome, "max", over))
        else:
            raise UserError(f"objectives: {text} must begin with min: or max:, such as min:cost")
    return found


def _limits(asked: Question) -> "list[Limit]":
    from sim.analysis.optimisation import Limit

    found = []
    for text in filter(None, str(asked.own["limits"] or "").split(",")):
        parts = re.fullmatch(r"(.+?)(<=|>=)(.+)", text.strip())
        if parts is None:
            raise UserError(f"limits: {text} must be OUTCOME<=NUMBER or OUTCOME>=NUMBER, such as cost<=2e7")
        bound = number(read_value("limits", parts[3]), f"limits: {text}: what stands after {parts[2]}")
        found.append(Limit(parts[1], most=bound) if parts[2] == "<=" else Limit(parts[1], least=bound))
    return found


def _texts(asked: Question, name: str) -> list[str]:
    value = asked.own[name]
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not all(isinstance(one, str) for one in texts):
        raise UserError(f"{name} must be a list, got {shown(value)}")
    return texts
