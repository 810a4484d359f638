"""What the recorded sessions of Asterisk say: their events, and their calls."""

from __future__ import annotations

from pathlib import Path

from host_bridge.pbx import events as ev
from host_bridge.pbx.ami_events import TRANSLATIONS
from host_bridge.pbx.ami_list import LIST_EVENTS, QueueList
from host_bridge.pbx.ami_wire import AmiParser

CAPTURES = Path(__file__).parent / "captures"


def read_capture(name: str) -> list[ev.Event]:
    """The events of the recorded session, at the PBX's own times in ms."""
    data = (CAPTURES / f"{name}.ami").read_bytes()
    events: list[ev.Event] = []
    at_ms = 0
    lists: dict[str, QueueList] = {}
    for frame in AmiParser(frozenset(TRANSLATIONS) | LIST_EVENTS).feed(data):
        at_ms = int(float(frame.get("Timestamp", "0")) * 1000) or at_ms
        if frame.event in TRANSLATIONS:
            event = TRANSLATIONS[frame.event](frame, at_ms)
            if event is not None:
                events.append(event)
        elif frame.event in LIST_EVENTS:
            queue_list = lists.setdefault(frame.get("ActionID"), QueueList(frame.get("ActionID"), None))
            if frame.event == "QueueStatusComplete":
                events.append(queue_list.snapshot(at_ms, None))
            else:
                queue_list.add(frame, at_ms, 0)
    return events


def calls_named(capture: str, name: str) -> set[str]:
    """Ids of the callers who came under a name."""
    frames = (CAPTURES / f"{capture}.ami").read_bytes().decode(errors="replace").split("\r\n\r\n")
    return {
        frame.partition("\r\nUniqueid: ")[2].partition("\r\n")[0]
        for frame in frames
        if "QueueCallerJoin" in frame and name and f"\r\nCallerIDName: {name}\r\n" in frame
    }
