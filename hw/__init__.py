"""Wiring: which pin does what, as data (pins.yaml) and as the questions that programs ask of it (pins.py)."""
