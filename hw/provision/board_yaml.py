"""board.yaml of one board: made from what was asked for, or out of a file that serves all boards of a site."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from hw.pins import mappings
from hw.provision import MADE_BY, ProvisionError
from hw.provision.yaml_text import quoted

CA, CERT, KEY, SECRET = "ca.crt", "board.crt", "board.key", "mqtt.secret"  # on the card, and in /etc/wallboard
FOR_A_BOARD = ("rgbmatrix", "image")  # drivers: the package for a Pi has no emulator, and its service opens no port
FRAMES = "/run/wallboard/frames"  # in memory: a picture a second would wear the card out
KEYS = {CA: "ca_file", CERT: "cert_file", KEY: "key_file", SECRET: "password_file"}  # of the section mqtt
_TOP = re.compile(r"""^(?P<quote>["']?)(?P<key>[A-Za-z_][\w-]*)(?P=quote)\s*:(\s|$)""")


@dataclass(frozen=True)
class Panel:
    """What hangs on the wall. `modules`: LEDs of one module (wide, high), `chain` of them, `parallel` chains.

    `slowdown` None: the library's own; `buzzer`, `button`: GPIO numbers, or None.
    """

    modules: tuple[int, int] = (64, 64)
    chain: int = 2
    parallel: int = 1
    driver: str = "rgbmatrix"
    mapping: str = "regular"
    slowdown: int | None = None
    buzzer: int | None = None
    button: int | None = None

    def text(self) -> str:
        """The sections of board.yaml."""
        wide, high = self.modules
        lines = [
            "panel:",
            f"  driver: {self.driver}                 # rgbmatrix: the LEDs; image: a picture file, without them",
            f"  rows: {high}                          # LEDs of one module from top to bottom …",
            f"  cols: {wide}                          # … and from left to right",
            f"  chain: {self.chain}                          # modules one after the other",
            f"  parallel: {self.parallel}                       # chains one below the other",
            f"  hardware_mapping: {self.mapping}",
        ]
        if self.driver == "image":
            lines.append(f"  path: {FRAMES}")
        if self.slowdown is not None:
            lines.append(f"  gpio_slowdown: {self.slowdown}                  # higher when the picture is garbled")
        lines += ["  brightness: 60                    # percent by day", "  user: wallboard"]
        for name, gpio in (("buzzer", self.buzzer), ("button", self.button)):
            if gpio is not None:
                lines += ["", f"{name}: {{gpio: {gpio}}}"]
        return "\n".join(lines) + "\n"


def panel(size: str, module: str | None, mapping: str) -> tuple[tuple[int, int], int, int]:
    """(module, chain, parallel) of a whole panel of WIDExHIGH LEDs. Raises ProvisionError.

    Without `module` it is made of 64×64 where that fits, else of 64×32.
    """
    wide, high = _size(size)
    one = _size(module) if module else (64, 64) if high % 64 == 0 else (64, 32)
    if wide % one[0] or high % one[1]:
        raise ProvisionError(f"a panel of {wide}x{high} cannot be made of modules of {one[0]}x{one[1]}")
    chain, parallel = wide // one[0], high // one[1]
    most = mappings()[mapping].most_parallel
    if parallel > most:
        raise ProvisionError(
            f"{parallel} chains one below the other, and the wiring {mapping!r} has {most}: see --module"
        )
    return one, chain, parallel


def _size(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{1,3})[x×X*](\d{1,3})", text.strip())
    if found is None or 0 in (int(found[1]), int(found[2])):
        raise ProvisionError(f"{text!r} is no size in LEDs, expected WIDExHIGH, as 128x64")
    return int(found[1]), int(found[2])


def head(site: str, board: str, url: str, names: Iterable[str], username: str | None) -> str:
    """The part that differs from board to board. `names`: the files of CA, CERT, KEY and SECRET that there are."""
    lines = [f"site: {quoted(site)}", f"board: {quoted(board)}", "", "mqtt:", f"  url: {quoted(url)}"]
    if username:
        lines.append(f"  username: {quoted(username)}")
    return "\n".join([*lines, *(f"  {key}: {name}" for name, key in KEYS.items() if name in names)]) + "\n"


def whole(own: str, rest: str) -> str:
    """The file: `own` from head(), and `rest`, a panel's text() or what kept() left."""
    about = f"# board.yaml, {MADE_BY}. It may be changed, in any editor; check it with: wallboardctl check\n\n"
    return about + own + "\n" + rest.strip("\n") + "\n"


def kept(base: str, without: Iterable[str] = ("site", "board", "mqtt")) -> str:
    """A board.yaml's text without these of its sections; all others stay as they are written, with their comments.

    Raises ProvisionError for a file whose sections do not begin at the left edge.
    """
    blocks: list[tuple[str, list[str]]] = [("", [])]
    for line in base.removeprefix("\ufeff").splitlines():
        found = _TOP.match(line)
        if found:
            blocks.append((found["key"], []))
        elif line[:1] not in ("", " ", "\t", "#") and not line.startswith(("---", "...")):
            raise ProvisionError(f"its line {line[:40]!r} is no section at the left edge: write it as in the example")
        blocks[-1][1].append(line)
    gone = {"", *without}  # "": what stands before the first section is about the file that it was
    return "\n".join(line for key, block in blocks if key not in gone for line in block) + "\n"
