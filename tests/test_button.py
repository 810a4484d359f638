"""The button on gpiozero's mock pins: its edges in order, and the machines that have none."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from gpiozero import Device
from gpiozero.pins.mock import MockFactory, MockPin

from firmware.pi.button import Button
from firmware.pi.gpio import not_allowed
from firmware.pi.inbox import Press, Waker

LOG = logging.getLogger("t")


@pytest.fixture(name="pins")
def mock_pins(monkeypatch: pytest.MonkeyPatch) -> Iterator[MockFactory]:
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "mock")
    factory = MockFactory()
    monkeypatch.setattr(Device, "pin_factory", factory)
    yield factory
    factory.reset()


def test_edges_come_in_order_and_wake_the_board(pins: MockFactory) -> None:
    waker = Waker()
    clock = iter((700, 850))
    button = Button(26, waker, clock.__next__, LOG)
    assert not button.down and button.take() == []
    pins.pin(26).drive_low()
    assert button.down
    pins.pin(26).drive_high()
    waker.wait(60_000)  # returns at once, else the test hangs
    assert button.take() == [Press(True, 700), Press(False, 850)]
    assert button.take() == []
    button.close()


class Grounded(MockPin):
    """A pin that a closed contact holds low, whatever its own resistor pulls."""

    def _set_pull(self, value: str) -> None:
        self._pull = value
        self._change_state(False)


def test_held_at_the_start_it_is_down_and_no_press(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "mock")
    monkeypatch.setattr(Device, "pin_factory", MockFactory(pin_class=Grounded))
    button = Button(26, Waker(), lambda: 0, LOG)
    assert button.down and button.take() == []


def test_without_a_pin_or_gpio_it_is_never_pressed(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    button = Button(None, Waker(), lambda: 0, LOG)
    assert not button.down and button.take() == [] and not caplog.records
    monkeypatch.delenv("GPIOZERO_PIN_FACTORY", raising=False)
    button = Button(26, Waker(), lambda: 0, LOG)
    if button._device is not None:
        pytest.skip("this machine has GPIO pins")
    assert not button.down
    button.close()
    (line,) = [record.getMessage() for record in caplog.records]
    assert line.startswith("button: dead: ") and line.endswith("on a Raspberry Pi it is GPIO26 (pin 37)")


def test_pins_that_this_user_may_not_have(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root may have them all, whatever their mode: who may what is said by a stand-in for os.access."""
    assert not_allowed(tmp_path) == ""
    (tmp_path / "gpiochip0").touch()
    assert not_allowed(tmp_path) == ""
    monkeypatch.setattr("firmware.pi.gpio.os.access", lambda path, mode: False)
    told = not_allowed(tmp_path)
    assert f"may not use {tmp_path}/gpiochip0 (sudo usermod -aG {(tmp_path / 'gpiochip0').group()} " in told
