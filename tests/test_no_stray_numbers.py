"""No number of the world stands bare in the model: effects, places, law and standards are read from `configs/`."""

import ast
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NO_WORLD = {
    "sim/loops/draws.py": "the same bits as twins that are searched",
    "sim/loops/enrolment.py": "the same bits as twins that are searched; else sizes of arrays",
    "sim/loops/records.py": "the same bits as twins that are searched; else sizes of arrays",
    "sim/loops/scores.py": "the same bits as twins that are searched; else sizes of arrays",
    "sim/loops/turns.py": "the same bits as twins that are searched; else sizes of sorted runs",
    "sim/memory.py": "numbers and sizes that the C library is told",
    "sim/noise.py": "the generator's own constants",
    "sim/roots.py": "the same bits as the library's, whose arithmetic it is",
    "sim/userinput.py": "how long a message may be",
}
"""Modules that are not searched."""
LOOKS = ("sim/report/pictures/", "sim/report/style.py")
"""Nor are these: sizes, widths and distances of what is drawn."""
ARITHMETIC = {0, 1, 2, 0.5, 1e-9, 1e-12}
"""Nothing, one, squares and halves, and how close counts as equal."""
DECLARATIONS = {"setting", "Setting", "margin", "of_zone", "number", "Column", "whole", "amount", "word"}
"""Calls that declare what is allowed, or how wide a column is."""
ROUNDING = {"round", "np.round"}
"""Calls whose second argument is a number of digits."""
STRUCTURE = {
    "sim/sweep_parts.py": {"TRIES": "how often a folder is read anew while it changes"},
    "sim/agents/assessment.py": {
        "NO_SPREAD": "how close counts as equal",
        "SAME_AGAIN": "how close counts as equal",
    },
    "sim/agents/classroom.py": {
        "SCHOOL_DIGITS": "digits of an id",
        "INDEX_DIGITS": "digits of an id",
    },
    "sim/agents/geography.py": {"BLOCK": "how much is worked out at a time"},
    "sim/agents/learning.py": {
        "GRADE_DIGITS": "digits of an id",
        "STEP_STUDENTS": "unit of the effect of class size, SD per 10 students",
        "STEP_MONEY": "unit of the effect of money, SD per 10 %",
    },
    "sim/agents/columns.py": {"SPARE": "how much room is kept for more"},
    "sim/agents/school.py": {"YEARS": "grades of a school: six and three, which entities and calendar are made for"},
    "sim/agents/school_choice.py": {
        "PAIR": "digits of an id",
        "FAMILIES": "points of an integral",
        "CLOSE_ENOUGH": "where that search ends",
        "PARTS": "order in which numbers are added",
        "ROUNDS": "length of an iteration",
        "LONGER": "steps of an iteration",
        "SHORTER": "steps of an iteration",
    },
    "sim/agents/staffing.py": {"MONTHS": "months of a year"},
    "sim/agents/student.py": {
        "COHORT_DIGITS": "digits of an id",
        "CATCHMENT_DIGITS": "digits of an id",
        "ARRIVAL": "digits of an id",
    },
    "sim/agents/teacher.py": {
        "EXPERIENCE_POINTS": "the years that the effects of experience are named after",
        "POSTS": "digits of an id",
        "GENERATIONS": "digits of an id",
        "PAIR": "digits of an id",
    },
    "sim/agents/titles.py": {"VACANCIES": "digits of an id"},
    "sim/filing.py": {"LOT_BITS": "bits of a lot"},
    "sim/apportion.py": {"ALIKE": "how close counts as equal"},
    "sim/analysis/calibration.py": {
        "CELLS": "default of a design",
        "WAVES": "default of a design",
        "REPLICATES": "default of a design",
        "BLOCK": "default of a design",
        "DRAWS": "default of a design",
        "CHECKED": "default of a design",
        "POINTS": "points of an integral",
        "LEAST_CELLS": "when a fit is refused",
        "RULED_OUT": "how wide a search stays",
        "MARGIN": "how wide a search stays",
        "LENGTHS": "bounds of an emulator",
        "HEIGHTS": "bounds of an emulator",
        "NUGGETS": "bounds of an emulator",
        "NUGGET": "where a search begins",
        "LEAST_EFFECTIVE": "when a result warns, as its docstring says",
        "WIDE": "when a result warns, as its docstring says",
        "PART": "when a result warns, as its docstring says",
        "ALIKE": "when a result warns, as its docstring says",
        "TAIL": "when a result warns, as its docstring says",
        "UNIFORM_SD": "of a uniform distribution",
        "PERCENTILES": "percentiles that columns are named after",
    },
    "sim/analysis/contrasts.py": {
        "RESAMPLES": "how long a bootstrap goes on",
        "MOST_REPLICATES": "where a search ends",
    },
    "sim/analysis/discovery.py": {
        "BOXES": "default of a search",
        "PERMUTATIONS": "default of a search",
        "SUBSAMPLES": "of a resampling",
        "LEFT_OUT": "of a resampling",
        "LEAST_MASS": "where a search ends",
        "LEAST_CASES": "when a search is refused",
        "LEAST_MISSES": "when a search is refused",
        "CHANCE": "when a box counts as found, as its docstring says",
        "LOST": "of Fisher's variance",
    },
    "sim/analysis/front.py": {
        "RESAMPLES": "of a bootstrap",
        "WORST": "the tenth that an objective is named after",
        "ENDS": "of the interval that the columns say",
    },
    "sim/analysis/optimisation.py": {
        "ROUNDS": "default of a search",
        "BATCH": "default of a search",
        "REPLICATES": "default of a search",
        "WORLDS": "default of a search",
        "FRESH": "default of a search",
        "FINALISTS": "default of a search",
        "LEAST_BATCH": "when a search is refused",
        "SEED_BITS": "digits of a seed",
    },
    "sim/analysis/paired.py": {
        "LOWER": "percentile that a column is named after",
        "UPPER": "percentile that a column is named after",
        "CONFIDENCE": "of the interval by which a verdict is given, as the interface says",
    },
    "sim/analysis/sensitivity.py": {
        "TRAJECTORIES": "default of a design",
        "LEVELS": "default of a design",
        "BASE": "default of a design",
        "RESAMPLES": "of a bootstrap",
        "REPLICATES": "default of a design",
        "NOISE_MOST": "when a result warns, as its docstring says",
        "WIDTH_MOST": "when a result warns, as its docstring says",
        "NAMED": "length of a sentence",
    },
    "sim/comparison.py": {"MILLION": "unit"},
    "sim/config.py": {
        "BASELINE_YEAR": "default of a run",
        "HORIZON": "default of a run",
        "REPLICATES": "default of a run",
        "HASH_BYTES": "digits of an id",
        "UNITS": "bounds outside which a unit has no meaning",
    },
    "sim/district/background.py": {"BOUNDS": "bounds of what may be stated"},
    "sim/district/filled.py": {"JUMP": "when a message is said"},
    "sim/district/margins.py": {
        "PER_STUDENTS": "unit of the margins, per 100 students",
        "WIDEST_SPREAD": "where a bisection ends",
        "LOG_SLACK": "where a bisection begins",
        "CLOSE_ENOUGH": "where a search for a root ends",
    },
    "sim/district/stated_margins.py": {"SHOWN": "how long a message may be"},
    "sim/district/tables/cells.py": {
        "LONGEST": "how long a name may be",
        "WHOLE": "how close counts as equal",
        "TEN_THOUSAND": "unit",
    },
    "sim/district/tables/files.py": {
        "MOST_BYTES": "how large a file may be",
        "MOST_ROWS": "how large a file may be",
        "MOST_COLUMNS": "how large a file may be",
        "HASH_BYTES": "digits of a checksum",
    },
    "sim/district/tables/persons.py": {
        "SCHOOLING": "bound of what a table may say",
        "SALT_BYTES": "length of a key",
        "DIGEST_BYTES": "digits of an id",
    },
    "sim/district/tables/places.py": {"EARTH_RADIUS": "unit: km of a degree", "WIDEST": "bound of a table"},
    "sim/district/tables/problems.py": {"ALIKE": "how long a message may be"},
    "sim/district/tables/records.py": {"VERY_CLOSE": "when a header counts as misspelt"},
    "sim/district/tables/schema.py": {"UNITS": "units"},
    "sim/district/tables/unusual.py": {"RATIOS": "when a warning is given, which changes nothing"},
    "sim/district/spin_up.py": {
        "TEACHER_YEARS": "length of the spin-up: more than anybody stays",
    },
    "sim/district/zoning.py": {"SHOWN": "how long a message may be", "ANGLES": "where a search begins"},
    "sim/indicators/scores.py": {"PERCENT": "unit"},
    "sim/indicators/tallies.py": {"FIFTH": "what the indicator is called", "FIFTH_ENDS": "where a search begins"},
    "sim/indicators/standards.py": {"STEPS_A_SD": "quadrature", "FAR_OUT": "quadrature"},
    "sim/model.py": {"MESA_SEEDS": "what mesa takes as a seed"},
    "sim/reform/lever.py": {"EARLIEST_YEAR": "bound of what may be typed"},
    "sim/reform/training.py": {"PLAN_YEARS": "unit of the setting hours_5y"},
    "sim/report/assumptions.py": {"MOST": "how many rows are listed"},
    "sim/report/document.py": {
        "A4": "size of the paper",
        "MARGIN": "size of what is drawn",
        "WIDEST": "size of what is drawn",
        "TALLEST": "size of what is drawn",
        "DPI": "size of what is drawn",
        "TABLE_POINTS": "size of type",
        "TEXT_POINTS": "size of type",
    },
    "sim/report/figures.py": {
        "DECIMALS": "how figures are printed",
        "HUNDRED": "unit",
        "MILLION": "unit",
        "TEN_THOUSAND": "unit",
    },
    "sim/report/fonts.py": {"UNASSIGNED": "a code point"},
    "sim/report/run_content.py": {"MOST_ROWS": "how many rows are listed"},
    "sim/report/places.py": {"FEWEST": "of how few students no figure is shown"},
    "sim/report/sweep_page.py": {
        "MOST_CELLS": "how many rows are listed",
        "MOST_AXES": "how many pictures are drawn",
        "MOST_NAMES": "how many names stand along an axis",
        "MOST_REASONS": "how many rows are listed",
        "NAMED": "how many names stand in a title",
    },
    "sim/run_inspection.py": {"PER_STUDENTS": "unit of the indicators, per 100 students"},
    "sim/scoring.py": {
        "LIKELY": "when a target counts as met, as the interface says",
        "UNLIKELY": "when a target counts as missed, as the interface says",
    },
}
"""Constants that are structure and not the world, each with the reason."""
MODULES = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "sim").rglob("*.py"))
SEARCHED = [module for module in MODULES if module not in NO_WORLD and not module.startswith(LOOKS)]


def numbers(tree):
    """Line, value and constant (None outside of one) of every number that needs a reason."""
    found = []

    def walk(node, name):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in DECLARATIONS | {f"np.{c}" for c in DECLARATIONS}:
            return
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ROUNDING:
            node = ast.Call(node.func, node.args[:1], node.keywords)
        if isinstance(node, ast.Subscript) and not any(isinstance(part, ast.Call) for part in ast.walk(node.slice)):
            walk(node.value, name)
            return
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float | complex):
            if not isinstance(node.value, bool) and node.value not in ARITHMETIC:
                found.append((node.lineno, node.value, name))
        for child in ast.iter_child_nodes(node):
            walk(child, name)

    for statement in tree.body:
        walk(statement, constant_of(statement))
    return found


def constant_of(statement):
    """Names that a module-level statement defines; None for any other."""
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        names = [node.id for node in ast.walk(statement.targets[0]) if isinstance(node, ast.Name)]
        return tuple(names)
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        return (statement.target.id,)
    return None


def stray(source, module):
    """What is wrong in a module, a line each."""
    known = STRUCTURE.get(module, {})
    return [
        f"{module}:{line}: {value} stands bare" if names is None else f"{module}:{line}: {names} has no reason here"
        for line, value, names in numbers(ast.parse(source))
        if names is None or not set(names) <= known.keys()
    ]


@pytest.mark.parametrize("module", SEARCHED)
def test_no_number_of_the_world_stands_bare(module):
    assert stray((ROOT / module).read_text(encoding="utf-8"), module) == []


@pytest.mark.parametrize("module", STRUCTURE)
def test_every_reason_is_for_a_constant_that_is_there_and_needs_it(module):
    tree = ast.parse((ROOT / module).read_text(encoding="utf-8"))
    needed = {name for _, _, names in numbers(tree) if names for name in names}
    assert needed == STRUCTURE[module].keys()


@pytest.mark.parametrize("path", sorted((ROOT / "tests" / "reference").glob("*.py")), ids=lambda path: path.name)
def test_the_reference_takes_no_number_from_the_model(path):
    """A twin reads what is configured; the rest it states itself, or both would be wrong together."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module.split(".")[0] == "sim":
            for alias in node.names:
                value = getattr(import_module(node.module), alias.name, None)
                assert not isinstance(value, int | float), alias.name


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("def f(x):\n    return 0.3 * x", 1),
        ("def f(x, most=0.8):\n    return x", 1),
        ("class A:\n    years: int = 33", 1),
        ("CAREER = 33", 1),
        ("f(-3)", 1),
        ("x = setting(0.0, low=0, high=100)", 0),
        ("y = x[3] + x[:5]", 0),
        ("y = x[np.arange(7)]", 1),
        ("y = np.round(x, 9)", 0),
        ("y = np.round(7 * x, 9)", 1),
        ("y = x if x > 1 else 2 * x - 0.5", 0),
        ("Q = Column(np.int32, width=3)", 0),
    ],
)
def test_what_counts_as_bare(source, count):
    assert len(stray(source, "sim/somewhere.py")) == count
