"""Ctrl-C while a program is still loading: no traceback, and no program that goes on regardless."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

PROGRAMS = ("firmware.pi", "host_bridge", "host_bridge.ctl")
PRESSED = """\
import os, signal, sys

class Pressed:
    def find_spec(self, name, *_):
        if name == "{package}.program":
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Pressed())
signal.signal(signal.SIGINT, signal.{handler})
from {package}.__main__ import main
sys.exit(main())
"""


def start(package: str, handler: str) -> subprocess.CompletedProcess[str]:
    code = PRESSED.format(package=package, handler=handler)
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("package", PROGRAMS)
def test_it_ends_without_a_word(package: str) -> None:
    ended = start(package, "default_int_handler")
    assert (ended.returncode, ended.stdout, ended.stderr) == (-signal.SIGINT, "", "")


@pytest.mark.parametrize("package", PROGRAMS)
def test_one_that_was_started_in_the_background_goes_on(package: str) -> None:
    """The shell has it ignore Ctrl-C. Here it goes on, and misses its arguments."""
    ended = start(package, "SIG_IGN")
    assert ended.returncode == 2 and "usage: " in ended.stderr


def test_it_works_with_its_output_closed() -> None:
    """As a task without a window has it: nobody reads, and nothing fails for it."""
    words = f"{sys.executable} -m host_bridge.ctl power --rows 64 --cols 64"
    ended = subprocess.run(["sh", "-c", f"{words} >&-"], stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
