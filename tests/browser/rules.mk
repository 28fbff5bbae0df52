# The portal in chromium; skipped where chromium, node or npm is missing.
TESTS += tests/browser/test_portal.sh
