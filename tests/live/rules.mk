# The pool against real web servers and a real database.
TESTS += $(sort $(wildcard tests/live/test_*.py tests/live/test_*.sh))
