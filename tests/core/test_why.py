"""Tile.why: which figure an alarm is about, as its rule names it."""

from tests.core.rig import Rig
from tests.core.rulebook import rule


def fired(*rules, **figures):
    """why of a queue with these rules and figures; they have gone through the board."""
    rig = Rig().up("a")
    rig.rules("a", *rules)
    rig.queue("a", **figures)
    rig.pass_ms(100)
    return rig.tile().why


def test_each_figure_has_its_own_severity():
    assert fired(rule("waiting >= 3", "waiting >= 6"), waiting=7, oldest_ms=5000) == (2, 0, 0, 0, 0)
    assert fired(rule("oldest >= 30", "oldest >= 60"), waiting=1, oldest_ms=40_000) == (0, 1, 0, 0, 0)
    assert fired(rule("oldest >= 30", "oldest >= 60"), waiting=1, oldest_ms=4000) == (0, 0, 0, 0, 0)


def test_only_the_level_that_fires_tells_why():
    assert fired(rule("waiting >= 1", "oldest >= 60"), waiting=1, oldest_ms=90_000) == (0, 2, 0, 0, 0)


def test_nothing_is_why_under_a_fault():
    rig = Rig().up("a")
    rig.queue("a", waiting=1, oldest_ms=90_000)
    rig.pass_ms(100)
    assert rig.tile().why == (0, 2, 0, 0, 0)
    rig.will()
    assert rig.tile().why == (0, 0, 0, 0, 0)
