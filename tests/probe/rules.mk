# `owsadm probe` against a server in memory that makes one mistake at a time.
TESTS += tests/probe/test_probe.py
