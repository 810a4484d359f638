"""What `wallboardctl support` gathers, without a secret in it.

`secrets` (every secret of this machine that we can read, to know what must not go out) · `redact` (takes them out of
any text, by value and by shape) · `parts` (what goes in, and how each is asked for) · `kept` (journal and history in
numbers) · `pack` (each part cleaned and searched once more, and the zip file).
"""
