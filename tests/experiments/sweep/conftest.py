from contextlib import ExitStack
from functools import cache

import pytest

from experiments.cluster import connected
from experiments.engines import EngineSettings


@pytest.fixture(scope="session")
def two_workers():
    """By engine, settings that give it two workers; those of dask are started once for all tests."""
    with ExitStack() as until_the_end:

        @cache
        def settings(engine):
            if engine != "dask":
                return {"workers": 2}
            client = until_the_end.enter_context(connected(EngineSettings("dask", workers=2), 2))
            return {"address": client.scheduler.address}

        yield settings
