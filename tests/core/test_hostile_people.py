"""As test_hostile.py, of what people say: acknowledgements and notices."""

from firmware.core.told import MOST_KINDS
from tests.core.hostile_parts import spoil_all


def test_every_part_of_an_acknowledgement_and_a_notice():
    for topic in ("ack/sales/rule", "notice"):
        rig = spoil_all(topic)
        assert 3 < rig.told <= MOST_KINDS < rig.board.problems, "each kind once"
