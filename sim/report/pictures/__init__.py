"""Pictures, a module each: `draw(*data, words, ax)` gives the Axes back, `alt_text(*data, words)` says what is seen.

`words` are the texts of a language (`sim.report.words`); `ax` is anybody's Axes, new ones without it.
"""

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class Picture(Protocol):
    """A module of this package."""

    def draw(self, *data: Any, **looks: Any) -> "Axes": ...

    def alt_text(self, *data: Any) -> str: ...


class Drawing(NamedTuple):
    """A picture that is to be drawn.

    Attributes
    ----------
    id : str
        Unique among those of a report.
    picture : module
    data : tuple
        What it draws.
    reading : str
        Key of the text that says how it is read.
    """

    id: str
    picture: Picture
    data: tuple[Any, ...]
    reading: str
