"""Who else is on a pin: what settings say of a buzzer and a button, held against the wiring."""

from __future__ import annotations

from collections.abc import Container, Iterator
from collections.abc import Mapping as MappingOf
from typing import NamedTuple

from hw.pins import Mapping

KINDS = ("buzzer", "button")


class Clash(NamedTuple):
    """`who` (of KINDS) cannot be there, and why."""

    who: str
    message: str


def clashes(mapping: Mapping, parallel: int, gpios: MappingOf[str, int]) -> Iterator[Clash]:
    """Each of `gpios` (buzzer and button → pin) that another drives, beside a panel of `parallel` chains.

    Two on one pin are a short circuit between outputs, or a button that never rests.
    """
    uses = mapping.uses(parallel)
    taken: dict[int, str] = {}
    wrong = []
    for who, gpio in gpios.items():
        if gpio in uses:
            wrong.append((who, f"{gpio} is {uses[gpio]} with mapping {mapping.name!r}"))
        elif gpio in mapping.system:
            wrong.append((who, f"{gpio} is the operating system's ({mapping.system[gpio]})"))
        elif gpio in taken:
            wrong.append((who, f"{gpio} is {taken[gpio]}"))
        else:
            taken[gpio] = f"the {who}'s"
    for who, why in wrong:
        left, best = _left(mapping, parallel, who, taken)
        yield Clash(who, f"{why}; {_told(mapping, who, left, best)}")
        if best is not None:  # who follows both lines must not find the two on one pin
            taken[best] = f"the {who}'s"


def free(mapping: Mapping, parallel: int, who: str, gpios: MappingOf[str, int]) -> str:
    """In words: which pins `who` (of KINDS) may have beside the others of `gpios`, and the best of them."""
    taken = {gpio: each for each, gpio in gpios.items() if each != who}
    return _told(mapping, who, *_left(mapping, parallel, who, taken))


def odd(mapping: Mapping, parallel: int, gpios: MappingOf[str, int]) -> Iterator[Clash]:
    """What works and is not as it should be."""
    gpio = gpios.get("buzzer")
    if gpio in mapping.pulled_up:
        best = mapping.suggested_buzzer(parallel)
        better = f"; {best} ({mapping.place(best)}) is not" if best is not None else ""
        yield Clash("buzzer", f"{gpio} is pulled up while the Pi starts, and the buzzer may sound so long{better}")


def _left(mapping: Mapping, parallel: int, who: str, taken: Container[int]) -> tuple[list[int], int | None]:
    """The pins that are left, and the best of them."""
    left = [pin for pin in mapping.usable(parallel) if pin not in taken]
    wanted = mapping.buzzer if who == "buzzer" else mapping.button
    return left, next((pin for pin in wanted if pin in left), None)


def _told(mapping: Mapping, who: str, left: list[int], best: int | None) -> str:
    if not left:
        return "no pin is free with so many chains" + (": use a networked sounder" if who == "buzzer" else "")
    text = f"free pins: {', '.join(map(str, left))}"
    return text if best is None or len(left) == 1 else f"{text}; best {best} ({mapping.place(best)})"
