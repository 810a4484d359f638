"""A queue_log of three calls, and `wallboardctl reconcile` as it is called on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from host_bridge.ctl import program as ctl

DAY = "2026-03-16"
NOON = 1_773_655_200  # 12:00 of that day in Asia/Jerusalem
LINES = f"""\
{NOON}|NONE|NONE|NONE|QUEUESTART|
{NOON}|c1|support|NONE|ENTERQUEUE||5550000|1
{NOON + 5}|c1|support|Ann|CONNECT|5|c1.9|3
{NOON + 9}|c2|support|NONE|ENTERQUEUE||5550001|1
{NOON + 21}|c2|support|NONE|ABANDON|1|1|12
{NOON + 25}|c1|support|Ann|COMPLETECALLER|5|20|1
{NOON + 30}|c3|sales|NONE|ENTERQUEUE|||1
{NOON + 39}|c3|sales|NONE|EXITWITHTIMEOUT|1|1|9
"""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "queue_log"
    path.write_text(LINES)
    (tmp_path / "thresholds.yaml").write_text(
        "timezone: Asia/Jerusalem\ndefaults: {service_level: {min_calls: 1}}\n"
        'queues: {sales: {service_level: {answer_within: 5s, formula: asterisk_perf2}}}\nday_start: "00:00"\n'
    )
    return path


def call(capsys: pytest.CaptureFixture[str], log: Path, *more: str | Path, day: str = DAY) -> tuple[int, str, str]:
    thresholds = log.parent / "thresholds.yaml"
    arguments = ["reconcile", "--queue-log", log, "--thresholds", thresholds, "--day", day, *more]
    code = ctl.main([str(each) for each in arguments])
    out, err = capsys.readouterr()
    return code, out, err


def refused(capsys: pytest.CaptureFixture[str], log: Path, *more: str | Path, day: str = DAY) -> str:
    """The one line of an error."""
    code, out, err = call(capsys, log, *more, day=day)
    assert (code, out) == (2, "")
    (line,) = err.splitlines()
    return line
