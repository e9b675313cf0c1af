"""A policy file may name levers of one's own: they act, are checked as others are, and what is none is refused."""

import sys

import pytest

from sim.reform.policy import Policy
from sim.userinput import UserError

OWN = """
from dataclasses import dataclass
from typing import ClassVar
from sim.reform.lever import Lever, setting

@dataclass(frozen=True)
class Holiday(Lever):
    step: ClassVar[str] = "learning"
    days: float = setting(0.0, unit="days", meaning="off", source="assumed", low=0)

    def apply(self, model, year):
        pass

@dataclass(frozen=True)
class Odd(Holiday):
    channels: ClassVar[tuple[str, ...]] = ("digitl",)

class Bare(Lever):
    step: ClassVar[str] = "learning"

@dataclass(frozen=True)
class Idle(Lever):
    step: ClassVar[str] = "learning"

@dataclass(frozen=True)
class Lost(Lever):
    def apply(self, model, year):
        pass
"""


class TestOwnLevers:
    @pytest.fixture(autouse=True)
    def module(self, tmp_path, monkeypatch):
        (tmp_path / "own_levers.py").write_text(OWN, encoding="utf-8")
        monkeypatch.syspath_prepend(tmp_path)
        yield
        sys.modules.pop("own_levers", None)

    @pytest.fixture
    def load(self, tmp_path):
        def load(text, overrides=()):
            path = tmp_path / "plan.yaml"
            path.write_text(f"first_year: 2021\n{text}", encoding="utf-8")
            return Policy.load(path, overrides, 2020, known={})

        return load

    @pytest.fixture
    def refusal(self, load):
        def refusal(*args):
            with pytest.raises(UserError) as refused:
                load(*args)
            assert "\n" not in str(refused.value)
            return str(refused.value)

        return refusal

    def test_a_lever_of_ones_own_acts(self, load):
        policy = load("holiday: {_target_: own_levers.Holiday, days: {2022: 3}}")
        assert policy.acting("learning", 2021) == []
        assert [lever.days for lever in policy.acting("learning", 2022)] == [3]
        assert policy.resolved["holiday"] == {"_target_": "own_levers.Holiday", "days": {2022: 3}}

    def test_its_settings_can_be_set_and_are_checked(self, load, refusal):
        text = "holiday: {_target_: own_levers.Holiday, days: 1}"
        assert load(text, [("policy.holiday.days", 2)]).lever("holiday", 2021).days == 2
        assert load(text, [("policy.holiday", {"days": 4})]).lever("holiday", 2021).days == 4
        assert (
            refusal(text, [("policy.holiday.days", -2)]) == "policy.holiday.days must be at least 0, got -2"
        )
        assert "did you mean 'days'?" in refusal(text, [("policy.holiday.day", 2)])

    @pytest.mark.parametrize(
        ("target", "message"),
        [
            ("Holiday", "policy.mine._target_ must be package.module.Class, got 'Holiday'"),
            ("3", "policy.mine._target_ must be package.module.Class, got 3"),
            (
                "nowhere_at_all.Holiday",
                "cannot import nowhere_at_all.Holiday: No module named 'nowhere_at_all'",
            ),
            ("own_levers.Holidays", "cannot import own_levers.Holidays"),
            ("pathlib.Path", "must name a subclass of sim.reform.Lever, and pathlib.Path is none"),
            ("os.getcwd", "must name a subclass of sim.reform.Lever"),
            ("own_levers.Bare", "must be decorated with @dataclass(frozen=True)"),
            ("own_levers.Idle", "needs a step of the calendar and a method apply(model, year)"),
            ("own_levers.Odd", "channels of own_levers.Odd: no such channel; known: teachers_place, teachers_learning"),
            ("own_levers.Odd", "did you mean 'digital'?"),
            ("own_levers.Lost", "needs a step of the calendar and a method apply(model, year)"),
        ],
    )
    def test_what_is_no_lever_is_refused(self, refusal, target, message):
        assert message in refusal(f"mine: {{_target_: {target}}}")
