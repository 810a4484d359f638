"""As test_hostile.py, of what comes a few times a day: both would not fit a small heap."""

from tests.core.hostile_parts import spoil_all


def test_every_part_of_the_site():
    spoil_all("site")


def test_every_part_of_rules():
    spoil_all("rules/sales")
