"""The alarms of a site without a board, judged by the boards' own code: for the history and for trials on the past."""

from host_bridge.alarms.alarms import Alarms, Change

__all__ = ["Alarms", "Change"]
