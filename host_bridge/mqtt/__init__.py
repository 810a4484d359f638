"""The way to the broker, and a broker where there is none: nothing here knows what a message means.

Modules: `link` (for the event loop: never waits) · `connection` (paho, in a thread of its own) · `broker` (the embedded
one, a process of its own).
"""
