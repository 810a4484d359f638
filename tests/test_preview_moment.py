"""A previewed moment: a real board that was told of a state, and shows and fires what it would on the wall."""

import datetime as dt
import itertools
from pathlib import Path

import pytest

from config.yaml_file import parse
from firmware.core.board import PAGES, Setup
from firmware.core.view import CENTRE, CLOCK, DARK, QUEUES, Tile
from host_bridge import thresholds
from host_bridge.ctl.pictures.board import Wall
from host_bridge.ctl.pictures.bridge import SITE
from host_bridge.ctl.pictures.moment import Moment, Wish, state_moment
from host_bridge.ctl.pictures.state import from_words
from host_bridge.ctl.pictures.when import moment_ms
from host_bridge.thresholds import Thresholds

EXAMPLE = thresholds.load(Path(__file__).parent.parent / "config" / "thresholds.example.yaml")
SUNDAY, EVENING = "2026-11-22 10:15", "2026-11-22 20:15"
PLAIN = "timezone: Asia/Jerusalem\nqueues: {support: {}}\n"


def limits(text: str) -> Thresholds:
    return thresholds.build(parse((PLAIN + text).encode(), "thresholds.yaml"))


def moment(
    *words: str,
    at: str = SUNDAY,
    rules: Thresholds = EXAMPLE,
    fault: tuple[str, int] | None = None,
    setup: Setup | None = None,
) -> Moment:
    utc_ms = moment_ms(at, rules.calendar, dt.date(2026, 11, 26))
    size = (128, 64)
    return state_moment(
        from_words(list(words), rules), rules, utc_ms, Wish(size, None if setup is None else Wall(size, setup), fault)
    )


def only(shown: Moment) -> Tile:
    (tile,) = shown.player.tiles()
    return tile


def test_the_figures_are_those_that_were_given_and_the_rules_fire() -> None:
    shown = moment("support: waiting 7, wait 1:42, sla 71%, free 0/6", "sales: waiting 0, sla 92%, free 3/5")
    support, service, sales = shown.player.view.tiles
    assert shown.player.view.kind == QUEUES and shown.player.view.fault is None
    assert (support.id, support.waiting, support.oldest_s, support.sla, support.sla_target) == (
        "support", 7, 102, 710, 800,
    )  # fmt: skip
    assert (support.agents_free, support.agents_in, support.severity, support.why) == (0, 6, 2, (2, 2, 0, 2, 0))
    assert (service.id, service.waiting, service.oldest_s, service.sla, service.severity) == (
        "@service",
        7,
        102,
        None,
        2,
    )
    assert (sales.id, sales.waiting, sales.severity, sales.agents_free) == ("sales", 0, 0, 3)
    assert [(each["queue"], each["rule"]) for each in shown.player.alarms()] == [
        ("support", "wait"), ("support", "waiting"), ("support", "agents_free"),
        ("@service", "wait"), ("@service", "waiting"),
    ]  # fmt: skip
    assert shown.player.lines() == []


@pytest.mark.parametrize(("wait", "severity"), [("44s", 0), ("45s", 1), ("59s", 1), ("60s", 2)])
def test_a_wait_is_at_its_threshold_to_the_second(wait: str, severity: int) -> None:
    tile = only(moment(f"support: waiting 1, wait {wait}"))
    assert (tile.oldest_s, tile.severity) == (int(wait[:-1]), severity)


def test_what_is_not_given_is_not_known() -> None:
    shown = moment("support: waiting 7")
    tile = only(shown)
    assert (tile.oldest_s, tile.sla, tile.agents_free, tile.agents_in) == (None, None, None, None)
    assert tile.severity == 2, "by the count alone"
    assert shown.notes == [
        "not shown, as the state does not tell of all of it: sales and @service",
        "support: wait and free are not given, so the rules wait, pressed and agents_free cannot fire",
    ]


def test_a_state_has_stood_for_longer_than_any_for_and_its_first_caller_for_as_long_as_he_waits() -> None:
    rules = limits("defaults: {rules: {waiting: {critical: 5, for: 20m}, wait: {warn: 30s, for: 5s}}}\n")
    assert only(moment("support: waiting 5", rules=rules)).severity == 2
    assert only(moment("support: waiting 1, wait 34s", rules=rules)).severity == 0
    assert only(moment("support: waiting 1, wait 35s", rules=rules)).severity == 1


def test_time_goes_on_from_there() -> None:
    frames = list(moment("support: waiting 1, wait 43s, next_breach 1:00").player.film(4000))
    assert [frame.for_ms for frame in frames] == [1000] * 4
    tiles = [frame.view.tiles[0] for frame in frames]
    assert [(tile.oldest_s, tile.next_breach_s, tile.severity, tile.phase) for tile in tiles] == [
        (43, 60, 0, 0), (44, 59, 0, 0), (45, 58, 1, 0), (46, 57, 1, 1),
    ]  # fmt: skip


def test_frames_have_no_holes_and_each_differs_from_the_one_before() -> None:
    player = moment("support: waiting 7, wait 1:42").player
    start_ms = player.now_ms
    frames = list(player.film(7000))
    assert frames[0].at_ms == start_ms and frames[-1].at_ms + frames[-1].for_ms == start_ms + 7000
    for one, two in itertools.pairwise(frames):
        assert one.at_ms + one.for_ms == two.at_ms and one.view != two.view
    assert [frame.view.tiles[0].phase for frame in frames[:4]] == [0, 1, 0, 1], "it begins with the first phase"
    assert {frame.for_ms for frame in frames} == {500}


def test_pages_take_turns_and_begin_with_the_queues() -> None:
    player = moment("support: waiting 0, free 1/1", "sales: waiting 0, free 1/1").player
    kinds = [(frame.view.kind, frame.at_ms) for frame in player.film(20_000)]
    assert [kind for kind, _ in kinds] == [QUEUES, CENTRE, CLOCK, QUEUES]
    assert [two - one for (_, one), (_, two) in itertools.pairwise(kinds)] == [6000, 6000, 6000]


@pytest.mark.parametrize("pages", [7, 11, 13, 16])
def test_with_many_pages_too_it_begins_with_the_first(pages: int) -> None:
    setup = Setup(SITE, "hall", None, ("queues",), 100, (), "")
    words = [f"q{number}: waiting 0" for number in range(pages - 3)]  # beside the two queues and the group of the file
    rules = Wish((64, 32), Wall((64, 32), setup), None)
    utc_ms = moment_ms(SUNDAY, EXAMPLE.calendar, dt.date(2026, 11, 26))
    view = state_moment(from_words(words, EXAMPLE), EXAMPLE, utc_ms, rules).player.view
    assert (view.pages, view.page) == (pages, 0)


def test_a_slow_odd_blink_begins_with_its_first_phase_too() -> None:
    rules = limits("defaults: {rules: {waiting: {critical: 1}}}\nblink: {critical: 0.333hz}\n")
    frames = list(moment("support: waiting 1", rules=rules).player.film(4_000))
    assert [frame.view.tiles[0].phase for frame in frames] == [0, 1, 0] and frames[0].for_ms == 1502


@pytest.mark.parametrize(
    ("who", "for_ms", "life"), [("PBX", 5_000, 1), ("BRIDGE", 5_000, 1), ("LINK", 12_000, 1), ("LINK", 125_000, 2)]
)
def test_under_a_fault_the_state_is_that_of_its_beginning(who: str, for_ms: int, life: int) -> None:
    shown = moment("support: waiting 7, wait 1:42", fault=(who, for_ms))
    view = shown.player.view
    assert (view.fault, view.fault_min) == (who, for_ms // 60_000)
    tile = only(shown)
    assert (tile.life, tile.severity) == (life, 0)
    assert tile.oldest_s in ((102,) if life == 1 else (None,)), "a wait that is not known to go on does not grow"


def test_outside_its_hours_a_queue_has_figures_and_no_alarm_and_a_note_says_so() -> None:
    shown = moment("support: waiting 7, wait 1:42, free 0/6", at=EVENING)
    tile = only(shown)
    assert (tile.open, tile.severity, tile.waiting) == (False, 0, 7)
    assert shown.notes[-1] == (
        "closed at Sun 2026-11-22 20:15, so no alarm: support; --at '2026-11-23 08:00' is when it opens"
    )
    assert only(moment("support: waiting 7", at="2026-11-23 08:00")).severity == 0, "it opens this moment: for 5s"
    opened = moment("support: waiting 7", at="2026-11-23 08:00").player
    opened.play(opened.now_ms + 5_000)
    assert opened.tiles()[0].severity == 2


def test_a_board_yaml_says_what_is_shown_and_how_bright() -> None:
    setup = Setup(SITE, "hall", ("sales", "@service"), ("queues",), 60, ((22 * 60, 30 * 60, 0),), "")
    shown = moment("support: waiting 0", "sales: waiting 0", setup=setup)
    assert [tile.id for tile in shown.player.view.tiles] == ["sales", "@service"]
    assert shown.player.view.brightness == 60
    assert max(shown.player.image().getextrema()[0]) == 255 * 60 // 100  # type: ignore[arg-type]
    night = moment("support: waiting 0", "sales: waiting 0", setup=setup, at="2026-11-22 23:00")
    assert night.player.view.kind == DARK
    alarm = moment(
        "support: waiting 9", "sales: waiting 9", setup=setup, at="2026-11-22 23:30"
    )  # sales is open until midnight, and an alarm is always seen
    assert alarm.player.view.kind == QUEUES and alarm.player.view.brightness == 60


def test_a_board_of_all_queues_has_those_too_that_were_not_given() -> None:
    setup = Setup(SITE, "hall", None, PAGES, 100, (), "")
    shown = moment("sales: waiting 1, wait 5s", setup=setup)
    assert [(tile.id, tile.waiting, tile.life) for tile in shown.player.tiles()] == [
        ("support", None, 0), ("sales", 1, 0), ("@service", None, 0),
    ]  # fmt: skip


def test_notes_tell_of_names_that_thresholds_lack_and_of_the_callers_clock() -> None:
    notes = moment("suport: waiting 0", "sales: waiting 1, wait 5m, sla 90%").notes
    labelled = moment("מכירות: waiting 0").notes
    assert "מכירות is not in thresholds.yaml, so the defaults hold for it; it is the label of sales" in labelled
    assert "suport is not in thresholds.yaml, so the defaults hold for it; did you mean 'support'?" in notes
    assert "sales: no caller's clock, as next_breach is not given; if he waited only here, it is 1m" in notes
    assert not any("clock" in each for each in moment("sales: waiting 1, wait 5m, next_breach 1m").notes)
