# Conformance: each file starts a stack of its own and names the requirements that it proves.
TESTS += $(sort $(wildcard tests/ledger/test_*.py))
