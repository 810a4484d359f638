"""A board on its first day, installed and under the real systemd: no LED library yet, and the self-test due."""

from __future__ import annotations

import pytest

from tests.deb import prepared
from tests.deb.rig import Machine

pytestmark = pytest.mark.debian


def test_without_the_led_library_it_is_up_and_says_that_the_panel_is_dark(installed: Machine) -> None:
    installed.write("/etc/wallboard/board.yaml", prepared.BOARD.replace("image, path: /run/wallboard", "rgbmatrix"))
    installed.sh("mkdir -p /var/lib/wallboard; touch /var/lib/wallboard/self-test")
    installed.run("systemctl", "start", "wallboard")
    assert installed.show("wallboard", "ActiveState") == "active"
    installed.wait_until(
        lambda: "), self-test, " in installed.show("wallboard", "StatusText"),
        "the self-test, in the status",
        10,
        lambda: installed.log("wallboard"),
    )
    (line,) = [each for each in installed.log("wallboard").splitlines() if "needs the Python module rgbmatrix" in each]
    assert "put it into /opt/wallboard/rgbmatrix with `sudo wallboard-rgbmatrix`" in line
    assert line.endswith("and its picture in /run/wallboard/frames/latest.png")
    assert installed.sh("stat -c %U /run/wallboard/frames/latest.png").strip() == "wallboard"
    assert installed.sh("ps -o user= -C wallboard | sort").split() == ["root", "wallboard", "wallboard"]
    assert installed.show("wallboard", "StatusText").startswith("THE PANEL IS DARK (panel.driver: 'rgbmatrix'")
    assert "self-test: it begins" in installed.log("wallboard")
    installed.run("systemctl", "kill", "--signal=KILL", "wallboard")  # a power cut
    installed.wait_until(lambda: installed.log("wallboard").count("self-test: it begins") == 2, "the test again", 20)
    assert installed.sh("stat -c %U /var/lib/wallboard/self-test").strip() == "wallboard"  # which may remove it
