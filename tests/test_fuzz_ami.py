"""A million mutated frames, in a process of their own so that its memory can be told."""

from __future__ import annotations

import os
import re
import subprocess
import sys

from tests.fuzz_ami import run

FRAMES = int(os.environ.get("WALLBOARD_FUZZ_FRAMES", "1000000"))
SEED = int(os.environ.get("WALLBOARD_FUZZ_SEED", "1"))
GROWTH_KIB = 2_048  # what the interpreter's own arenas may move by; a leak of one byte a frame is more


def test_a_million_mutated_frames_raise_nothing_and_leave_nothing() -> None:
    command = [sys.executable, "-m", "tests.fuzz_ami", str(SEED), str(FRAMES)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stderr}"
    told = dict(re.findall(r"([a-z]+) (\d+)", done.stdout))
    begun_kib, highest_kib = map(int, done.stdout.split()[-2:])
    assert int(told["frames"]) == FRAMES
    assert highest_kib - begun_kib <= GROWTH_KIB
    # the frames were neither all fine nor all rubbish
    assert FRAMES * 0.2 < int(told["events"]) < FRAMES * 0.9
    assert int(told["refused"]) > FRAMES * 0.002
    assert int(told["broken"]) > 0


def test_the_same_seed_sends_the_same_frames() -> None:
    assert str(run(7, 2_000)) == str(run(7, 2_000))
    assert str(run(7, 2_000)) != str(run(8, 2_000))
