# Workers and MariaDB are killed while clients write.
TESTS += tests/kill/test_kill.py
