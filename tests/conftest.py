"""What holds for every test: in CI a skipped test is a failure, because CI has everything that a test may ask for.

And in CI the property tests try the same examples each time, so that a red run is the change's doing; everywhere else
they look for new ones.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from typing import Any

import pytest
from hypothesis import settings

settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the run when CI skipped something; elsewhere a skip names its reason in pytest's own summary (-ra)."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = len(reporter.stats.get("skipped", [])) if reporter else 0
    if skipped and os.environ.get("CI"):
        reporter.ensure_newline()
        reporter.write_line(f"CI skips nothing, and {skipped} tests were skipped: the reasons stand below.", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(wrapper=True)
def pytest_report_to_serializable() -> Generator[None, dict[str, Any] | None, object]:
    """Let a worker tell of a test that printed what is no UTF-8 (half a surrogate pair), which xdist cannot send."""
    return _sendable((yield))


def _sendable(value: object) -> object:
    """The same with such characters written as escapes."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {key: _sendable(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(map(_sendable, value))
    return value
