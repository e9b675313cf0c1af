"""The curves and the map, as ECharts takes them.

Colours are those of Okabe and Ito (2008), which the colour-blind tell apart; line styles, signs and lightness say the
same in black and white. What shows names is plain text of an SVG, or escaped.
"""

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from experiments.explore.session import ARMS
from experiments.explore.view import Curve, Shown, View
from experiments.explore.words import Words, plain
from sim.scenario import Arm

COLOURS: Mapping[Arm, str] = {ARMS[0]: "#0072B2", ARMS[1]: "#595959"}
DASHES: Mapping[Arm, str] = {ARMS[0]: "solid", ARMS[1]: "dashed"}
LETTERS: Mapping[Arm, str] = {ARMS[0]: "A", ARMS[1]: "B"}
GOAL, INK, FAINT, UNKNOWN = "#B34700", "#222222", "#9a9a9a", "#c8c8c8"
DARK_TO_LIGHT = ("#00224e", "#575d6d", "#a59c74", "#fee838")
"""Cividis (Nuñez et al. 2018): lighter is more, for the colour-blind too."""
LESS_TO_MORE = ("#0072B2", "#f2f2f2", "#D55E00")
SIGNS = {">=": "≥", "<=": "≤"}
SMALLEST, LARGEST = 9.0, 30.0
"""Diameters of the smallest and the largest school, pixels."""
MARGIN = 0.08
"""Room around the schools, as a share of the map's width."""
SHAPE = 4 / 3
"""Width of a map over its height, as the page's style has it."""
FONT = "system-ui, 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"
TOOLTIP = """ps => {
  const told = ps.filter(p => p.data && p.data.text).sort((p, q) => p.data.text < q.data.text ? -1 : 1);
  return [ps[0].axisValueLabel, ...told.map(p => p.marker + p.data.text)].join('<br>');
}"""
POINT = "p => p.data.text || ''"


def curves(view: View, words: Words) -> dict[str, Any]:
    """Options of the chart of both policies by year, with bands, targets and the chosen year."""
    years = [str(year) for year in view.years]
    series: list[dict[str, Any]] = []
    for arm in reversed(ARMS):  # A lies on top
        curve = view.curves[arm]
        series += [_edge(arm, curve), _width(arm, curve)]
    for arm in reversed(ARMS):
        series.append(_line(view, arm, words))
    series[-1]["markLine"] = {
        "silent": True,
        "animation": False,
        "symbol": "none",
        "label": {"show": False},
        "lineStyle": {"color": INK, "type": "solid", "width": 1},
        "data": [{"xAxis": str(view.choice.year)}],
    }
    series.append(_goals(view, words))
    return {
        "textStyle": {"fontFamily": FONT},
        "animationDuration": 200,
        "animationDurationUpdate": 200,
        "grid": {"left": 12, "right": 24, "top": 44, "bottom": 8, "containLabel": True},
        "legend": {"top": 0, "right": 8, "data": [LETTERS[arm] for arm in ARMS], "itemWidth": 34},
        "tooltip": {"trigger": "axis", "confine": True, ":formatter": TOOLTIP},
        "xAxis": {"type": "category", "data": years, "boundaryGap": False},
        "yAxis": {
            "type": "value",
            "scale": True,
            "name": words.unit(view.choice.unit),
            "nameTextStyle": {"align": "left"},
            "axisLabel": {"hideOverlap": True},
        },
        "series": series,
    }


def _edge(arm: Arm, curve: Curve) -> dict[str, Any]:
    """The lower end of a band, on which its width stands."""
    return _of_band(arm, [_known(low) for low in curve.p05], 0.0)


def _width(arm: Arm, curve: Curve) -> dict[str, Any]:
    widths = [_known(high - low) for low, high in zip(curve.p05, curve.p95, strict=True)]
    return _of_band(arm, widths, 0.18)


def _of_band(arm: Arm, data: list[float | None], opacity: float) -> dict[str, Any]:
    return {
        "type": "line",
        "stack": arm,
        "stackStrategy": "all",
        "silent": True,
        "symbol": "none",
        "data": data,
        "lineStyle": {"opacity": 0},
        "areaStyle": {"color": COLOURS[arm], "opacity": opacity},
        "emphasis": {"disabled": True},
        "tooltip": {"show": False},
    }


def _line(view: View, arm: Arm, words: Words) -> dict[str, Any]:
    curve, unit = view.curves[arm], view.choice.unit
    data = []
    for mean, low, high in zip(curve.mean, curve.p05, curve.p95, strict=True):
        band = f" ({plain(low)} … {plain(high)})" if view.replicates > 1 else ""
        data.append({"value": _known(mean), "text": f"{LETTERS[arm]}: {escape(words.figure(mean, unit))}{band}"})
    return {
        "name": LETTERS[arm],
        "type": "line",
        "data": data,
        "symbol": "circle" if arm == ARMS[0] else "rect",
        "symbolSize": 7,
        "color": COLOURS[arm],
        "lineStyle": {"width": 2.5, "type": DASHES[arm]},
    }


def _goals(view: View, words: Words) -> dict[str, Any]:
    """A diamond where a target that is a level is judged; what it says stands beside the last of each."""
    points: list[dict[str, Any]] = []
    levels = [goal for goal in view.goals if math.isfinite(goal.at)]
    last = {(goal.id, goal.at): goal.year for goal in levels}
    for goal in levels:
        text = f"{goal.id} {promise(goal.comparator, goal.at)}"
        points.append(
            {
                "value": [str(goal.year), goal.at],
                "text": escape(text),
                "label": {
                    "show": last[goal.id, goal.at] == goal.year,
                    "formatter": text,
                    "position": "bottom",
                    "color": GOAL,
                    "backgroundColor": "rgba(255, 255, 255, 0.8)",
                    "padding": 2,
                },
            }
        )
    return {
        "name": words("target"),
        "type": "scatter",
        "symbol": "diamond",
        "symbolSize": 12,
        "itemStyle": {"color": "#ffffff", "borderColor": GOAL, "borderWidth": 2},
        "data": points,
        "labelLayout": {"hideOverlap": True},
        "z": 5,
    }


def promise(comparator: str, value: float) -> str:
    """`≥ 55`."""
    return f"{SIGNS.get(comparator, comparator)} {plain(value)}"


def school_map(view: View, arm: Arm, words: Words) -> dict[str, Any]:
    """Options of the map of one policy's schools in the chosen year."""
    known = [school for school in view.schools if math.isfinite(school.figure(arm, view.choice.change))]
    unknown = [school for school in view.schools if school not in known]
    biggest = max((school.students for school in view.schools), default=1.0)
    west, east, south, north = _frame(view.schools)
    return {
        "textStyle": {"fontFamily": FONT},
        "animation": False,
        "grid": {"left": 4, "right": 4, "top": 4, "bottom": 44},
        "tooltip": {"trigger": "item", "confine": True, ":formatter": POINT},
        "xAxis": {"type": "value", "show": False, "min": west, "max": east},
        "yAxis": {"type": "value", "show": False, "min": south, "max": north},
        "visualMap": _scale(view, words),
        "series": [
            {
                "type": "lines",
                "coordinateSystem": "cartesian2d",
                "silent": True,
                "lineStyle": {"color": FAINT, "width": 1, "opacity": 0.8},
                "data": _spokes(view.schools),
            },
            _points([_point(school, arm, view, words, biggest) for school in unknown], UNKNOWN),
            _points([_point(school, arm, view, words, biggest) for school in known], None),
        ],
    }


def _frame(schools: Sequence[Shown]) -> tuple[float, float, float, float]:
    """West, east, south and north of the map: as wide as it is high in kilometres, times its shape."""
    if not schools:
        return 0.0, 1.0, 0.0, 1.0
    easts, norths = ([getattr(school.place, side) for school in schools] for side in ("east", "north"))
    width = max(max(easts) - min(easts), SHAPE * (max(norths) - min(norths)), 1.0) * (1 + 2 * MARGIN)
    height = width / SHAPE
    x, y = (max(easts) + min(easts)) / 2, (max(norths) + min(norths)) / 2
    return x - width / 2, x + width / 2, y - height / 2, y + height / 2


def _spokes(schools: Sequence[Shown]) -> list[dict[str, Any]]:
    """A line from each member of a zone to the middle of the zone's schools."""
    members: dict[str, list[Shown]] = {}
    for school in schools:
        if school.place.zone:
            members.setdefault(school.place.zone, []).append(school)
    spokes = []
    for group in members.values():
        middle = [sum(getattr(one.place, side) for one in group) / len(group) for side in ("east", "north")]
        spokes += [{"coords": [middle, [one.place.east, one.place.north]]} for one in group if len(group) > 1]
    return spokes


def _point(school: Shown, arm: Arm, view: View, words: Words, biggest: float) -> dict[str, Any]:
    place, choice = school.place, view.choice
    figure = school.figure(arm, choice.change)
    size = max(SMALLEST, LARGEST * math.sqrt(school.students / biggest)) if biggest else SMALLEST
    told = [
        place.name + (f" ({words('lead')})" if place.lead else ""),
        place.zone,
        words.figure(school.students, "students"),
        f"{view.years[0]}: {words.figure(school.baseline[arm], choice.unit)}",
        f"{choice.year}: {words.figure(school.value[arm], choice.unit)}",
    ]
    sign = "" if not choice.change or not math.isfinite(figure) or plain(figure) == "0" else plain(figure, True)[0]
    return {
        "value": [place.east, place.north, _known(figure)],
        "name": place.name,
        "symbol": "diamond" if place.lead else "circle",
        "symbolSize": size * (1.3 if place.lead else 1.0),
        "text": "<br>".join(escape(line) for line in told if line),
        "label": {"show": bool(sign), "formatter": sign, "color": INK, "fontWeight": "bold"},
        "itemStyle": {"borderColor": INK, "borderWidth": 2 if place.lead else 0.8},
    }


def _points(data: list[dict[str, Any]], colour: str | None) -> dict[str, Any]:
    plain_colour = {} if colour is None else {"color": colour}
    return {"type": "scatter", "data": data, **plain_colour}


def _scale(view: View, words: Words) -> dict[str, Any]:
    """Colours, the same on both maps and in every year."""
    low, high = view.span if math.isfinite(view.span[0]) else (0.0, 1.0)
    if view.choice.change:
        most = max(abs(low), abs(high)) or 1.0
        low, high = -most, most
    elif low == high:
        low, high = low - 0.5, high + 0.5
    unit = view.choice.unit
    return {
        "show": math.isfinite(view.span[0]),
        "seriesIndex": 2,
        "dimension": 2,
        "min": low,
        "max": high,
        "calculable": False,
        "orient": "horizontal",
        "left": "center",
        "bottom": 0,
        "itemWidth": 12,
        "itemHeight": 130,
        "text": [words.figure(high, unit, view.choice.change), words.figure(low, unit, view.choice.change)],
        "inRange": {"color": list(LESS_TO_MORE if view.choice.change else DARK_TO_LIGHT)},
    }


def _known(value: float) -> float | None:
    """JSON has no nan."""
    return value if math.isfinite(value) else None


def figures_table(view: View, words: Words) -> list[dict[str, Any]]:
    """Rows of the table that says what the maps show."""
    rows = []
    for school in view.schools:
        row: dict[str, Any] = {
            "school": school.place.name + (f" ({words('lead')})" if school.place.lead else ""),
            "zone": school.place.zone or words("no_zone"),
            "students": round(school.students),
        }
        for arm in ARMS:
            row[f"value_{arm}"] = _known(school.value[arm])
            row[f"change_{arm}"] = _known(school.figure(arm, change=True))
        rows.append(row)
    return rows


def decimals(view: View) -> int:
    """Of the table's figures: three digits of the largest, or so."""
    most = max(map(abs, view.span)) if math.isfinite(view.span[0]) else 0.0
    return next((digits for limit, digits in ((3, 3), (30, 2), (300, 1)) if most < limit), 0)
