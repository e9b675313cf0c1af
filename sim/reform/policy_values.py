"""The plain values of a policy, as its file holds them and the command line sets them."""

from collections.abc import Iterable, Mapping
from typing import Any

from sim.reform.lever import Lever
from sim.userinput import UserError, closest, shown

OPEN_HEADER = ("first_year", "last_year", "ends", "budget", "spending_never_falls")  # what the command line may set
HEADER = ("name", "title", *OPEN_HEADER, "source", "sources", "ranges")


def complete(raw: Mapping[str, Any]) -> None:
    """Refuse a file that does not say when its levers begin; one without levers needs no years."""
    if not raw:
        raise UserError("this file is empty; a policy states first_year, last_year and its levers")
    if "first_year" not in raw and (levers := [name for name in raw if name not in HEADER]):
        raise UserError(f"first_year is missing: the year in which {levers[0]} begins, such as first_year: 2021")


def overridden(
    raw: dict[str, Any], overrides: Iterable[tuple[str, object]], known: Mapping[str, type[Lever]]
) -> dict[str, Any]:
    """The policy file's content with the user's values in it."""
    raw = dict(raw)
    for key, value in overrides:
        first, *path = key.split(".")
        if first != "policy" or not path:
            continue
        group, *names = path
        if "_target_" in names or (isinstance(value, dict) and "_target_" in value):
            raise UserError(f"{key}: only a policy file may name a class (_target_)")
        if group in OPEN_HEADER and not names:
            raw[group] = value
        elif group in HEADER or (group not in known and group not in raw):
            raise no_such_lever(group, known)
        elif not names:
            own = raw.get(group) if group not in known else None  # keep the class of a user's own lever
            target = {"_target_": own["_target_"]} if isinstance(own, dict) and "_target_" in own else {}
            raw[group] = {**target, **value} if isinstance(value, dict) else value
        else:
            block = raw.get(group, {})
            if not isinstance(block, dict):
                raise UserError(f"policy.{group} must be settings in {{ }}, got {shown(block)}")
            raw[group] = {**block, ".".join(names): value}
        sources = raw.get("sources")
        raw["sources"] = {**(sources if isinstance(sources, dict) else {}), ".".join(path): "command line"}
        ranges = texts(raw, "ranges")  # what is typed stands for no masked number
        raw["ranges"] = {key: ranges[key] for key in ranges if not f"{key}.".startswith(f"{'.'.join(path)}.")}
    return raw


def no_such_lever(group: str, known: Mapping[str, type[Lever]]) -> UserError:
    """The answer to the name of a lever that there is not."""
    hint = closest(group, [*known, *HEADER])
    return UserError(f"policy.{group}: no such lever; known: {', '.join(known)}{hint}")


def flag(raw: Mapping[str, Any], name: str) -> bool:
    """A value that is true or false; false where it is not given."""
    value = raw.get(name, False)
    if not isinstance(value, bool):
        raise UserError(f"policy.{name} must be true or false, got {shown(value)}")
    return value


def texts(raw: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Names and texts; none where they are not given."""
    value = raw.get(name, {})
    if not isinstance(value, dict):
        raise UserError(f"policy.{name} must be names and texts, got {shown(value)}")
    return value
