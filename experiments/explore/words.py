"""What the page says, in English and Chinese, from two tables: its own texts, and names of what is measured."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from experiments.explore.sliders import Slider
from sim.indicators.catalogue import INDICATORS
from sim.userinput import read_yaml

HERE = Path(__file__).parent
NOTHING = "–"
MILLION, TEN_THOUSAND = 1e6, 1e4
SHARES = ("share", "share a year")


@cache
def texts() -> Mapping[str, Mapping[str, str]]:
    """Every text by key and language."""
    names = {key: text for group in read_yaml(HERE / "names.yaml").values() for key, text in group.items()}
    return {**names, **read_yaml(HERE / "texts.yaml")}


class Words:
    """Texts of one language, `en` or `zh`: `words("year_figure", year=2025, policy="A")`."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, key: str, /, **values: object) -> str:
        return texts()[key][self.language].format(**values)

    def indicator(self, name: str) -> str:
        """Name of an indicator."""
        return self._label(f"indicator.{name}", INDICATORS[name].meaning)

    def lever(self, slider: Slider) -> str:
        """Name of a setting that has a slider."""
        return self._label(f"setting.{slider.key}", slider.meaning)

    def level(self, name: str) -> str:
        """`primary` or `junior`."""
        return self(f"level.{name}")

    def unit(self, name: str) -> str:
        """Name of a unit."""
        return self._label(f"unit.{name}", name)

    def _label(self, key: str, instead: str) -> str:
        return self(key) if key in texts() else instead

    def setting(self, value: float, unit: str) -> str:
        """A value of a slider: shares in percent, yuan in thousands or 万元."""
        if unit in SHARES:
            return f"{100 * value:.0f} %"
        if unit.startswith("yuan"):
            if self.language == "zh":
                return f"{value / TEN_THOUSAND:,.4g} 万元"
            return f"{value:,.0f} yuan"
        return f"{value:,.0f} {self.unit(unit)}"

    def figure(self, value: float, unit: str, signed: bool = False) -> str:
        """A figure with its unit; yuan in millions."""
        if value != value:
            return NOTHING
        if unit == "yuan":
            value, unit = value / MILLION, "百万元" if self.language == "zh" else "million yuan"
        name = self.unit(unit)
        return f"{plain(value, signed)}{' ' if name else ''}{name}"

    def difference(self, value: float, unit: str) -> str:
        """A difference of two figures; of two percentages it is in points."""
        return f"{plain(value, signed=True)} {self('points')}" if unit == "%" else self.figure(value, unit, signed=True)

    def chance(self, share: float) -> str:
        """A probability."""
        return NOTHING if share != share else f"{100 * share:.0f} %"


def plain(value: float, signed: bool = False) -> str:
    """Three digits or so."""
    if value != value:
        return NOTHING
    decimals = next((d for limit, d in ((1, 3), (10, 2), (100, 1)) if abs(value) < limit), 0)
    number = round(value, decimals)
    if number == 0:
        return "0"
    text = f"{number:{'+' if signed else ''}.{decimals}f}"
    return (text.rstrip("0").rstrip(".") if number == int(number) and decimals else text).replace("-", "−")
