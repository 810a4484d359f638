"""Each row of PBX.md's outcome table, and what events alone do not tell."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from host_bridge.pbx import events as ev
from host_bridge.truth import ServiceLevel, Truth
from host_bridge.truth.live import Live, OpenStay
from host_bridge.truth.outcomes import Outcome
from host_bridge.truth.stay import GAP_LOOK_MS
from tests.model_pbx import ModelPbx

OUTCOMES = [outcome.value for outcome in Outcome]
ENDINGS = ["answered", "hangs_up", "times_out", "presses_key", "redirected", "masquerades"]  # of the model PBX


class Story:
    """A model PBX and the truth that reads it, in step."""

    def __init__(self, *queues: str) -> None:
        self.pbx = ModelPbx(*(queues or ("q1",)))
        self.truth = Truth(lambda queue: ServiceLevel(min_calls=1))
        self.truth.apply(self.pbx.snapshot(), self.pbx.now_ms)
        self.read()

    def read(self) -> None:
        """The truth reads all that the PBX has sent."""
        for event in self.pbx.take():
            self.truth.apply(event, self.pbx.now_ms)

    def take_list(self, *queues: str) -> None:
        """The PBX lists its lines; events not yet read come after it."""
        self.truth.apply(self.pbx.snapshot(*queues), self.pbx.now_ms)

    def wait(self, ms: int) -> None:
        self.pbx.wait(ms)
        self.truth.settle(self.pbx.now_ms)

    def figures(self, queue: str = "q1") -> dict[str, int]:
        return self.truth.figures(queue, self.pbx.now_ms)

    def ends(self, queue: str = "q1") -> dict[str, int]:
        """The outcomes that happened, and that they sum to the offered."""
        figures = self.figures(queue)
        ends = {outcome: figures[outcome] for outcome in OUTCOMES if figures[outcome]}
        assert figures["offered"] == sum(ends.values()) - ends.get("rejected", 0)
        return ends


@pytest.fixture
def story() -> Story:
    """One queue with one caller, `a`, who has waited 7 s."""
    story = Story()
    story.pbx.join("q1", "a")
    story.pbx.wait(7_000)
    story.read()
    return story


def test_caller_waits(story: Story) -> None:
    assert story.figures()["waiting"] == 1
    assert story.figures()["oldest_ms"] == 7_000
    assert story.ends() == {}


def test_answered_counts_at_the_connect_and_not_at_the_leave(story: Story) -> None:
    story.pbx.ring("q1", "a")
    story.pbx.leave("q1", "a")
    story.read()
    assert story.figures()["waiting"] == 0
    assert story.ends() == {}
    story.pbx.wait(3_600_000)  # a membergosub runs as long as it likes
    story.truth.settle(story.pbx.now_ms)
    assert story.ends() == {}
    story.pbx.connect_only("q1", "a", 3_607)
    story.read()
    assert story.ends() == {"answered": 1}
    assert story.figures()["avg_wait_ms"] == 3_607_000
    story.pbx.complete("q1", "a", 31)
    story.read()
    assert story.figures()["aht_ms"] == 31_000


@pytest.mark.parametrize("complete_first", [True, False])
def test_complete_and_hangup_in_either_order(story: Story, complete_first: bool) -> None:
    story.pbx.ring("q1", "a")
    story.pbx.connect("q1", "a")
    if complete_first:
        story.pbx.complete("q1", "a", 31)
        story.pbx.hang_up("a")
    else:
        story.pbx.hang_up("a")
        story.pbx.complete("q1", "a", 31)
    story.read()
    assert story.ends() == {"answered": 1}
    assert story.figures()["aht_ms"] == 31_000


def test_connect_before_its_leave(story: Story) -> None:
    story.pbx.ring("q1", "a")
    story.pbx.join("q1", "b")
    story.read()
    story.pbx.connect("q1", "a")
    left, connected = story.pbx.take()
    story.truth.apply(connected, story.pbx.now_ms)
    story.truth.apply(left, story.pbx.now_ms)
    assert story.ends() == {"answered": 1}
    assert story.figures()["waiting"] == 1
    assert story.truth.take_asks() == set()


def test_caller_hangs_up(story: Story) -> None:
    story.pbx.hangs_up("q1", "a")
    story.read()
    assert story.ends() == {"abandoned": 1}
    assert story.figures()["longest_ms"] == 7_000


def test_hangup_request_only_after_the_leave(story: Story) -> None:
    """As in the recorded capture, where the caller came through a Local channel (qfull)."""
    story.pbx.abandon("q1", "a")
    story.pbx.leave("q1", "a")
    story.pbx.ask_hangup("a")
    story.read()
    story.wait(1_000)
    assert story.ends() == {"abandoned": 1}


def test_pbx_hangs_up_a_waiting_call_of_its_own(story: Story) -> None:
    """Lost media, an operator's hang-up: no HangupRequest, and the caller is gone all the same."""
    story.pbx.abandon("q1", "a")
    story.pbx.leave("q1", "a")
    story.pbx.hang_up("a")
    story.read()
    assert story.ends() == {"abandoned": 1}


def test_abandon_is_decided_though_the_hangup_never_comes(story: Story) -> None:
    story.pbx.ask_hangup("a")
    story.pbx.abandon("q1", "a")
    story.pbx.leave("q1", "a")
    story.read()
    assert story.figures()["waiting"] == 0
    assert story.truth.next_ms() == story.pbx.now_ms + 500
    story.wait(499)
    assert story.ends() == {}
    story.wait(1)
    assert story.ends() == {"abandoned": 1}
    assert story.truth.next_ms() is None


def test_timeout_wins_over_a_hangup_at_the_same_moment(story: Story) -> None:
    story.pbx.ask_hangup("a")
    story.pbx.times_out("q1", "a")
    story.pbx.hang_up("a")
    story.read()
    assert story.ends() == {"overflowed": 1}


def test_ring_no_answer_and_dump_leave_the_caller_waiting(story: Story) -> None:
    story.pbx.ring("q1", "a")
    story.pbx.ring_no_answer("q1", "a")
    story.truth.apply(ev.NotAnswered("q1", "a", "SIP/2", 0, story.pbx.now_ms), story.pbx.now_ms)
    story.read()
    assert story.figures()["waiting"] == 1
    assert story.ends() == {}


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("TIMEOUT", "overflowed"),
        ("LEAVEEMPTY", "overflowed"),
        ("LEAVEUNAVAIL", "overflowed"),
        ("WITHDRAW", "removed"),
    ],
)
def test_queuestatus_after_the_leave_decides(story: Story, status: str, outcome: str) -> None:
    story.pbx.times_out("q1", "a", status)
    story.read()
    assert story.ends() == {outcome: 1}
    story.pbx.wait(60_000)
    story.pbx.hang_up("a")
    story.read()
    assert story.ends() == {outcome: 1}


def test_pressed_a_key_while_nothing_rang(story: Story) -> None:
    story.pbx.presses_key("q1", "a")
    story.read()
    assert story.ends() == {"exited": 1}


def test_pressed_a_key_after_a_phone_rang_in_vain(story: Story) -> None:
    story.pbx.ring("q1", "a")
    story.pbx.ring_no_answer("q1", "a")
    story.pbx.leave("q1", "a")
    story.read()
    assert story.ends() == {"exited": 1}


def test_a_leave_after_one_of_two_phones_rang_in_vain_may_be_an_answer(story: Story) -> None:
    story.pbx.ring("q1", "a", "SIP/1")
    story.pbx.ring("q1", "a", "SIP/2")
    story.pbx.ring_no_answer("q1", "a", "SIP/1")
    story.pbx.leave("q1", "a")
    story.read()
    assert story.ends() == {}


@pytest.mark.parametrize("interface", ["SIP/1", ""], ids=["name", "name that is not UTF-8"])
def test_pressed_a_key_while_a_phone_rang(story: Story, interface: str) -> None:
    story.pbx.ring("q1", "a", interface)
    story.pbx.presses_key("q1", "a")
    story.read()
    assert story.ends() == {"exited": 1}


@pytest.mark.parametrize("interface", ["SIP/1", ""], ids=["name", "name that is not UTF-8"])
def test_pressed_a_key_while_a_phone_rang_without_class_dialplan(story: Story, interface: str) -> None:
    story.pbx.ring("q1", "a", interface)
    story.pbx.ring_no_answer("q1", "a", "SIP/2")
    story.pbx.leave("q1", "a")
    story.read()
    assert story.ends() == {}
    story.pbx.hang_up("a")
    story.read()
    assert story.ends() == {"exited": 1}


@pytest.mark.parametrize("says", [ev.QueueEntered, ev.Joined, ev.QueueStatusSet])
def test_pressed_a_key_to_go_to_another_queue(says: type) -> None:
    """Whichever comes first tells that the call has moved on: Newexten, the Join, or that it was not let in."""
    story = Story("q1", "q2")
    story.pbx.join("q1", "a")
    story.pbx.ring("q1", "a")
    story.pbx.leave("q1", "a")
    story.read()
    assert story.ends("q1") == {}
    story.pbx.join("q2", "a")
    story.pbx.status("a", "FULL")
    story.pbx.sent = [event for event in story.pbx.sent if isinstance(event, says)]
    story.read()
    assert story.ends("q1") == {"exited": 1}


@pytest.mark.parametrize("dialplan", [True, False])
def test_redirected_to_somewhere(story: Story, dialplan: bool) -> None:
    story.pbx.redirected("q1", "a")
    if not dialplan:
        story.pbx.sent = [event for event in story.pbx.sent if not isinstance(event, ev.QueueEntered)]
    story.read()
    assert story.figures()["waiting"] == 0
    assert story.ends() == {}
    story.wait(500)
    assert story.ends() == {"removed": 1}
    story.pbx.wait(30_000)
    story.pbx.ask_hangup("a")
    story.pbx.hang_up("a")
    story.read()
    assert story.ends() == {"removed": 1}


def test_redirected_to_where_the_pbx_hangs_up(story: Story) -> None:
    """The same frames as a hang-up of the PBX's own, but for the Newexten before."""
    story.pbx.redirected("q1", "a")
    story.pbx.hang_up("a")
    story.read()
    assert story.ends() == {"removed": 1}


def test_redirected_and_hangs_up_there_at_once(story: Story) -> None:
    story.pbx.redirected("q1", "a")
    story.pbx.ask_hangup("a")
    story.pbx.hang_up("a")
    story.read()
    assert story.ends() == {"removed": 1}


def test_a_move_of_long_ago_is_no_redirect(story: Story) -> None:
    """Whatever made Asterisk say Queue() again: he waited on, and hung up."""
    story.pbx.enter("q1", "a")
    story.read()
    story.pbx.wait(501)
    story.pbx.hangs_up("q1", "a")
    story.read()
    assert story.ends() == {"abandoned": 1}


def test_silence_is_over_at_the_next_event_though_nobody_called_settle(story: Story) -> None:
    """Else the outcome would hang on how often the bridge calls settle."""
    story.pbx.redirected("q1", "a")
    story.read()
    story.pbx.wait(1_500)
    story.pbx.hang_up("a")
    story.read()
    assert story.ends() == {"removed": 1}


def test_redirected_into_another_queue() -> None:
    story = Story("q1", "q2")
    story.pbx.join("q1", "a")
    story.pbx.redirected("q1", "a")
    story.pbx.join("q2", "a")
    story.read()
    assert story.ends("q1") == {"removed": 1}
    assert story.figures("q2")["waiting"] == 1


@pytest.mark.parametrize("status", ["FULL", "JOINEMPTY", "JOINUNAVAIL"])
def test_rejected_is_counted_where_the_dialplan_sent_the_call(status: str) -> None:
    story = Story("q1", "q2")
    story.pbx.rejected("q2", "a", status)
    story.read()
    assert story.ends("q1") == {}
    assert story.ends("q2") == {"rejected": 1}
    assert story.figures("q2")["offered"] == 0


def test_the_dialplan_may_spell_a_queue_in_other_case() -> None:
    """Asterisk 22 finds [q1] for Queue(Q1): its events say q1 then, and Newexten says Q1."""
    story = Story("q1")
    story.truth.apply(ev.QueueEntered("a", "Q1", story.pbx.now_ms), story.pbx.now_ms)
    story.truth.apply(ev.QueueStatusSet("a", "FULL", story.pbx.now_ms), story.pbx.now_ms)
    assert story.truth.queues == ("q1",)
    assert story.ends() == {"rejected": 1}


def test_rejected_by_a_queue_that_is_not_read_is_nobodys() -> None:
    truth = Truth(lambda queue: ServiceLevel(), frozenset({"q1"}))
    truth.apply(ev.QueueEntered("a", "q2", 0), 0)
    truth.apply(ev.QueueStatusSet("a", "FULL", 1), 1)
    assert (truth.queues, truth.unplaced) == ((), 0)


def test_rejected_without_class_dialplan_is_told_and_not_guessed(story: Story) -> None:
    story.truth.apply(ev.QueueStatusSet("b", "FULL", story.pbx.now_ms), story.pbx.now_ms)
    assert story.ends() == {}
    assert story.truth.unplaced == 1


def test_caller_drops_before_the_bridge(story: Story) -> None:
    """He hangs up while the agent hears an announcement; the Hangup of his far leg comes before the Abandon."""
    story.pbx.ring("q1", "a")
    story.pbx.ask_hangup("a")
    story.pbx.hang_up("a's far leg")
    story.pbx.wait(1_000)
    story.pbx.abandon("q1", "a")
    story.pbx.leave("q1", "a")
    story.pbx.hang_up("a")
    story.read()
    assert story.ends() == {"abandoned": 1}


def test_rejected_by_another_queue_after_a_transfer_is_not_put_down_to_the_first(story: Story) -> None:
    """The transfer says Newexten of the first queue again, and none comes for the second."""
    story.pbx.ring("q1", "a")
    story.pbx.connect("q1", "a")
    story.pbx.enter("q1", "a")
    story.pbx.complete("q1", "a", 9, "transfer")
    story.pbx.status("a", "FULL")
    story.read()
    assert story.figures()["rejected"] == 0
    assert story.truth.unplaced == 1


def test_transferred(story: Story) -> None:
    story.pbx.ring("q1", "a")
    story.pbx.connect("q1", "a")
    story.pbx.complete("q1", "a", 2, "transfer")
    story.read()
    assert story.ends() == {"answered": 1}
    assert story.figures()["transferred"] == 1


def test_a_status_that_ends_no_stay_leaves_it_open(story: Story) -> None:
    story.pbx.ring("q1", "a")
    story.pbx.leave("q1", "a")
    story.pbx.status("a", "CONTINUE")
    story.read()
    assert story.ends() == {}
    story.pbx.connect_only("q1", "a", 7)
    story.read()
    assert story.ends() == {"answered": 1}


def test_continue_after_an_answered_call_counts_nothing(story: Story) -> None:
    story.pbx.ring("q1", "a")
    story.pbx.connect("q1", "a")
    story.pbx.status("a", "CONTINUE")
    story.read()
    assert story.ends() == {"answered": 1}


def test_two_anonymous_callers_do_not_close_each_other(story: Story) -> None:
    story.pbx.join("q1", "b")
    story.pbx.hangs_up("q1", "b")
    story.read()
    assert story.figures()["waiting"] == 1
    assert story.figures()["oldest_ms"] == 7_000
    story.pbx.answered("q1", "a")
    story.read()
    assert story.ends() == {"abandoned": 1, "answered": 1}


# what comes twice, or is known already


def test_join_twice_keeps_the_first_join_time(story: Story) -> None:
    again = ev.Joined("q1", "a", "a", 1, 1, story.pbx.now_ms)
    story.truth.apply(again, story.pbx.now_ms)
    assert story.figures()["waiting"] == 1
    assert story.figures()["oldest_ms"] == 7_000


def test_snapshots_again_and_again_change_nothing(story: Story) -> None:
    story.pbx.join("q1", "b")
    story.read()
    before = story.figures()
    for _ in range(3):
        story.take_list()
        story.take_list("q1")
    assert story.figures() == before
    assert story.truth.take_asks() == set()


def test_join_that_the_snapshot_was_ahead_of() -> None:
    story = Story()
    story.pbx.join("q1", "a")
    story.take_list()
    assert story.figures()["waiting"] == 1
    story.read()
    assert story.figures()["waiting"] == 1


def test_everything_that_the_snapshot_was_ahead_of(story: Story) -> None:
    story.pbx.hangs_up("q1", "a")
    story.pbx.join("q1", "b")
    story.pbx.times_out("q1", "b")
    story.pbx.join("q1", "c")
    story.take_list()
    assert story.figures()["waiting"] == 1
    story.read()
    assert story.figures()["waiting"] == 1
    assert story.ends() == {"abandoned": 1, "overflowed": 1}


def test_leave_of_an_unknown_id_counts_nothing() -> None:
    story = Story()
    story.truth.apply(ev.Left("q1", "x", 1, 0, story.pbx.now_ms), story.pbx.now_ms)
    story.wait(5_000)
    assert story.ends() == {}


def test_connect_of_a_stay_never_seen_waiting_counts_by_its_hold_time() -> None:
    story = Story()
    story.pbx.connect_only("q1", "x", 12)
    story.pbx.sent *= 2
    story.read()
    assert story.ends() == {"answered": 1}
    assert story.figures()["avg_wait_ms"] == 12_000


def test_leave_under_another_id_goes_by_position(story: Story) -> None:
    story.pbx.join("q1", "b")
    story.read()
    story.truth.apply(ev.Rang("q1", "a", "SIP/1", story.pbx.now_ms), story.pbx.now_ms)
    story.pbx.connect("q1", "a", other_id="a2")
    left, connected = story.pbx.take()
    assert isinstance(left, ev.Left)
    story.truth.apply(left._replace(call="a2"), story.pbx.now_ms)
    story.truth.apply(connected, story.pbx.now_ms)
    assert story.ends() == {"answered": 1}
    assert story.figures()["oldest_ms"] == 0  # b waits, since now
    assert story.figures()["avg_wait_ms"] == 7_000


def test_abandon_under_another_id_goes_by_position(story: Story) -> None:
    now_ms = story.pbx.now_ms
    for event in (
        ev.HangupAsked("a2", now_ms),
        ev.GaveUp("q1", "a2", 1, 7, now_ms),
        ev.Left("q1", "a2", 1, 0, now_ms),
    ):
        story.truth.apply(event, now_ms)
    story.wait(500)
    assert story.ends() == {"abandoned": 1}
    assert story.figures()["waiting"] == 0


def test_a_leave_told_twice_takes_no_ghost_out(story: Story) -> None:
    story.pbx.join("q1", "ghost")
    story.read()
    story.wait(5_000)
    story.pbx.masquerades("q1", "ghost")
    story.pbx.answered("q1", "a")
    story.read()
    story.truth.apply(ev.Left("q1", "a", 1, 0, story.pbx.now_ms), story.pbx.now_ms)
    story.wait(500)
    assert story.ends() == {"answered": 1}
    assert story.figures()["waiting"] == 1  # until a list tells
    assert story.truth.take_asks() == {"q1"}


@pytest.mark.parametrize("event", [ev.Joined("q1", "b", "b", 3, 3, 0), ev.Left("q1", "a", 1, 4, 0)])
def test_count_is_a_checksum(story: Story, event: ev.Event) -> None:
    assert story.truth.take_asks() == set()
    story.truth.apply(event, story.pbx.now_ms)
    assert story.truth.take_asks() == {"q1"}
    assert story.truth.take_asks() == set()


def test_join_elsewhere_of_one_who_still_waits_here() -> None:
    """His Leave was lost; he is in one line only, and the second look settles the first stay."""
    story = Story("q1", "q2")
    story.pbx.join("q1", "a")
    story.read()
    story.pbx.lines["q1"].clear()
    story.pbx.join("q2", "a")
    story.read()
    assert (story.figures("q1")["waiting"], story.figures("q2")["waiting"]) == (0, 1)
    story.wait(1_000)
    assert story.truth.take_asks() == {"q1"}
    story.take_list("q1")
    assert story.ends("q1") == {"unresolved": 1}


@pytest.mark.parametrize("again", ["leaves", "vanishes"])
def test_back_in_the_line_before_his_first_outcome_is_known(story: Story, again: str) -> None:
    """A list shows him again; what ends the second stay settles the first."""
    story.pbx.ring("q1", "a")
    story.pbx.leave("q1", "a")
    story.read()
    story.pbx.join("q1", "a")
    story.pbx.take()
    story.take_list()
    assert (story.figures()["waiting"], story.ends()) == (1, {})
    if again == "leaves":
        story.pbx.leave("q1", "a")
        story.read()
    else:
        story.pbx.masquerades("q1", "a")
        story.take_list()
    assert (story.figures()["waiting"], story.ends()) == (0, {"exited": 1})


def test_a_list_that_is_ahead_does_not_make_an_entering_a_move() -> None:
    story = Story()
    story.pbx.join("q1", "a")
    story.pbx.ring("q1", "a")
    story.pbx.leave("q1", "a")
    events = story.pbx.take()
    story.pbx.lines["q1"].append("a")
    story.take_list()
    for event in events:
        story.truth.apply(event, story.pbx.now_ms)
    assert story.ends() == {}  # a phone rang: it may be an answer


def test_a_key_is_known_as_soon_as_the_late_join_was_seen() -> None:
    story = Story()
    story.pbx.join("q1", "a")
    story.take_list()
    story.pbx.ring("q1", "a")
    story.pbx.presses_key("q1", "a")
    story.read()
    assert story.ends() == {"exited": 1}


@pytest.mark.parametrize(("waited_ms", "ends"), [(2_000, {"exited": 1}), (1_999, {})])
def test_a_key_of_one_whose_join_was_never_seen(waited_ms: int, ends: dict[str, int]) -> None:
    """He waited when the bridge came up. The list tells whole seconds, so his Newexten could be the entering."""
    story = Story()
    story.pbx.join("q1", "a")
    story.pbx.take()
    story.take_list()
    story.pbx.wait(waited_ms)
    story.pbx.presses_key("q1", "a")
    story.read()
    assert story.ends() == ends


def test_priority_join_goes_to_its_position(story: Story) -> None:
    story.pbx.join("q1", "vip", position=1)
    story.read()
    assert story.figures()["oldest_ms"] == 7_000  # the longest wait is not position 1
    story.truth.apply(ev.Left("q1", "vip2", 1, 1, story.pbx.now_ms + 2_000), story.pbx.now_ms + 2_000)
    assert story.truth.figures("q1", story.pbx.now_ms + 2_000)["oldest_ms"] == 9_000


# ghosts


def test_ghost_is_out_of_the_line_at_once_and_unresolved_at_a_second_look(story: Story) -> None:
    story.pbx.masquerades("q1", "a")
    story.take_list()
    assert story.figures()["waiting"] == 0
    assert story.ends() == {}
    story.take_list()  # too soon to be a second look
    assert story.ends() == {}
    story.wait(1_000)
    assert story.truth.take_asks() == {"q1"}
    story.take_list("q1")
    assert story.ends() == {"unresolved": 1}
    assert "longest_ms" not in story.figures()  # nobody knows how long a ghost waited


def test_missing_caller_whose_leave_was_on_the_way_is_no_ghost(story: Story) -> None:
    story.pbx.hangs_up("q1", "a")
    story.take_list()
    assert story.figures()["waiting"] == 0
    story.read()
    assert story.ends() == {"abandoned": 1}
    story.wait(1_000)
    story.take_list()
    assert story.ends() == {"abandoned": 1}


def test_missing_caller_who_is_listed_again_waits_on(story: Story) -> None:
    listed = story.pbx.snapshot()
    story.pbx.lines["q1"].clear()
    story.take_list()
    assert story.figures()["waiting"] == 0
    story.truth.apply(listed, story.pbx.now_ms)
    story.wait(5_000)
    assert story.figures()["waiting"] == 1
    assert story.figures()["oldest_ms"] == 12_000
    assert story.ends() == {}
    story.truth.apply(listed, story.pbx.now_ms)
    assert story.ends() == {}


def test_a_list_of_another_queue_is_no_second_look() -> None:
    story = Story("q1", "q2")
    story.pbx.join("q1", "a")
    story.read()
    story.pbx.masquerades("q1", "a")
    story.take_list()
    story.wait(1_000)
    story.take_list("q2")
    assert story.ends("q1") == {}
    story.take_list("q1")
    assert story.ends("q1") == {"unresolved": 1}


def test_hangup_without_a_leave_tells_a_ghost(story: Story) -> None:
    """The capture's masquerade: the Hangup comes two seconds before any list would."""
    story.pbx.ask_hangup("a")
    story.pbx.hang_up("a")
    story.read()
    assert story.figures()["waiting"] == 0
    assert story.ends() == {}
    story.wait(1_000)
    assert story.ends() == {"unresolved": 1}


def test_hangup_overtaking_its_leave_is_an_abandon(story: Story) -> None:
    story.pbx.hangs_up("q1", "a")
    asked, gave_up, left, hung_up = story.pbx.take()
    for event in (asked, gave_up, hung_up, left):
        story.truth.apply(event, story.pbx.now_ms)
    assert story.ends() == {"abandoned": 1}


# gaps and restarts


def test_gap_keeps_who_waits_and_the_next_lists_settle_who_left(story: Story) -> None:
    story.pbx.join("q1", "b")
    story.read()
    story.truth.apply(ev.LinkDown("the line was cut", story.pbx.now_ms), story.pbx.now_ms)
    assert story.figures()["waiting"] == 2
    story.pbx.hangs_up("q1", "a")
    story.pbx.take()
    story.pbx.wait(20_000)
    story.take_list()
    assert story.figures()["waiting"] == 1
    story.wait(GAP_LOOK_MS - 1)
    story.take_list("q1")
    assert story.ends() == {}  # queue_log may tell yet
    story.wait(1)
    assert story.truth.take_asks() == {"q1"}
    story.take_list("q1")
    assert story.ends() == {"unresolved": 1}


def test_caller_who_left_and_came_back_in_a_gap_has_a_new_wait(story: Story) -> None:
    story.truth.apply(ev.LinkDown("the line was cut", story.pbx.now_ms), story.pbx.now_ms)
    story.pbx.times_out("q1", "a")
    story.pbx.wait(20_000)
    story.pbx.join("q1", "a")
    story.pbx.take()
    story.take_list()
    assert story.figures()["waiting"] == 1
    assert story.figures()["oldest_ms"] < 1_000
    story.wait(GAP_LOOK_MS)
    story.take_list()
    assert story.ends() == {"unresolved": 1}


@pytest.mark.parametrize("gap", [True, False])
def test_only_the_first_list_after_a_gap_tells_a_new_wait_by_its_time(story: Story, gap: bool) -> None:
    """At any other time a younger join time is a PBX whose clock was set back."""
    if gap:
        story.truth.apply(ev.LinkDown("the line was cut", story.pbx.now_ms), story.pbx.now_ms)
        story.take_list()
    story.pbx.joined_ms["a"] += 60_000
    for _ in range(2):
        story.wait(1_000)
        story.take_list()
    assert story.ends() == {}
    assert story.figures()["oldest_ms"] == 9_000


def test_gap_in_a_pending_connect_ends_in_a_minute(story: Story) -> None:
    story.pbx.ring("q1", "a")
    story.pbx.leave("q1", "a")
    story.read()
    story.truth.apply(ev.LinkDown("the line was cut", story.pbx.now_ms), story.pbx.now_ms)
    story.wait(59_999)
    assert story.ends() == {}
    story.wait(1)
    assert story.ends() == {"unresolved": 1}


def test_pending_connect_survives_a_short_gap(story: Story) -> None:
    story.pbx.ring("q1", "a")
    story.pbx.leave("q1", "a")
    story.read()
    story.truth.apply(ev.LinkDown("the line was cut", story.pbx.now_ms), story.pbx.now_ms)
    story.wait(5_000)
    story.take_list()
    story.pbx.connect_only("q1", "a", 12)
    story.read()
    assert story.ends() == {"answered": 1}


def test_after_a_gap_a_bare_leave_may_be_an_answer(story: Story) -> None:
    story.truth.apply(ev.LinkDown("the line was cut", story.pbx.now_ms), story.pbx.now_ms)
    story.take_list()
    story.pbx.leave("q1", "a")  # an agent's phone began to ring in the gap
    story.read()
    assert story.ends() == {}


def test_restart_of_the_pbx_drops_every_caller() -> None:
    story = Story("q1", "q2")
    for call in "abc":
        story.pbx.join("q1", call)
    story.pbx.join("q2", "d")
    story.pbx.ring("q1", "c")
    story.pbx.leave("q1", "c")
    story.read()
    story.truth.apply(ev.Restarted(story.pbx.now_ms), story.pbx.now_ms)
    assert story.ends("q1") == {"unresolved": 3}
    assert story.ends("q2") == {"unresolved": 1}
    assert story.figures("q1")["waiting"] == 0
    assert story.truth._intake.stays.book.deadlines.next_ms() is None


# any day of calls, with lists at any moment


@st.composite
def days(draw: st.DrawFn) -> list[tuple[str, int]]:
    """What happens next, and to which of the callers who wait."""
    joins = ["join"] * 3
    steps = st.tuples(
        st.sampled_from([*joins, *ENDINGS, "rejected", "ring", "wait", "list", "late list"]), st.integers(0, 20)
    )
    return draw(st.lists(steps, min_size=25, max_size=70))


@settings(max_examples=150, deadline=None)
@given(days())
def test_any_day_counts_as_the_pbx_itself(day: list[tuple[str, int]]) -> None:
    story = Story("q1", "q2")
    pbx = story.pbx
    calls = 0
    for step, n in day:
        queue = "q1" if n % 2 else "q2"
        line = pbx.lines[queue]
        if step == "join":
            calls += 1
            pbx.join(queue, f"c{calls}", 1 + n % (len(line) + 1))
        elif step == "rejected":
            calls += 1
            pbx.rejected(queue, f"c{calls}")
        elif step == "wait":
            pbx.wait(n * 700)
        elif step == "list":
            story.read()
            story.take_list()
        elif step == "late list":  # the list is ahead of events that are on their way
            story.take_list()
        elif line:
            call = line[n % len(line)]
            getattr(pbx, step)(queue, call)
            if step == "presses_key":  # while a phone rings, only what comes next tells it from an answer
                pbx.hang_up(call)
        if step not in ("join", "late list", "rejected"):
            story.read()
            pbx.wait(1)
    story.read()
    for _ in range(2):
        story.wait(1_001)
        story.take_list()
    for queue, line in pbx.lines.items():
        figures = story.figures(queue)
        assert figures["waiting"] == len(line)
        assert story.ends(queue) == {
            outcome: n for outcome, n in pbx.counts[queue].items() if n and outcome in OUTCOMES
        }
        if line:
            true_ms = pbx.now_ms - min(pbx.joined_ms[call] for call in line)
            assert abs(figures["oldest_ms"] - true_ms) <= 1_000


@pytest.mark.parametrize("gave_up", [False, True])
def test_a_caller_whom_a_list_confirms_after_a_restart_is_seen_to_his_end(gave_up: bool) -> None:
    story = Story()
    story.pbx.join("q1", "a")
    known = OpenStay("q1", "a", "a", story.pbx.now_ms, gave_up, gave_up, 1 if gave_up else None)
    story.pbx.take()
    story.truth.restore((), Live((known,)), story.pbx.now_ms)
    story.pbx.wait(2_000)
    story.take_list()
    story.truth.estimate(story.pbx.now_ms)
    story.pbx.wait(30_000)
    story.pbx.take()
    now_ms = story.pbx.now_ms
    story.truth.apply(ev.Left("q1", "a", 1, 0, now_ms), now_ms)  # a key, without class dialplan
    story.truth.apply(ev.HungUp("a", now_ms), now_ms)
    assert story.ends() == {"exited": 1}
    assert story.figures()["longest_ms"] == 32_000
