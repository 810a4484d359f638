"""The history for programs."""

from __future__ import annotations

from typing import Any

from host_bridge.ctl.history_text import SEVERITIES, Told, alarms_of, is_killed, local, queue_name, twins_of
from host_bridge.history import Rows, spans


def as_json(rows: Rows, told: Told) -> dict[str, Any]:
    """The same for programs: every time as ms since 1970 and, for people who read it, in the site's own."""

    def times(**named: int | None) -> dict[str, Any]:
        ms: dict[str, Any] = {f"{name}_ms": at_ms for name, at_ms in named.items()}
        return ms | {name: at_ms and local(at_ms, told.zone).isoformat() for name, at_ms in named.items()}

    out: dict[str, Any] = {"site": told.site, **times(**{"from": told.span[0], "until": told.span[1]})}
    if "alarms" in told.kinds:
        out["alarms"] = [
            {
                "queue": queue_name(each.queue),
                "rule": each.rule,
                "severity": SEVERITIES[each.severity],
                **times(**{"from": each.from_ms, "until": each.until_ms}),
                "end": each.end or None,
                "steps": [{**times(at=at_ms), "severity": SEVERITIES[step] or None} for at_ms, step in each.steps],
                "acks": [
                    {"by": ack.by, **times(at=ack.at_ms), "after_ms": ack.at_ms - each.from_ms} for ack in each.acks
                ],
                "offline": list(each.offline),
            }
            for each in alarms_of(rows, told)
        ]
    if "boards" in told.kinds:
        out["boards"] = [
            {**each._asdict(), **times(**{"from": each.from_ms, "until": each.until_ms})}
            for each in spans.offline(rows, told.now_ms)
        ]
        out["twins"] = [
            {"board": each.board, **times(at=each.at_ms), "note": each.note} for each in twins_of(rows, told)
        ]
    if "rules" in told.kinds:
        out["rules"] = [
            {"number": each.number, "version": each.version, **times(at=each.at_utc_ms), "note": each.note}
            for each in rows.applied
        ]
    if "bridge" in told.kinds:
        out["bridge"] = [
            {"version": run.version, **times(**{"from": run.from_ms, "until": spans.end_ms(run, told.now_ms)})}
            | {"running": spans.is_running(run, told.now_ms), "killed": is_killed(run, told)}
            for run in rows.runs
        ]
        out["outages"] = [
            {"what": each.what, "why": each.why, **times(**{"from": each.from_ms, "until": each.until_ms})}
            for each in spans.outages(rows, told.now_ms)
        ]
    return out
