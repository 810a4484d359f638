"""`wallboardctl completion`, in the shells themselves."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from host_bridge.ctl import completion, program

BASH = """\
source ./script
COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
$(complete -p wallboardctl | sed 's/.*-F \\([^ ]*\\) .*/\\1/')
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


def complete(folder: Path, capsys: pytest.CaptureFixture[str], *words: str) -> list[str]:
    """What bash offers for the last of the words, in that folder."""
    assert program.main(["completion", "bash"]) == 0
    (folder / "script").write_text(capsys.readouterr().out)
    quoted = " ".join(f"'{word}'" for word in ("wallboardctl", *words))
    command = ["bash", "--norc", "-c", BASH.format(words=quoted)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=20, check=True)
    assert "error" not in done.stderr
    return sorted(done.stdout.split())


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("bo",), ["boards"]),
        (("",), sorted(program.COMMANDS)),
        (("boards", "--wa"), ["--watch"]),
        (("boards", "--config", "bri"), ["bridge.yaml"]),
        (("check", "thr"), ["thresholds.yaml"]),
        (("check", "--kind", ""), ["board", "bridge", "thresholds"]),
        (("reconcile", "--queue-log", "queue_log.1"), ["queue_log.1.gz"]),
        (("completion", "f"), ["fish"]),
    ],
)
def test_bash_offers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], offered: list[str]
) -> None:
    for name in ("bridge.yaml", "thresholds.yaml", "queue_log", "queue_log.1.gz"):
        (tmp_path / name).touch()
    assert complete(tmp_path, capsys, *words) == offered


@pytest.mark.parametrize("shell", completion.SHELLS)
def test_every_shell_has_every_command_and_is_understood(
    shell: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert program.main(["completion", shell]) == 0
    out = capsys.readouterr().out
    assert all(name in out for name in program.COMMANDS)
    if shutil.which(shell):
        (tmp_path / "script").write_text(out)
        subprocess.run([shell, "-n", str(tmp_path / "script")], check=True, timeout=20)


def test_another_shell_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as done:
        program.main(["completion", "csh"])
    assert done.value.code == 2
    assert "invalid choice: 'csh' (choose from 'bash', 'zsh', 'fish')" in capsys.readouterr().err
