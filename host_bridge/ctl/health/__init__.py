"""What `wallboardctl doctor` looks at: small functions over a view of the machine, each yielding findings.

`finding` (what a check says) · `machine` (files, commands, clock: a test brings its own) · `rounds` (runs them, each
group against one deadline) · `sites` (the settings found here) · `whole` (which checks a machine gets) · `report`. The
checks: `pi_power`, `pi_config`, `pi_panel`, `pi_pins`, `card`, `wifi`, `os_state`, `services`, `files` (any machine) ·
`reach`, `certificates`, `broker`, `listening` (the broker and what it brings) · `pbx`, `ami`, `ami_words`,
`manager_conf`, `pbx_files` (the PBX).

What cannot be looked at is told as such and never taken for fine.
"""
