"""report.html: one page that holds all that a reader of a run needs, in both languages, without a network."""

from collections.abc import Callable, Mapping
from functools import partial
from itertools import chain, islice
from typing import Any

import pandas as pd

from sim.report import frame
from sim.report.run_content import Content
from sim.report.run_pictures import drawings
from sim.report.words import Both, check_language
from sim.result import Result

SECTIONS = ("answer", "scoreboard", "course", "schools", "costs", "left_out", "assumed", "shaky", "provenance")


def write(
    result: Result,
    record: Mapping[str, Any],
    places: pd.DataFrame,
    language: str = "en",
    map: Callable[..., Any] = map,
) -> str:
    """The page of a run.

    Parameters
    ----------
    result : Result
    record : mapping
        As `run.json`, with or without its checksums.
    places : DataFrame
        As `places.csv` (`sim.report.places.PLACE_COLUMNS`).
    language : str
        In which it opens; the other one is a click away.
    map : callable
        Like the built-in one, with which the pictures are drawn.
    """
    check_language(language)
    words = Both()
    content = Content(result, record, places, words)
    wanted = drawings(content, words)
    drawn = iter(map(partial(frame.inline, words=words), chain(*wanted.values())))
    pictures = {place: list(islice(drawn, len(found))) for place, found in wanted.items()}
    parts = content.parts() | {"sections": SECTIONS, "pictures": pictures}
    return frame.page("run.html.j2", words, language, parts)
