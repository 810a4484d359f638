"""The last good site and rules, which a board starts with."""

from firmware.core import inventory
from firmware.core.payload import dumps, loads
from tests.core.rig import WAIT, Rig
from tests.core.rulebook import rule


def calm():
    rig = Rig().up("sales")
    rig.queue("sales", waiting=2, oldest_ms=20_000)
    return rig


def test_the_stored_rules_are_in_force_before_the_bridge_speaks():
    rig = calm()
    assert rig.board.stored_changed
    kept = loads(dumps(dict(rig.board.stored(), v=1)))
    assert not rig.board.stored_changed
    rig.rules("sales", WAIT)
    assert not rig.board.stored_changed, "the same rules again"
    rig.started += 1
    rig.rules("sales", WAIT)
    rig.site("sales")
    assert not rig.board.stored_changed, "nor from a bridge that has started anew"
    rig.rules("sales", rule("waiting >= 1"))
    assert rig.board.stored_changed
    again = Rig(stored=kept)
    assert not again.board.stored_changed
    assert [(tile.label, tile.life) for tile in again.view().tiles] == [("SALES", 3)]
    again.board.link(True, again.now)
    again.beat()
    again.queue("sales", waiting=1, oldest_ms=61_000)
    assert again.tile().severity == 2


def test_everything_that_is_stored_marks_a_change():
    rig = calm()
    for change in (
        lambda: rig.site("sales", "help"),
        lambda: rig.rules("help", WAIT),
        lambda: rig.send(("rules", "help")),
    ):
        rig.board.stored()
        change()
        assert rig.board.stored_changed
    rig.board.stored()
    rig.send(("rules", "help"))
    rig.send(("rules", "never heard of"))
    assert not rig.board.stored_changed
    assert sorted(rig.board.stored()["rules"]) == ["sales"]


def test_a_state_file_of_nonsense_is_no_reason_to_stay_dark():
    for stored in ({}, {"site": 5, "rules": []}, {"site": None, "rules": {"sales": {"v": 9}, "x": 7}}, {"rules": None}):
        rig = Rig(stored=stored)
        assert rig.view().tiles == ()
        rig.up("sales")
        assert len(rig.view().tiles) == 1


def test_a_state_file_of_more_queues_than_there_is_room_for_is_no_reason_either():
    most = inventory.MOST
    inventory.MOST = 1
    try:
        kept = {"v": 1, "started": 1, "rules": [WAIT]}
        rig = Rig(stored={"rules": {"a": kept, "b": kept, "c": kept}})
    finally:
        inventory.MOST = most
    assert rig.board.problems == 1
    assert rig.board.lines() == ["rules/c: more than 1 queues"]
    rig.up("sales")
    assert len(rig.view().tiles) == 1
