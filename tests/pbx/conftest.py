"""The real Asterisk for these tests, and what they measured, told at the end of the run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.pbx.asterisk import Asterisk
from tests.pbx.build import RELEASES, Release, RigError, Tree, build, check_machine

MEASURED = "measured"  # what a test measured, among the properties of its report


@pytest.fixture(scope="session", params=RELEASES, ids=lambda release: release.name)
def release(request: pytest.FixtureRequest) -> Release:
    """Every release in turn: whoever wants an Asterisk is run on each of them."""
    found: Release = request.param
    return found


ON_THE_NEWEST = pytest.mark.parametrize("release", RELEASES[:1], indirect=True, ids=lambda release: release.name)
"""Marks tests of our own parts, to which it is all one which Asterisk is gone."""


@pytest.fixture(scope="session")
def tree(release: Release) -> Tree:
    """The installed Asterisk, made when it is missing; skips, with the reason, where the machine cannot run it."""
    try:
        check_machine()
    except RigError as problem:
        pytest.skip(str(problem))
    return build(release, lambda line: None)


@pytest.fixture
def pbx(tree: Tree, tmp_path: Path) -> Iterator[Asterisk]:
    """A running Asterisk of this test's own, with nobody waiting and every agent idle."""
    folder = tmp_path / "asterisk"
    folder.mkdir()
    asterisk = Asterisk(tree, folder)
    asterisk.start()
    yield asterisk
    asterisk.stop()


@pytest.fixture
def measured(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Call it with one line for the summary at the end of the run."""
    return lambda line: record_property(MEASURED, line)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell what was measured, so that a budget that is nearly used up is seen before it is broken."""
    reports = [*terminalreporter.stats.get("passed", ()), *terminalreporter.stats.get("failed", ())]
    told = [
        line for report in reports if report.when == "call" for name, line in report.user_properties if name == MEASURED
    ]
    if told:
        terminalreporter.section("measured on the real Asterisk")
        for line in told:
            terminalreporter.write_line(line)
