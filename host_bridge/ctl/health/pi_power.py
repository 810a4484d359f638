"""Voltage and heat of a Raspberry Pi: the firmware's own word, and the kernel's where vcgencmd is missing.

Bits of get_throttled: Raspberry Pi's documentation of vcgencmd; the same number stands in the file get_throttled of
Raspberry Pi's kernel, and its bit 0 is the alarm of the driver rpi_volt (Documentation/hwmon/raspberrypi-hwmon.rst).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from host_bridge.ctl.health.finding import Finding, NotCheckedError, ok, problem, unknown, warning
from host_bridge.ctl.health.machine import AS_ROOT, Machine

POWER, HEAT = "power", "temperature"
LOW_NOW, CAPPED_NOW, SLOW_NOW, HOT_NOW = 1, 1 << 1, 1 << 2, 1 << 3
LOW_WAS, CAPPED_WAS, SLOW_WAS, HOT_WAS = (bit << 16 for bit in (LOW_NOW, CAPPED_NOW, SLOW_NOW, HOT_NOW))
WARM_C, HOT_C = 70, 80  # from 80 °C on the firmware slows the processor down

SUPPLY = (
    "give the Pi a supply of its own (5.1 V, 3 A; a Pi 5: 5 A) with a short thick cable, and never feed the panel "
    "through the Pi"
)
COOL = "more air: no closed box, a heat sink, not above a heater or in the sun"


def power(machine: Machine) -> Iterator[Finding]:
    """Is the voltage high enough, now and since the start? Yields nothing on what is no Pi."""
    if not machine.model():
        return
    bits = _throttled(machine)
    if bits is not None:
        yield from of_bits(bits)
        return
    alarm = _alarm(machine)
    if alarm is None:
        denied = machine.run("vcgencmd", "get_throttled") is not None
        raise NotCheckedError("neither vcgencmd nor the kernel tells of the voltage", AS_ROOT if denied else "")
    if alarm:
        yield problem(POWER, "the voltage is too low at this moment", SUPPLY)
    elif _kernel_told(machine):
        yield warning(POWER, "the voltage was too low since the start, as the kernel's log tells", SUPPLY)
    else:
        yield ok(POWER, "the voltage is high enough at this moment")
        yield unknown(POWER, "whether it was always: vcgencmd is missing or may not be used", AS_ROOT)


def of_bits(bits: int) -> Iterator[Finding]:
    """What the number of get_throttled means."""
    number = f"(throttled={bits:#x})"
    if bits & LOW_NOW:
        yield problem(POWER, f"the voltage is too low at this moment {number}", SUPPLY)
    elif bits & LOW_WAS:
        yield warning(POWER, f"the voltage was too low since the start {number}", SUPPLY)
    if bits & (CAPPED_NOW | SLOW_NOW | HOT_NOW) and not bits & LOW_NOW:
        yield problem(HEAT, f"the processor is slowed down at this moment {number}", COOL)
    elif bits & (HOT_WAS | SLOW_WAS) and not bits & LOW_WAS:  # low voltage slows it down too
        yield warning(HEAT, f"the processor was slowed down since the start {number}", COOL)
    if not bits & (LOW_NOW | LOW_WAS):
        yield ok(POWER, f"the voltage has been high enough since the start {number}")


def temperature(machine: Machine) -> Iterator[Finding]:
    """How hot is the processor? Yields nothing where the kernel does not tell, as in a virtual machine."""
    text = machine.read("/sys/class/thermal/thermal_zone0/temp")
    if text is None:
        if machine.model():
            raise NotCheckedError("the kernel does not tell it")
        return
    try:
        degrees = int(text) // 1000
    except ValueError:
        raise NotCheckedError(f"the kernel says {text.strip()!r}") from None
    if degrees >= HOT_C:
        yield problem(HEAT, f"{degrees} °C: from {HOT_C} on the Pi slows down", COOL)
    elif degrees >= WARM_C:
        yield warning(HEAT, f"{degrees} °C, and from {HOT_C} on the Pi slows down", COOL)
    else:
        yield ok(HEAT, f"{degrees} °C")


def _throttled(machine: Machine) -> int | None:
    ran = machine.run("vcgencmd", "get_throttled")
    found = re.search(r"throttled=(0x[0-9a-fA-F]+)", ran.out) if ran else None
    if found:
        return int(found[1], 16)
    # soc/soc:firmware on a Pi 3 and 4; on a Pi 5 the node has an address.
    for path in machine.glob("/sys/devices/platform/soc*/soc*firmware/get_throttled"):
        text = (machine.read(path) or "").strip()
        if re.fullmatch(r"(?:0x)?[0-9a-fA-F]+", text):
            return int(text, 16)
    return None


def _alarm(machine: Machine) -> bool | None:
    """The alarm of rpi_volt; None where there is no such driver."""
    for path in machine.glob("/sys/class/hwmon/hwmon*/name"):
        if (machine.read(path) or "").strip() == "rpi_volt":
            text = (machine.read(path.with_name("in0_lcrit_alarm")) or "").strip()
            return text != "0" if text else None
    return None


def _kernel_told(machine: Machine) -> bool:
    """`Undervoltage detected!`, before Linux 4.17 `Under-voltage detected! (0x00050005)`."""
    ran = machine.run("dmesg")
    return ran is not None and re.search(r"under-?voltage detected", ran.out, re.IGNORECASE) is not None
