"""Pages, notices and the caller's clock: what is on the panel when."""

from firmware.core.board import PAGES
from firmware.core.view import CENTRE, CLOCK, QUEUES
from tests.core.rig import WAIT, Rig
from tests.core.rulebook import rule

DAY = {"local": 36_000_000, "date": "2026-11-23"}


def board(*queues, **setup):
    """A live board whose queues have no rules yet."""
    rig = Rig(pages=PAGES, **setup).up(*queues)
    for queue in queues:
        rig.rules(queue)
    rig.beat(**DAY)
    return rig


def kinds(rig, ms=30_000):
    """Kinds of pages seen, in order, each turn once."""
    seen = []
    end = rig.now + ms
    while rig.now < end:
        view = rig.view()
        if not seen or seen[-1] != (view.kind, view.page):
            seen.append((view.kind, view.page))
        rig.step(end)
    return [kind for kind, _ in seen]


def test_nobody_waits_so_there_is_time_for_the_whole_centre_and_the_clock():
    rig = board("a", "b")
    for queue in ("a", "b", "@all"):
        rig.queue(queue, waiting=0)
    assert rig.view().date == "2026-11-23" and rig.view().local_min == 600
    seen = kinds(rig)
    assert set(seen) == {QUEUES, CENTRE, CLOCK}
    assert seen[0:3] == seen[3:6]
    assert rig.view().pages == 3


def test_one_caller_and_the_queues_stay_in_view():
    rig = board("a", "b")
    rig.queue("a", waiting=1, oldest_ms=1000)
    rig.queue("b", waiting=0)
    rig.queue("@all", waiting=1, oldest_ms=1000)
    assert kinds(rig, 20_000) == [QUEUES]


def test_more_queues_than_a_page_holds_and_the_whole_centre_has_a_turn():
    rig = board("a", "b", "c", slots=2)
    for queue in "abc":
        rig.queue(queue, waiting=1, oldest_ms=1000)
    rig.queue("@all", waiting=3, oldest_ms=1000, offered=40, answered=35, abandoned=2, over_limit=12)
    assert set(kinds(rig, 20_000)) == {QUEUES, CENTRE}
    while rig.view().kind != CENTRE:
        rig.step(rig.now + 6000)
    centre = rig.view().centre
    assert (centre.tile.waiting, centre.offered, centre.answered, centre.abandoned, centre.over_limit) == (
        3,
        40,
        35,
        2,
        12,
    )
    assert rig.view().tiles == ()


def test_one_queue_is_the_whole_centre():
    rig = board("a")
    rig.queue("a", waiting=0)
    rig.queue("@all", waiting=0)
    assert set(kinds(rig)) == {QUEUES, CLOCK}


def test_the_whole_centre_is_no_tile_beside_its_page():
    rig = board("a", "@all")
    rig.queue("a", waiting=0)
    rig.queue("@all", waiting=0)
    assert [tile.id for tile in rig.view().tiles or board("a").view().tiles] == ["a"]
    assert "wallboard/main/queue/@all" not in [topic for topic, _ in rig.board.subscriptions()], "+ brings it"
    wanted = Rig(pages=PAGES, queues=["a"])
    assert ("wallboard/main/queue/@all", 1) in wanted.board.subscriptions()


def test_a_breach_of_the_whole_centre_brings_its_page():
    rig = board("a", "b")
    rig.rules("@all", rule("waiting >= 5", "waiting >= 9"))
    rig.queue("a", waiting=3, oldest_ms=1000)
    rig.queue("b", waiting=3, oldest_ms=1000)
    rig.queue("@all", waiting=6, oldest_ms=1000)
    assert kinds(rig, 20_000) == [CENTRE]
    assert rig.view().centre.tile.severity == 1
    assert [alarm["queue"] for alarm in rig.board.state(rig.now)["alarms"]] == ["@all"]
    rig.rules("a", WAIT)
    rig.queue("a", waiting=3, oldest_ms=40_000)
    assert kinds(rig, 20_000) == [QUEUES]


def test_nothing_looks_calm_under_a_fault():
    rig = board("a", "b")
    for queue in ("a", "b", "@all"):
        rig.queue(queue, waiting=0)
    rig.beat(pbx="down")
    seen = set()
    for _ in range(30):
        rig.now += 1000
        rig.board.tick(rig.now)
        seen.add(rig.view().kind)
    assert seen == {QUEUES}
    assert rig.view().fault is not None


def test_a_queue_that_the_new_bridge_has_not_sent_yet_keeps_the_clock_away():
    rig = board("a", "b")
    rig.queue("a", waiting=0)
    rig.queue("b", waiting=0)
    rig.started += 5000
    rig.beat()
    rig.queue("a", waiting=0)
    rig.queue("@all", waiting=0)
    assert kinds(rig, 20_000) == [QUEUES]
    rig.queue("b", waiting=0)
    assert set(kinds(rig, 20_000)) == {QUEUES, CENTRE, CLOCK}


def test_how_long_the_figures_have_been_untrue():
    rig = board("a")
    rig.queue("a", waiting=0)
    assert rig.view().fault_min is None
    rig.pass_ms(61_000, beats=False)
    assert (rig.view().fault, rig.view().fault_min) == ("BRIDGE", 1)
    before = rig.view()
    rig.pass_ms(59_000, beats=False)
    assert rig.view() != before and rig.view().fault_min == 2


def notice(rig, text="Lunch", until_in=None, **fields):
    message = {"text": text, "text_visual": text}
    if until_in is not None:
        message["until"] = rig.bridge_now() + until_in
    message.update(fields)
    rig.send(("notice",), message, True)


def test_a_notice_has_a_turn_while_somebody_waits_but_not_beside_an_alarm():
    rig = board("a", "b")
    rig.queue("a", waiting=1, oldest_ms=1000)
    rig.queue("b", waiting=0)
    notice(rig, "םולש", rtl=True)
    assert set(kinds(rig, 20_000)) == {QUEUES, CLOCK}
    while rig.view().kind != CLOCK:
        rig.step(rig.now + 6000)
    assert rig.view().notice == ("םולש", True)
    rig.rules("a", WAIT)
    rig.queue("a", waiting=1, oldest_ms=70_000)
    assert kinds(rig, 20_000) == [QUEUES]


def test_a_notice_ends_when_its_time_has_come_or_it_is_taken_back():
    rig = board("a")
    rig.queue("a", waiting=1, oldest_ms=1000)
    notice(rig, until_in=15_000)
    assert CLOCK in kinds(rig, 14_000)
    rig.pass_ms(1000)
    assert kinds(rig, 9_000) == [QUEUES]
    notice(rig)
    rig.send(("notice",), None, True)
    assert kinds(rig, 9_000) == [QUEUES]


def test_a_notice_that_runs_has_the_time_to_run_through_in_steps_of_one():
    rig = board("a", scroll=300)
    rig.queue("a", waiting=0)
    notice(rig)
    for wanted in (QUEUES, CLOCK):  # the beginning of its turn
        while rig.view().kind != wanted:
            rig.step(rig.now + 6000)
    steps = []
    while rig.view().kind == CLOCK:
        steps.append(rig.view().scroll)
        rig.step(rig.now + 6000)
    assert steps[-1] == 299
    assert [step for step in range(300) if step not in steps] == []


def test_while_somebody_waits_a_long_notice_runs_in_pieces_and_figures_are_not_away_for_long():
    rig = board("a", scroll=600)  # 24 s
    rig.queue("a", waiting=1, oldest_ms=1000)
    notice(rig)
    while rig.view().kind != QUEUES:
        rig.step(rig.now + 6000)
    steps = []
    away_ms = longest_ms = 0
    end = rig.now + 3 * 16_000  # three pieces
    while rig.now < end:
        before = rig.now
        view = rig.view()
        rig.step(end)
        away_ms = away_ms + rig.now - before if view.kind == CLOCK else 0
        longest_ms = max(longest_ms, away_ms)
        if view.kind == CLOCK:
            steps.append(view.scroll)
    assert longest_ms == 10_000
    assert [step for step in range(600) if step not in steps] == []


def test_the_callers_clock_is_shown_from_the_offer_on():
    rig = Rig().up("a", wait_limit_ms=360_000, offer_at_ms=180_000)
    rig.rules("a")
    rig.queue("a", waiting=1, oldest_ms=178_000, next_breach_ms=182_500)
    assert rig.tile().next_breach_s is None
    rig.pass_ms(2500)
    assert rig.tile().next_breach_s == 180
    rig.pass_ms(1)
    rig.pass_ms(999)
    assert rig.tile().next_breach_s == 179
    rig.pass_ms(180_000)
    assert rig.tile().next_breach_s == 0


def test_each_second_of_the_callers_clock_is_seen():
    rig = Rig().up("a", wait_limit_ms=360_000, offer_at_ms=180_000)
    rig.rules("a")
    rig.queue("a", waiting=1, oldest_ms=300_300, next_breach_ms=5_700)
    seen = []
    while rig.now < 5000 + 7000:
        if not seen or seen[-1] != rig.tile().next_breach_s:
            seen.append(rig.tile().next_breach_s)
        rig.step(5000 + 7000)
    assert seen == [6, 5, 4, 3, 2, 1, 0]


def test_a_filled_gap_and_a_closed_queue_are_told():
    rig = Rig().up("a")
    rig.queue("a", waiting=0, approx=1, open=False)
    assert (rig.tile().approx, rig.tile().open) == (True, False)
