"""Groups run side by side against one deadline, and no check spoils another."""

from __future__ import annotations

import errno
import threading
import time
from collections.abc import Iterator

from host_bridge.ctl.health.finding import Finding, NotCheckedError, ok, problem, unknown, warning
from host_bridge.ctl.health.report import as_json, lines
from host_bridge.ctl.health.rounds import Check, examine


def fine() -> Iterator[Finding]:
    yield ok("a", "fine")


def test_a_check_that_hangs_costs_its_own_group_alone() -> None:
    release = threading.Event()

    def hangs() -> Iterator[Finding]:
        yield ok("b", "before")
        release.wait(30)

    began = time.monotonic()
    found = examine([[Check("a", fine)], [Check("c", fine), Check("b", hangs), Check("d", fine)]], 0.3)
    release.set()
    assert time.monotonic() - began < 3
    assert [(each.level, each.area) for each in found] == [
        ("ok", "a"), ("ok", "a"), ("unknown", "b"), ("unknown", "d"),
    ]  # fmt: skip


def test_a_check_that_breaks_is_a_finding_and_keeps_what_it_found() -> None:
    def breaks() -> Iterator[Finding]:
        yield ok("b", "before")
        raise ZeroDivisionError("division by zero")

    def hidden() -> Iterator[Finding]:
        yield ok("h", "before")
        raise PermissionError(errno.EACCES, "Permission denied", "/x/y")

    assert list(examine([[Check("h", hidden)]])) == [
        ok("h", "before"), unknown("h", "/x/y may not be looked at", "run it with sudo"),
    ]  # fmt: skip

    def denied() -> Iterator[Finding]:
        yield warning("e", "before")
        raise NotCheckedError("no right", "sudo")

    found = examine([[Check("b", breaks), Check("e", denied), Check("a", fine)]])
    assert [each.area for each in found] == ["b", "b", "e", "e", "a"]
    assert found[1].what == "this check failed itself (ZeroDivisionError: division by zero)"
    assert (found[3].level, found[3].do) == ("unknown", "sudo")


def test_the_worst_comes_last_and_everything_is_one_line() -> None:
    found = [problem("p", "two\nlines \x1b[31m", "do"), ok("o", "fine"), unknown("u", "why"), warning("w", "hm")]
    told = lines(found, "head")
    assert [line.split()[0] for line in told] == ["head", "ok", "not", "warning", "PROBLEM", "1"]
    assert all("\n" not in line and "\x1b" not in line for line in told)
    assert told[-1] == "1 problem, 1 warning, 1 could not be checked, 1 fine"
    assert len(lines(found, "head", brief=True)) == 5


def test_json() -> None:
    data = as_json([ok("o", "fine"), unknown("u", "why")], {"host": "pi"})
    assert (data["ok"], data["host"], data["counts"]["unknown"]) == (True, "pi", 1)
    assert data["findings"][1] == {"level": "unknown", "area": "u", "what": "why", "do": ""}
    assert as_json([problem("p", "x")], {})["ok"] is False
