"""The panels that show an answer: numbers and curves, targets, maps, and a table."""

from functools import partial
from typing import TYPE_CHECKING, Protocol

from nicegui import ui

from experiments.explore import charts
from experiments.explore.session import ARMS, Pairs
from experiments.explore.view import View
from experiments.explore.words import plain
from sim.agents.school import LEVELS
from sim.indicators.catalogue import INDICATORS, ZONE
from sim.targets import Target, Targets

if TYPE_CHECKING:
    from experiments.explore.page import Page

FEW = 10
"""Replicates below which the page says that they are few."""


def text(tag: str, told: str = "") -> ui.label:
    """An element with a text in it, which is shown as it is."""
    with ui.element(tag):
        return ui.label(told).style("display: inline")


class Panel(Protocol):
    """What shows a part of an answer."""

    def draw(self, shown: View) -> None:
        """Show this one."""


class AnswerPanel:
    """The district: what is looked at, how much stands behind it, numbers, curves, and the year."""

    def __init__(self, page: "Page") -> None:
        self._page, words = page, page.words
        with ui.element("section").classes("panel answer"):
            with ui.element("div").classes("choices"):
                self._build_choices()
            with ui.element("div").classes("honest").props("role=status aria-live=polite") as self._honest:
                self._spinner = ui.spinner(size="1.2em").props("aria-hidden=true")
                self._behind = ui.label(words("making"))
            self._problem = ui.label().classes("problem").props("role=alert")
            with ui.element("div").classes("numbers"):
                self._numbers = {arm: _Number(charts.LETTERS[arm].lower()) for arm in ARMS}
                self._difference = _Number("difference")
            self._title = text("h2")
            self._curves = ui.echart({}, renderer="svg").classes("curves").props("role=img")
            with ui.element("div").classes("year"):
                ui.label(words("year_choice")).classes("name")
                scenario = page.session.as_typed
                years = ui.slider(
                    min=scenario.baseline_year,
                    max=scenario.horizon,
                    step=1,
                    value=page.choice.year,
                    on_change=lambda event: page.look(year=int(event.value)),
                )
                years.props(f'markers marker-labels snap aria-label="{words("year_choice")}"')
            ui.label(words("curve_note")).classes("note")

    def _build_choices(self) -> None:
        page, words = self._page, self._page.words
        rows = Targets.parse(page.session.as_typed.targets).rows
        promised = {row.indicator for row in rows if isinstance(row, Target)}
        names = {name: words.indicator(name) for name in INDICATORS}
        first = {name: words("has_targets", indicator=names[name]) for name in names if name in promised}
        ui.select(
            first | {name: names[name] for name in names if name not in promised},
            label=words("indicator_choice"),
            value=page.choice.indicator,
            with_input=True,
            on_change=lambda event: page.look(indicator=event.value),
        ).classes("indicator").props("dense outlined options-dense behavior=menu")
        levels = ui.toggle(
            {level: words.level(level) for level in LEVELS},
            value=page.choice.level,
            on_change=lambda event: page.look(level=event.value),
        )
        levels.props(f'no-caps unelevated aria-label="{words("level_choice")}"')

    def say(self, pairs: Pairs | None, fresh: bool, busy: bool, problem: str) -> None:
        """How much stands behind the figures, and whether more is to come."""
        words, wanted = self._page.words, self._page.session.settings.run.replicates
        count = len(pairs.done) if pairs else 0
        if pairs is None:
            told = "" if problem else words("making")
        elif problem:
            told = words("kept_before")
        elif not fresh:
            told = words("stale")
        elif count == 1:
            told = words("one")
        else:
            told = words("few" if count < FEW else "enough", count=count, wanted=wanted)
        self._behind.set_text(told)
        luck = "luck" if 0 < count < FEW else ""
        self._honest.classes(add=luck, remove="" if luck else "luck")
        self._spinner.set_visibility(busy)
        self._problem.set_text(words("problem", problem=problem) if problem else "")
        self._problem.set_visibility(bool(problem))

    def draw(self, shown: View) -> None:
        """The chosen year in figures, and both policies by year."""
        words, choice, several = self._page.words, shown.choice, shown.replicates > 1
        at = shown.years.index(choice.year)
        for arm, name in self._page.names.items():
            curve = shown.curves[arm]
            band = words("band", low=plain(curve.p05[at]), high=plain(curve.p95[at])) if several else ""
            what = words("year_figure", policy=name, year=choice.year)
            self._numbers[arm].show(what, words.figure(curve.mean[at], choice.unit), band)
        error = words("error", error=plain(shown.error)) if several else words("no_error")
        difference = words.difference(shown.difference, choice.unit)
        self._difference.show(words("a_less_b", year=choice.year), difference, error)
        self._draw_curves(shown)

    def _draw_curves(self, shown: View) -> None:
        words, choice = self._page.words, shown.choice
        figure = partial(words.figure, unit=choice.unit)
        a, b = (shown.curves[arm].mean for arm in ARMS)
        measured = any(value == value for value in a)
        of_what = {"indicator": words.indicator(choice.indicator), "level": words.level(choice.level)}
        self._title.set_text(words("curve" if measured else "not_measured", **of_what))
        ends = {"first": shown.years[0], "last": shown.years[-1], "a0": figure(a[0]), "a1": figure(a[-1])}
        alt = words("curve_alt", **of_what, **ends, b1=figure(b[-1]), count=shown.replicates)
        _redraw(self._curves, charts.curves(shown, words), alt)


class _Number:
    """What it is, the figure, and its range."""

    def __init__(self, kind: str) -> None:
        with ui.element("div").classes(f"number {kind}"):
            self._what, self._value = ui.label().classes("what"), ui.label().classes("value")
            self._range = ui.label().classes("what")

    def show(self, what: str, value: str, range_: str) -> None:
        self._what.set_text(what)
        self._value.set_text(value)
        self._range.set_text(range_)


class TargetsPanel:
    """The promises on the chosen indicator, and how likely they are kept."""

    def __init__(self, page: "Page") -> None:
        self._page = page
        with ui.element("section").classes("panel targets"):
            self._title = text("h2")
            self._rows = ui.element("div").classes("scroll").props("tabindex=0 role=group")

    def draw(self, shown: View) -> None:
        words = self._page.words
        title = words("targets", indicator=words.indicator(shown.choice.indicator))
        self._title.set_text(title)
        self._rows.props["aria-label"] = title
        self._rows.clear()
        with self._rows:
            if not shown.goals:
                ui.label(words("no_targets")).classes("note")
                return
            with ui.element("table").classes("goals"):
                with ui.element("tr"):
                    for key in ("target", "year", "goal", "mean_a", "chance_a", "chance_b", "verdict"):
                        with ui.element("th").props("scope=col"):
                            ui.label(words(key))
                for goal in shown.goals:
                    scope = [words("each_school")] * goal.each + [words("both_levels")] * goal.both
                    promise = f"{charts.promise(goal.comparator, goal.target)} {words.unit(goal.unit)}"
                    with ui.element("tr"):
                        text("td", goal.id)
                        text("td", str(goal.year))
                        text("td", ", ".join([promise, *scope]))
                        text("td", plain(goal.mean))
                        text("td", words.chance(goal.chance))
                        text("td", words.chance(goal.chance_other))
                        text("td", words(f"status.{goal.status}") + (f" ({words('stated')})" if goal.stated else ""))


class MapsPanel:
    """The schools under both policies in the chosen year, in the same colours."""

    def __init__(self, page: "Page") -> None:
        self._page, words = page, page.words
        with ui.element("section").classes("panel maps"):
            with ui.element("div").classes("choices").style("justify-content: space-between"):
                self._title = text("h2")
                first = page.session.as_typed.baseline_year
                shows = ui.toggle(
                    {False: words("map_value"), True: words("map_change", year=first)},
                    value=page.choice.change,
                    on_change=lambda event: page.look(change=bool(event.value)),
                )
                shows.props('no-caps unelevated dense padding="4px 12px"')
            with ui.element("div").classes("pair"):
                self._maps = {}
                for arm in ARMS:
                    with ui.element("div"):
                        name = text("h3")
                        chart = ui.echart({}, renderer="svg").classes("school-map").props("role=img")
                        self._maps[arm] = name, chart
            self._notes = ui.label().classes("note")

    def draw(self, shown: View) -> None:
        words, choice = self._page.words, shown.choice
        what = words("map_change", year=shown.years[0]) if choice.change else words("map_value")
        indicator, level = words.indicator(choice.indicator), words.level(choice.level)
        self._title.set_text(words("map", year=choice.year, indicator=indicator, level=level, what=what))
        for arm, (name, chart) in self._maps.items():
            policy = self._page.names[arm]
            name.set_text(policy)
            alt = words("map_alt", count=len(shown.schools), policy=policy, what=what, year=choice.year)
            _redraw(chart, charts.school_map(shown, arm, words), alt)
        notes = [words("map_note")]
        if shown.scope != "school":
            notes.append(words("map_zone" if shown.scope == ZONE else "map_district"))
        if self._page.session.places_are_drawn:
            notes.append(words("map_drawn"))
        self._notes.set_text(" ".join([*notes, words("map_few")]))


class FiguresPanel:
    """The figures of the maps, for those who read rather than look."""

    def __init__(self, page: "Page") -> None:
        self._page = page
        with ui.expansion(page.words("table")).classes("panel figures"):
            self._table = ui.table(rows=[], columns=[], row_key="school").props("dense flat")
            ui.label(page.words("names_note")).classes("note")

    def draw(self, shown: View) -> None:
        words, unit = self._page.words, self._page.words.unit(shown.choice.unit)
        in_unit = f" ({unit})" if unit else ""
        columns = [_column(key, words(key)) for key in ("school", "zone")]
        columns.append(_column("students", words("students"), digits=0))
        for arm in ARMS:
            letter, digits = charts.LETTERS[arm], charts.decimals(shown)
            value = words("in_year", policy=letter, year=shown.choice.year) + in_unit
            change = words("since", policy=letter) + in_unit
            columns += [_column(f"value_{arm}", value, digits), _column(f"change_{arm}", change, digits)]
        self._table.columns = columns
        self._table.rows = charts.figures_table(shown, words)
        self._table.update()


def _column(key: str, label: str, digits: int | None = None) -> dict[str, object]:
    """A column of the table, of texts or of numbers with so many decimals."""
    column: dict[str, object] = {"name": key, "field": key, "label": label, "sortable": True, "align": "left"}
    if digits is not None:
        column |= {"align": "right", ":format": f"value => value == null ? '–' : value.toFixed({digits})"}
    return column


def _redraw(chart: ui.echart, options: dict[str, object], alt: str) -> None:
    chart.options.clear()
    chart.options.update(options)
    chart.props["aria-label"] = alt
    chart.update()
