"""What a year costs at one size, measured in a process of its own: `python -m benchmarks.world STUDENTS` prints JSON.

`speed.py` starts it, with `tests` on the path, once for each size, so that neither memory nor caches of one size are
those of another.
"""

import argparse
import json
import time
from pathlib import Path
from statistics import median
from unittest.mock import patch

import numpy as np

import sim
import sim.model
from experiments.provenance import machine, versions
from reference.model import CALENDAR, ReferenceModel
from reference.plan import Plan
from sim.agents.columns import Columns
from sim.memory import keep_freed_memory
from sim.noise import Noise
from sim.reform import known_levers
from sim.userinput import find, read_yaml

FOLDER = Path(__file__).parent
PLACE, POLICY = "synthetic_province", "every_lever"
SEED = 1


def main():
    ask = argparse.ArgumentParser()
    ask.add_argument("students", type=int)
    ask.add_argument("--years", type=int, default=15)
    ask.add_argument("--reference", type=int, default=0, metavar="YEARS")
    asked = ask.parse_args()
    print(json.dumps(measured(asked.students, asked.years, asked.reference)))


def measured(students, years, reference_years):
    """All figures of one size; the reference starts from the fast model's own state at rest."""
    keep_freed_memory()  # as the engines do
    small = ["district.students=6000"]
    first = sim.load(PLACE, POLICY, overrides=small, config_dirs=[FOLDER]).model(1)
    for _ in range(years):
        stepped(first)  # loads the loops
    del first
    after_import = memory("VmRSS")
    scenario = sim.load(PLACE, POLICY, overrides=[f"district.students={students}"], config_dirs=[FOLDER])
    begun = time.process_time_ns()
    rest = scenario.at_rest(SEED)
    found = {"rest_seconds": (time.process_time_ns() - begun) / 1e9, "rest_peak": memory("VmHWM") - after_import}
    model = scenario.start(rest, "policy", copied=False)
    del rest
    steps = [stepped(model) for _ in range(years)]
    found |= {
        "peak": memory("VmHWM") - after_import,
        "students": len(model.students),
        "schools": len(model.schools),
        "zones": len(model.zones),
        "years": years,
        "state": size(model.students),
        "room": room(model.students),
        "other_state": sum(size(value) for value in vars(model).values()) - size(model.students),
        "steps": {name: median(year[name] for year in steps) for name in steps[0]},
        "noise_share": noise_share(model),
    }
    if reference_years:
        found["beside"] = side_by_side(scenario.model(SEED), reference_years)
    return found | {"versions": versions(), "machine": machine() | {"model": processor()}}


def stepped(model):
    """CPU nanoseconds of a year by step, the levers of a step in it, and of the whole `year`."""
    marks = []

    def marked(rule):
        def step(model):
            rule(model)
            marks.append(time.process_time_ns())

        return step

    with patch("sim.model.CALENDAR", tuple((name, marked(rule)) for name, rule in sim.model.CALENDAR)):
        begun = time.process_time_ns()
        model.step()
        year = time.process_time_ns() - begun
    return dict(zip(CALENDAR, np.diff([begun, *marks]).tolist(), strict=True)) | {"year": year}


def side_by_side(model, years):
    """A year of the fast model, the same year object by object, and so on: CPU nanoseconds by step, medians."""
    levers = read_yaml(find("policy", POLICY, [FOLDER]))
    off = {group: {name: one.off for name, one in lever.settings().items()} for group, lever in known_levers().items()}
    twin = ReferenceModel(model, Plan({group: levers[group] for group in off}, off, levers["first_year"]))
    ours, theirs = [], []
    for _ in range(years):
        ours.append(stepped(model))
        marks = [time.process_time_ns()]
        twin.begin_year()
        for name in CALENDAR:
            twin.take(name)
            marks.append(time.process_time_ns())
        theirs.append(dict(zip(CALENDAR, np.diff(marks).tolist(), strict=True)) | {"year": marks[-1] - marks[0]})
    apart = np.abs(model.students.score - np.array([student.score for student in twin.students])).max()
    return {
        "years": years,
        "fast": {name: median(year[name] for year in ours) for name in ours[0]},
        "reference": {name: median(year[name] for year in theirs) for name in theirs[0]},
        "largest_difference": float(apart),  # of any student's score, after these years
    }


def noise_share(model):
    """Part of a year's CPU that is spent in the methods of `Noise`."""
    spent, depth = 0, 0

    def timed(method):
        def draw(*words, **more):
            nonlocal spent, depth
            begun, depth = time.process_time_ns(), depth + 1
            try:
                return method(*words, **more)
            finally:
                depth -= 1
                spent += 0 if depth else time.process_time_ns() - begun

        return draw

    draws = {name: timed(method) for name, method in vars(Noise).items() if not name.startswith("_")}
    with patch.multiple(Noise, **draws):
        year = stepped(model)["year"]
    return spent / year


def size(value):
    """Bytes of a table, or of an array."""
    if isinstance(value, Columns):
        return sum(array.nbytes for array in value.arrays.values())
    return value.nbytes if isinstance(value, np.ndarray) else 0


def room(table):
    """Bytes that a table keeps beside its columns for those who come next."""
    longer = (array for array in table.arrays.values() if isinstance(array.base, np.ndarray))  # else a loop made it
    return sum(array.base.nbytes - array.nbytes for array in longer)


def memory(entry):
    """Bytes of this process, now (`VmRSS`) or at most so far (`VmHWM`), as Linux keeps them."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return 1024 * int(status.partition(f"{entry}:")[2].split()[0])


def processor():
    """Name of the processor, as Linux knows it."""
    text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    return text.partition("model name")[2].partition("\n")[0].strip("\t: ") or "unknown"


if __name__ == "__main__":
    main()
