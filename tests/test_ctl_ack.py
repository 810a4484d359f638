"""`wallboardctl ack` with real boards: they stop blinking, and say so; what is not there is told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from host_bridge.ctl import ack as command
from tests.brokers import broker
from tests.live_board import LiveBoard
from tests.site_rig import Call, Site, call, site
from tests.waiting import wait_until

__all__ = ["broker", "call", "site"]

SUPPORT = "support (תמיכה): wait critical"
SALES = "sales (מכירות): wait critical"


@pytest.fixture
def hall(site: Site) -> Iterator[LiveBoard]:
    site.live()
    with LiveBoard(site.broker.port, "hall-1") as made:
        yield made


def fire(site: Site, *queues: str, boards: tuple[str, ...] = ("hall-1",)) -> None:
    """These queues are in trouble, and the boards say so."""
    for queue in queues:
        site.bridge.queue(queue, waiting=6)
    wait_until(lambda: all(alarms(site, board).keys() >= set(queues) for board in boards))


def alarms(site: Site, board: str = "hall-1") -> dict[str, Any]:
    """By queue: whether the board says that it is acknowledged."""
    said = [state for topic, state, _ in site.bridge.heard if topic == f"wallboard/main/board/{board}/state"]
    return {alarm["queue"]: alarm["acked"] for alarm in (said[-1].get("alarms", []) if said else [])}


def test_all_that_fires_as_the_button_does(site: Site, hall: LiveBoard, call: Call) -> None:
    with LiveBoard(site.broker.port, "hall-2"):
        fire(site, "support", "sales", boards=("hall-1", "hall-2"))
        assert call("ack", "--by", "Dana") == (
            0,
            f"{SALES} is acknowledged until it is over or gets worse (hall-1, hall-2)\n"
            f"{SUPPORT} is acknowledged until it is over or gets worse (hall-1, hall-2)\n",
            "",
        )
        wait_until(lambda: alarms(site) == alarms(site, "hall-2") == {"support": True, "sales": True})
        assert call("ack", "support")[1] == f"{SUPPORT} was acknowledged already by Dana (hall-1, hall-2)\n"


def test_a_queue_by_its_label_for_a_while_and_back(site: Site, hall: LiveBoard, call: Call) -> None:
    fire(site, "support", "sales")
    assert call("ack", "תמיכה", "--for", "10m") == (0, f"{SUPPORT} is acknowledged for 10m (hall-1)\n", "")
    wait_until(lambda: alarms(site) == {"support": True, "sales": False})
    assert call("ack", "--withdraw") == (
        0, f"{SALES} is not acknowledged (hall-1)\n{SUPPORT} blinks and sounds again (hall-1)\n", "",
    )  # fmt: skip
    wait_until(lambda: alarms(site) == {"support": False, "sales": False})
    code, out, _ = call("ack", "support", "wait", "--json")
    assert (code, json.loads(out)) == (
        0,
        [{"queue": "support", "rule": "wait", "severity": "critical", "confirmed": ["hall-1"], "silent": []}],
    )


def test_what_does_not_fire_is_told(site: Site, hall: LiveBoard, call: Call) -> None:
    wait_until(lambda: site.bridge.heard)
    assert call("ack") == (0, "nothing fires\n", "")
    assert call("ack", "--json") == (0, "[]\n", "")
    assert call("ack", "sales") == (
        1, "", "wallboardctl ack: sales (מכירות) does not fire, and nothing else does\n",
    )  # fmt: skip
    fire(site, "support")
    assert call("ack", "sales", "wait") == (
        1, "", f"wallboardctl ack: sales (מכירות): wait does not fire; what fires: {SUPPORT}\n",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("suport",), "no queue is called 'suport'; did you mean 'support'? (queues: support (תמיכה), "),
        (("night",), "'night' is the label of 601, 602: say which, by this name"),
        (("support", "wiat"), "support (תמיכה) has no rule 'wiat'; did you mean 'wait'? (rules: wait"),
    ],
)
def test_what_is_not_there_is_told(site: Site, hall: LiveBoard, call: Call, words: tuple[str, ...], error: str) -> None:
    code, out, err = call("ack", *words)
    assert (code, out) == (2, "")
    assert err.startswith(f"wallboardctl ack: {error}")


def test_a_board_that_does_not_take_it_is_named(
    site: Site, hall: LiveBoard, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "CONFIRM_S", 1.0)
    fire(site, "support")
    deaf = {"queue": "support", "rule": "wait", "severity": "critical", "acked": False, "at": site.bridge.now()}
    site.retain("board/deaf/state", {"v": 1, "online": True, "alarms": [deaf]})
    code, out, err = call("ack")
    assert (code, out) == (1, f"{SUPPORT} is acknowledged until it is over or gets worse (hall-1)\n")
    assert err == f"wallboardctl ack: {SUPPORT}: not confirmed within 1 s by deaf\n"


def test_without_a_bridge_or_a_board_nothing_can_be_acknowledged(site: Site, call: Call) -> None:
    assert call("ack")[::2] == (
        1,
        "wallboardctl ack: no bridge has ever reported to this broker: without its clock nothing can be acknowledged\n",
    )
    site.live()
    assert call("ack")[::2] == (1, "wallboardctl ack: no board is online, and boards alone know what fires\n")
