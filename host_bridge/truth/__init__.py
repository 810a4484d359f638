"""Queue truth: events in, exact state and figures out; no clock and no socket in here."""
