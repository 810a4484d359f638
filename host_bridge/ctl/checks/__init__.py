"""What `wallboardctl check` looks at: the rooms of the command, of which `doctor` uses some.

Modules: `files` (each file, and what is wrong or odd in it) · `labels` (names that no board can show) · `site` (what
only the other files, or the PBX, can tell).
"""
