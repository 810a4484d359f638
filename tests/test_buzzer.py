"""The buzzer on gpiozero's mock pins, and the machines that have none."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from gpiozero import Device
from gpiozero.pins.mock import MockFactory

from firmware.pi.buzzer import GpioBuzzer, NoBuzzer, open_buzzer

LOG = logging.getLogger("t")


@pytest.fixture
def pins() -> Iterator[MockFactory]:
    factory = MockFactory()
    yield factory
    factory.reset()


def test_it_is_silent_from_the_start_and_drives_its_pin(pins: MockFactory) -> None:
    buzzer = GpioBuzzer(19, pins)
    pin = pins.pin(19)
    assert pin.function == "output"
    pin.clear_states()
    for on in (True, True, False, False, True):
        buzzer.sound(on)
    assert [state.state for state in pin.states] == [False, True, False, True]


def test_closing_silences_it_and_frees_the_pin(pins: MockFactory) -> None:
    buzzer = GpioBuzzer(19, pins)
    pin = pins.pin(19)
    buzzer.sound(True)
    pin.clear_states()
    buzzer.close()
    assert [state.state for state in pin.states] == [True, False]
    assert pin.function == "input"
    GpioBuzzer(19, pins)


def test_no_gpio_is_one_line_that_says_where_it_would_sound(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("GPIOZERO_PIN_FACTORY", raising=False)
    buzzer = open_buzzer(19, LOG)
    if not isinstance(buzzer, NoBuzzer):
        pytest.skip("this machine has GPIO pins")
    buzzer.sound(True)
    buzzer.close()
    (line,) = [record.getMessage() for record in caplog.records]
    assert line.startswith("buzzer: silent: ")
    assert line.endswith("; on a Raspberry Pi it sounds on GPIO19 (pin 35 of the header)")


def test_the_environment_may_choose_the_pins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "mock")
    monkeypatch.setattr(Device, "pin_factory", None)
    buzzer = open_buzzer(26, LOG)
    assert isinstance(buzzer, GpioBuzzer)
    buzzer.sound(True)
    factory = Device.pin_factory
    assert isinstance(factory, MockFactory)
    assert factory.pin(26).state
    buzzer.close()


def test_a_board_without_a_buzzer_says_nothing(caplog: pytest.LogCaptureFixture) -> None:
    open_buzzer(None, LOG).sound(True)
    assert not caplog.records
