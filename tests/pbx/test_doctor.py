"""`wallboardctl doctor` against the real Asterisks: what each lets the user do, and what a call shows."""

from __future__ import annotations

import re
import threading
from pathlib import Path

import pytest

from host_bridge.ctl.health import pbx as checks
from host_bridge.ctl.health import sites
from host_bridge.ctl.health.finding import Finding
from host_bridge.ctl.health.machine import Machine
from tests.pbx.asterisk import CONTROL, WALLBOARD, Asterisk
from tests.pbx.calls import Calls

pytestmark = pytest.mark.asterisk


def look(pbx: Asterisk, folder: Path, user: tuple[str, str] = WALLBOARD, *, call: bool = False) -> list[Finding]:
    """What the doctor finds, while a caller is answered if `call`."""
    (folder / "secret").write_text(user[1])
    path = folder / "bridge.yaml"
    path.write_text(
        f"site: main\npbx: {{host: 127.0.0.1, port: {pbx.port}, username: {user[0]}, password_file: secret}}\n"
        "mqtt: {url: embedded}\nthresholds: t.yaml\n"
    )
    (own, *_), said = sites.read([path])
    assert own.whole is not None, said
    calls = Calls(pbx.control)
    timer = threading.Timer(1.0, lambda: calls.call("support", ring=1, talk=1))
    if call:
        timer.start()
    found = list(checks.pbx(Machine(root=folder), own, 5.0 if call else 0.5))  # no manager.conf below that root
    if call:
        timer.join()
    return found


def test_the_shipped_user_is_right(pbx: Asterisk, tmp_path: Path) -> None:
    found = look(pbx, tmp_path, call=True)
    assert {str(each.level) for each in found} == {"ok"}, found
    words = "\n".join(each.what for each in found)
    assert "system, agent, call, dialplan" in words
    assert "no write permission" in words
    assert "all are of use" in words
    assert "events carry the PBX's time" in words
    assert "it agrees with this machine's" in words


def test_without_a_call_nothing_is_taken_for_granted(pbx: Asterisk, tmp_path: Path) -> None:
    """An agent's state may still change right after the start, but no call joins a queue."""
    unknown = [each.what for each in look(pbx, tmp_path) if each.level == "unknown"]
    assert len(unknown) == 1, unknown
    assert unknown[0].startswith(("what its events would show", "whether this user may read"))


def test_a_user_who_may_do_everything_and_has_no_filter(pbx: Asterisk, tmp_path: Path) -> None:
    found = {each.area: each for each in look(pbx, tmp_path, CONTROL, call=True) if each.level == "warning"}
    assert set(found) == {"AMI", "event filter"}
    assert re.match(r"this user may do \d\d actions that change things \(Command, Originate", found["AMI"].what)
    assert "are of no use to the bridge" in found["event filter"].what


def test_the_newer_filters_on_an_old_asterisk_and_no_class_system(pbx: Asterisk, tmp_path: Path) -> None:
    """Asterisk 16 passes over eventfilter(…) without a word: everything comes."""
    user = pbx.folder / "etc/manager.d/wallboard.conf"
    text = user.read_text().replace("read = system,", "read = ")
    user.write_text(re.sub(r"(?m)^;?eventfilter = .*\n", "", text) + "eventfilter(action(include),name(Hangup)) =\n")
    pbx.control.act("Command", Command="manager reload")
    found = look(pbx, tmp_path, call=True)
    assert any("no FullyBooted came" in each.what for each in found)
    strays = [each for each in found if each.area == "event filter" and each.level == "warning"]
    assert bool(strays) == (pbx.tree.release.filters == "old"), found


def test_a_wrong_secret(pbx: Asterisk, tmp_path: Path) -> None:
    found = look(pbx, tmp_path, (WALLBOARD[0], "not it"))
    assert [str(each.level) for each in found] == ["ok", "problem"]
    assert "refuses the login of 'wallboard': Authentication failed" in found[1].what
