"""`wallboardctl preview --live`, at a real broker: the figures of this minute, or why there are none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from host_bridge.ctl import program
from tests.brokers import broker
from tests.site_rig import Call, Site, call, site

__all__ = ["broker", "call", "site"]

LIMITS = "timezone: UTC\nqueues: {support: {label: Help}}\ndefaults: {rules: {waiting: {critical: 3}}}\n"


@pytest.fixture(autouse=True)
def thresholds(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(LIMITS)


def test_what_a_board_would_show_that_hangs_there(site: Site, call: Call, tmp_path: Path) -> None:
    site.live()
    site.bridge.queue("support", waiting=4, oldest_ms=65_000)
    code, out, err = call("preview", "--live", "--json")
    assert code == 0, err
    tiles = {each["id"]: each for each in json.loads(out)["tiles"]}
    assert (tiles["support"]["label"], tiles["support"]["waiting"], tiles["support"]["severity"]) == (
        "Help",
        4,
        "critical",
    )
    assert "sales" in tiles
    other = tmp_path / "other.yaml"
    other.write_text(LIMITS.replace("critical: 3", "critical: 5"))
    code, out, err = call("preview", "--live", "--json", "--thresholds", str(other))
    assert json.loads(out)["tiles"][0]["severity"] == "none"
    code, out, err = call("preview", "--live", "--size", "64x32")
    assert "CRITICAL  support (Help): 4 waiting, the first for 1:0" in out


def test_what_is_not_of_this_minute_is_not_shown(site: Site, call: Call) -> None:
    code, out, err = call("preview", "--live")
    assert (code, out) == (1, "")
    assert "no bridge is alive there" in err
    site.retain("queue/support", {"v": 1, "started": 1, "waiting": 9})
    site.retain("bridge/state", {"v": 1, "started": 1, "now": 5, "online": True, "pbx": "up"})
    code, out, err = call("preview", "--live")
    assert (code, out) == (1, "")
    assert "no bridge is alive there" in err


def test_without_the_pbx_there_are_no_figures_of_this_minute(
    site: Site, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    beat = site.bridge.beat
    monkeypatch.setattr(site.bridge, "beat", lambda: beat("down"))
    site.live()
    code, out, err = call("preview", "--live")
    assert (code, out) == (1, "")
    assert "the bridge has lost the PBX" in err


@pytest.mark.parametrize(
    "more", [["--at", "10:15"], ["--queue", "a: waiting 1"], ["--state", "x"], ["--scene", "calm"]]
)
def test_what_goes_not_with_it(more: list[str], call: Call) -> None:
    code, _, err = call("preview", "--live", *more)
    assert code == 2
    assert err.count("\n") == 1


def test_a_bridge_is_named_for_live_alone(call: Call, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = call("preview", "--queue", "a: waiting 1")
    assert (code, err.count("\n")) == (2, 1)
    assert "add --live" in err
    assert program.main(["preview", "--live", "--config", "none.yaml"]) == 2
    assert "none.yaml" in capsys.readouterr().err
