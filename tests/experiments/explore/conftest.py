import pytest

from experiments.explore.session import Pairs, Session
from experiments.explore.settings import read


@pytest.fixture(scope="session")
def small():
    """A small district of which three replicates of two policies are run: the session and the pairs."""
    session = Session(read(["district.students=3000", "run.horizon=2023", "run.replicates=3"]))
    a, b = session.scenario({"rotation.rate": 0.3}), session.other("none")
    done = [session.pair(session.replicate(a, number), session.replicate(b, number)) for number in range(3)]
    return session, Pairs(a, b, tuple(done))
