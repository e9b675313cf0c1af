"""How fast the model is, and how much memory it takes: `python tests/benchmarks/speed.py --help`.

Prints tables in Markdown: what is asked beside what was found, the year step by step, memory, and starting. CPU time,
medians over years, all levers on (policy/every_lever.yaml), on districts whose schools grow in number with their
students (configs/district/synthetic_province.yaml). Asserts nothing.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[2]
SIZES = [60_000, 1_000_000]
NOT_MEASURED = "not measured"
LINEAR = ("demography", "enrolment", "learning", "assessment", "funding")
"""Steps that the reference, too, walks through once for each student; in others it looks through all teachers for
each teacher, so that its time there says more of how it is written than of objects."""
ZONESIM = [sys.executable, "-c", "from experiments.cli import main; raise SystemExit(main())"]
STARTED = {
    "import sim": [sys.executable, "-c", "import sim"],
    "import sim; sim.load()": [sys.executable, "-c", "import sim; sim.load()"],
    "zonesim --help": [*ZONESIM, "--help"],
    "zonesim policy.rotaton=1": [*ZONESIM, "policy.rotaton=1"],
}


def main():
    asked = arguments()
    worlds = []
    for students in asked.students:
        words = [str(students), "--years", str(asked.years)]
        if students == asked.students[0]:
            words += ["--reference", str(asked.reference)]
        worlds.append(world(words))
    commands = timed_commands(asked.thousand) if asked.commands else {}
    text = report(worlds, commands)
    print(text)
    if asked.out:
        asked.out.write_text(text + "\n", encoding="utf-8")


def arguments():
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument(
        "--students", type=int, nargs="+", default=SIZES, help="sizes; 10000000 takes minutes and gigabytes"
    )
    ask.add_argument("--years", type=int, default=15, help="years of each size, of which the median counts")
    ask.add_argument("--reference", type=int, default=1, help="years of the object-by-object model at the first size")
    ask.add_argument("--commands", action=argparse.BooleanOptionalAction, default=True, help="time `zonesim` too")
    ask.add_argument("--thousand", action="store_true", help="and `zonesim run.replicates=1000`, which takes minutes")
    ask.add_argument("--out", type=Path, help="file for what is printed, such as tests/benchmarks/results.md")
    return ask.parse_args()


def world(words):
    """Figures of one size, from a process of its own."""
    print(f"measuring {words[0]} students", file=sys.stderr)
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.world", *words]
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    done = subprocess.run(command, env=os.environ | {"PYTHONPATH": path}, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def timed_commands(thousand):
    """Seconds of wall clock and of CPU of each command; compiled code is cached in a folder that is new at first."""
    found = {}
    with tempfile.TemporaryDirectory() as fresh:
        caches = {"NUMBA_CACHE_DIR": f"{fresh}/numba", "PYTHONPYCACHEPREFIX": f"{fresh}/python"}
        caches |= {"PYTHONDONTWRITEBYTECODE": ""}  # where that is set every start would count as a first one
        environment = os.environ | caches | {"PYTHONPATH": str(ROOT)}

        def seconds(command):
            print("measuring", *(word for word in command[1:] if word != "-c"), file=sys.stderr)
            before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
            subprocess.run(command, cwd=fresh, env=environment, capture_output=True, check=False)
            after, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter() - begun
            return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

        found["the very first time"] = seconds(ZONESIM)
        found["zonesim force=true"] = sorted(seconds([*ZONESIM, "force=true"]) for _ in range(3))[1]
        for name, command in STARTED.items():
            found[name] = sorted(seconds(command) for _ in range(5))[2]
        if thousand:
            found["a thousand"] = seconds([*ZONESIM, "force=true", "run.replicates=1000", "engine=processes"])
    return found


def report(worlds, commands):
    """Both tables and where they come from."""
    first = worlds[0]
    versions = ", ".join(f"{name} {version}" for name, version in first["versions"].items())
    machine = first["machine"]
    return "\n".join(
        [
            "# Speed and memory, as `tests/benchmarks/speed.py` printed them",
            "",
            f"{datetime.now(UTC):%d %B %Y}, commit {commit()}, {machine['cores']} cores of {machine['model']}, "
            f"{machine['system']}; {versions}.",
            "All levers on; CPU time but where wall clock is said; medians over "
            f"{first['years']} years; memory above what imports and compiled loops took.",
            "",
            *table(["what", "asked", "found"], asked_and_found(worlds, commands)),
            "",
            "CPU nanoseconds a student and year, by step of the calendar with its levers:",
            "",
            *by_step(worlds),
            "",
            *table(["district", *(f"{one['students']:,} students" for one in worlds)], districts(worlds)),
            *(started(commands) if commands else []),
        ]
    )


def asked_and_found(worlds, commands):
    """The lines of what is asked of the full model."""
    million, province = (nearest(worlds, size) for size in (1_000_000, 10_000_000))
    return [
        ["times faster than the reference, object by object", "at least 100", against(worlds[0], ["year"])],
        ["the same in steps that both walk through once a student", "", against(worlds[0], LINEAR)],
        ["CPU ns a student and year at 1,000,000", "at most 60", of(million, lambda one: nanoseconds(one, "year"))],
        ["bytes of state a student at 10,000,000", "at most 60", of(province, lambda one: bytes_each(one, "state"))],
        ["peak bytes a student at 10,000,000", "at most 120", of(province, lambda one: bytes_each(one, "peak"))],
        ["seconds of `zonesim force=true`, compiled before", "at most 10", wall(commands, "zonesim force=true")],
        ["seconds of `zonesim`, the very first time", "at most 60", wall(commands, "the very first time")],
        ["seconds of `zonesim run.replicates=1000`", "at most 180", wall(commands, "a thousand")],
        ["growth of cost a student from fewest to most", "at most 25 %", growth(worlds[0], worlds[-1])],
    ]


def nearest(worlds, size):
    """The district of that size, by and large; None where it was not measured."""
    return next((one for one in worlds if 0.9 * size < one["students"] < 1.1 * size), None)


def of(one, figure):
    return NOT_MEASURED if one is None else f"{figure(one):.0f}"


def against(one, steps):
    """How many times as long the reference takes, and how that was found."""
    if "beside" not in one:
        return NOT_MEASURED
    beside = one["beside"]
    in_steps = "" if steps == ["year"] else f" in {', '.join(steps)}"
    same = f"scores within {beside['largest_difference']:.0e}"
    return f"{ratio(beside, steps):,.0f}{in_steps} ({one['students']:,} students, years A B: {beside['years']}, {same})"


def growth(first, last):
    if first is last:
        return NOT_MEASURED
    more = nanoseconds(last, "year") / nanoseconds(first, "year") - 1
    return f"{100 * more:+.0f} % from {first['students']:,} to {last['students']:,}"


def by_step(worlds):
    """A row for each step; the reference and its ratio beside the first size where it was measured."""
    beside = worlds[0].get("beside")
    heads = ["step", *(f"{one['students']:,}" for one in worlds)]
    rows = [[step, *(f"{nanoseconds(one, step):,.1f}" for one in worlds)] for step in worlds[0]["steps"]]
    if beside:
        heads += [f"reference at {worlds[0]['students']:,}", "ratio there"]
        for row in rows:
            row += [f"{beside['reference'][row[0]] / worlds[0]['students']:,.0f}", f"{ratio(beside, [row[0]]):,.0f}"]
    return table(heads, rows)


def districts(worlds):
    """What a size has, how long it takes to bring to rest, and its memory."""
    rows = {
        "schools in zones": lambda one: f"{one['schools']:,} in {one['zones']:,}",
        "CPU seconds to build it at rest": lambda one: f"{one['rest_seconds']:.1f}",
        "bytes of students' columns, a student": lambda one: f"{bytes_each(one, 'state'):.0f}",
        "bytes of room for those who enter, a student": lambda one: f"{bytes_each(one, 'room'):.0f}",
        "bytes of all else in the state, a student": lambda one: f"{bytes_each(one, 'other_state'):.0f}",
        "peak bytes a student while it is built": lambda one: f"{bytes_each(one, 'rest_peak'):.0f}",
        "peak bytes a student, built and run": lambda one: f"{bytes_each(one, 'peak'):.0f}",
        "share of a year spent in the methods of `Noise`": lambda one: f"{100 * one['noise_share']:.0f} %",
    }
    return [[name, *map(figure, worlds)] for name, figure in rows.items()]


def started(commands):
    """How long what should be quick takes."""
    rows = [[f"`{name}`", *(f"{value:.2f}" for value in commands[name])] for name in STARTED]
    return ["", *table(["starting", "seconds of wall clock", "of CPU"], rows)]


def table(heads, rows):
    lines = [heads, ["---"] * len(heads), *rows]
    return [f"| {' | '.join(line)} |" for line in lines]


def ratio(beside, steps):
    """How many times as long the reference takes for these steps."""
    return sum(beside["reference"][name] for name in steps) / sum(beside["fast"][name] for name in steps)


def nanoseconds(one, step):
    return one["steps"][step] / one["students"]


def bytes_each(one, what):
    return one[what] / one["students"]


def wall(commands, name):
    return f"{commands[name][0]:.1f}" if name in commands else NOT_MEASURED


def commit():
    ask = ["git", "rev-parse", "--short", "HEAD"]
    done = subprocess.run(ask, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


if __name__ == "__main__":
    main()
