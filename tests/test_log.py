"""The log: one line an event, whatever is in it."""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Iterator

import pytest

from config.log import MOST, set_up

LOG = logging.getLogger("wallboard-test")


@pytest.fixture
def stderr(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    root = logging.getLogger()
    level, before = root.level, set(root.handlers)
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    assert set_up("wallboard-test") is LOG
    (ours,) = set(root.handlers) - before
    yield stream
    root.removeHandler(ours)
    root.setLevel(level)


def test_an_event_is_one_line_with_the_programs_name(stderr: io.StringIO) -> None:
    LOG.info("queue %s: 3 waiting", "מכירות")
    assert stderr.getvalue() == "wallboard-test: queue מכירות: 3 waiting\n"


def test_foreign_text_neither_breaks_nor_reorders_a_line(stderr: io.StringIO) -> None:
    LOG.error("queue %s", "a\r\nb\u2028c\u202ed\x1b[31m\udc80")
    assert stderr.getvalue() == "wallboard-test: queue a??b?c?d?[31m?\n"


def test_a_line_ends(stderr: io.StringIO) -> None:
    LOG.error("x" * 5000)
    assert len(stderr.getvalue()) == MOST + 1


def test_a_bugs_traceback_follows(stderr: io.StringIO) -> None:
    try:
        raise KeyError("sales")
    except KeyError:
        LOG.error("a bug", exc_info=sys.exc_info())
    first, *more = stderr.getvalue().splitlines()
    assert first == "wallboard-test: a bug"
    assert more[0] == "Traceback (most recent call last):"
    assert more[-1] == "KeyError: 'sales'"


def test_libraries_tell_warnings_alone(stderr: io.StringIO) -> None:
    logging.getLogger("some.library").info("chatter")
    logging.getLogger("some.library").warning("trouble")
    assert stderr.getvalue() == "wallboard-test: trouble\n"
