"""What a failed connection means in words, and the waits between tries."""

from __future__ import annotations

import socket
import ssl

import pytest

from config.reconnect import BackOff, certificate_refused, reason


def test_the_back_off_doubles_up_to_its_ceiling_with_jitter() -> None:
    runs = []
    for _ in range(20):
        back_off = BackOff()
        runs.append([back_off.next_ms() for _ in range(12)])
    for tries, ceiling_ms in zip(zip(*runs, strict=True), [500, 1000, 2000, 4000, 8000, *[15_000] * 7], strict=True):
        assert max(500, ceiling_ms // 2) <= min(tries) <= max(tries) <= ceiling_ms
    assert len({run[-1] for run in runs}) > 1


def test_the_back_off_begins_anew_after_a_good_try() -> None:
    back_off = BackOff()
    for _ in range(40):  # a night without a broker
        assert back_off.next_ms() <= 15_000
    back_off.reset()
    assert back_off.next_ms() == 500


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (socket.gaierror(-2, "Name or service not known"), "this host name is not known"),
        (ConnectionRefusedError(111, "Connection refused"), "connection refused: is it on?"),
        (
            OSError("Multiple exceptions: [Errno 111] Connect call failed ('::1', 1), [Errno 111] Connect call failed"),
            "connection refused: is it on?",
        ),
        (TimeoutError(), "no connection within 5 s"),
        (OSError(113, "No route to host"), "No route to host"),
        (OSError("odd"), "odd"),
        (ConnectionResetError(), "ConnectionResetError"),
    ],
)
def test_a_failure_in_words(error: Exception, text: str) -> None:
    assert reason(error, "is it on?") == text


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("TLSV13_ALERT_CERTIFICATE_REQUIRED", "it wants a certificate of ours"),
        ("SSLV3_ALERT_CERTIFICATE_UNKNOWN", "it does not take our certificate"),
        ("TLSV1_ALERT_UNKNOWN_CA", "another authority"),
        ("WRONG_VERSION_NUMBER", ""),
    ],
)
def test_what_the_other_side_has_against_our_certificate(said: str, words: str) -> None:
    error = ssl.SSLError(1, said)
    error.reason = said
    assert words in certificate_refused(error)
    assert bool(certificate_refused(error)) == bool(words)
