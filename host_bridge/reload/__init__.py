"""thresholds.yaml while the bridge runs: a save is seen and judged, and comes into force if it is right.

Modules: `rules_file` (sees a save once it is complete) · `rule_book` (which version is in force, at the start too) ·
`rule_changes` (what is new in it, in a few words). How boards are told of it: host_bridge.announce.changeover.
"""
