"""What the page says, in English and Chinese: its own texts, and names from the catalogue of the report."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from experiments.explore.sliders import Slider
from sim.indicators.catalogue import INDICATORS
from sim.report import words as report
from sim.userinput import read_yaml

CATALOGUE = Path(__file__).parent / "texts.yaml"
NOTHING = "–"
MILLION, TEN_THOUSAND = 1e6, 1e4
SHARES = ("share", "share a year")


@cache
def own_texts() -> Mapping[str, Mapping[str, str]]:
    """What the page alone says, by key and language."""
    return read_yaml(CATALOGUE)


class Words(report.Words):
    """Texts of one language, `en` or `zh`: `words("year_figure", year=2025, policy="A")`."""

    def __call__(self, key: str, /, **values: object) -> str:
        own = own_texts().get(key)
        return super().__call__(key, **values) if own is None else own[self.language].format(**values)

    def indicator(self, name: str) -> str:
        """Name of an indicator; what it means where the catalogue does not know it yet."""
        named = self.label("indicator", name)
        return INDICATORS[name].meaning if named == name else named

    def lever(self, slider: Slider) -> str:
        """Name of a setting that has a slider; what it means where it has none."""
        named = self.label("setting", slider.key)
        return slider.meaning if named == slider.key else named

    def level(self, name: str) -> str:
        """`primary` or `junior`."""
        return self(f"level.{name}")

    def unit(self, name: str) -> str:
        """Name of a unit."""
        return self(f"unit.{name}") if f"unit.{name}" in own_texts() else self.label("unit", name)

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
