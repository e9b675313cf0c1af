"""The panel of the sliders of policy A and the choice of policy B."""

from functools import partial
from typing import TYPE_CHECKING

from nicegui import ui
from nicegui.events import ValueChangeEventArguments

from experiments.explore.panels import text
from experiments.explore.sliders import Slider

if TYPE_CHECKING:
    from experiments.explore.page import Page

TYPED = ""
"""Stands for A as it was typed among the policies that B may be; no policy has this name."""


class LeversPanel:
    """What A and B are."""

    def __init__(self, page: "Page") -> None:
        words = page.words
        with ui.element("section").classes("panel levers"):
            text("h2", words("against"))
            first = page.session.settings.counterfactual
            others = {first: words("against_counterfactual", policy=first), TYPED: words("against_typed")}
            choice = ui.select(
                others | {name: name for name in page.policies if name != first},
                value=TYPED if page.against is None else page.against,
                on_change=lambda event: page.compare_with(event.value or None),
            )
            choice.props(f'dense outlined options-dense behavior=menu aria-label="{words("against")}"')
            text("h2", words("sliders"))
            ui.label(words("sliders_note")).classes("note")
            ui.button(words("reset"), on_click=page.reset).props("no-caps flat dense icon=undo")
            self._levers = [_Lever(page, slider) for slider in page.sliders]
            ui.label(words("other_levers")).classes("note")

    def put_back(self) -> None:
        """Let all sliders stand where they did at first."""
        for lever in self._levers:
            lever.put_back()


class _Lever:
    """One slider with its value, what was typed, and a button that puts it back."""

    def __init__(self, page: "Page", slider: Slider) -> None:
        self._page, self._slider = page, slider
        name = page.words.lever(slider)
        with ui.element("div").classes("lever") as self._box:
            with ui.element("div").classes("head"):
                ui.label(name).tooltip(f"policy.{slider.key}: {slider.meaning}")
                self._value = ui.label().classes("value")
            self._bar = ui.slider(
                min=slider.low,
                max=slider.high,
                step=slider.step,
                value=page.moved.get(slider.key, slider.start),
                on_change=self._moved,
            )
            self._bar.props["aria-label"] = name
            with ui.element("div").classes("foot"):
                self._typed = ui.label().classes("note")
                self._back = ui.button(icon="undo", on_click=self._undo).props("flat dense round size=sm")
                self._back.props["aria-label"] = page.words("reset_one", lever=name)
        self._show()

    def put_back(self) -> None:
        """Let what was typed hold again."""
        self._page.moved.pop(self._slider.key, None)
        self._bar.set_value(self._slider.start)
        self._show()

    def _undo(self) -> None:
        self.put_back()
        self._page.ask()

    def _moved(self, event: ValueChangeEventArguments[float | None]) -> None:
        key = self._slider.key
        if event.value is not None and event.value != self._page.moved.get(key, self._slider.start):
            self._page.move(key, float(event.value))
        self._show()

    def _show(self) -> None:
        """The value that holds, and what was typed."""
        words, slider = self._page.words, self._slider
        now, said = self._page.moved.get(slider.key), partial(words.setting, unit=slider.unit)
        by_year = ", ".join(f"{year}: {said(value)}" for year, value in slider.typed.items())
        if now is not None:
            typed = words("in_place_of", value=by_year if slider.by_year else said(slider.start))
        elif not slider.typed:
            typed = words("of_district")
        else:
            typed = words("typed_by_year", values=by_year) if slider.by_year else words("typed")
        self._value.set_text(said(slider.start if now is None else now))
        self._typed.set_text(typed)
        self._back.set_visibility(now is not None)
        self._box.classes(add="moved" if now is not None else "", remove="" if now is not None else "moved")
