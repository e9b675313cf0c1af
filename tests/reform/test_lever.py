"""Levers check themselves, in the words of the configuration."""

import math
import pickle
from dataclasses import FrozenInstanceError, dataclass, field
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.reform.lever import CALENDAR_YEAR, Lever, Settings, setting
from sim.userinput import UserError


@dataclass(frozen=True)
class Project(Settings):
    school: str = setting(unit="name", meaning="the school that is built", source="assumed")
    start: int = setting(unit=CALENDAR_YEAR, meaning="first year of building", source="assumed")
    seats: float = setting(0.0, unit="seats", meaning="places it adds", source="assumed", low=0)


@dataclass(frozen=True)
class Toy(Lever):
    step: ClassVar[str] = "rotation"
    group: ClassVar[str] = "toy"

    rate: float = setting(0.0, unit="share", meaning="of the eligible", low=0, high=1, source="assumed")
    cap: int | None = setting(None, unit="students", meaning="most in a class", source="assumed", low=1)
    scope: str = setting("zone", unit="", meaning="how far", source="assumed", choices=("zone", "group", "district"))
    moves: bool = setting(False, unit="", meaning="whether the relation moves", source="assumed")
    unified: tuple[str, ...] = setting(
        (), unit="", meaning="what is unified", source="assumed", choices=("money", "personnel")
    )
    spending: dict[str, float] = setting(
        {}, unit="share", meaning="by purpose", source="assumed", low=0, high=1, choices=("posts", "training")
    )
    projects: tuple[Project, ...] = setting((), unit="projects", meaning="what is built", source="assumed")

    def apply(self, model, year):
        model.append((self.rate, year))


def refusal(make, *args, **settings):
    with pytest.raises(UserError) as refused:
        make(*args, **settings)
    return str(refused.value)


def test_without_settings_a_lever_is_off():
    assert Toy().is_off and not Toy(rate=0.1).is_off and not Toy(cap=45).is_off
    assert Toy(rate=0, cap=None, unified=[], spending={}).is_off


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"rate": 1.5}, "policy.toy.rate must be within 0 ... 1, got 1.5"),
        ({"rate": True}, "policy.toy.rate must be a number (within 0 ... 1), got true"),
        ({"rate": None}, "policy.toy.rate must be a number (within 0 ... 1), got null"),
        ({"rate": math.nan}, "policy.toy.rate must be a number (within 0 ... 1), got nan"),
        ({"rate": math.inf}, "policy.toy.rate must be a number (within 0 ... 1), got inf"),
        ({"rate": "0.1"}, "policy.toy.rate must be a number (within 0 ... 1), got '0.1'"),
        ({"rate": {2021: 0.1}}, "policy.toy.rate must be a number (within 0 ... 1), got {2021: 0.1}"),
        ({"cap": 0}, "policy.toy.cap must be at least 1, got 0"),
        ({"cap": 44.5}, "policy.toy.cap must be a whole number (at least 1), got 44.5"),
        (
            {"scope": "zoen"},
            "policy.toy.scope must be one of zone, group, district, got 'zoen'; did you mean 'zone'?",
        ),
        ({"scope": None}, "policy.toy.scope must be one of zone, group, district, got null"),
        ({"moves": 1}, "policy.toy.moves must be true or false, got 1"),
        ({"unified": "money"}, "policy.toy.unified must be a list in [ ], got 'money'"),
        (
            {"unified": ["money", "mony"]},
            "policy.toy.unified[1] must be one of money, personnel, got 'mony'; did you mean 'money'?",
        ),
        ({"spending": 0.5}, "policy.toy.spending must be names and numbers in { }, got 0.5"),
        ({"spending": {"posts": 2}}, "policy.toy.spending.posts must be within 0 ... 1, got 2"),
        (
            {"spending": {"post": 1}},
            "policy.toy.spending must be one of posts, training, got 'post'; did you mean 'posts'?",
        ),
        ({"projects": [1]}, "policy.toy.projects[0] must be settings in { }, got 1"),
        (
            {"projects": [{"school": "甲", "start": 2021, "seat": 1}]},
            "policy.toy.projects[0].seat: no such setting; known: school, start, seats; "
            "did you mean 'seats'?",
        ),
        (
            {"projects": [{"school": "甲"}]},
            "policy.toy.projects[0] needs start: first year of building",
        ),
        (
            {"projects": [{"school": "甲", "start": 2021, "seats": -1}]},
            "policy.toy.projects[0].seats must be at least 0, got -1",
        ),
    ],
)
def test_a_wrong_setting_is_refused(settings, message):
    assert refusal(Toy, **settings) == message
    assert refusal(Toy.read, settings, "policy.toy") == message


def test_an_unknown_setting_is_answered_with_the_known_ones():
    message = refusal(Toy.read, {"rat": 0.1}, "policy.toy")
    assert message.startswith("policy.toy.rat: no such setting; known: rate, cap, scope")
    assert message.endswith("did you mean 'rate'?")


@given(
    st.floats(0, 1), st.one_of(st.none(), st.integers(1, 100)), st.sampled_from(["zone", "group", "district"])
)
def test_legal_settings_are_kept(rate, cap, scope):
    lever = Toy(rate=rate, cap=cap, scope=scope)
    assert (lever.rate, lever.cap, lever.scope) == (rate, cap, scope)
    assert Toy.read({"rate": rate, "cap": cap, "scope": scope}, "policy.toy") == lever


def test_values_are_kept_in_one_form():
    project = {"school": "甲", "start": 2021, "seats": 900}
    lever = Toy(rate=1, unified=["money"], spending={"posts": 1}, projects=[project])
    assert isinstance(lever.rate, float) and isinstance(lever.spending["posts"], float)
    assert lever.unified == ("money",)
    assert lever.projects == (Project(school="甲", start=2021, seats=900.0),)


def test_a_lever_is_frozen_and_travels_to_workers():
    lever = Toy(rate=0.1, spending={"posts": 0.5}, projects=[{"school": "甲", "start": 2021}])
    assert pickle.loads(pickle.dumps(lever)) == lever
    with pytest.raises(FrozenInstanceError):
        lever.rate = 0.2


def test_off_values_are_not_shared():
    assert Toy().spending is not Toy().spending


def test_settings_tell_what_was_declared():
    declared = Toy.settings()
    assert list(declared) == ["rate", "cap", "scope", "moves", "unified", "spending", "projects"]
    assert (declared["rate"].unit, declared["rate"].low, declared["rate"].source) == ("share", 0, "assumed")
    assert declared["cap"].kind is int and declared["cap"].off is None


def test_relations_between_settings_can_be_checked():
    @dataclass(frozen=True)
    class Related(Toy):
        def __post_init__(self):
            super().__post_init__()
            if self.moves and not self.rate:
                raise UserError("policy.toy.moves needs policy.toy.rate")

    assert refusal(Related, moves=True) == "policy.toy.moves needs policy.toy.rate"
    assert Related(moves=True, rate=0.1).moves


def test_apply_must_be_written():
    @dataclass(frozen=True)
    class Idle(Lever):
        step: ClassVar[str] = "rotation"

    with pytest.raises(TypeError, match="apply"):
        Idle()


def test_a_field_that_is_not_declared_is_a_mistake_of_the_author():
    @dataclass(frozen=True)
    class Loose(Toy):
        extra: float = field(default=1.0)

    with pytest.raises(TypeError, match="Loose.extra must be declared"):
        Loose()


@pytest.mark.parametrize("source", ["", " "])
def test_a_setting_without_a_source_is_a_mistake_of_the_author(source):
    with pytest.raises(TypeError, match="needs its source"):
        setting(0.0, unit="share", meaning="of the eligible", source=source)
    with pytest.raises(TypeError, match="source"):
        setting(0.0, unit="share", meaning="of the eligible")
