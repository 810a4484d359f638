"""Every page of a panel of 256x64."""

from tests.core.goldens import check


def test_every_scene_equals_its_golden():
    check(256, 64)
