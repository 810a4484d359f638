"""Queues that the site does not list, or not yet."""

from tests.core.rig import WAIT, Rig


def calm():
    rig = Rig().up("sales")
    rig.queue("sales", waiting=2, oldest_ms=20_000)
    return rig


def test_a_new_queues_rules_may_come_before_the_list_that_names_it():
    rig = calm()
    rig.rules("new", WAIT)
    rig.queue("new", waiting=1, oldest_ms=70_000)
    rig.ack("new")
    assert len(rig.view().tiles) == 1
    rig.site("new", "sales")
    assert (rig.tile(0).id, rig.tile(0).severity, rig.tile(0).acked) == ("new", 2, True)
    assert (rig.board.problems, rig.board.lines()) == (0, [])


def test_what_was_taken_back_before_the_list_came_is_not_there():
    rig = calm()
    rig.rules("new", WAIT)
    rig.send(("rules", "new"))
    rig.queue("new", waiting=1, oldest_ms=70_000)
    rig.site("new", "sales")
    assert (rig.tile(0).waiting, rig.tile(0).severity) == (1, 0)


def test_queues_that_nobody_lists_are_told_once_and_leave_nothing_behind():
    rig = calm()
    for number in range(20):
        rig.queue("q%d" % number, waiting=9, oldest_ms=90_000)
        rig.queue("@all", waiting=9)
    assert rig.board.lines() == []
    rig.pass_ms(61_000)
    assert rig.board.lines() == ["wallboard/main/queue/q0: a queue that the site does not list"]
    assert rig.board.problems == 20, "the whole centre is everybody's, and no problem"
    rig.site("sales", "q1")
    assert rig.tile(1).life == 3
    rig.queue("q1", waiting=3, oldest_ms=0)
    assert rig.tile(1).waiting == 3


def test_what_waits_for_the_list_is_of_this_connection():
    rig = calm()
    rig.rules("new", WAIT)
    rig.board.link(False, rig.now)
    rig.board.link(True, rig.now)
    rig.site("new")
    rig.beat()
    rig.queue("new", waiting=1, oldest_ms=70_000)
    assert rig.tile().severity == 0, "its rules have not come again"
