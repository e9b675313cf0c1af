"""mesa is there for whoever asks for it, and costs nothing before."""

import subprocess
import sys

import pytest

BEFORE = "import sys, sim.model\nassert not {'pandas', 'networkx'} & set(sys.modules)\n"


@pytest.mark.parametrize(
    "looks",
    [
        "import mesa\nassert mesa.Model is sim.mesa_core.Model and mesa.Agent is sim.mesa_core.Agent",
        "from mesa import DataCollector, Model\nassert issubclass(sim.ZoneReform, Model) and DataCollector",
        "import mesa.model, mesa.space\nassert mesa.model.Model is sim.mesa_core.Model and mesa.space.ContinuousSpace",
        "import mesa\nassert mesa.__version__ and mesa.discrete_space.Grid\nassert not hasattr(mesa, 'no_such')",
    ],
)
def test_mesa_is_whole_for_those_who_look(looks):
    subprocess.run([sys.executable, "-c", BEFORE + looks], check=True)


def test_mesa_that_was_imported_before_is_used():
    code = "import mesa, sim.model\nassert mesa.Model is sim.mesa_core.Model and issubclass(sim.ZoneReform, mesa.Model)"
    subprocess.run([sys.executable, "-c", code], check=True)
