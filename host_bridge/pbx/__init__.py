"""PBX readers: every one of them yields the events of host_bridge.pbx.events."""
