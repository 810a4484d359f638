"""`wallboardctl ami` for the real Asterisks: each takes what it writes, and lets out no more than the filters say."""

from __future__ import annotations

from pathlib import Path

import pytest

from host_bridge.ctl.program import main
from tests.pbx.ami import Ami
from tests.pbx.asterisk import Asterisk
from tests.pbx.build import version_of
from tests.pbx.calls import Calls

pytestmark = pytest.mark.asterisk


def test_it_logs_in_after_a_reload_and_hears_of_queues_alone(pbx: Asterisk, tmp_path: Path) -> None:
    secret, into = tmp_path / "ami.secret", pbx.folder / "etc/manager.d/zz.conf"
    version = version_of(pbx.tree.path).split()[1]
    words = ["ami", "--user", "floor", "--secret", str(secret), "--into", str(into), "--asterisk", version]
    assert main(words) == 0
    pbx.control.act("Reload", Module="manager")
    user = Ami(pbx.port, "floor", secret.read_text().strip())
    calls = Calls(pbx.control)
    calls.hang_up(calls.call("full"))
    user.wait_for("QueueCallerAbandon", timeout=5)
    heard = {event.frame["Event"] for event in user.events}
    assert "Newexten" in heard
    assert not {name for name in heard if name.startswith(("Newchannel", "Newstate", "Local", "Dial", "DeviceState"))}
    assert all("Timestamp" in each.frame for each in user.events if each.frame["Event"].startswith("Queue"))
    user.close()
