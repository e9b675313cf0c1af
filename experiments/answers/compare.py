"""`zonesim compare A B ...`: policies, settings or finished runs against the first of them, on the same luck."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from experiments.answers import question
from experiments.answers.answer import Answer, give
from experiments.answers.question import Question
from experiments.answers.runs import Runs
from experiments.store import RECORD
from experiments.sweep.cells import described
from experiments.sweep.designs import DesignSettings, cells_of
from experiments.sweep.parts import TABLES
from experiments.sweep.resolving import fingerprint
from sim.sweep import MANIFEST
from sim.userinput import UserError, no_such, number, shown

NAME = "name"
"""Column of a table of cells that says what they are called."""
USAGE = """\
zonesim compare A B ... [key=value ...]: policies, settings or finished runs against the first of them.

What is compared
  A B ...                 policies (names), folders of finished runs, or cells of a sweep (DIR:CELL)
  table=FILE.csv          instead: a cell a row, its columns settings such as policy.rotation.rate; a column `name`
                          says what it is called
  KEY=a,b                 or: settings of one policy, each combination a cell, held against the first

Settings
  indicators=[NAME,...]   what is looked at                      gaps, spreads, scores of groups of students
  years=last              or all, or a list such as [2023,2025]  last
  scopes=[district,zone,school]                                  all three
  interval=t              or bootstrap; 95 %                     t
  precision=N             half-width that is wished of intervals, for the number of replicates needed
  run.replicates=N                                               40
  district, counterfactual, effects, background, policy.LEVER.SETTING ... as in zonesim run
  engine=NAME, store=DIR (of the runs), out=DIR (of the answer), force=true

Examples
  zonesim compare wuhan_edz_2021_2023 shapingba_2015 district.students=20000
  zonesim compare policy.funding.metric=level,value_added_1y,value_added_3y
"""


def usage() -> str:
    """The text of `zonesim compare --help`."""
    return USAGE


def run(words: Sequence[str], config_dirs: Sequence[Path], command: str) -> None:
    """Do what was typed after `zonesim compare`."""
    named = [word for word in words if "=" not in word]
    asked = question.read("compare", [word for word in words if "=" in word], config_dirs)
    settings = bool(asked.axes or asked.own["table"])
    if named and settings:
        raise UserError(
            f"compare either what is named ({named[0]} ...) or settings with several values"
        )
    if not settings and len(named) < 2:
        raise UserError("compare needs two policies, runs or cells, or a setting with several values, KEY=a,b")
    if len(set(named)) < len(named):
        raise UserError(f"{' '.join(named)}: one is named twice; a policy against itself differs nowhere")
    _check(asked)
    runs = Runs(asked, command)
    cells = _cells(asked) or [{"policy": name} for name in named if not _is_stored(name)]
    read = [*runs.meaning(cells), *(_state(name) for name in named if _is_stored(name))]
    asked = replace(asked, own={**asked.own, "named": named})
    give(asked, command, lambda: _answer(asked, named, runs), runs.folders, read)


def _check(asked: Question) -> None:
    """Refuse, before anything is run, what would be refused of its results."""
    from sim.analysis.contrasts import METHODS
    from sim.indicators.catalogue import INDICATORS, SCOPES

    wanted = (("indicators", _names(asked), INDICATORS), ("scopes", _scopes(asked), SCOPES))
    for key, names, known in (*wanted, ("interval", [str(asked.own["interval"])], METHODS)):
        for name in names:
            if name not in known:
                raise no_such(f"{key}={name}", key.removesuffix("s"), name, known)
    if asked.own["precision"] is not None:
        number(asked.own["precision"], "precision", 0)


def _answer(asked: Question, named: Sequence[str], runs: Runs) -> Answer:
    from sim.analysis.contrasts import contrasts, winners
    from sim.report.pictures import differences as picture

    worlds = _worlds(asked, named, runs)
    first, *others = worlds
    options: dict[str, Any] = {"interval": asked.own["interval"], "years": _years(asked, worlds[first])}
    if asked.own["precision"] is not None:
        options["precision"] = number(asked.own["precision"], "precision", 0)
    tables, winning, said = [], [], []
    for name in others:
        table = contrasts(worlds[name], worlds[first], _names(asked), scopes=_scopes(asked), **options)
        tables.append(table.assign(one=name, against=first))
        if (table["scope"] == "school").any() and (table["indicator"] == "score_mean").any():
            winning.append(winners(table).assign(one=name, against=first))
        said += _sentences(name, first, table, winning[-1] if winning else None)
    every = _led(pd.concat(tables, ignore_index=True))
    files = {"differences.csv": every}
    if winning:
        files["winners.csv"] = _led(pd.concat(winning, ignore_index=True))
    return Answer(files, picture, (every,), said)


def _led(table: pd.DataFrame) -> pd.DataFrame:
    """The table with who is compared in front."""
    head = ["one", "against"]
    return table[[*head, *(name for name in table.columns if name not in head)]]


def _worlds(asked: Question, named: Sequence[str], runs: Runs) -> dict[str, pd.DataFrame]:
    """Indicators of each world, under its policy."""
    if cells := _cells(asked):
        return dict(zip(_labels(asked, cells), runs.worlds(cells, _scopes(asked)), strict=True))
    policies = [name for name in named if not _is_stored(name)]
    found = dict(zip(policies, runs.worlds([{"policy": name} for name in policies], _scopes(asked)), strict=True))
    worlds = {name: found[name] if name in found else _stored(name) for name in named}
    _check_alike(worlds)
    return worlds


def _cells(asked: Question) -> list[dict[str, Any]]:
    """Settings that are compared: each row of a table, with each combination of those that have several values."""
    file = asked.own["table"]
    if not asked.axes and file is None:
        return []
    design = DesignSettings("grid") if file is None else DesignSettings("list", file=str(file))
    return [dict(cell) for cell in cells_of(design, asked.axes, (NAME,))]


def _labels(asked: Question, cells: Sequence[Mapping[str, Any]]) -> list[str]:
    """What the cells are called: by the names that their table gives them, or by what sets them apart."""
    file = asked.own["table"]
    rows = pd.DataFrame() if file is None or asked.axes else pd.read_csv(file, dtype=str, encoding="utf-8-sig")
    if NAME not in rows:
        varied = [key for key in cells[0] if any(cell.get(key) != cells[0][key] for cell in cells)]
        return [_label({key.rpartition(".")[2]: cell[key] for key in varied if key in cell}) for cell in cells]
    names = rows[NAME].str.strip()
    if names.isna().any() or names.duplicated().any():
        raise UserError(f"{file}: column {NAME} must have a name of its own for every cell")
    return names.tolist()


def _label(settings: Mapping[str, Any]) -> str:
    """What sets a cell apart, in few words."""
    words = {key: "+".join(value) if isinstance(value, Mapping) else value for key, value in settings.items()}
    return described(words, list(words))


def _is_stored(name: str) -> bool:
    """Whether it is the folder of a run, or a cell of a sweep, and not the name of a policy."""
    return Path(name.rpartition(":")[0] or name).is_dir()


def _state(name: str) -> str:
    """Hash of what the folder of a run or sweep holds; its tables are as old as what is told of them."""
    folder = Path(name.rpartition(":")[0] or name)
    records = [folder / RECORD, folder / MANIFEST]
    parts = sorted(part.name for part in (folder / TABLES[-1]).glob("*"))
    return fingerprint([*(file.read_text(encoding="utf-8") for file in records if file.is_file()), *parts])


def _stored(name: str) -> pd.DataFrame:
    """Indicators under the policy of a finished run, or of a cell of a sweep."""
    from sim.result import Result
    from sim.sweep import open_sweep

    folder, colon, cell = name.rpartition(":")
    if not colon:
        rows = Result.read(name).indicators
        return rows[rows["scenario"] == "policy"]
    sweep = open_sweep(folder)
    known = [str(each) for each in sweep.cells["cell"]]
    if cell not in known:
        raise no_such(name, "cell of the sweep", cell, known)
    rows = sweep.indicators
    return rows[(rows["scenario"] == "policy") & (rows["cell"] == int(cell))]


def _check_alike(worlds: Mapping[str, pd.DataFrame]) -> None:
    """Refuse worlds that do not start from the same districts."""
    from sim.analysis.contrasts import contrasts

    first = next(iter(worlds))
    for name in list(worlds)[1:]:
        start = int(worlds[first]["year"].min())
        table = contrasts(worlds[name], worlds[first], scopes=["district"], years=[start])
        if table.empty or (table["mean"] != 0).any():
            raise UserError(
                f"{name} and {first} do not start from the same districts, so they cannot be paired; compare runs of "
                "one district with the same seed and effects"
            )


def _names(asked: Question) -> list[str]:
    names = asked.own["indicators"]
    if not isinstance(names, list) or not names:
        raise UserError(f"indicators must be a list such as [score_gap], got {shown(names)}")
    return [str(name) for name in names]


def _scopes(asked: Question) -> tuple[str, ...]:
    scopes = asked.own["scopes"]
    if not isinstance(scopes, list) or not scopes:
        raise UserError(f"scopes must be a list such as [district,school], got {shown(scopes)}")
    return tuple(dict.fromkeys(("district", *map(str, scopes))))


def _years(asked: Question, rows: pd.DataFrame) -> list[int] | None:
    years = asked.own["years"]
    if years == "all":
        return None
    if years == "last":
        return [int(rows["year"].max())]
    if not isinstance(years, list) or not years:
        raise UserError(f"years must be last, all, or a list such as [2023,2025], got {shown(years)}")
    return [int(number(year, "years", whole=True)) for year in years]


def _sentences(name: str, first: str, table: pd.DataFrame, schools: pd.DataFrame | None) -> list[str]:
    """What a reader can quote of one comparison."""
    from sim.indicators.catalogue import INDICATORS

    rows = table[(table["scope"] == "district") & (table["year"] == table["year"].max())]
    told = rows[rows["differs"]]
    year, most = int(rows["year"].max()), int(rows["replicates"].max())
    said = [
        f"{name} against {first}, {most} replicates: {len(told)} of {len(rows)} district figures of {year} differ by "
        "more than luck, allowing for how many were looked at."
    ]
    apart = rows[rows["mean"] != 0]
    if apart.empty:
        return [f"{name} against {first}, {most} replicates: every figure of {year} that is compared is the same."]
    shown_rows = (told if len(told) else apart).assign(size=lambda t: t["mean"].abs() / (t["high"] - t["low"]))
    clearest = [
        f"{row.indicator} of {row.level} schools {row.mean_:+.3g} ({row.low:+.3g} ... {row.high:+.3g}) "
        f"{INDICATORS[str(row.indicator)].unit}".rstrip()
        for row in shown_rows.rename(columns={"mean": "mean_"}).nlargest(3, "size").itertuples()
    ]
    which = "Clearest" if len(told) else "Nearest to one"
    said.append(f"{which}: {'; '.join(clearest)} (95 % intervals, each figure by itself).")
    unclear = apart[~apart["differs"] & (apart["replicates_needed"] > most)]
    if len(unclear):
        row = unclear.nsmallest(1, "replicates_needed").iloc[0]
        said.append(
            f"Of those not told apart, {row['indicator']} of {row['level']} schools would take the fewest replicates, "
            f"{row['replicates_needed']:,.0f}, if it differs as much as it seems to."
        )
    if schools is not None and (schools["mean"] == 0).all():
        said.append("Mean scores are the same at every school.")
    elif schools is not None:
        counts = schools["verdict"].value_counts()
        wins, loses, open_ = (int(counts.get(word, 0)) for word in ("wins", "loses", "not told apart"))
        said.append(f"In mean score {wins} schools win, {loses} lose, and {open_} cannot be told apart.")
    return said
