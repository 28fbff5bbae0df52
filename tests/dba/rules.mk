# The DBA's side: check, install and uninstall against a real MariaDB.
TESTS += $(sort $(wildcard tests/dba/test_*.py))
