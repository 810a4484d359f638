"""What `wallboardctl boards --watch` tells of a board that was installed: its panel's problem, its self-test's end."""

from __future__ import annotations

from typing import Any

from host_bridge.ctl.site.changes import Facts, changes


def told(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """The lines about one board that says `new` after `old`."""
    moments = [
        Facts("the bridge", True, {"hall-1": {"online": True, "alarms": {}, **each}}, {}, frozenset())
        for each in (old, new)
    ]
    return [line for change in changes(*moments) for line in change.lines]


def test_a_panel_that_is_dark_and_lit_again() -> None:
    dark = {"problem": "panel.driver: no library"}
    assert told({}, dark) == ["hall-1: panel.driver: no library"]
    assert told(dark, dark) == []
    assert told(dark, {}) == ["hall-1: its panel is lit again"]


def test_the_end_of_a_self_test_and_not_its_course() -> None:
    runs = {"self_test": {"state": "running", "button": "silent", "buzzer": "played", "link": "broker"}}
    done = {"self_test": {**runs["self_test"], "state": "done", "supply": None}}
    assert told({}, runs) == [] == told(done, done)
    assert told(runs, done) == ["hall-1: self-test done: button silent, buzzer played, link broker"]
    assert told(done, {"self_test": None}) == []
