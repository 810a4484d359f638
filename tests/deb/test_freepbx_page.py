"""config/FREEPBX.md, carried out word for word: real Asterisk, mosquitto and packages, up to a lit frame."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from firmware.core import scenes
from hw.deb.packages import CHECKOUT
from tests import page_steps
from tests.deb import cards, pbx_host
from tests.deb.debs import Debs
from tests.deb.rig import Machine
from tests.page_steps import Script
from tests.pbx.build import RELEASES
from tests.wallboard_process import drawn

pytestmark = pytest.mark.debian

PAGE = CHECKOUT / "config/FREEPBX.md"
CARD = "/media/bootfs"
TEN_MINUTES_S = 600
SIZE, TILE = (128, 64), (0, 0, 64, 32)  # the panel that `provision` takes when nothing is said, and its first queue


@pytest.fixture
def pbx(tree_of: Callable[[str], Path], tmp_path: Path) -> Iterator[Machine]:
    """Switched on, with a release's files in /root and a blank card in its reader, which stands for the laptop's."""
    made = pbx_host.machine(RELEASES[0], tmp_path / "machine")
    try:
        pbx_host.switch_on(made)
        yield made
    finally:
        made.close()


def test_from_nothing_to_a_lit_board(pbx: Machine, debs: Debs, tmp_path: Path) -> None:
    pbx.put(debs("wallboard-bridge"), "/root")
    pbx.write("/root/wallboard-board_0.1.0_arm64.deb", "!<arch>\n")  # what the Pi will install
    pbx.put(cards.blank(tmp_path / "bootfs", trixie=True), "/media")
    took_s = 0.0
    for step in page_steps.steps(PAGE.read_text("utf-8")):
        assert isinstance(step, Script)
        if "preview --live" in step.script:
            pbx_host.call(pbx, "600")
            until_waiting(pbx)
        if "wallboardctl boards" in step.script:
            hang_on_the_wall(pbx, debs)
        began = time.monotonic()
        script = step.script.replace("_amd64", f"_{debs.machine}")
        done = pbx.run("bash", "-euc", f"cd /root\nexec 2>&1\n{script}", check=False, timeout=180)
        took_s += time.monotonic() - began
        assert done.returncode == 0, f"{PAGE.name}:{step.line}\n{script}\n{done.stdout}"
        if step.says is not None:
            assert page_steps.agrees(step.says, done.stdout.splitlines()), f"{PAGE.name}:{step.line}\n{done.stdout}"
    print(f"the commands of the page took {took_s:.1f} s")
    assert took_s < TEN_MINUTES_S / 4
    wait_for_queue(pbx)


def until_waiting(pbx: Machine) -> None:
    """Until the bridge has told of the call."""
    command = ("wallboardctl", "preview", "--live", "--json")

    def told() -> bool:
        said = pbx.run(*command, check=False)
        return said.returncode == 0 and any(each.get("waiting") == 1 for each in json.loads(said.stdout)["tiles"])

    pbx.wait_until(told, "a caller in the preview", 20, lambda: pbx.run(*command, check=False).stderr)


def hang_on_the_wall(pbx: Machine, debs: Debs) -> None:
    """A Pi with that card, but that its panel is a picture; here it is the same machine."""
    pbx.put(debs("wallboard-board"), "/tmp")
    pbx.sh("dpkg --install /tmp/wallboard-board_*.deb", timeout=180)
    pbx.sh(
        f"cd {CARD}/wallboard; cp board.yaml ca.crt board.crt board.key /etc/wallboard;"
        "sed -i 's|driver: rgbmatrix|driver: image\\n  path: /run/wallboard|' /etc/wallboard/board.yaml"
        "; systemctl start wallboard || { journalctl --namespace=wallboard -u wallboard >&2; exit 1; }"
    )
    pbx.wait_until(
        lambda: "live" in pbx.show("wallboard", "StatusText"), "a live board", 20, lambda: pbx.log("wallboard")
    )


def wait_for_queue(pbx: Machine) -> None:
    """Until the board's frame has the queue under its name, with the one who waits and for how long."""
    expected = [lit(drawn(scenes.queues_view((tile(s), tile(s))), SIZE)) for s in range(240)]
    frame = Path(f"/proc/{pbx._leader}/root/run/wallboard/latest.png")

    def shown() -> bool:
        with Image.open(frame) as picture:
            return lit(picture.convert("RGB")) in expected

    pbx.wait_until(shown, "the queue on the panel", 30, lambda: pbx.log("wallboard"))


def tile(oldest_s: int) -> scenes.Tile:
    """How the queue is drawn while one waits."""
    return scenes.a_tile("Support", (1, oldest_s), None, "0/1")


def lit(picture: Image.Image) -> bytes:
    """Which LEDs of the first queue are lit."""
    return picture.crop(TILE).convert("L").point(lambda level: 255 * (level > 0)).tobytes()
