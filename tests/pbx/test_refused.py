"""A wrong manager password: said once and plainly, held back for long, and told on MQTT and on the board."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.pbx.asterisk import Asterisk
from tests.pbx.chain import BOARD, Chain
from tests.pbx.conftest import ON_THE_NEWEST
from tests.pbx.frames import Frames, fault
from tests.waiting import wait_until

pytestmark = [pytest.mark.asterisk, ON_THE_NEWEST]


def test_a_wrong_password_is_one_clear_line_and_no_hammering(pbx: Asterisk, tmp_path: Path) -> None:
    folder = tmp_path / "chain"
    folder.mkdir()
    chain = Chain(folder, pbx.port, "not the password")
    try:
        chain.start_broker()
        chain.bridge.start()
        chain.board.start()
        wait_until(
            lambda: "wallboard" in str(chain.listener.last("bridge/state").get("problem", "")),
            10,
            "bridge/state names no problem with the user wallboard",
            chain.logs,
        )
        state = chain.listener.last("bridge/state")
        assert (state["online"], state["pbx"]) == (True, "down")
        assert "password" in state["problem"]
        topic = f"board/{BOARD}/state"
        wait_until(lambda: chain.listener.last(topic).get("fault") == "PBX", 8, "the board names no fault", chain.logs)
        with Frames(folder / "frames") as frames:
            wait_until(lambda: frames.seen and fault(frames.now()) == "PBX", 2, "the panel names no fault", chain.logs)

        time.sleep(12)  # a library that retries every second or two would be seen here
        tries = [
            event
            for event in pbx.control.events
            if event.frame["Event"] in ("InvalidPassword", "ChallengeResponseFailed")
        ]
        assert len(tries) == 1, f"{len(tries)} logins in a dozen seconds"
        told = [line for line in chain.bridge.log.splitlines() if "wallboard" in line and "password" in line]
        assert len(told) == 1, chain.bridge.log
        assert "not the password" not in chain.bridge.log, "the secret stands in the log"
        assert "Traceback" not in chain.logs()
        assert chain.bridge.exit_code is None, "it waits; it does not give up"
    finally:
        chain.stop()
