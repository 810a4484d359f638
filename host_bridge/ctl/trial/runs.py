"""The replays that `backtest` needs: one, or two at once in a process each, and what is made of them."""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import multiprocessing
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path

from config.yaml_file import load
from host_bridge import thresholds as thresholds_file
from host_bridge.backtest import Result, SourceError, backtest
from host_bridge.backtest.page import page
from host_bridge.backtest.span import is_closed
from host_bridge.backtest.suggest import Suggestion
from host_bridge.backtest.suggest_trial import Plan
from host_bridge.backtest.suggest_yaml import applied, snippet, switched_off
from host_bridge.backtest.summary_curve import curves
from host_bridge.backtest.summary_of import report
from host_bridge.backtest.summary_report import Report
from host_bridge.backtest.summary_words import many
from host_bridge.ctl.log_args import date_of
from host_bridge.ctl.progress import Progress
from host_bridge.ctl.trial.absent import absent
from host_bridge.ctl.trial.only import BacktestError, only
from host_bridge.ctl.trial.text import days_words
from host_bridge.thresholds import Thresholds

Answer = Result | Exception


class Runs:
    """`ours` and, with --against or --suggest, `theirs` beside it; `suggestions` by queue id and their `snippet`."""

    def __init__(self, args: argparse.Namespace, progress: Progress) -> None:
        """Replay all. Raises ConfigError and BacktestError."""
        self._args = args
        self._progress = progress
        self._file = load(args.thresholds)
        self._current = thresholds_file.build(self._file)
        self._from_day, self._until_day = _days(args, self._current)
        self.theirs: Report | None = None
        self.suggestions: dict[str, Suggestion] = {}
        self.snippet = ""
        if args.against is not None:
            self._against(thresholds_file.load(args.against))
        elif args.suggest is not None:
            self._suggest(args.suggest)
        else:
            (self.ours,) = only(self._args.queue, self._report(self._replay(self._current)))

    def page(self) -> bytes:
        """The page of --html."""
        ours = self.ours
        reports = [ours] if self.theirs is None else [ours, self.theirs]
        short = [Path(report.name).name for report in reports]
        if len(set(short)) == len(short):
            reports = [dataclasses.replace(report, name=name) for report, name in zip(reports, short, strict=True)]
        names = " and ".join(report.name for report in reports)
        files = ", ".join(Path(name).name for name in ours.files)
        about = f"{days_words(ours.days)} · {many(ours.calls, 'call')} · {files} · {names}"
        return page(reports, curves(self._result), _targets(ours, self._current), about)

    def _against(self, other: Thresholds) -> None:
        name = str(self._args.against)
        ours, theirs = self._both(self._current, other)
        found, beside = self._report(ours), report(theirs, name, self._files(), other)
        notes = dict.fromkeys((*found.notes, *absent(beside, other, name)))
        found = dataclasses.replace(found, notes=tuple(notes))
        self.ours, self.theirs = only(self._args.queue, found, beside)

    def _suggest(self, wanted: float) -> None:
        """Three replays: of the rules in use, of all candidates (the queues shared by two processes), of the choice."""
        result = self._replay(self._current, with_series=True)
        (self.ours,) = only(self._args.queue, self._report(result))
        plan = Plan(self._current, switched_off(self._file), wanted, self.ours, curves(result))
        self._progress.what = f"trying {many(len(plan), 'rule')}"
        for tried, rules in zip(self._both(*plan.halves()), plan.halves(), strict=True):
            self.suggestions |= plan.suggestions(report(tried, "", (), rules))
        self.suggestions = {
            queue.id: self.suggestions[queue.id] for queue in self.ours.queues if queue.id in self.suggestions
        }
        if not any(each.choices for each in self.suggestions.values()):
            return
        first, last = self.ours.days[0].date, self.ours.days[-1].date
        heading = (
            f"Suggested by wallboardctl backtest --suggest {wanted:g}: about so many alarms a day on each\n"
            f"queue, if days are like those from {first} to {last}. Copy the rules into\n"
            "thresholds.yaml, each under its queue."
        )
        self.snippet = snippet(self.suggestions, self._current, heading)
        proposed = applied(self.snippet, self._current)
        self._progress.what = "replaying the suggestion"
        (self.theirs,) = only(
            self._args.queue, report(self._replay(proposed), "the suggestion", self._files(), proposed)
        )

    def _report(self, result: Result) -> Report:
        self._result = result
        found = report(result, str(self._args.thresholds), self._files(), self._current)
        if not found.calls:
            raise BacktestError(
                f"{', '.join(found.files)}: no call on {self._silent(result, found)}: nothing to replay"
            )
        if not any(queue.days for queue in found.queues):
            raise BacktestError(
                f"{self._args.thresholds}: no queue is open on {days_words(found.days)}: without opening hours no rule "
                "can fire; look at hours"
            )
        return dataclasses.replace(found, notes=(*found.notes, *absent(found, self._current, found.name)))

    def _silent(self, result: Result, found: Report) -> str:
        """Days on which nobody called, and what a person may wonder about them."""
        told = days_words(found.days)
        if self._from_day is not None or self._until_day is not None:
            told += f", which {'is' if len(found.days) == 1 else 'are'} within the log"
        if is_closed(self._current, result.days):
            told += f", and by the hours of {self._args.thresholds.name} all is closed then"
        return told

    def _files(self) -> Sequence[str]:
        return [str(path) for path in self._args.queue_log]

    def _both(self, ours: Thresholds, theirs: Thresholds) -> tuple[Result, Result]:
        """Two replays at once."""
        beside = _beside(self._args.queue_log, theirs, self._from_day, self._until_day)
        return self._replay(ours), beside()

    def _replay(self, rules: Thresholds, *, with_series: bool = False) -> Result:
        with_series = with_series or self._args.html is not None
        answer = _replay(
            self._args.queue_log,
            rules,
            self._from_day,
            self._until_day,
            with_series=with_series,
            progress=self._progress,
        )
        return _given(answer)


def _days(args: argparse.Namespace, rules: Thresholds) -> tuple[dt.date | None, dt.date | None]:
    """The first and the last day; `today` and `yesterday` are those of the site, by its day_start."""
    now = dt.datetime.fromtimestamp(time.time(), rules.calendar.zone)
    asked = (args.from_day, args.until_day)
    first, last = (None if day is None else date_of(day, rules.calendar, now) for day in asked)
    if first is not None and last is not None and first > last:
        raise BacktestError(f"--until: {last} is before --from {first}")
    return first, last


def _replay(
    paths: Sequence[Path],
    rules: Thresholds,
    from_day: dt.date | None,
    until_day: dt.date | None,
    *,
    with_series: bool = False,
    progress: Callable[[float], None] | None = None,
) -> Answer:
    try:
        return backtest(
            paths,
            rules,
            from_day=None if from_day is None else from_day.isoformat(),
            until_day=None if until_day is None else until_day.isoformat(),
            series=with_series,
            progress=progress,
        )
    except SourceError as error:
        return BacktestError(str(error))


def _beside(
    paths: Sequence[Path], rules: Thresholds, from_day: dt.date | None, until_day: dt.date | None
) -> Callable[[], Result]:
    """Begin a replay in a process of its own; what is given waits for its result.

    The process ends by itself, as there is nobody to hand the result to, when this one is killed.
    """
    mine, its = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.Process(target=_alone, args=(its, paths, rules, from_day, until_day), daemon=True)
    process.start()
    its.close()

    def collect() -> Result:
        try:
            answer: Answer = mine.recv()
        except EOFError:
            answer = BacktestError("the second replay was ended from outside")
        process.join()
        return _given(answer)

    return collect


def _alone(
    out: Connection, paths: Sequence[Path], rules: Thresholds, from_day: dt.date | None, until_day: dt.date | None
) -> None:
    answer = _replay(paths, rules, from_day, until_day)
    try:
        out.send(answer)
    except BrokenPipeError:
        pass  # whoever asked is gone


def _given(answer: Answer) -> Result:
    if isinstance(answer, Exception):
        raise answer
    return answer


def _targets(ours: Report, rules: Thresholds) -> dict[str, int]:
    """The service level's target of each queue, in permille."""
    own = {
        queue.id: rules.group(queue.id[1:]) if queue.id.startswith("@") else rules.queue(queue.id)
        for queue in ours.queues
    }
    return {name: each.service_level.target_permille for name, each in own.items()}
