"""The page: what is on it, and what happens when something on it is moved. All figures come from `view`."""

import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from nicegui import app, run, ui
from nicegui.events import ValueChangeEventArguments
from starlette.middleware.trustedhost import TrustedHostMiddleware

from experiments.explore import charts
from experiments.explore.session import ARMS, Answers, Pairs, Session
from experiments.explore.settings import LANGUAGES
from experiments.explore.sliders import Slider
from experiments.explore.view import Choice, View, view
from experiments.explore.words import Words
from sim.agents.school import LEVELS
from sim.indicators.catalogue import INDICATORS
from sim.scenario import Arm, Scenario
from sim.targets import Target, Targets
from sim.userinput import UserError

LANGUAGE_NAMES = {"en": "English", "zh": "中文"}
HTML_LANGUAGES = {"en": "en", "zh": "zh-CN"}
TICK, REST = 0.1, 0.5
"""Seconds between looks at what is known by now, and between two drawings of the same question."""
FEW = 10
"""Replicates below which the page says that they are few."""
TYPED = ""
"""Policy B is A as it was typed; no policy has this name."""
STYLE = Path(__file__).with_name("page.css")
ICON = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="5" cy="6" r="4" fill="#0072B2"/>
<path d="M11 4l4 5-4 5-4-5z" fill="#D55E00"/></svg>"""


def serve(session: Session, sliders: Sequence[Slider], host: str) -> None:
    """Serve the page to this computer until the user ends the command."""
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=[host, "localhost"])
    settings = session.settings
    ui.run(
        lambda: Page(session, sliders).open(),
        host=host,
        port=settings.port,
        title="zonesim explore",
        favicon=ICON,
        show=settings.open,
        reload=False,
        tailwind=False,
        show_welcome_message=False,
    )


class Page:
    """One opened page: what it looks at, and which sliders were moved."""

    def __init__(self, session: Session, sliders: Sequence[Slider]) -> None:
        settings = session.settings
        self.session, self.sliders = session, sliders
        self.words = Words(settings.language)
        self.moved: dict[str, float] = {}
        self.against = settings.counterfactual
        self.choice = Choice(settings.indicator, settings.level, settings.run.horizon)
        self.others = session.others()
        self.answers = Answers(session)
        self.asked: tuple[Scenario, Scenario] | None = None
        self.refused = ""
        self.drawn: tuple[Pairs, Choice] | None = None
        self.drawn_at = 0.0

    def open(self) -> None:
        """Build the page and ask the first question."""
        ui.add_css(STYLE.read_text(encoding="utf-8"))
        self.root = ui.element("main").classes("page")
        self.build()
        self.answers.start()
        ui.context.client.on_delete(self.answers.close)
        self.ask()
        ui.timer(TICK, self.refresh)

    # What is on the page

    def build(self) -> None:
        """Everything, in the language that is chosen."""
        self.root.clear()
        self.drawn = None
        ui.run_javascript(f"document.documentElement.lang = '{HTML_LANGUAGES[self.words.language]}'")
        with self.root:
            with ui.element("header").classes("top"):
                _text("h1", self.words("heading", district=self.session.as_typed.district.title))
                names = {name: LANGUAGE_NAMES[name] for name in LANGUAGES}
                toggle = ui.toggle(names, value=self.words.language, on_change=self.speak)
                toggle.props(f'no-caps dense unelevated padding="4px 12px" aria-label="{self.words("language")}"')
            with ui.element("div").classes("layout"):
                self.build_answer()
                self.build_levers()
                self.build_maps()
                self.build_table()

    def build_answer(self) -> None:
        """The figures of the district: numbers, curves, year, targets."""
        words = self.words
        with ui.element("section").classes("block answer"):
            with ui.element("div").classes("choices"):
                ui.select(
                    self.indicators(),
                    label=words("indicator_choice"),
                    value=self.choice.indicator,
                    with_input=True,
                    on_change=lambda event: self.look(indicator=event.value),
                ).classes("indicator").props("dense outlined options-dense behavior=menu")
                levels = {level: words.level(level) for level in LEVELS}
                ui.toggle(
                    levels, value=self.choice.level, on_change=lambda event: self.look(level=event.value)
                ).props(f'no-caps unelevated aria-label="{words("level_choice")}"')
            with ui.element("div").classes("honest").props('role=status aria-live=polite') as self.honest:
                self.spinner = ui.spinner(size="1.2em").props("aria-hidden=true")
                self.honest_text = ui.label(words("making"))
            self.problem = ui.label().classes("problem").props("role=alert")
            with ui.element("div").classes("numbers"):
                self.numbers = {arm: _number(charts.LETTERS[arm].lower()) for arm in ARMS}
                self.difference = _number("difference")
            self.curve_name = _text("h2", "")
            self.curves = ui.echart({}, renderer="svg").classes("curves").props("role=img")
            with ui.element("div").classes("year"):
                ui.label(words("year_choice")).classes("name")
                scenario = self.session.as_typed
                ui.slider(
                    min=scenario.baseline_year,
                    max=scenario.horizon,
                    step=1,
                    value=self.choice.year,
                    on_change=lambda event: self.look(year=int(event.value)),
                ).props(f'markers marker-labels snap aria-label="{words("year_choice")}"').mark("year")
            ui.label(words("curve_note")).classes("note")
            self.targets = ui.element("div").classes("scroll")

    def build_levers(self) -> None:
        """The sliders of policy A, and the choice of policy B."""
        words = self.words
        with ui.element("section").classes("block levers"):
            _text("h2", words("sliders"))
            ui.label(words("sliders_note")).classes("note")
            ui.button(words("reset"), on_click=self.reset).props("no-caps flat dense icon=undo").mark("reset")
            self.levers = {slider.key: _Lever(self, slider) for slider in self.sliders}
            ui.label(words("other_levers")).classes("note")
            _text("h2", words("against")).style("margin-top: 14px")
            first = self.session.settings.counterfactual
            options = {first: words("against_counterfactual", policy=first), TYPED: words("against_typed")}
            options |= {name: name for name in self.others if name not in options}
            choice = ui.select(options, value=self.against, on_change=self.compare_with)
            choice.props(f'dense outlined options-dense behavior=menu aria-label="{words("against")}"')

    def build_maps(self) -> None:
        """The schools of both policies in the chosen year."""
        words, first = self.words, self.session.as_typed.baseline_year
        with ui.element("section").classes("block maps"):
            with ui.element("div").classes("choices").style("justify-content: space-between"):
                self.map_name = _text("h2", "")
                ui.toggle(
                    {False: words("map_value"), True: words("map_change", year=first)},
                    value=self.choice.change,
                    on_change=lambda event: self.look(change=bool(event.value)),
                ).props("no-caps unelevated dense padding='4px 12px'")
            with ui.element("div").classes("pair"):
                self.maps: dict[Arm, tuple[ui.element, ui.echart]] = {}
                for arm in ARMS:
                    with ui.element("div"):
                        name = _text("h3", "")
                        chart = ui.echart({}, renderer="svg").classes("school-map").props("role=img")
                        self.maps[arm] = name, chart
            self.map_notes = ui.label().classes("note")

    def build_table(self) -> None:
        """The same figures as the maps', for those who read rather than look."""
        with ui.expansion(self.words("table")).classes("block figures"):
            self.table = ui.table(rows=[], columns=[], row_key="school").props("dense flat")
            ui.label(self.words("names_note")).classes("note")

    def indicators(self) -> dict[str, str]:
        """Those with targets first."""
        rows = Targets.parse(self.session.as_typed.targets).rows
        promised = {row.indicator for row in rows if isinstance(row, Target)}
        names = {name: self.words.indicator(name) for name in INDICATORS}
        first = {name: self.words("has_targets", indicator=names[name]) for name in names if name in promised}
        return first | {name: text for name, text in names.items() if name not in promised}

    # What happens when something is moved

    def speak(self, event: ValueChangeEventArguments[str]) -> None:
        """Say everything in another language."""
        self.words = Words(event.value)
        self.build()

    def look(self, **choice: object) -> None:
        """Look at another indicator, level or year; nothing is run."""
        self.choice = replace(self.choice, **choice)  # type: ignore[arg-type]

    def compare_with(self, event: ValueChangeEventArguments[str]) -> None:
        """Take another policy as B."""
        self.against = event.value
        self.ask()

    def move(self, key: str, value: float | None) -> None:
        """Set a slider's value in policy A; None puts it back."""
        if value is None:
            self.moved.pop(key, None)
        else:
            self.moved[key] = value
        self.ask()

    def reset(self) -> None:
        """Put all sliders back."""
        self.moved.clear()
        for lever in self.levers.values():
            lever.put_back()
        self.ask()

    def ask(self) -> None:
        """Have both policies run; what cannot be run is said."""
        try:
            a = self.session.scenario(self.moved)
            b = self.session.as_typed if self.against == TYPED else self.session.other(self.against)
        except UserError as problem:
            self.refused = str(problem)
            return
        self.refused, self.asked = "", (a, b)
        self.answers.ask(a, b)

    # What is shown of the answer

    @property
    def names(self) -> dict[Arm, str]:
        """What A and B are called."""
        words, typed = self.words, self.session.as_typed.policy.name
        a = words("moved", policy=typed, count=len(self.moved)) if self.moved else typed
        b = typed if self.against == TYPED else self.against
        return {ARMS[0]: words("policy_a", policy=a), ARMS[1]: words("policy_b", policy=b)}

    async def refresh(self) -> None:
        """Draw what is new."""
        pairs, problem = self.answers.latest, self.refused or str(self.answers.problem or "")
        fresh = pairs is not None and self.asked is not None and pairs.a is self.asked[0] and pairs.b is self.asked[1]
        self.say(pairs, fresh, problem)
        if pairs is None:
            return
        if self.drawn is not None and self.drawn[0] is pairs and self.drawn[1] == self.choice:
            return
        same_question = self.drawn is not None and self.drawn[0].a is pairs.a and self.drawn[1] == self.choice
        if same_question and self.answers.busy and time.monotonic() < self.drawn_at + REST:
            return
        choice, root = self.choice, self.words
        shown = await run.io_bound(view, pairs, self.session.places, choice)
        if shown is None or root is not self.words:  # the page is closed, or has been built anew
            return
        self.draw(shown)
        self.drawn, self.drawn_at = (pairs, choice), time.monotonic()

    def say(self, pairs: Pairs | None, fresh: bool, problem: str) -> None:
        """How much stands behind the figures, and whether more is to come."""
        words, wanted = self.words, self.session.settings.run.replicates
        count = len(pairs.done) if pairs else 0
        if pairs is None:
            text = "" if problem else words("making")
        elif problem:
            text = words("kept_before")
        elif not fresh:
            text = words("stale")
        elif count == 1:
            text = words("one")
        else:
            text = words("few" if count < FEW else "enough", count=count, wanted=wanted)
        self.honest_text.set_text(text)
        self.honest.classes(remove="luck" if count >= FEW else "", add="luck" if 0 < count < FEW else "")
        self.spinner.set_visibility(self.answers.busy)
        self.problem.set_text(words("problem", problem=problem) if problem else "")
        self.problem.set_visibility(bool(problem))

    def draw(self, shown: View) -> None:
        """Put a view on the page."""
        self.draw_numbers(shown)
        self.draw_curves(shown)
        self.draw_targets(shown)
        self.draw_maps(shown)
        self.draw_table(shown)

    def draw_numbers(self, shown: View) -> None:
        """The chosen year in figures."""
        words, choice = self.words, shown.choice
        at = shown.years.index(choice.year)
        for arm in ARMS:
            what, value, range_ = self.numbers[arm]
            curve = shown.curves[arm]
            what.set_text(words("year_figure", policy=self.names[arm], year=choice.year))
            value.set_text(words.figure(curve.mean[at], choice.unit))
            low, high = (charts.plain(end[at]) for end in (curve.p05, curve.p95))
            range_.set_text(words("band", low=low, high=high) if shown.replicates > 1 else "")
        what, value, range_ = self.difference
        what.set_text(words("a_less_b", year=choice.year))
        unit = "pp" if choice.unit == "%" else choice.unit
        value.set_text(words.figure(shown.difference, unit, signed=True))
        error = charts.plain(shown.error)
        range_.set_text(words("error", error=error) if shown.replicates > 1 else words("no_error"))

    def draw_curves(self, shown: View) -> None:
        """Both policies by year."""
        words, choice = self.words, shown.choice
        indicator, level = words.indicator(choice.indicator), words.level(choice.level)
        a, b = (shown.curves[arm].mean for arm in ARMS)
        missing = all(value != value for value in a)
        key = "not_measured" if missing else "curve"
        _say(self.curve_name, words(key, indicator=indicator, level=level))
        told = words(
            "curve_alt",
            indicator=indicator,
            level=level,
            first=shown.years[0],
            last=shown.years[-1],
            a0=words.figure(a[0], choice.unit),
            a1=words.figure(a[-1], choice.unit),
            b1=words.figure(b[-1], choice.unit),
            count=shown.replicates,
        )
        _redraw(self.curves, charts.curves(shown, words), told)

    def draw_targets(self, shown: View) -> None:
        """The promises on this indicator and how likely they are kept."""
        words = self.words
        self.targets.clear()
        with self.targets:
            if not shown.goals:
                ui.label(words("no_targets")).classes("note")
                return
            with ui.element("table").classes("goals"):
                with ui.element("tr"):
                    for key in ("target", "year", "goal", "mean_a", "chance_a", "chance_b", "verdict"):
                        _text("th", words(key)).props("scope=col")
                for goal in shown.goals:
                    scope = [words("each_school")] * goal.each + [words("both_levels")] * goal.both
                    unit = words.unit(goal.unit)
                    with ui.element("tr"):
                        _text("td", goal.id)
                        _text("td", str(goal.year))
                        _text("td", ", ".join([f"{goal.comparator} {charts.plain(goal.target)} {unit}", *scope]))
                        _text("td", charts.plain(goal.mean))
                        _text("td", _percent(goal.chance))
                        _text("td", _percent(goal.chance_other))
                        _text("td", words(goal.status) + (f" ({words('stated')})" if goal.stated else ""))

    def draw_maps(self, shown: View) -> None:
        """Both maps, with the same colours."""
        words, choice = self.words, shown.choice
        what = words("map_change", year=shown.years[0]) if choice.change else words("map_value")
        level = words.level(choice.level)
        _say(self.map_name, f"{words('map', year=choice.year)}: {words.indicator(choice.indicator)}, {level}, {what}")
        for arm, (name, chart) in self.maps.items():
            _say(name, self.names[arm])
            alt = words("map_alt", count=len(shown.schools), policy=self.names[arm], what=what, year=choice.year)
            _redraw(chart, charts.school_map(shown, arm, words), alt)
        notes = [words("map_note")]
        notes += [words(key) for scope, key in (("zone", "map_zone"), ("district", "map_district")) if shown.scope == scope]
        if self.session.places_are_drawn:
            notes.append(words("map_drawn"))
        self.map_notes.set_text(" ".join([*notes, words("map_few")]))

    def draw_table(self, shown: View) -> None:
        """What the maps show, by school."""
        words, unit = self.words, self.words.unit(shown.choice.unit)
        heads = [("school", words("school")), ("zone", words("zone")), ("students", words("students"))]
        for arm in ARMS:
            heads.append((f"value_{arm}", words("in_year", policy=charts.LETTERS[arm], year=shown.choice.year)))
            heads.append((f"change_{arm}", words("since", policy=charts.LETTERS[arm])))
        self.table.columns = [
            {
                "name": key,
                "field": key,
                "label": f"{text} ({unit})" if "_" in key and unit else text,
                "sortable": True,
                "align": "left" if key in ("school", "zone") else "right",
            }
            for key, text in heads
        ]
        self.table.rows = charts.figures_table(shown, words)
        self.table.update()


class _Lever:
    """One slider with its value, what was typed, and a button that puts it back."""

    def __init__(self, page: Page, slider: Slider) -> None:
        self.page, self.slider = page, slider
        words = page.words
        with ui.element("div").classes("lever") as self.box:
            with ui.element("div").classes("head"):
                ui.label(words.lever(slider)).tooltip(f"policy.{slider.key}: {slider.meaning}")
                self.value = ui.label().classes("value")
            self.bar = ui.slider(
                min=slider.low,
                max=slider.high,
                step=slider.step,
                value=page.moved.get(slider.key, slider.start),
                on_change=self.moved,
            )
            self.bar.props(f'aria-label="{words.lever(slider)}"').mark(slider.key)
            with ui.element("div").classes("foot"):
                self.typed = ui.label().classes("note")
                self.back = ui.button(icon="undo", on_click=partial(self.put_back, ask=True))
                name = words("reset_one", lever=words.lever(slider))
                self.back.props(f'flat dense round size=sm aria-label="{name}"')
        self.show()

    def moved(self, event: ValueChangeEventArguments[float | None]) -> None:
        """The slider stands elsewhere."""
        if event.value is not None and event.value != self.page.moved.get(self.slider.key, self.slider.start):
            self.page.move(self.slider.key, float(event.value))
        self.show()

    def put_back(self, ask: bool = False) -> None:
        """Let what was typed hold again."""
        self.page.moved.pop(self.slider.key, None)
        self.bar.set_value(self.slider.start)
        self.show()
        if ask:
            self.page.ask()

    def show(self) -> None:
        """The value that holds."""
        words, slider = self.page.words, self.slider
        now = self.page.moved.get(slider.key)
        said = partial(words.setting, unit=slider.unit)
        by_year = ", ".join(f"{year}: {said(value)}" for year, value in slider.typed.items())
        was = by_year if slider.by_year else said(slider.start)
        if now is not None:
            typed = words("in_place_of", value=was)
        elif not slider.typed:
            typed = words("of_district")
        else:
            typed = words("typed_by_year", values=by_year) if slider.by_year else words("typed")
        self.value.set_text(said(slider.start if now is None else now))
        self.typed.set_text(typed)
        self.back.set_visibility(now is not None)
        self.box.classes(add="moved" if now is not None else "", remove="" if now is not None else "moved")


def _text(tag: str, text: str) -> ui.element:
    """An element that holds a text, which is shown as it is."""
    with ui.element(tag) as element:
        ui.label(text).style("display: inline")
    return element


def _say(element: ui.element, text: str) -> None:
    """Change the text of such an element."""
    (label,) = element.default_slot.children
    assert isinstance(label, ui.label)
    label.set_text(text)


def _number(kind: str) -> tuple[ui.label, ui.label, ui.label]:
    """What it is, the value, and its range."""
    with ui.element("div").classes(f"number {kind}"):
        return ui.label().classes("what"), ui.label().classes("value"), ui.label().classes("what")


def _redraw(chart: ui.echart, options: dict[str, object], alt: str) -> None:
    chart.options.clear()
    chart.options.update(options)
    chart.props["aria-label"] = alt
    chart.update()


def _percent(share: float) -> str:
    return "–" if share != share else f"{100 * share:.0f} %"
