"""What is told once."""

from __future__ import annotations

import logging

import pytest

from host_bridge.memory.told import Told


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> Told:
    caplog.set_level(logging.INFO)
    return Told(logging.getLogger("test.told"))


def test_a_problem_is_told_when_it_begins_or_changes_and_when_it_is_over(
    told: Told, caplog: pytest.LogCaptureFixture
) -> None:
    for problem in ("", "a", "a", "b", "", "", "b"):
        told.problem("file", problem, f"file: {problem}", over="file again")
        told.problem("disk", "full" if problem else "", "disk is full")
    assert caplog.messages == ["file: a", "disk is full", "file: b", "file again", "file: b", "disk is full"]


def test_losses_are_told_as_they_double(told: Told, caplog: pytest.LogCaptureFixture) -> None:
    for count in (0, 1, 2, 3, 6, 7, 100):
        told.count("%d lost", count)
    assert caplog.messages == ["1 lost", "3 lost", "7 lost", "100 lost"]
