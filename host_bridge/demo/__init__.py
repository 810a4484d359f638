"""The demo PBX: a simulated centre behind a real AMI server on loopback."""
