"""The way to the boards of a site, for every command that speaks with one.

Modules: `args` (which site, which broker) · `command` (what such commands have in common) · `link` (one connection to
the broker) · `state` (what the site says of itself) · `names` (what people call its queues and boards) · `boards_text`
(the boards as people read them) · `changes` (what is new between two moments).
"""
