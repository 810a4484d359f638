"""Queue truth: events in, exact state and figures out; no clock and no socket in here."""

from host_bridge.truth.service_level import FORMULAS, ServiceLevel
from host_bridge.truth.truth import Truth

__all__ = ["FORMULAS", "ServiceLevel", "Truth"]
