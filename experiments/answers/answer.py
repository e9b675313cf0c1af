"""The folder of an answer: its tables, one picture, and the sentences that a reader can quote."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from experiments import provenance
from experiments.answers.question import Question
from experiments.failure import writing
from experiments.provenance import session
from experiments.store import OUTPUTS, RunFolder
from experiments.sweep.resolving import fingerprint
from experiments.terminal import tell

if TYPE_CHECKING:
    from sim.report.pictures import Picture

PICTURE, SENTENCES = "picture.svg", "answer.txt"


@dataclass(frozen=True)
class Answer:
    """What came of a question.

    Attributes
    ----------
    tables : mapping of file name to DataFrame
    picture : module
        One of `sim.report.pictures`.
    data : tuple
        What it draws.
    sentences : sequence of str
        What a reader can quote, the answer first.
    """

    tables: Mapping[str, pd.DataFrame]
    picture: "Picture"
    data: tuple[Any, ...]
    sentences: Sequence[str]


def give(
    question: Question, command: str, answer: Callable[[], Answer], folders: Sequence[Path], read: Sequence[str]
) -> None:
    """Work the answer out if it is not there, keep it, and say it.

    Parameters
    ----------
    command : str
        As it was typed, for the record.
    answer : callable
        Works it out; the runs it needs are kept as they are done.
    folders : sequence of Path
        Where its runs are, as soon as it has been worked out.
    read : sequence of str
        What stood in the files that the settings name, or hashes of it: the same words about another content are
        another question.
    """
    asked = {
        "verb": question.verb,
        "fixed": dict(question.fixed),
        "factors": [[one.key, one.low, one.high] for one in question.factors],
        "outcomes": question.texts,
        "own": dict(question.own),
        "read": read,
        "replicates": question.replicates,
        "seed": question.seed,
        "code": provenance.code_hash(),
    }
    identity = fingerprint(asked)
    place = Path(question.out or Path(OUTPUTS, question.verb, identity))
    folder = RunFolder(place, identity)
    with folder.claimed(question.force, lambda: tell(f"another command works in {place}: waiting")) as held:
        if held is None:
            started = datetime.now(UTC)
            found = answer()
            files: dict[str, pd.DataFrame | str] = dict(found.tables)
            files |= {PICTURE: _drawn(found), SENTENCES: "\n".join(found.sentences) + "\n"}
            folder.save(files, session(command, started) | asked | {"runs": [str(one) for one in folders]})
        else:
            tell("this question is answered; force=true asks it again")
        with writing():
            print((place / SENTENCES).read_text(encoding="utf-8"))
            print(f"Picture: {place / PICTURE}\nFiles: {place}")


def _drawn(found: Answer) -> str:
    """The picture as SVG, with what is seen in words."""
    from sim.report import svg
    from sim.report.words import Words

    figure = found.picture.draw(*found.data, Words()).get_figure(root=True)
    assert figure is not None
    return svg.whole(figure, found.sentences[0], found.picture.alt_text(*found.data, Words()))
