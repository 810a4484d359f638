"""A journal whose writer dies at any instant: kill -9, a power cut, a file that may not grow. All real processes."""

from __future__ import annotations

import random
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from host_bridge.journal import Restored, shifted, shifted_live
from tests.journals import SHIFT_MS, an_end, live, opened

ROOT = Path(__file__).resolve().parent.parent
SEED = 20260327


@contextmanager
def a_writer(path: Path, most_bytes: int | None = None) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.journal_process", str(path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        if most_bytes is not None:  # a write() beyond it fails; Python ignores the signal
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (most_bytes, most_bytes))
        yield process
    finally:
        process.kill()
        process.communicate()


def saved(process: subprocess.Popen[str], lines: int) -> int:
    """The newest caller told as safe, after so many more were."""
    assert process.stdout is not None
    number = 0
    for _ in range(lines):
        line = process.stdout.readline()
        assert line, "the writer ended"
        number = int(line)
    return number


def rest(process: subprocess.Popen[str], number: int) -> int:
    """The newest caller told before the process died."""
    assert process.stdout is not None
    told = [int(line) for line in process.stdout.read().splitlines() if line]
    return max([number, *told])


def check_one_instant(restored: Restored, least: int) -> int:
    """All callers up to one, what was open when that one ended, and the mark of that second; gives the caller."""
    newest = len(restored.rows)
    assert newest >= least
    assert restored.rows == [(number, shifted(an_end(number), SHIFT_MS)) for number in range(1, newest + 1)]
    assert restored.next_row == newest + 1
    if newest:
        expected = shifted_live(live(newest), SHIFT_MS)
        assert [sorted(each) for each in restored.live] == [sorted(each) for each in expected]
        assert restored.seen_pbx_ms == newest * 1000 + SHIFT_MS
    return newest


def test_kill_9_at_any_instant_loses_nothing_that_was_called_safe(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    path = tmp_path / "j"
    before = 0
    for _ in range(6):
        with a_writer(path) as process:
            number = saved(process, chance.choice((1, 2, 10, 150, 400)))
            process.kill()
            process.wait()
            number = rest(process, number)
        journal, restored = opened(path)
        journal.close()
        newest = check_one_instant(restored, number)
        assert newest > before
        before = newest
    assert not list(tmp_path.glob("*damaged*"))


def test_a_power_cut_leaves_the_state_of_one_instant(tmp_path: Path) -> None:
    """The files as they lie at an instant, and the end of the write-ahead log lost or garbled on its way."""
    chance = random.Random(SEED)
    with a_writer(tmp_path / "j") as process:
        number = saved(process, 50)  # some 300 pages: before the log of 1,000 begins anew
        process.send_signal(signal.SIGSTOP)
        database, log = (tmp_path / "j").read_bytes(), (tmp_path / "j-wal").read_bytes()
        process.kill()
    newest: set[int] = set()
    for case in range(40):
        folder = tmp_path / str(case)
        folder.mkdir()
        (folder / "j").write_bytes(database)
        cut = chance.randrange(len(log))
        ends = (log, log[:cut], log[:cut] + chance.randbytes(len(log) - cut), log[:cut] + bytes(len(log) - cut))
        (folder / "j-wal").write_bytes(ends[case % len(ends)])
        journal, restored = opened(folder / "j")
        journal.close()
        newest.add(check_one_instant(restored, number if case % len(ends) == 0 else 0))
        assert not list(folder.glob("*damaged*"))
        shutil.rmtree(folder)
    assert len(newest) > 10, "the cuts fall on many different instants"


def test_a_file_that_may_not_grow_keeps_what_it_has(tmp_path: Path) -> None:
    path = tmp_path / "j"
    with a_writer(path, most_bytes=300_000) as process:
        assert process.stderr is not None
        problem = process.stderr.readline()
        process.kill()
        number = rest(process, 0)
    assert number > 0
    assert "disk fails" in problem
    journal, restored = opened(path)
    check_one_instant(restored, number)
    journal.close()
