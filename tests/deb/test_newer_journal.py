"""An upgrade changes the bridge's files and does not work: the version before has what was counted before it."""

from __future__ import annotations

import json
import time

import pytest

from tests.deb.debs import FIRST, MIGRATING, Debs
from tests.deb.rig import Machine
from tests.deb.sites import UNITS, install, wait_for_version

pytestmark = pytest.mark.debian
LOG, JOURNAL = "/var/log/asterisk/queue_log", "/var/lib/wallboard-bridge/bridge.journal"
PYTHON = "/opt/wallboard/bridge/bin/python"
HEARD = """\
from paho.mqtt import subscribe
print(subscribe.simple("wallboard/main/queue/support", hostname="127.0.0.1").payload.decode())
"""


def gives_up(machine: Machine, call: str) -> None:
    """A caller of `support` waits for 7 s and hangs up, now."""
    now_s = int(time.time())
    lines = f"{now_s - 7}|{call}|support|NONE|ENTERQUEUE||31|1\\n{now_s}|{call}|support|NONE|ABANDON|1|1|7\\n"
    machine.sh(f"printf '{lines}' >> {LOG}")


def until_abandoned(machine: Machine, count: int) -> dict[str, int]:
    """Until the bridge tells the boards of so many; all that it tells of the queue."""
    told: dict[str, int] = {}

    def heard() -> bool:
        said = machine.run(PYTHON, "-c", HEARD, check=False, timeout=20)
        told.update(json.loads(said.stdout or "{}"))
        return told.get("abandoned") == count

    machine.wait_until(heard, f"{count} abandoned", 20, lambda: f"{told}\n{machine.log('wallboard-bridge')}")
    return told


@pytest.mark.parametrize("bridge_host", ["bookworm"], indirect=True)  # which FreePBX 17 runs on
def test_what_was_counted_before_and_meanwhile_is_counted_after_it(bridge_host: Machine, debs: Debs) -> None:
    machine = bridge_host
    machine.beside("mosquitto", "-p", "1883")
    gives_up(machine, "1.1")
    gives_up(machine, "1.2")
    until_abandoned(machine, 2)
    machine.sh(f"sleep 1; mv {LOG} {LOG}.kept; install -m 0644 /dev/null {LOG}")  # the journal alone has them now

    install(machine, debs, MIGRATING)
    machine.wait_until(
        lambda: machine.exists(f"{JOURNAL}.version-1") and machine.exists(f"{JOURNAL}.history.version-1"),
        "both files are brought up",
        20,
        lambda: machine.log("wallboard-bridge"),
    )
    gives_up(machine, "1.3")  # while nobody looks
    wait_for_version(machine, FIRST, 60)
    assert "0.5.0 was refused" in machine.read("/opt/wallboard/bridge.rolled-back")
    assert "approx" not in until_abandoned(machine, 3)
    log = machine.log(UNITS["bridge"])
    for name in ("bridge.journal", "bridge.journal.history"):
        (aside,) = machine.sh(f"cd /var/lib/wallboard-bridge; ls -d {name}.newer-*Z").split()
        assert log.count(f"a newer wallboard wrote it (version 2): set aside as {aside}. What was in it before") == 1
    assert "damaged" not in log and "cannot be" not in log
    assert machine.sh("ls /var/lib/wallboard-bridge/*.version-* 2> /dev/null || true") == ""
    assert "1 " in machine.run("wallboardctl", "rules").stdout
