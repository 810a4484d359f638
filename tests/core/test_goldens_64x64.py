"""Every page of a panel of 64x64."""

from tests.core.goldens import check


def test_every_scene_equals_its_golden():
    check(64, 64)
