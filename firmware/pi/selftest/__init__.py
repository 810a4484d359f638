"""The installer's self-test: pictures on the panel that tell a technician, without a manual, what is wrong."""
