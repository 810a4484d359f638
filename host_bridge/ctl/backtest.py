"""`wallboardctl backtest`: what thresholds would have done on real days, before they go live."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from config.yaml_file import ConfigError
from firmware.core.spelling import shown
from host_bridge.ctl.log_args import add_queue_log, day
from host_bridge.ctl.progress import Progress
from host_bridge.ctl.trial import against as against_text
from host_bridge.ctl.trial import as_json, suggest, text, worst
from host_bridge.ctl.trial.only import BacktestError
from host_bridge.ctl.trial.runs import Runs

DESCRIPTION = """\
Replays Asterisk's queue_log through the bridge's own figures and the boards' own alarms, and tells for each rule of
thresholds.yaml how often it would have fired, for how long, and how much of it was shorter than a glance.

  wallboardctl backtest --queue-log queue_log.1.gz queue_log --thresholds thresholds.yaml
  wallboardctl backtest --queue-log queue_log --thresholds thresholds.yaml --against new.yaml --html compare.html
  wallboardctl backtest --queue-log queue_log --thresholds thresholds.yaml --suggest 6
  wallboardctl backtest --queue-log queue_log --thresholds thresholds.yaml --queue sales --queue @service

Rules that look at agents are not tested: queue_log does not tell who is logged in.
"""
_EPILOG = f"""\
Exit codes: 0 fine, 1 the page cannot be written, 2 wrong usage, wrong thresholds or no log to replay.

{as_json.HELP}"""
_MOST_A_DAY = 1_000


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command `backtest`."""
    parser = subparsers.add_parser(
        "backtest",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=_EPILOG,
    )
    add_queue_log(parser, ", in any order", required=True)
    parser.add_argument("--thresholds", metavar="FILE", type=Path, required=True, help="the rules to try")
    other = parser.add_mutually_exclusive_group()
    other.add_argument("--against", metavar="OTHER", type=Path, help="other thresholds, to stand beside them")
    other.add_argument(
        "--suggest", metavar="N", type=_wanted, help="thresholds that would call about N times a day on each queue"
    )
    parser.add_argument("--html", metavar="OUT.html", type=Path, help="write a page with each day's timeline")
    parser.add_argument("--day", metavar="DAY", type=day, help="one day alone: 2026-09-12, today or yesterday")
    parser.add_argument("--from", dest="from_day", metavar="DAY", type=day, help="the first day")
    parser.add_argument("--until", dest="until_day", metavar="DAY", type=day, help="the last day, with it")
    parser.add_argument(
        "--queue",
        metavar="NAME",
        action="append",
        default=[],
        help="tell of this queue alone, or @group, by its name or label; again for each further one",
    )
    parser.add_argument("--json", action="store_true", help="print JSON, as told below")


def run(args: argparse.Namespace) -> int:
    """0 when all was replayed, 1 when the page cannot be written, 2 when something cannot be used."""
    try:
        _one_day(args)
        _page_name(args)
        page = _Page(args.html) if args.html is not None else None
    except BacktestError as error:
        return _refuse(f"wallboardctl backtest: {error}")
    except OSError as error:
        return _unwritable(args.html, error)
    try:
        with Progress(sys.stderr, "replaying", shown=sys.stderr.isatty() and not args.json) as progress:
            runs = Runs(args, progress)
        written = page.write(runs.page()) if page is not None else None
    except ConfigError as error:
        return _refuse(*error.errors)
    except BacktestError as error:
        return _refuse(f"wallboardctl backtest: {error}")
    except OSError as error:
        return _unwritable(args.html, error)
    if args.json:
        print(json.dumps(_json(runs, args, written), ensure_ascii=False, indent=2))
        return 0
    print("\n".join(_text(runs, args)))
    if written is not None:
        print(f"\n{args.html}: {written / 1000:,.0f} kB; it needs no network, open it in any browser")
    return 0


class _Page:
    """The file of --html, tried before the long replay: what cannot be written is told at once.

    It is not there until it is whole, as Ctrl-C may end the replay at any time.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        is_new = not path.exists()
        with path.open("ab"):
            pass
        if is_new:
            path.unlink()

    def write(self, content: bytes) -> int:
        """How many bytes."""
        self._path.write_bytes(content)
        return len(content)


def _text(runs: Runs, args: argparse.Namespace) -> Iterator[str]:
    if args.suggest is not None:
        yield from text.head(runs.ours, [runs.ours.name])
        yield from worst.lines(runs.ours)
        yield ""
        yield from suggest.lines(runs.suggestions, args.suggest, runs.ours, runs.theirs, runs.snippet)
    elif runs.theirs is not None:
        yield from against_text.lines(runs.ours, runs.theirs)
    else:
        yield from text.lines(runs.ours)


def _json(runs: Runs, args: argparse.Namespace, written: int | None) -> dict[str, Any]:
    reports = [runs.ours] if runs.theirs is None else [runs.ours, runs.theirs]
    found = {**as_json.head(runs.ours), "results": [as_json.result(each) for each in reports]}
    if args.suggest is not None:
        found["suggest"] = suggest.as_json(runs.suggestions, args.suggest, runs.snippet or None)
    if written is not None:
        found["html"] = {"out": str(args.html), "bytes": written}
    return found


def _one_day(args: argparse.Namespace) -> None:
    if args.day is not None:
        if args.from_day is not None or args.until_day is not None:
            raise BacktestError("--day: it is one day alone; leave out --from and --until")
        args.from_day = args.until_day = args.day


def _page_name(args: argparse.Namespace) -> None:
    """Whoever forgets the name, as in `--html thresholds.yaml`, must not lose the file in use."""
    if args.html is not None and args.html.suffix.lower() not in (".html", ".htm"):
        raise BacktestError(f"--html: {shown(str(args.html))} is no .html, expected the name of the page to write")


def _wanted(value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = 0.0
    if not 0.1 <= number <= _MOST_A_DAY:
        raise argparse.ArgumentTypeError(f"{value!r}, expected how many alarms a day, from 0.1 to {_MOST_A_DAY}")
    return number


def _unwritable(path: Path, error: OSError) -> int:
    print(f"wallboardctl backtest: {path}: cannot be written: {error.strerror or error}", file=sys.stderr)
    return 1


def _refuse(*errors: str) -> int:
    print("\n".join(errors), file=sys.stderr)
    return 2
