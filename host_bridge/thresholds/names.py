"""What people are shown of a queue or a group: its label in thresholds.yaml, or else its name on the PBX."""

from __future__ import annotations

from host_bridge.thresholds.thresholds import QueueThresholds


def shown_name(limits: QueueThresholds, name: str) -> str:
    """What the queue or group of that name is called, not yet in display order."""
    return limits.label or printable(name)


def printable(name: str) -> str:
    """A queue's name on the PBX as a label: a message holds no lone surrogate and no control character."""
    return "".join(char if char.isprintable() else "?" for char in name)
