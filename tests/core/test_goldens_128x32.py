"""Every page of a panel of 128x32."""

from tests.core.goldens import check


def test_every_scene_equals_its_golden():
    check(128, 32)
