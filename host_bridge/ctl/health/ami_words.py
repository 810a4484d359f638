"""What a talk with the AMI means: may the bridge read what it needs and no more, how fast is the PBX, and how late."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

from host_bridge.ctl.health.ami import Heard
from host_bridge.ctl.health.finding import Finding, ok, problem, unknown, warning
from host_bridge.ctl.health.listening import ms, percentile

AMI, FILTER, LATENCY, CLOCK = "AMI", "event filter", "PBX latency", "PBX clock"
CONF = "manager.conf"
RELOAD = 'then: asterisk -rx "manager reload"'
NEEDED = ("system", "agent", "call", "dialplan")
# The AMI's own version → Asterisk's (PBX.md, and Asterisk's CHANGES of each release).
RELEASES = {"2": 13, "5": 16, "7": 18, "9": 20, "11": 22, "12": 23}
SLOW_MS = 100.0
FAR_MS, VERY_FAR_MS = 2_000, 60_000
_CALL = "call a queue, let an agent answer and hang up, while this runs: wallboardctl doctor --listen 60"


def login(heard: Heard, username: str, here: str) -> Finding:
    """`here`: our own address, as the PBX sees it."""
    name = release(heard.banner)
    if heard.refused is None:
        return ok(AMI, f"{name} takes the login of {username!r}")
    do = (
        f"in its {CONF}, [{username}]: the secret must be that of pbx.password_file, and permit must have {here}; "
        f"{RELOAD}. Asterisk's log says which it is"
    )
    return problem(AMI, f"{name} refuses the login of {username!r}: {heard.refused}", do)


def release(banner: str) -> str:
    """`Asterisk 22 (AMI 11.0.0)`."""
    number = RELEASES.get(banner.partition(".")[0])
    return f"Asterisk {number} (AMI {banner})" if number else f"AMI {banner or 'of no known version'}"


def judge(heard: Heard, queues: frozenset[str] | None, *, known: bool = False) -> Iterator[Finding]:
    """After a login. `queues`: those of bridge.yaml. `known`: manager.conf itself has told of classes and filters."""
    yield from _questions(heard, queues)
    yield from _writes(heard)
    if not heard.booted:
        do = f"read = {','.join(NEEDED)} in {CONF}, and let FullyBooted through the event filter; {RELOAD}"
        why = "this user may not read class system, or its filter drops it"
        yield problem(AMI, f"no FullyBooted came ({why}): a restart of the PBX would look like a gap in the line", do)
    if heard.events:
        yield from _classes(heard, known)
        yield from _filter(heard)
        yield from _stamps(heard)
    elif not known:
        what = "what its events would show (what this user may read, event filter, times): none came within "
        yield unknown(AMI, f"{what}{heard.seconds:.0f} s", _CALL)
    yield from _speed(heard)
    yield from _clock(heard)


def _questions(heard: Heard, queues: frozenset[str] | None) -> Iterator[Finding]:
    for action, said in heard.refusals.items():
        do = "is app_queue loaded (asterisk -rx 'module show like app_queue')?"
        yield problem(AMI, f"the PBX does not answer {action}: {said}", do)
    if heard.queues is None:
        return
    missing = sorted((queues or frozenset()).difference(heard.queues))
    if missing:
        there = ", ".join(sorted(heard.queues)[:8]) or "none"
        yield problem(
            AMI, f"the PBX has no queue {', '.join(missing)}; it has {there}", "mend pbx.queues in bridge.yaml"
        )
    elif not heard.queues:
        yield warning(AMI, "the PBX has no queue: every board stays empty")
    else:
        count = len(heard.queues)
        yield ok(AMI, f"QueueStatus and QueueSummary are answered; {count} {'queue' if count == 1 else 'queues'}")


def _writes(heard: Heard) -> Iterator[Finding]:
    if heard.commands is None:
        yield unknown(AMI, "what this user might change: the PBX does not answer ListCommands")
        return
    extra = {name: classes for name, classes in heard.commands.items() if classes}
    if not extra:
        yield ok(AMI, "this user has no write permission")
        return
    worst = [name for name in ("Command", "Originate", "UpdateConfig", "Redirect", "Hangup") if name in extra]
    named = ", ".join(worst or sorted(extra)[:5])
    what = f"this user may do {len(extra)} actions that change things ({named} …), and the bridge only reads"
    yield warning(AMI, what, f"write = with nothing behind it, in its {CONF}; {RELOAD}")


def _classes(heard: Heard, known: bool) -> Iterator[Finding]:
    if heard.events["QueueCallerJoin"] and not heard.events["Newexten"]:
        do = f"read = {','.join(NEEDED)} in {CONF}, and let Newexten of Queue through the event filter; {RELOAD}"
        yield problem(
            AMI, "a call joined a queue without its Newexten: callers that a full queue rejects are not seen", do
        )
    seen = [each for each in NEEDED if each in heard.classes]
    missing = [each for each in NEEDED if each not in heard.classes and each != "system"]
    if not missing:
        yield ok(AMI, f"events of all that it needs come: {', '.join(seen)}")
    elif not known:
        what = f"whether this user may read {', '.join(missing)}: no such event came within {heard.seconds:.0f} s"
        yield unknown(AMI, what, _CALL)


def _filter(heard: Heard) -> Iterator[Finding]:
    count = sum(heard.events.values())
    if heard.strays:
        names = ", ".join(name for name, _ in heard.strays.most_common(4))
        share = sum(heard.strays.values()) * 100 // count
        do = (
            "take the lines of manager.wallboard.conf; Asterisk before 18.26, 20.11, 21.6 and 22.1 passes over the "
            f"newer form and needs the one at its end; {RELOAD}"
        )
        yield warning(FILTER, f"{share} % of all events are of no use to the bridge ({names}): none holds here", do)
    else:
        yield ok(FILTER, f"of {count} events in {heard.seconds:.0f} s all are of use")


def _stamps(heard: Heard) -> Iterator[Finding]:
    if heard.stamped is False:
        do = f"timestampevents = yes in [general] of {CONF}; {RELOAD}"
        yield warning(AMI, "events carry no time, so waits are as exact as the network", do)
    else:
        yield ok(AMI, "events carry the PBX's time")


def _speed(heard: Heard) -> Iterator[Finding]:
    if not heard.pings_ms:
        yield problem(LATENCY, "the PBX does not answer Ping")
        return
    pings = sorted(heard.pings_ms)
    median = statistics.median(pings)
    text = f"{ms(median)} there and back (median of {len(pings)}; p99 {ms(percentile(pings, 99))})"
    slow = median >= SLOW_MS
    yield warning(LATENCY, text, "is the network or the PBX busy?") if slow else ok(LATENCY, text)


def _clock(heard: Heard) -> Iterator[Finding]:
    if heard.shift_ms is None:
        yield unknown(CLOCK, "the PBX does not tell its time")
        return
    shift = heard.shift_ms
    text = f"{abs(shift) / 1000:.1f} s {'ahead of' if shift > 0 else 'behind'} this machine's"
    if abs(shift) >= FAR_MS:
        more = ", so days begin and end at two times" if abs(shift) >= VERY_FAR_MS else ""
        yield warning(CLOCK, f"it is {text}{more}", "let both be kept: timedatectl set-ntp true")
    else:
        yield ok(CLOCK, "it agrees with this machine's" if abs(shift) < 100 else text)
