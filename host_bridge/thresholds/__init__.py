"""thresholds.yaml, the supervisors' file: what it may hold, what it means, and what in it can hardly be meant.

Modules: `thresholds` (the file, read) · `schema`, made of `rule_kinds`, `rule_metrics`, `hours_kind`,
`service_level_kind` · `conflicts` (what contradicts itself: refused) · `odd`, `odd_rules` (what is legal and yet hardly
meant) · `strangers` (queues that the PBX does not have) · `names` (what a queue is called).
"""

from host_bridge.thresholds.thresholds import GroupThresholds, QueueThresholds, Thresholds, build, load

__all__ = ["GroupThresholds", "QueueThresholds", "Thresholds", "build", "load"]
