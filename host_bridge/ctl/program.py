"""`wallboardctl COMMAND`: one module a command, each with add_parser(subparsers) and run(args) → exit code.

Only the module of the command that was asked for is loaded: what one command needs (a broker, YAML, pictures) is not
waited for by the others. So what the list of commands says of each stands here, and nowhere else.
"""

from __future__ import annotations

import argparse
import errno
import importlib
import os
import re
import sys
from collections.abc import Iterable, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from config.version import version

if TYPE_CHECKING:
    _SubParsersAction = argparse._SubParsersAction[argparse.ArgumentParser]
else:
    _SubParsersAction = argparse._SubParsersAction


class Entry(NamedTuple):
    """A command: its module in host_bridge.ctl, and what it is for, in a line."""

    module: str
    help: str


GROUPS = {
    "for supervisors, who say when a queue is in trouble": {
        "check": Entry("check", "are these settings files right?"),
        "hours": Entry("hours", "when it is open, and which days are holidays"),
        "backtest": Entry("backtest", "thresholds, tried on the real days of a queue_log"),
        "preview": Entry("preview", "what a board shows, for a state or a moment of the log"),
        "rules": Entry("rules", "the versions that were in use; back to an earlier one"),
        "schema": Entry("schema", "what editors need to complete and explain the settings files"),
    },
    "day to day, on the floor": {
        "ack": Entry("ack", "acknowledge what fires: it stops blinking and sounding"),
        "boards": Entry("boards", "which boards are alive, and what they show"),
        "history": Entry("history", "what fired, who acknowledged, which boards were offline"),
        "identify": Entry("orders", "let a board show its name: which of them is it?"),
        "mute": Entry("orders", "silence the buzzer of a board, or of all"),
        "notice": Entry("notice", "a text on every board"),
        "test": Entry("orders", "let a board test itself, for all to see"),
        "unmute": Entry("orders", "let the buzzer sound again"),
    },
    "for technicians": {
        "ami": Entry("ami", "the bridge's user of the PBX, written where the PBX wants it"),
        "completion": Entry("completion", "let the Tab key complete all this, in bash, zsh or fish"),
        "doctor": Entry("doctor", "what is wrong with this board or bridge, and what to do"),
        "flash": Entry("flash", "write Raspberry Pi OS onto a card, and provision it"),
        "pki": Entry("pki", "the site's certificates: make, list, renew, revoke"),
        "power": Entry("power", "which supply, cables and fuses a panel needs, and what it draws"),
        "provision": Entry("provision", "a memory card with which a Pi becomes a board by itself"),
        "reconcile": Entry("reconcile", "do the figures agree with the PBX's own log?"),
        "support": Entry("support", "a file for support, without secrets"),
    },
}
COMMANDS = {name: entry for group in GROUPS.values() for name, entry in group.items()}

DESCRIPTION = "Looks after the LED wallboards of a site."
# On Windows "D:\" is D:, a quote, and all that follows; PowerShell completes names with spaces to such words.
_SPOILT = re.compile(r'(?:--[\w-]+=)?(?P<name>[A-Za-z]:(?:\\[^"]*)?|\.{0,2}\\[^"]*)"')
EPILOG = """\
Every command prints for people, and JSON with --json; `wallboardctl COMMAND --help` tells more.
Exit codes: 0 fine, 1 failed, 2 wrong usage or wrong configuration.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """The exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    if not words:
        build(()).print_help(sys.stderr)
        return 2
    for spoilt in filter(None, map(_SPOILT.match, words if sys.platform == "win32" else ())):
        return _quote_in_a_name(spoilt["name"])
    asked = next((word for word in words if not word.startswith("-")), None)
    if asked is not None and asked not in COMMANDS:
        return _unknown(asked)
    parser = build(() if asked is None else (asked,))
    args, unknown = parser.parse_known_args(words)
    if unknown:
        _refuse(parser, args.command, unknown[0])
    try:
        code: int = _module(args.command).run(args)
        sys.stdout.flush()
    except BrokenPipeError:  # `wallboardctl boards | head -1`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains at exit
        return 1
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        print("wallboardctl: the output cannot be written: the disk is full", file=sys.stderr)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return code


def build(names: Iterable[str]) -> argparse.ArgumentParser:
    """The parser: it knows all commands, and the options of those that are named."""
    parser = _Parser(
        prog="wallboardctl",
        usage="%(prog)s [-h] [--version] COMMAND ...",
        description=DESCRIPTION + "\n" + "".join(map(_listed, GROUPS)),
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action=_Version, help="print the version")
    subparsers = parser.add_subparsers(
        dest="command", metavar="COMMAND", required=True, help=argparse.SUPPRESS, prog=parser.prog, action=_Commands
    )
    for module in dict.fromkeys(COMMANDS[name].module for name in names):
        importlib.import_module(f"host_bridge.ctl.{module}").add_parser(subparsers)
    for name in COMMANDS:
        if name not in subparsers.choices:
            subparsers.add_parser(name)
    return parser


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line; the usage, of five, is behind --help."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message.removeprefix('argument ')} (see {self.prog} --help)\n")


class _Commands(_SubParsersAction):
    """The commands, with the help that stands above."""

    def add_parser(self, name: str, **options: Any) -> argparse.ArgumentParser:
        return super().add_parser(name, **{**options, "help": COMMANDS[name].help})


class _Version(argparse.Action):
    """Prints the version, which is looked for only then: it takes as long as all the rest."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "nargs": 0, "default": argparse.SUPPRESS})

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        print(version())
        parser.exit()


def _module(command: str) -> ModuleType:
    return importlib.import_module(f"host_bridge.ctl.{COMMANDS[command].module}")


def _listed(group: str) -> str:
    """The lines of one group of commands."""
    width = max(map(len, COMMANDS))
    return f"\n{group}:\n" + "".join(f"  {name:{width}}  {entry.help}\n" for name, entry in GROUPS[group].items())


def _refuse(parser: argparse.ArgumentParser, command: str, word: str) -> NoReturn:
    """A word that the command does not take: exit code 2."""
    from firmware.core.spelling import did_you_mean, shown  # noqa: PLC0415 - nobody else needs it here

    (commands,) = (action for action in parser._actions if isinstance(action, _Commands))
    own: argparse.ArgumentParser = commands.choices[command]
    hint = did_you_mean(word.partition("=")[0], [*own._option_string_actions]) if word.startswith("-") else ""
    own.error(f"{'there is no option' if word.startswith('-') else 'one word too many:'} {shown(word)}{hint}")


def _quote_in_a_name(name: str) -> int:
    right = f"{name}\\ without quotes" if len(name) == 2 else f'"{name}"'
    print(f"wallboardctl: a \\ before a closing quote makes the quote part of the name: write {right}", file=sys.stderr)
    return 2


def _unknown(command: str) -> int:
    from firmware.core.spelling import did_you_mean, shown  # noqa: PLC0415 - nobody else needs it here

    hint = did_you_mean(command, list(COMMANDS)) or "; `wallboardctl --help` lists them"
    print(f"wallboardctl: there is no command {shown(command)}{hint}", file=sys.stderr)
    return 2
