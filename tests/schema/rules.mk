# The schema of our answers, tried on good answers and on single mistakes.
TESTS += tests/schema/test_schema.py
