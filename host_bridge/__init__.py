"""The bridge beside the PBX: queue events in, exact figures out over MQTT."""
