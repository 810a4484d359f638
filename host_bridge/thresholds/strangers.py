"""Queues of thresholds.yaml that the PBX does not have: a misspelt name, mostly. Told once, with what was meant."""

from __future__ import annotations

import logging

from firmware.core.spelling import did_you_mean
from host_bridge.thresholds.thresholds import Thresholds
from host_bridge.truth.truth import Truth

MOST_STRANGERS = 20  # in one line; to find what each was meant to be takes a look at all queues


class Strangers:
    """Compares the names in thresholds.yaml with those of the PBX, and tells what differs when that changes."""

    def __init__(self, truth: Truth, log: logging.Logger) -> None:
        self._truth = truth
        self._log = log
        self._told: list[str] = []
        self._rejections_told = False

    def tell(self, thresholds: Thresholds) -> None:
        """Warn of all strangers, unless just these were told before; and, once, of callers that cannot be counted."""
        known = frozenset(self._truth.queues)
        strangers = [queue for queue in thresholds.named_queues if queue not in known]
        if strangers and strangers != self._told:
            unnamed = [queue for queue in self._truth.queues if queue not in thresholds.named_queues]
            names = ", ".join(_with_hint(queue, unnamed) for queue in strangers[:MOST_STRANGERS])
            more = f" and {len(strangers) - MOST_STRANGERS} more" if len(strangers) > MOST_STRANGERS else ""
            self._log.warning("thresholds name queues that the PBX does not have: %s%s", names, more)
        self._told = strangers
        if self._truth.unplaced and not self._rejections_told:
            self._rejections_told = True
            self._log.warning("rejected callers cannot be counted: let class dialplan pass to the AMI user")


def _with_hint(stranger: str, unnamed: list[str]) -> str:
    hint = did_you_mean(stranger, unnamed).removeprefix("; ")
    return f"{stranger} ({hint})" if hint else stranger
