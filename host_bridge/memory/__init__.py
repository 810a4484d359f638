"""What the running bridge writes down, and what it knows again after a restart or a gap.

Modules: `keeper` (the truth's records, into the journal and back) · `recall` (what nobody heard, from queue_log or
estimated) · `witness` (the boards, and all that the history wants to know) · `recorder` (the history itself) · `told`
(what a log says once). The files are those of host_bridge.journal and host_bridge.history.
"""
