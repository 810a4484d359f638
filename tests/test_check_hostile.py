"""Files that are made to hurt: the check of each ends soon, in little memory, with a line and without a traceback.

Measured: at most 0.8 s and 30 MB for each of them, 1.6 s for a right one of 4,900 queues; read to their ends they took
minutes or gigabytes. Seconds here are those of the processor, as the machine has other work.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

from config.yaml_tree import MAX_BYTES
from firmware.core.check_kinds import MAX_OF_A_FILE
from host_bridge.ctl.checks.files import check

MIB = 1 << 20
ZONE = "timezone: Asia/Jerusalem\n"
MOST_S = 4.0  # a file, of a slow processor
RIGHT = ("group", "right", "spans")  # large, and no mistake
HUNGRY = ("aliases", "error_at_the_end", "items", "keys", "right", "tags")  # that take the most memory
ROOM = 400 * MIB  # of address space, with all libraries


def laughs() -> str:
    levels = "".join(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9))
    return "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n" + levels


def queues(rest: str, count: int = 4_900) -> str:
    return f"{ZONE}queues:\n" + "".join(f"  q{number}: {rest}\n" for number in range(count))


HOSTILE = {
    "brackets": "[" * MAX_BYTES,
    "braces": "a: " + "{a," * (MAX_BYTES // 4),
    "dashes": "- " * (MAX_BYTES // 2),
    "questions": "? " * (MAX_BYTES // 2),
    "colons": ":" * MAX_BYTES,
    "directives": "".join(f"%TAG !a{number}! x\n" for number in range(50_000)) + "---\na: 1\n",
    "documents": "---\n" * (MAX_BYTES // 4),
    "tags": "a: [" + "!x a," * (MAX_BYTES // 6) + "]\n",
    "laughs": laughs(),
    "shared": f"{ZONE}d: &d {{{','.join(f'w{number}: {{}}' for number in range(60))}}}\n"
    + "queues:\n"
    + "".join(f"  q{number}: {{rules: *d}}\n" for number in range(1_500)),
    "deep": "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 2_000)),
    "aliases": "a: &a 1\nb: [" + "*a," * (MAX_BYTES // 4) + "]\n",
    "items": "a:\n" + "- x\n" * (MAX_BYTES // 5),
    "duplicates": "a: 1\n" * (MAX_BYTES // 6),
    "keys": "".join(f"k{number}: 1\n" for number in range(49_000)),
    "unclosed": 'a: "' + "x\n " * (MAX_BYTES // 4),
    "number": f"{ZONE}defaults: {{rules: {{waiting: {{warn: {'9' * 1_000_000}}}}}}}\n",
    "text": f"timezone: {'x' * 1_000_000}\n",
    "key": f"{'x' * 1_000_000}: 1\n",
    "escapes": 'a: "' + "\\x41" * (MAX_BYTES // 5) + '"\n',
    "error_at_the_end": queues("{label: x}", 16_000) + '  bad: "x\n',
    "misspelt": queues("{lable: x, rules: {wiat: 4}}"),
    "countries": queues("{hours: {holidays: XQ}}"),
    "days": queues("{hours: {sunn-thrr: 8}}"),
    "group": f"{ZONE}groups:\n"
    + "".join(f"  g{n}: {{queues: [{','.join(map(str, range(4_900)))}]}}\n" for n in range(9)),
    "spans": f'{ZONE}hours: {{sun: "{",".join(["8:00-18:00"] * 90_000)}"}}\n',
    "right": queues("{label: תמיכה, rules: {wait: {warn: 30s, critical: 60s}}}"),
    "nul": "\0" * MAX_BYTES,
    "marks": "\ufeff" * (MAX_BYTES // 3),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_it_ends_soon_with_a_few_lines(name: str, tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes(HOSTILE[name].encode()[:MAX_BYTES])
    begun = time.process_time()
    ((found,), _) = check([path], kind="thresholds")
    assert time.process_time() - begun < MOST_S
    assert bool(found.errors) == (name not in RIGHT)
    assert len(found.errors) <= MAX_OF_A_FILE + 1
    assert len(found.warnings) <= MAX_OF_A_FILE + 1
    assert all(len(str(mistake)) < 1_000 and str(mistake).isprintable() for mistake in found.errors)


def test_little_memory_is_enough(tmp_path: Path) -> None:
    for name in HUNGRY:
        (tmp_path / f"{name}.yaml").write_bytes(HOSTILE[name].encode()[:MAX_BYTES])
    done = subprocess.run(
        [sys.executable, "-m", "host_bridge.ctl", "check", "--kind", "thresholds", *sorted(tmp_path.iterdir())],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (ROOM, ROOM)),
    )
    assert (done.returncode, done.stderr) == (2, "")
    assert done.stdout.splitlines()[-1].startswith(f"{len(HUNGRY)} files: 1 right, 5 wrong with ")


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "locked").write_text("a: 1\n")
    for path, why in {
        tmp_path: "Is a directory",
        tmp_path / "pipe": "it is a pipe or a device, expected a file",
        Path("/dev/zero"): "it is a pipe or a device, expected a file",
        tmp_path / "loop": "Too many levels of symbolic links",
        tmp_path / "none": "No such file or directory",
        tmp_path / "locked" / "f.yaml": "Not a directory",
    }.items():
        begun = time.monotonic()
        ((found,), _) = check([path])
        assert time.monotonic() - begun < MOST_S
        assert [str(mistake) for mistake in found.errors] == [f"{path}: cannot be read: {why}"]


def test_nor_what_a_file_names(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    path = tmp_path / "bridge.yaml"
    path.write_text(
        "site: s\npbx: {host: p, username: u, password_file: pipe, tls: {ca_file: /dev/zero}}\n"
        "mqtt: {url: 'mqtts://b', cert_file: pipe, key_file: pipe, port: x}\nthresholds: t.yaml\n"
    )
    ((found,), _) = check([path], secrets=True)
    assert [mistake.path for mistake in found.errors] == [
        "pbx.password_file",
        "pbx.tls.ca_file",
        "mqtt.cert_file",
        "mqtt.port",
    ]
    assert all("pipe or a device" in mistake.message for mistake in found.errors[:3])
