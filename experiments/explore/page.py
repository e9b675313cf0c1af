"""The page: what it looks at, what happens when something on it is moved, and when it is drawn anew."""

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from nicegui import app, run, ui
from nicegui.events import ValueChangeEventArguments
from starlette.middleware.trustedhost import TrustedHostMiddleware

from experiments.explore.charts import COLOURS
from experiments.explore.levers import LeversPanel
from experiments.explore.panels import AnswerPanel, FiguresPanel, MapsPanel, Panel, TargetsPanel, text
from experiments.explore.session import ARMS, Answers, Pairs, Session
from experiments.explore.sliders import Slider
from experiments.explore.view import Choice, view
from experiments.explore.words import Words
from sim.report.words import LANGUAGES
from sim.scenario import Arm, Scenario
from sim.userinput import UserError

LANGUAGE_NAMES = {"en": "English", "zh": "中文"}
HTML_LANGUAGES = {"en": "en", "zh": "zh-CN"}
TICK, REST = 0.1, 0.5
"""Seconds between looks at what is known by now, and, at least, between two drawings of the same question."""
PAUSE = 4.0
"""That rest, at least, as a multiple of what a drawing takes."""
STYLE = Path(__file__).with_name("page.css")
ICON = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="5" cy="6" r="4" fill="#0072B2"/>
<path d="M11 4l4 5-4 5-4-5z" fill="#D55E00"/></svg>"""


def serve(session: Session, sliders: Sequence[Slider], host: str) -> None:
    """Serve the page to this computer until the user ends the command."""
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=[host, "localhost"])
    ui.page("/")(lambda: Page(session, sliders).open())
    ui.run(
        host=host,
        port=session.settings.port,
        title="zonesim explore",
        favicon=ICON,
        show=session.settings.open,
        reload=False,
        tailwind=False,
        show_welcome_message=False,
    )


class Page:
    """One opened page.

    Attributes
    ----------
    moved : dict
        Values of the sliders that were moved, by setting.
    against : str or None
        Policy B; None for A as it was typed.
    """

    def __init__(self, session: Session, sliders: Sequence[Slider]) -> None:
        settings = session.settings
        self.session, self.sliders = session, sliders
        self.words = Words(settings.language)
        self.moved: dict[str, float] = {}
        self.against: str | None = settings.counterfactual
        self.choice = Choice(settings.indicator, settings.level, settings.run.horizon)
        self.policies = session.others()
        self._answers = Answers(session)
        self._asked: tuple[Scenario, Scenario] | None = None
        self._refused = ""
        self._drawn: tuple[Pairs, Choice] | None = None
        self._next_drawing = 0.0

    def open(self) -> None:
        """Build the page and ask the first question."""
        ui.colors(primary=COLOURS[ARMS[0]])
        ui.add_css(STYLE.read_text(encoding="utf-8"))
        self._root = ui.element("div").classes("page")
        self._build()
        self._answers.start()
        ui.context.client.on_delete(self._answers.close)
        self.ask()
        ui.timer(TICK, self._refresh)

    def _build(self) -> None:
        """Everything, in the language that is chosen."""
        words = self.words
        self._root.clear()
        self._drawn = None
        with self._root:
            ui.run_javascript(f"document.documentElement.lang = '{HTML_LANGUAGES[words.language]}'")
            with ui.element("header").classes("top"):
                text("h1", words("heading", district=self.session.as_typed.district.title))
                names = {name: LANGUAGE_NAMES[name] for name in LANGUAGES}
                toggle = ui.toggle(names, value=words.language, on_change=self._speak)
                toggle.props(f'no-caps dense unelevated padding="4px 12px" aria-label="{words("language")}"')
            with ui.element("div").classes("layout"):
                self._answer = AnswerPanel(self)
                self._levers = LeversPanel(self)
                self._panels: list[Panel] = [self._answer, TargetsPanel(self), MapsPanel(self), FiguresPanel(self)]

    def _speak(self, event: ValueChangeEventArguments[str]) -> None:
        self.words = Words(event.value)
        self._build()

    def look(self, **choice: object) -> None:
        """Look at another indicator, level or year; nothing is run."""
        self.choice = replace(self.choice, **choice)  # type: ignore[arg-type]

    def compare_with(self, policy: str | None) -> None:
        """Take another policy as B."""
        self.against = policy
        self.ask()

    def move(self, key: str, value: float) -> None:
        """Set a slider's value in policy A."""
        self.moved[key] = value
        self.ask()

    def reset(self) -> None:
        """Put all sliders back."""
        self.moved.clear()
        self._levers.put_back()
        self.ask()

    def ask(self) -> None:
        """Have both policies run; what cannot be run is said."""
        try:
            a = self.session.scenario(self.moved)
            b = self.session.as_typed if self.against is None else self.session.other(self.against)
        except UserError as problem:
            self._refused = str(problem)
            return
        self._refused, self._asked = "", (a, b)
        self._answers.ask(a, b)

    @property
    def names(self) -> dict[Arm, str]:
        """What A and B are called."""
        words, typed = self.words, self.session.as_typed.policy.name
        a = words("moved", policy=typed, count=len(self.moved)) if self.moved else typed
        return {ARMS[0]: words("policy_a", policy=a), ARMS[1]: words("policy_b", policy=self.against or typed)}

    async def _refresh(self) -> None:
        """Draw what is new, and say how much stands behind what is drawn."""
        pairs = self._answers.latest
        if pairs is not None and self._is_due(pairs):
            choice, words, begun = self.choice, self.words, time.monotonic()
            shown = await run.io_bound(view, pairs, self.session.places, choice)
            if shown is None or words is not self.words:  # the page is closed, or was built anew
                return
            for panel in self._panels:
                panel.draw(shown)
            self._drawn, now = (pairs, choice), time.monotonic()
            self._next_drawing = now + max(REST, PAUSE * (now - begun))
        problem, failed = self._refused, self._answers.problem
        if failed is not None and not problem:
            problem = f"{type(failed).__name__}: {failed}"
        drawn = None if self._drawn is None else self._drawn[0]
        fresh = drawn is not None and self._asked is not None and drawn.are_of(*self._asked)
        self._answer.say(drawn, fresh, self._answers.busy, problem)

    def _is_due(self, pairs: Pairs) -> bool:
        """Whether these are to be drawn: at once if asked for, after a while if there is just one replicate more."""
        if self._drawn is None or self._drawn[1] != self.choice or not pairs.are_of(self._drawn[0].a, self._drawn[0].b):
            return True
        rested = time.monotonic() > self._next_drawing
        return self._drawn[0] is not pairs and (rested or not self._answers.busy)
