"""`wallboardctl` itself: the list of its commands, each of them loaded alone, and what is typed wrong."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

from host_bridge.ctl import program


@pytest.mark.parametrize("command", program.COMMANDS)
def test_every_command_is_there_and_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as done:
        program.main([command, "--help"])
    out, err = capsys.readouterr()
    assert (done.value.code, err) == (0, "")
    assert out.startswith(f"usage: wallboardctl {command} ")
    assert "Exit codes: 0 " in out
    assert callable(importlib.import_module(f"host_bridge.ctl.{program.COMMANDS[command].module}").run)


def test_the_list_names_every_command_once_in_lines_that_fit_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as done:
        program.main(["--help"])
    out = capsys.readouterr().out
    assert done.value.code == 0
    for name, entry in program.COMMANDS.items():
        (line,) = [line for line in out.splitlines() if line.startswith(f"  {name} ")]
        assert line.endswith(f"  {entry.help}")
        assert len(line) <= 100


def test_nothing_typed_is_answered_by_the_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main([]) == 2
    assert "  boards " in capsys.readouterr().err


def test_a_command_that_is_not_there_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main(["bords", "--json"]) == 2
    assert capsys.readouterr().err == "wallboardctl: there is no command 'bords'; did you mean 'boards'?\n"
    assert program.main(["frobnicate"]) == 2
    assert capsys.readouterr().err == (
        "wallboardctl: there is no command 'frobnicate'; `wallboardctl --help` lists them\n"
    )


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("boards", "--wacht"), "there is no option '--wacht'; did you mean '--watch'?"),
        (("boards", "hall-1"), "one word too many: 'hall-1'"),
        (("completion", "csh"), "SHELL: invalid choice: 'csh' (choose from 'bash', 'zsh', 'fish')"),
    ],
)
def test_what_a_command_does_not_take_is_one_line(
    words: tuple[str, ...], error: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as done:
        program.main(words)
    assert done.value.code == 2
    assert capsys.readouterr().err == f"wallboardctl {words[0]}: {error} (see wallboardctl {words[0]} --help)\n"


def test_the_help_of_one_command_loads_no_other_and_the_list_none() -> None:
    """Each command is typed by people, many times a day."""
    script = (
        "import sys\nfrom host_bridge.ctl import program\n"
        "try: program.main(sys.argv[1:])\nexcept SystemExit: pass\n"
        "print(*sorted(name for name in sys.modules if name.startswith(('host_bridge.', 'PIL', 'yaml', 'paho'))))"
    )

    def loaded(*arguments: str) -> set[str]:
        done = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True)
        return set(done.stdout.splitlines()[-1].split())

    assert loaded("--help") == {"host_bridge.ctl", "host_bridge.ctl.program"}
    assert not {name for name in loaded("boards", "--help") if name.startswith(("PIL", "host_bridge.truth"))}
