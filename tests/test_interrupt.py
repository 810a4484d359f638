"""Ctrl-C while a program is still loading: no traceback, and no program that goes on regardless."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from tests.at_a_prompt import at_a_prompt

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


TIDY = """\
import os, signal
from config import interrupt
signal.signal(signal.{name}, signal.{handler})
try:
    with interrupt.tidily():
        try:
            os.kill(os.getpid(), signal.{name})
            print("went on")
        finally:
            os.kill(os.getpid(), signal.{name})
            print("tidy", flush=True)
except KeyboardInterrupt:
    print("told", flush=True)
os.kill(os.getpid(), signal.{name})
"""


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
@pytest.mark.parametrize(("handler", "said"), [("SIG_DFL", "tidy\ntold\n"), ("SIG_IGN", "went on\ntidy\n")])
def test_what_is_half_done_is_tidied_up_however_often_it_is_pressed(name: str, handler: str, said: str) -> None:
    code = TIDY.format(name=name, handler=handler)
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (ended.stdout, ended.stderr) == (said, "")
    assert ended.returncode == (0 if handler == "SIG_IGN" else -getattr(signal, name)), "as before, after it"


def test_what_a_test_starts_as_at_a_prompt_hears_it_whoever_runs_the_tests() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with at_a_prompt():
            started = start("host_bridge.ctl", "getsignal(signal.SIGINT)")
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
    assert started.returncode == -signal.SIGINT


def test_it_works_with_its_output_closed() -> None:
    """As a task without a window has it: nobody reads, and nothing fails for it."""
    words = f"{sys.executable} -m host_bridge.ctl power --rows 64 --cols 64"
    ended = subprocess.run(["sh", "-c", f"{words} >&-"], stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
