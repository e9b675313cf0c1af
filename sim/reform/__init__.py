"""What the policy does: one lever, one file, one class."""

from sim.reform.building import Building
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
from sim.reform.showcase import Showcase
from sim.reform.training import Training
from sim.reform.trusteeship import Trusteeship

__all__ = ["Lever", "Policy", "known_levers", "setting"]


def known_levers() -> dict[str, type[Lever]]:
    """The levers a policy may name, by group; within a step they act in this order.

    At the start of the year they speak in it too: what the zone decides holds for what others announce.
    """
    levers: tuple[type[Lever], ...] = (
        Governance,
        Rotation,
        JointTeaching,
        Research,
        Training,
        Digital,
        Funding,
        Enrolment,
        Recruitment,
        Showcase,
        Building,
        Trusteeship,
    )
    return {lever.group: lever for lever in levers}
