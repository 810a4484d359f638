"""A preview of any instant of a queue_log: the board of a bridge that reads it, its alarms with their history."""

from __future__ import annotations

import datetime as dt
import gzip
import itertools
import json
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from config.yaml_file import parse
from firmware.core.freshness import FRESH_MS
from host_bridge import thresholds
from host_bridge.backtest import backtest
from host_bridge.backtest.moment import leading_to
from host_bridge.ctl.pictures.bridge import Speaker, Told, with_beats
from host_bridge.ctl.pictures.log import log_moment
from host_bridge.ctl.pictures.moment import Moment, Wish
from host_bridge.ctl.pictures.state import Figures
from host_bridge.ctl.pictures.when import WhenError, moment_ms
from host_bridge.demo import past
from host_bridge.pbx.queue_log_set import LogSet, SourceError
from tests.test_preview import ctl

ZONE = ZoneInfo("Asia/Jerusalem")
TEN = int(dt.datetime(2026, 11, 22, 10, tzinfo=ZONE).timestamp())
LIMITS = """\
timezone: Asia/Jerusalem
defaults:
  service_level: {min_calls: 1}
  rules:
    wait: {warn: 60s, critical: 2m, hold: 10s}
queues:
  support: {label: תמיכה}
  sales: {rules: {agents_free: {critical: 0}}}
groups: {service: {queues: [support, sales]}}
"""


def line(at_s: int, call: str, event: str, *data: object, queue: str = "support") -> str:
    return "|".join(map(str, (TEN + at_s, call, queue, "NONE", event, *data)))


# A call that is answered after 5 s; one that waits from 10:00:30 to 10:03:30; and the day's last, at 11:00.
CALLS = (
    line(-1, "NONE", "QUEUESTART", queue="NONE"),
    line(0, "a", "ENTERQUEUE", "", "", 1),
    line(5, "a", "CONNECT", 5, "a.1", 2),
    line(30, "b", "ENTERQUEUE", "", "", 1),
    line(65, "a", "COMPLETECALLER", 5, 60, 1),
    line(210, "b", "ABANDON", 1, 1, 180),
    line(3600, "c", "ENTERQUEUE", "", "", 1, queue="sales"),
    line(3601, "c", "CONNECT", 1, "c.1", 1, queue="sales"),
)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "queue_log"
    path.write_text("\n".join(CALLS) + "\n")
    (tmp_path / "thresholds.yaml").write_text(LIMITS, "utf-8")
    return path


def look(path: Path, at: str, text: str = LIMITS, fault: tuple[str, int] | None = None) -> Moment:
    limits = thresholds.build(parse(text.encode(), "thresholds.yaml"))
    utc_ms = moment_ms(f"2026-11-22 {at}" if len(at) < 12 else at, limits.calendar, dt.date(2026, 11, 22))
    return log_moment([path], limits, utc_ms, 8_000, Wish((128, 64), None, fault))


def test_a_call_that_waits_is_shown_with_its_wait_and_the_alarms_with_their_history(log: Path) -> None:
    shown = look(log, "10:02:10")
    support, service = shown.player.tiles()
    assert (support.id, support.waiting, support.oldest_s, support.severity) == ("support", 1, 100, 1)
    assert (support.sla, support.sla_target, support.agents_free, support.agents_in) == (1000, 800, None, None)
    assert (service.id, service.waiting, service.oldest_s, service.severity) == ("@service", 1, 100, 1)
    assert [(each["rule"], each["severity"], each["acked"], each["at"]) for each in shown.player.alarms()] == [
        ("wait", "warn", False, (TEN + 90) * 1000)
    ] * 2, "it has been firing for 40 s"
    assert shown.player.view.fault is None and shown.player.lines() == []
    assert look(log, "10:01:59").player.view.local_min == 10 * 60 + 1


def test_the_log_goes_on_while_the_board_moves(log: Path) -> None:
    player = look(log, "10:03:26").player
    seen = [(frame.view.tiles[0].waiting, frame.view.tiles[0].severity) for frame in player.film(8_000)]
    assert seen[0] == (1, 2) and seen[-1] == (0, 1), "he hangs up at 10:03:30, and the alarm ends in steps"
    after = look(log, "10:03:39").player.tiles()[0]
    assert (after.waiting, after.severity, after.sla) == (0, 1, 500)
    assert look(log, "10:03:41").player.tiles()[0].severity == 0


def test_figures_that_no_rule_looks_at_are_told_when_they_are_needed_alone(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole centre's change with every call; without rules they make no history."""
    lines = [line(at_s, f"c{at_s}", "ENTERQUEUE", "", "", 1) for at_s in range(0, 3000, 10)]
    lines += [line(at_s + 3, f"c{at_s}", "CONNECT", 3, f"d{at_s}", 1) for at_s in range(0, 3000, 10)]
    log.write_text("\n".join(sorted(lines)) + "\n")
    told: list[tuple[str, int]] = []
    group = Speaker.group

    def noted(self: Speaker, name: str, figures: Figures, at_ms: int, *more: Any) -> Told:
        told.append((name, at_ms))
        return group(self, name, figures, at_ms, *more)

    monkeypatch.setattr(Speaker, "group", noted)
    player = look(log, "10:45:02").player
    assert len([name for name, _ in told if name == "service"]) > 500, "this one has a rule, and so a history"
    assert len([name for name, _ in told if name == "all"]) < 20
    assert player.view.tiles[0].waiting == 1


def test_they_are_those_that_it_had_when_the_link_was_lost(log: Path) -> None:
    text = LIMITS.replace("[support, sales]}", "[support, sales], rules: {wait: off}}")
    for who in ("LINK", "BRIDGE", "PBX"):
        service = look(log, "10:03:33", text, (who, 4_000)).player.tiles()[1]  # lost a second before he hangs up
        assert (service.id, service.waiting, service.oldest_s) == ("@service", 1, 179), who


def test_what_the_log_cannot_tell_is_said(log: Path) -> None:
    assert look(log, "10:00:02").notes == [
        "a queue_log does not tell of agents, nor of acknowledgements",
        "not in the log by then, and so not shown: sales",
    ]
    assert look(log, "11:00:00").notes == [
        "a queue_log does not tell of agents, nor of acknowledgements; so agents_free of sales cannot fire"
    ]
    closed = look(log, "10:00:02", LIMITS + 'hours: {sun-thu: "11:00-12:00"}\n').notes
    assert closed[-1].startswith(
        "closed at Sun 2026-11-22 10:00, so no alarm: support and @service; --at '2026-11-22 11:00'"
    )


def test_while_all_is_closed_the_figures_are_shown_and_a_line_of_nonsense_is_told(log: Path) -> None:
    with log.open("a") as file:
        file.write("nonsense\n")
    shown = look(log, "10:00:40", LIMITS + 'hours: {sun-thu: "11:00-12:00"}\n')
    tile = shown.player.tiles()[0]
    assert (tile.waiting, tile.oldest_s, tile.open, tile.life) == (1, 10, False, 0)
    late = look(log, "11:00:01").notes
    assert late[-1] == f"{log}: 1 line passed over, as no lines of queue_log"


def test_what_opens_is_told_at_that_moment_though_nothing_else_changes(log: Path) -> None:
    text = LIMITS + 'hours: {sun-thu: "10:01-12:00"}\n'
    assert [tile.open for tile in look(log, "10:00:59", text).player.tiles()] == [False, False]
    assert [tile.open for tile in look(log, "10:01:03", text).player.tiles()] == [True, True]
    assert [tile.severity for tile in look(log, "10:01:40", text).player.tiles()] == [1, 1]


def test_on_the_way_to_the_moment_the_bridge_is_never_lost(log: Path) -> None:
    shown = look(log, "10:59:00")
    limits = shown.thresholds
    moments = leading_to(LogSet([log]), limits, shown.utc_ms, shown.utc_ms + 1_000)
    from_ms = next(moments).at_ms
    speaker = Speaker(limits, (), from_ms - 1_000, 0)
    beats = []
    for told in with_beats((), speaker, from_ms, None, near_ms=shown.utc_ms - 30_000):
        if told.at_ms > shown.utc_ms:
            break
        beats.append(told.at_ms)
    gaps = [two - one for one, two in itertools.pairwise(beats)]
    near = gaps.index(2_000)
    assert gaps == [5_000] * near + [2_000] * (len(gaps) - near) and near > 500 and len(gaps) - near > 10
    assert FRESH_MS > 5_000


def test_a_queue_that_is_new_brings_its_own_rules_and_no_others(log: Path) -> None:
    """Of two hundred queues all rules, told anew at the first call of each, are most of what a board would hear."""
    shown = look(log, "11:00:01")
    speaker = Speaker(shown.thresholds, ("support",), 0, 0)
    first = [each.topic.split("/", 2)[2] for each in speaker.settings(1)]
    assert first == ["rules/support", "rules/@all", "rules/@service", "site"]
    told = list(speaker.meet(("support", "sales"), 2))
    assert [each.topic.split("/", 2)[2] for each in told] == ["rules/sales", "site"]
    assert speaker.queues == ("support", "sales") and b"support" in told[1].payload


@pytest.mark.parametrize("at", ["09:59:58", "11:00:02", "2026-11-21 10:00", "2026-11-29 10:00"])
def test_an_instant_outside_of_the_log_is_told_with_its_range(log: Path, at: str) -> None:
    with pytest.raises(WhenError) as caught:
        look(log, at)
    asked = at if " " in at else f"2026-11-22 {at}"
    asked += ":00" if at.count(":") == 1 else ""
    assert str(caught.value) == (
        f"--at: {log}: no line is of {asked}: the lines are from 2026-11-22 09:59:59 to 2026-11-22 11:00:01"
    )


def test_its_first_and_its_last_second_are_in_it(log: Path) -> None:
    assert look(log, "10:00:00").player.tiles()[0].waiting == 1
    assert [tile.id for tile in look(log, "09:59:59").player.tiles()] == ["@service"], "no queue has been named yet"
    assert look(log, "11:00:01").player.tiles()[1].sla == 1000


def test_a_log_that_is_none_is_told(tmp_path: Path) -> None:
    empty, packed = tmp_path / "empty", tmp_path / "queue_log.gz"
    empty.write_text("nothing of the kind\n")
    packed.write_bytes(gzip.compress("\n".join(CALLS).encode())[:-20])
    with pytest.raises(SourceError, match="no line in it is one of queue_log"):
        look(empty, "10:00:00")
    with pytest.raises(SourceError, match="damaged packed data"):
        look(packed, "11:00:00")


def test_under_a_fault_the_log_is_not_heard_any_more(log: Path) -> None:
    """Two callers' fates lie between the fault and the moment: what is shown is from before."""
    for who in ("PBX", "BRIDGE", "LINK"):
        tile = look(log, "10:03:34", fault=(who, 6_000)).player.tiles()[0]
        assert (tile.life, tile.waiting, tile.oldest_s) == (1, 1, 178), who
        assert look(log, "10:04:34", fault=(who, 66_000)).player.tiles()[0].life == 2


def test_counts_are_of_today_and_calls_of_the_night_before_still_wait(log: Path) -> None:
    text = LIMITS.replace("{min_calls: 1}", "{min_calls: 1, window: today}") + 'day_start: "10:01"\n'
    tile = look(log, "10:02:10", text).player.tiles()[0]
    assert (tile.waiting, tile.oldest_s, tile.sla) == (1, 100, None), "the answered call was yesterday's"


def test_the_command_says_and_draws_it(log: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    words = ("--thresholds", str(tmp_path / "thresholds.yaml"), "--queue-log", str(log), "--at")
    out = tmp_path / "x.gif"
    assert ctl(*words, "2026-11-22 10:02:10", "--out", str(out), "--seconds", "2", "--json") == 0
    said = capsys.readouterr()
    told = json.loads(said.out)
    assert (told["tiles"][0]["label"], told["tiles"][0]["oldest_s"], told["frames"]) == ("תמיכה", 100, 2)
    assert told["alarms"][0]["at"] == "2026-11-22T10:01:30+02:00"
    assert said.err.startswith("wallboardctl preview: a queue_log does not tell of agents")
    assert out.stat().st_size < 60_000
    for wrong, expected in {
        (*words, "2026-11-23 10:00"): f"--at: {log}: no line is of 2026-11-23 10:00:00",
        (*words, "2026-03-27 02:30"): "--at: no clock in Asia/Jerusalem showed 2026-03-27 02:30",
        words[:-1]: "--at is missing: at which moment of the log, like '2026-11-22 10:15'?",
        (*words, "10:00", "--queue", "a: waiting 1"): "--queue-log: its figures are those of the log",
        (*words[:2], "--queue-log", str(tmp_path / "no"), "--at", "10:00"): f"{tmp_path / 'no'}: No such file",
    }.items():
        assert ctl(*wrong) == 2
        said = capsys.readouterr()
        assert expected in said.err and said.err.count("\n") == 1


# beside the back-test

RULES = """\
timezone: Asia/Jerusalem
defaults:
  service_level: {answer_within: 20s, min_calls: 5, window: 30m}
  rules:
    wait: {warn: 40s, critical: 90s, clear: 20s, hold: 30s}
    waiting: {warn: 2, critical: 4, for: 10s}
    sla: {warn: 90%, critical: 75%, hold: 1m}
    avg_wait: {warn: 20s}
    pressed: {all: {waiting: 2, wait: 30s}, severity: critical, for: 5s}
groups: {all: {rules: {abandoned: {warn: 5%, clear: 4%}}}}
"""


def morning(folder: Path) -> Path:
    """Of the demo's centre: the log of 2026-11-23, from 07:00 on."""
    path = folder / "queue_log.gz"
    lines = itertools.islice(past.days(dt.date(2026, 11, 24), 1, ZONE, 7), 2_000)
    path.write_bytes(gzip.compress("\n".join(lines).encode() + b"\n"))
    return path


@pytest.mark.parametrize(("hours", "instants"), [("", 3), ('hours: {sun-thu: "08:30-20:00"}\n', 6)])
def test_at_any_instant_the_very_alarms_fire_that_a_backtest_finds(tmp_path: Path, hours: str, instants: int) -> None:
    """Two ways from the log to an alarm: replayed without a board, and a board that is on since some hours."""
    path = morning(tmp_path)
    limits = thresholds.build(parse((RULES + hours).encode(), "thresholds.yaml"))
    result = backtest([path], limits)
    random, fired = Random(5), 0
    for _ in range(instants):
        at_ms = random.randrange(result.days[-1].from_ms, result.covered.until_ms) // 1000 * 1000
        expected = {
            (each.queue, each.rule): severity for each in result.firings if (severity := _severity(each.steps, at_ms))
        }
        alarms = log_moment([path], limits, at_ms, 1_000, Wish((128, 64), None, None)).player.alarms()
        found = _firing(alarms)
        assert found == expected, dt.datetime.fromtimestamp(at_ms / 1000, ZONE)
        fired += len(found)
    assert fired > 5


def _severity(steps: tuple[tuple[int, int], ...], at_ms: int) -> int:
    return next((severity for since_ms, severity in reversed(steps) if since_ms <= at_ms), 0)


def test_a_film_of_half_an_hour_fires_when_the_backtest_says(tmp_path: Path) -> None:
    """Instant by instant: each change of an alarm, to the ms."""
    path = morning(tmp_path)
    limits = thresholds.build(parse(RULES.encode(), "thresholds.yaml"))
    from_ms = moment_ms("2026-11-23 08:30", limits.calendar, dt.date(2026, 11, 23))
    until_ms = from_ms + 1_800_000
    steps = {
        (at_ms, each.queue, each.rule, severity)
        for each in backtest([path], limits).firings
        for at_ms, severity in each.steps
        if from_ms < at_ms < until_ms
    }
    player = log_moment([path], limits, from_ms, until_ms - from_ms, Wish((128, 64), None, None)).player
    before = _firing(player.alarms())
    found = set()
    while player.step(until_ms - 1):
        now = _firing(player.alarms())
        for queue, rule in before.keys() | now.keys():
            if before.get((queue, rule), 0) != now.get((queue, rule), 0):
                found.add((player.now_ms, queue, rule, now.get((queue, rule), 0)))
        before = now
    assert found == steps and len(steps) > 10


def _firing(alarms: list[dict[str, Any]]) -> dict[tuple[str, str], int]:
    return {(each["queue"], each["rule"]): ("warn", "critical").index(each["severity"]) + 1 for each in alarms}
