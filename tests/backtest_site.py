"""A small queue_log and a thresholds.yaml, and the command that tries the one on the other."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from host_bridge.ctl import program as ctl
from tests.backtests import at

DAYS = 4
THRESHOLDS = """\
timezone: Asia/Jerusalem
hours: {sun-thu: "09:00-17:00"}
defaults:
  service_level: {min_calls: 1}
  rules: {wait: {warn: 30s, critical: 60s}, agents_free: {warn: 0, when: {waiting: 1}}}
queues: {sales: {label: מכירות}}
groups: {both: {label: שירות, queues: [sales, support], rules: {waiting: {warn: 2}, wait: off}}}
"""


def lines(days: int = DAYS) -> Iterator[str]:
    """On each day, each quarter of an hour from 9:05 on, a caller waits so long: 25, 35, 90, 25 s …; sales alone."""
    for day in range(days):
        for place in range(31):
            joined, call = at(day, 9, 5) // 1000 + place * 900, f"d{day}.{place}"
            waited = (25, 35, 90)[place % 3]
            yield f"{joined}|{call}|sales|NONE|ENTERQUEUE|||1"
            yield f"{joined + waited}|{call}|sales|Ann|CONNECT|{waited}|{call}a|1"
            yield f"{joined + waited + 60}|{call}|sales|Ann|COMPLETECALLER|{waited}|60|1"
        noon = at(day, 12, 1) // 1000
        yield f"{noon}|s{day}|support|NONE|ENTERQUEUE|||1"
        yield f"{noon + 20}|s{day}|support|NONE|ABANDON|1|1|20"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    (tmp_path / "thresholds.yaml").write_text(THRESHOLDS)
    path = tmp_path / "queue_log.gz"
    path.write_bytes(gzip.compress("".join(f"{line}\n" for line in sorted(lines())).encode()))
    return path


def call(capsys: pytest.CaptureFixture[str], log: Path, *more: str | Path) -> tuple[int, str, str]:
    words = ["backtest", "--queue-log", log, "--thresholds", log.parent / "thresholds.yaml", *more]
    try:
        code = ctl.main([str(word) for word in words])
    except SystemExit as ended:  # of argparse
        code = int(str(ended.code))
    out, err = capsys.readouterr()
    return code, out, err


def refused(capsys: pytest.CaptureFixture[str], log: Path, *more: str | Path, code: int = 2) -> str:
    """The one line of an error."""
    found, out, err = call(capsys, log, *more)
    assert (found, out) == (code, "")
    return err.splitlines()[-1].replace(str(log.parent), "HERE")
