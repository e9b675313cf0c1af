"""A district of one's own: a folder with `district.yaml` and tables; another district's margins fill what they lack."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.district.listed_places import check_levels
from sim.district.spec import DistrictSpec
from sim.district.stated_margins import check_private, read_margins, read_ranges, read_year
from sim.district.tables.files import OUTSIDE
from sim.district.tables.folder import DERIVED, OwnTables, holds_tables, read_tables
from sim.district.tables.problems import Problems
from sim.district.zoning import rezoned
from sim.userinput import UserError, closest, find, read_yaml, shown

LIKE = "generic_county"
"""Whose margins fill what a folder does not state, unless it names another."""
KEYS = ("title", "name", "baseline_year", "like", "targets", "zones", "hash_ids", "margins")
"""What `district.yaml` may state beside tables."""


def is_own_folder(path: Path) -> bool:
    """Whether a district's YAML stands beside tables, or needs them because it lists no zones."""
    if path.name != "district.yaml":
        return False
    if holds_tables(path.parent):
        return True
    try:
        return not isinstance(read_yaml(path, plain=True).get("zones"), list | Mapping)
    except UserError:
        return True


def read_own(
    path: Path,
    typed: Mapping[str, object],
    config_dirs: Sequence[Path],
    problems: Problems,
    *,
    zones: object = None,
    hash_ids: bool = False,
) -> DistrictSpec | None:
    """Read a folder, noting all that is wrong in it; None if anything is.

    Parameters
    ----------
    path : Path
        Of its `district.yaml`.
    typed : mapping
        Margins typed in place of its own.
    zones : object
        What was typed as `district.zones`; it prevails over what the file says.
    hash_ids : bool
        Persons' numbers are hashed whatever the file says.

    Raises
    ------
    UserError
        What was typed is wrong.
    """
    for key in DERIVED:
        if key in typed:
            raise UserError(f"district.{key}: the tables of {path.parent} give it; leave it out")
    name = path.absolute().parent.name
    raw: dict[str, Any] = {}
    if not path.exists():
        problems.error(path.name, "the file is missing", mend="write it; one line is enough, title: NAME")
    elif not path.resolve().is_relative_to(path.parent.resolve()):
        problems.error(path.name, OUTSIDE, mend="copy the file itself into the folder")
    else:
        with problems.noted(path):
            raw = read_yaml(path, plain=True)
    own = _checked(raw, name, path, problems)
    like = str(raw.get("like", LIKE))
    try:
        others, other_path = _margins_of(like, path, config_dirs)
    except UserError as problem:
        problems.error(path.name, str(problem))
        others, other_path = _margins_of(LIKE, path, config_dirs)
    values, sources = read_margins(others, typed, other_path)  # what was typed wrong is told by itself
    year = read_year(typed, {}, path)
    with problems.noted(path):
        values, sources = read_margins({**others, **own}, typed, path)
    with problems.noted(path):
        year = read_year(typed, raw, path)
    with problems.noted(path):
        if raw.get("targets") is not None:
            find("targets", raw["targets"], config_dirs)
    asked = raw.get("zones") if zones is None else zones
    tables = read_tables(
        path.parent,
        name,
        (values["norm_primary"], values["norm_junior"]),
        hash_ids or raw.get("hash_ids") is True,
        asked is not None,
        problems,
    )
    if tables is None or problems.errors:
        return None
    for key, (value, source) in tables.margins.items():
        if key not in own and key not in typed:
            values[key], sources[key] = value, source
    sources["like"] = like
    if tables.filled:
        sources["levels of nine-year schools"] = "; ".join(tables.filled)
    _check_place(tables, values, path, problems)
    if problems.errors:
        return None
    spec = DistrictSpec(
        name=name,
        title=str(raw.get("title", name)),
        baseline_year=year,
        targets=raw.get("targets"),
        zones=tables.zones,
        outside=tables.outside,
        private_schools=tables.private,
        sources=sources,
        ranges=read_ranges(own, typed, path),
        given=tables.given,
        own_teachers=tables.teachers,
        own_students=tables.students,
        **values,
    )
    if zones is not None:
        return rezoned(spec, zones, tables.leads)
    if asked is not None:
        with problems.noted(path):
            return rezoned(spec, asked, tables.leads)
        return None
    return spec


def _checked(raw: Mapping[str, Any], name: str, path: Path, problems: Problems) -> Mapping[str, Any]:
    """The margins that the file states; what is wrong in its other entries is noted."""
    for key in raw:
        if key not in KEYS:
            is_margin = key in DistrictSpec.margins()
            meant = f"; a margin stands under margins, {{{key}: ...}}" if is_margin else closest(key, KEYS)
            mend = f"known beside tables: {', '.join(KEYS)}{meant}"
            problems.error(path.name, f"{key}: no such entry", mend=mend)
    if str(raw.get("name", name)) != name:
        said = f"name is {shown(raw['name'])}, but the folder is called {name}"
        problems.error(path.name, said, mend="leave name out")
    if not str(raw.get("title", name)).isprintable():
        problems.error(path.name, f"title holds signs that cannot be shown, got {shown(raw['title'])}")
    if not isinstance(raw.get("hash_ids", False), bool):
        problems.error(path.name, f"hash_ids must be true or false, got {shown(raw['hash_ids'])}")
    margins = raw.get("margins") or {}
    if not isinstance(margins, dict):
        problems.error(path.name, f"margins must be names and values, got {shown(margins)}")
        return {}
    for key in DERIVED:
        if key in margins:
            problems.error(path.name, f"margins: {key} follows from the table of schools", mend="leave it out")
    return {key: value for key, value in margins.items() if key not in DERIVED}


def _margins_of(like: str, path: Path, config_dirs: Sequence[Path]) -> tuple[dict[str, Any], Path]:
    """Margins of a district that states its own, with their sources; and where it stands."""
    known = [file.stem for file in sorted(find("district", LIKE).parent.glob("*.yaml"))]
    mend = f"name one that states its margins itself: {', '.join(known)}{closest(like, known)}"
    if like not in known and ("/" in like or "\\" in like or like.startswith(".")):
        raise UserError(f"like: {like} is a path; {mend}")
    try:
        other = find("district", like, config_dirs)
    except UserError:
        raise UserError(f"like: there is no district {like}; {mend}") from None
    if other.absolute().parent == path.absolute().parent:
        raise UserError(f"like: {like} is this folder itself; {mend}")
    if is_own_folder(other):
        raise UserError(f"like: {like} is a folder with tables, filled from another district itself; {mend}")
    stated = read_yaml(other).get("margins") or {}
    marked = {}
    for key, margin in stated.items():
        value, source = (margin.get("value"), margin.get("source")) if isinstance(margin, dict) else (margin, None)
        marked[key] = {"value": value, "source": f"{like}: {source or 'not stated'}"}
    return marked, other


def _check_place(tables: OwnTables, values: Mapping[str, float], path: Path, problems: Problems) -> None:
    """The district as a whole: its size, its levels, and private schools with what speaks of them."""
    declared = DistrictSpec.__dataclass_fields__["students"].metadata
    if not declared["low"] <= values["students"] <= declared["high"]:
        said = f"the schools have {values['students']:,.0f} students in all"
        mend = f"a district must have {declared['low']:,} ... {declared['high']:,}"
        problems.error(tables.margins["students"][1], said, mend=mend)
    with problems.noted(path):
        check_levels(tables.zones, tables.outside, tables.private, path)
    with problems.noted(path):
        check_private(tables.private, values, path)
