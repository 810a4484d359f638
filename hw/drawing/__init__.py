"""Wiring diagrams as SVG, made from pins.yaml: what goes where, readable on a black and white print.

WireViz was tried on the same wiring: its tables of wires are good, but it draws no circuit, and what a technician
solders is the buzzer's driver. So wires bear numbers, the same on the header, in the circuits and in the list of wires.
"""
