"""What the commands that speak with a site have in common: find the place, connect, listen, fail in one line.

def run(args: argparse.Namespace) -> int:
    return at_site(args, lambda place: ...)
"""

from __future__ import annotations

import argparse
import getpass
import socket
import sys
import time
from collections.abc import Callable, Sequence

from config.yaml_file import ConfigError
from firmware.core.check import Duration, read
from host_bridge.ctl.site.args import Place, UsageError, find
from host_bridge.ctl.site.link import LinkError, SiteLink
from host_bridge.ctl.site.names import NoSuchNameError
from host_bridge.ctl.site.state import SiteState

HEARTBEAT_S = 3.0  # a bridge that is alive speaks every 2 s (DESIGN 5)
CONFIRM_S = 3.0  # for what was asked to take effect, and to be told: a board says at once what changes


def at_site(args: argparse.Namespace, body: Callable[[Place], int]) -> int:
    """The exit code of `body`; 1 when the broker cannot be reached, 2 when the options or a name are wrong."""
    try:
        return body(find(args))
    except ConfigError as error:
        print("\n".join(error.errors), file=sys.stderr)
        return 2
    except UsageError as error:
        for line in error.lines:
            say(args, line, 2)
        return 2
    except NoSuchNameError as error:
        return say(args, str(error), 2)
    except LinkError as error:
        return say(args, str(error), 1)


def connected(place: Place, filters: Sequence[tuple[str, ...]]) -> tuple[SiteLink, SiteState]:
    """A link that is still to be entered, and what it will hear."""
    state = SiteState()
    link = SiteLink(place, filters, lambda parts, payload, retained: state.take(parts, payload, retained, now_ms()))
    return link, state


def hear_bridge(link: SiteLink, state: SiteState) -> bool:
    """Listen until the bridge has proved to be alive, if there can be one; whether it has."""
    there = state.bridge is not None and state.bridge["online"]
    return there and link.wait(lambda: state.live(now_ms()), HEARTBEAT_S)


def heading(args: argparse.Namespace, place: Place) -> str:
    """The site's name, and the file that it comes from where nobody named one."""
    return place.site if args.config or place.source is None else f"{place.site} ({place.source})"


def now_ms() -> int:
    """This machine's steady clock."""
    return time.monotonic_ns() // 1_000_000


def say(args: argparse.Namespace, line: str, code: int) -> int:
    """A line to stderr; returns `code`."""
    print(f"wallboardctl {args.command}: {line}", file=sys.stderr)
    return code


def duration(least_ms: int, most_ms: int) -> Callable[[str], int]:
    """The type of an option: `90s`, `10m`, `1h30m` → ms."""
    kind = Duration(least_ms, most_ms)

    def typed(text: str) -> int:
        clean, problems = read(kind, text)
        if problems:
            raise argparse.ArgumentTypeError(problems[0][1])
        ms: int = clean
        return ms

    return typed


def person() -> str:
    """Who does it: user@host."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a user without a name, as in a container
        user = "somebody"
    return f"{user}@{socket.gethostname()}"
