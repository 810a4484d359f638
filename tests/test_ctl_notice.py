"""`wallboardctl notice` with a real bridge: set, shown, and taken back."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from host_bridge.ctl import notice as command
from host_bridge.ctl import program
from tests.brokers import Broker, broker
from tests.site_rig import Call
from tests.test_bridge_main import Process, Watcher, watcher

__all__ = ["broker", "watcher"]

ZONE = ZoneInfo("Asia/Jerusalem")


@pytest.fixture
def bridge(tmp_path: Path, broker: Broker, watcher: Watcher) -> Iterator[Process]:
    """Without a PBX: a notice needs none."""
    made = Process(tmp_path, 1, f"url: 'mqtt://127.0.0.1:{broker.port}'")
    made.start()
    watcher.until(lambda known: known.get("bridge/state"))
    yield made
    made.close()


@pytest.fixture
def call(broker: Broker, capsys: pytest.CaptureFixture[str]) -> Call:
    def called(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = program.main(["notice", *arguments, "--url", f"mqtt://127.0.0.1:{broker.port}", "--site", "test"])
        out, err = capsys.readouterr()
        return code, out, err

    return called


def test_set_shown_and_taken_back(bridge: Process, call: Call) -> None:
    assert call() == (0, "no notice\n", "")
    always = "stands until it is taken back: wallboardctl notice --clear"
    assert call("Team meeting", "in  room 3") == (0, f"Team meeting in room 3\n{always}\n", "")
    assert call() == (0, f"Team meeting in room 3\n{always}\n", "")
    code, out, err = call("ישיבת צוות", "--for", "30m")
    assert (code, err) == (0, "")
    text, how_long = out.splitlines()
    until = dt.datetime.now(ZONE) + dt.timedelta(minutes=30)
    tomorrow = "" if until.date() == dt.datetime.now(ZONE).date() else " tomorrow"
    assert text == "ישיבת צוות"
    # the command's own slack makes it a second later, the time that it took until now some seconds earlier
    near = [until + dt.timedelta(milliseconds=command.SLACK_MS), until, until - dt.timedelta(seconds=5)]
    assert how_long in {f"stands until {late:%H:%M}{tomorrow}, for 30 min more" for late in near}
    assert call("--clear") == (0, "no notice\n", "")
    assert call("--clear") == (0, "no notice\n", "")


def test_until_a_time_of_day_at_the_site(bridge: Process, call: Call) -> None:
    late = dt.datetime.now(ZONE) + dt.timedelta(hours=2)
    code, out, _ = call("meeting", "--until", f"{late:%H:%M}", "--json")
    notice = json.loads(out)["notice"]
    assert (code, notice["text"], notice["said"]) == (0, "meeting", 7)
    left_s = notice["until"] / 1000 - dt.datetime.now().timestamp()
    assert 7200 - 90 <= left_s <= 7200
    early = dt.datetime.now(ZONE) - dt.timedelta(minutes=2)
    assert f"until {early:%H:%M} tomorrow, for 23 h 5" in call("meeting", "--until", f"{early:%H:%M}")[1]


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("--clear", "text"), "--clear takes the notice back: leave out the text"),
        (("--for", "30m"), "--for and --until need a text"),
        (("\u200f \n",), "the text is empty: --clear takes a notice back"),
        (("x" * 501,), "the text has 501 characters, expected at most 500"),
    ],
)
def test_what_no_bridge_would_take(broker: Broker, call: Call, words: tuple[str, ...], error: str) -> None:
    assert call(*words) == (2, "", f"wallboardctl notice: {error}\n")


def test_a_time_that_is_none(call: Call, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as done:
        call("x", "--until", "1630")
    assert done.value.code == 2
    assert "wallboardctl notice: --until: '1630' is no time of day, expected HH:MM" in capsys.readouterr().err


def test_without_a_bridge_it_is_not_taken(broker: Broker, call: Call) -> None:
    why = "no bridge has ever reported to this broker"
    assert call("x") == (1, "", f"wallboardctl notice: {why}: it is the bridge that tells notices\n")
    code, out, err = call()
    assert (code, out) == (0, "no notice\n")
    assert err == f"wallboardctl notice: {why}: what follows may be old\n"


def test_what_the_bridge_does_not_take_is_told(bridge: Process, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "CONFIRM_S", 0.5)
    monkeypatch.setattr(command, "_message", lambda *_: b'{"v": 1}')
    code, out, err = call("x")
    assert (code, out) == (1, "")
    assert err.startswith("wallboardctl notice: the bridge has not taken it within 0 s: may this user")
