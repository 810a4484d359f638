"""`wallboardctl completion SHELL`: what the shell needs to complete commands, options, choices and file names.

Made by shtab from the parsers that the commands themselves use, so it never lags behind them.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import shtab

SHELLS = ("bash", "zsh", "fish")
DESCRIPTION = """\
Prints the script with which the Tab key completes wallboardctl's commands, options and file names. Once, for yourself:

  bash (with the package bash-completion; else `source <(wallboardctl completion bash)` in ~/.bashrc):
    mkdir -p ~/.local/share/bash-completion/completions
    wallboardctl completion bash > ~/.local/share/bash-completion/completions/wallboardctl
  zsh (into a folder of $fpath, before compinit):
    mkdir -p ~/.zfunc && wallboardctl completion zsh > ~/.zfunc/_wallboardctl
    and in ~/.zshrc:  fpath=(~/.zfunc $fpath); autoload -U compinit; compinit
  fish:
    wallboardctl completion fish > ~/.config/fish/completions/wallboardctl.fish

Do it again after an update. A new shell knows it.
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command `completion`."""
    parser = subparsers.add_parser(
        "completion",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Exit codes: 0 printed, 2 wrong usage.",
    )
    parser.add_argument("shell", metavar="SHELL", choices=SHELLS, help="bash, zsh or fish")


def run(args: argparse.Namespace) -> int:
    """0: printed."""
    from host_bridge.ctl.program import COMMANDS, build  # noqa: PLC0415 - which loads this module

    print(script(build(COMMANDS), args.shell))
    return 0


def script(parser: argparse.ArgumentParser, shell: str) -> str:
    """The script for one of SHELLS."""
    _prepare(parser)
    return str(shtab.complete(parser, shell))


def _prepare(parser: argparse.ArgumentParser) -> None:
    """Tell shtab what it does not see: whatever a command takes as a Path is a file's name."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            action.help = "what to do"  # the list of commands hides it, and shtab what is hidden
            for command in action._choices_actions:
                action.choices[command.dest].description = command.help  # else its first line, which goes on
                _prepare(action.choices[command.dest])
        elif action.type is Path:
            action.complete = shtab.FILE  # type: ignore[attr-defined]
