"""Files of a bridge: the PBX's queue_log, the supervisors' thresholds, and the journal."""

from __future__ import annotations

import sqlite3
import stat
import time
from collections.abc import Iterator
from pathlib import Path

from host_bridge.boards.words import about
from host_bridge.ctl.health.files import READ, WRITE, User, obstacle, owner
from host_bridge.ctl.health.finding import Finding, NotCheckedError, ok, problem, unknown, warning
from host_bridge.ctl.health.machine import AS_ROOT
from host_bridge.ctl.health.os_state import size
from host_bridge.history import history_file
from host_bridge.history.schema import HISTORY
from host_bridge.journal.errors import JournalError
from host_bridge.journal.form import Form
from host_bridge.journal.reader import reading
from host_bridge.journal.schema import JOURNAL
from host_bridge.settings import BridgeSettings

QUEUE_LOG, THRESHOLDS, KEPT = "queue_log", "thresholds", "journal"
STALE_S = 3 * 86_400  # a weekend without a call is possible
LARGE = 200 << 20
CHECK_S = 6.0  # SQLite may look through a file for so long


def queue_log(bridge: BridgeSettings, who: User | None, now_s: float) -> Iterator[Finding]:
    """Can the bridge read it, is it written, does it rotate?"""
    path = bridge.queue_log
    if path is None:
        return
    try:
        status = path.stat()
    except FileNotFoundError:
        do = "is it the PBX's file, and on this machine? queue_log = yes in [general] of logger.conf"
        yield problem(QUEUE_LOG, f"{path} is not there", do)
        return
    except PermissionError:
        raise NotCheckedError(f"{path} may not be looked at", AS_ROOT) from None
    if not stat.S_ISREG(status.st_mode):
        yield problem(QUEUE_LOG, f"{path} is no file")
        return
    why = obstacle(path, who, READ) if who else ""
    if who and why:
        group = owner(status).partition(":")[2]
        do = f"sudo usermod -aG {group} {who.name}, and restart the bridge"
        yield problem(QUEUE_LOG, f"{path}: {why}", do)
    age_s = now_s - status.st_mtime
    if age_s > STALE_S:
        days = int(age_s // 86_400)
        do = "does the PBX write another file (logger.conf), or by another name since it rotated (logger reload)?"
        yield warning(QUEUE_LOG, f"{path} was last written {days} days ago", do)
    elif not why:
        yield ok(QUEUE_LOG, f"{path} can be read, {size(status.st_size)}, last written {_ago(age_s)}")
    older = [each for each in path.parent.glob(f"{path.name}*") if each != path]
    if status.st_size > LARGE and not older:
        do = "let logrotate do it, with postrotate: asterisk -rx 'logger reload'"
        yield warning(QUEUE_LOG, f"{path} has {size(status.st_size)} and does not rotate", do)


def thresholds(bridge: BridgeSettings, who: User | None) -> Iterator[Finding]:
    """Is the supervisors' file there for the bridge? Whether it is right stands among the settings."""
    path = bridge.thresholds
    if not path.exists():
        do = f"copy thresholds.example.yaml to {path}, or mend `thresholds` in bridge.yaml"
        yield problem(THRESHOLDS, f"{path} is not there", do)
        return
    why = obstacle(path, who, READ) if who else ""
    if why:
        yield problem(THRESHOLDS, f"{path}: {why}", f"sudo chmod 644 {path}")


def journal(bridge: BridgeSettings, who: User | None) -> Iterator[Finding]:
    """Journal and history: can the bridge write them, and are they sound?"""
    path = bridge.journal
    if path is None:
        yield warning(KEPT, "there is none: a restart begins the day's counters anew", "journal: FILE in bridge.yaml")
        return
    folder = path.parent
    if not folder.is_dir():
        name = who.name if who else "USER"
        yield problem(KEPT, f"its folder {folder} is not there", f"sudo install -d -o {name} {folder}")
        return
    why = obstacle(folder, who, WRITE) if who else ""
    if who and why:
        yield problem(KEPT, f"{folder}: {why}", f"sudo chown {who.name}: {folder}")
    for file, form in ((path, JOURNAL), (history_file(path), HISTORY)):
        if form is JOURNAL or file.exists():
            yield from _sound(file, form, who)


def _sound(path: Path, form: Form, who: User | None) -> Iterator[Finding]:
    try:
        if not path.exists():
            yield unknown(KEPT, f"{path} is not there yet: the bridge makes it")
            return
        count = path.stat().st_size
        why = obstacle(path, who, WRITE) if who else ""
        if who and why:
            yield problem(KEPT, f"{path}: {why}", f"sudo chown {who.name}: {path}*")
        with reading(path, form) as connection:
            end = time.monotonic() + CHECK_S
            connection.set_progress_handler(lambda: time.monotonic() > end, 10_000)
            try:
                said = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            except sqlite3.OperationalError as error:
                if "interrupt" not in str(error):
                    raise
                yield unknown(KEPT, f"{path} ({size(count)}) could not be looked through within {CHECK_S:.0f} s")
                return
    except PermissionError:
        raise NotCheckedError(f"{path} may not be read", AS_ROOT) from None
    except JournalError as error:
        text = str(error)
        if "unable to open" in text or "Permission denied" in text or "may not" in text:
            raise NotCheckedError(text, AS_ROOT) from None
        do = "restart the bridge: it sets a damaged file aside and begins another"
        yield problem(KEPT, text, do)
        return
    if said == "ok":
        yield ok(KEPT, f"{path} is sound ({size(count)})")
    else:
        do = "restart the bridge: it sets a damaged file aside and begins another"
        yield problem(KEPT, f"{path} is damaged: {said}", do)


def _ago(seconds: float) -> str:
    return "just now" if seconds < 90 else f"{about(int(seconds * 1000))} ago"
