"""The packages and their units on a clean Debian: the rig that boots one, and what is tried in it."""
