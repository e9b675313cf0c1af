"""What the policy does: one lever, one file, one class."""

from sim.reform.digital import Digital
from sim.reform.enrolment import Enrolment
from sim.reform.funding import Funding
from sim.reform.governance import Governance
from sim.reform.joint_teaching import JointTeaching
from sim.reform.lever import Lever, setting
from sim.reform.policy import Policy
from sim.reform.recruitment import Recruitment
from sim.reform.research import Research
from sim.reform.rotation import Rotation
from sim.reform.training import Training

__all__ = ["Lever", "Policy", "known_levers", "setting"]


def known_levers() -> dict[str, type[Lever]]:
    """The levers a policy may name, by group; within a step they act in this order."""
    levers: tuple[type[Lever], ...] = (
        Rotation,
        JointTeaching,
        Research,
        Training,
        Digital,
        Funding,
        Enrolment,
        Recruitment,
        Governance,
    )
    return {lever.group: lever for lever in levers}
