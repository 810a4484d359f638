"""The log: one line an event, whatever is in it."""

from __future__ import annotations

import io
import logging
import subprocess
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


@pytest.mark.parametrize("is_ours", [True, False])
def test_to_the_journal_a_line_tells_its_gravity_and_not_the_name(is_ours: bool) -> None:
    script = (
        "import os, sys; from config.log import set_up\n"
        f"found = os.fstat({2 if is_ours else 0})\n"
        "os.environ['JOURNAL_STREAM'] = f'{found.st_dev}:{found.st_ino}'\n"
        "log = set_up('wallboard-test'); log.info('up'); log.warning('odd')\n"
        "try: raise KeyError('sales')\n"
        "except KeyError: log.exception('a bug')\n"
    )
    said = subprocess.run([sys.executable, "-c", script], stderr=subprocess.PIPE, text=True, check=True).stderr
    lines = said.splitlines()
    if is_ours:
        assert lines[:4] == ["<6>up", "<4>odd", "<3>a bug", "<3>Traceback (most recent call last):"]
        assert lines[-1] == "<3>KeyError: 'sales'"
    else:
        assert lines[0] == "wallboard-test: up"
