"""The doctor and config/manager.wallboard.conf, held together: it asks for nothing that this does not give.

`lets` does with a filter what Asterisk does: the newer form by its parts, the older as a regular expression
that is searched for in the whole event.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import config
from host_bridge.ctl.ami_user import text
from host_bridge.ctl.health import ami, ami_words
from host_bridge.pbx.ami_dialogue import EVENT_CLASSES, SYSTEM_SIGNALS
from host_bridge.pbx.ami_events import TRANSLATIONS
from host_bridge.pbx.ami_wire import Frame

SHIPPED = (Path(config.__file__).parent / "manager.wallboard.conf").read_text("utf-8")
FORMS = {older: text("wallboard", "s", "192.0.2.1", older=older) for older in (False, True)}
READ = [
    "VarSet\r\nVariable: QUEUESTATUS", "Newexten\r\nApplication: Queue", *SYSTEM_SIGNALS,
    *sorted(TRANSLATIONS.keys() - {"VarSet", "Newexten"}),
]  # fmt: skip
"""Events as the bridge reads them, by their first lines."""
BESIDE = (
    "QueueMemberPenalty", "QueueMemberRinginuse", "AgentLogin", "HangupHandlerRun", "HangupHandlerPush",
    "Newexten\r\nApplication: QueueLog",
)  # fmt: skip
"""What at least one of the two forms cannot tell from them."""
USELESS = (
    "Newchannel", "DialBegin", "SoftHangupRequest", "RTCPSent", "PeerStatus", "Cdr", "VarSet\r\nVariable: DIALSTATUS",
    "Newexten\r\nApplication: Dial",
)  # fmt: skip


def event_of(lines: str) -> str:
    return f"Event: {lines}\r\nChannel: PJSIP/1\r\n"


def lets(conf: str, event: str) -> bool:
    """Whether one of the file's filters lets the event through."""
    for key, value in re.findall(r"(?m)^(eventfilter\S*) *= *(.*?)\s*$", conf):
        if key == "eventfilter":
            if re.search(value, event):
                return True
            continue
        parts = dict(re.findall(r"(\w+)\((\w+)\)", key.removeprefix("eventfilter")[1:-1]))
        assert parts.pop("action") == "include"
        name, header, method = (parts.pop(each, "") for each in ("name", "header", "method"))
        assert not parts, parts
        found = re.search(rf"(?m)^{header}: (.*?)\r?$", event) if header else None
        if name and f"Event: {name}\r" not in event:
            continue
        if not header or (found and (found[1].startswith(value) if method == "starts_with" else found[1] == value)):
            return True
    return False


def wanted(lines: str) -> bool:
    return ami.wanted(Frame(lines.split(maxsplit=1)[0], event_of(lines).encode()))


@pytest.mark.parametrize("lines", READ)
def test_what_the_bridge_reads_comes_by_both_forms(lines: str) -> None:
    assert all(lets(conf, event_of(lines)) for conf in FORMS.values()) and wanted(lines)


@pytest.mark.parametrize("lines", BESIDE)
def test_what_else_a_form_lets_through_is_not_held_against_it(lines: str) -> None:
    assert any(lets(conf, event_of(lines)) for conf in FORMS.values()) and wanted(lines)


@pytest.mark.parametrize("lines", USELESS)
def test_what_comes_without_filters_is_told(lines: str) -> None:
    assert not any(lets(conf, event_of(lines)) for conf in FORMS.values()) and not wanted(lines)


def test_the_classes_are_the_same_everywhere() -> None:
    classes = dict(re.findall(r"(?m)^(read|write) =(.*)$", SHIPPED))
    assert set(classes["read"].strip().split(",")) == set(ami_words.NEEDED) == set(EVENT_CLASSES.split(","))
    assert classes["write"].strip() == ""


def test_no_recorded_event_that_the_filters_let_through_is_of_another_class() -> None:
    """Of a real Asterisk 22 and 16: an event comes when the user may read one of its classes."""
    count = 0
    for path in (Path(__file__).parents[1] / "captures").glob("*.ami"):
        for event in path.read_bytes().decode().split("\r\n\r\n"):
            privilege = re.search(r"(?m)^Privilege: (\S+)", event)
            if privilege and "ActionID:" not in event:
                count += 1
                assert set(privilege[1].split(",")) & set(ami_words.NEEDED), event
    assert count > 100
