#!/usr/bin/python3 -B
"""test_checker.py -- the checks of the ledger find what is wrong, one mistake at a time."""

import os
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import ledger  # noqa: E402
import req  # noqa: E402

GOOD = "R324\t3.2.4.2.4\tmet\tcontacts with the least\ttest_contacts.py"
REASON = "a reason that is long enough"


class Static(unittest.TestCase):
    def problems(self, *lines):
        """What is said of a ledger of these lines, without what it does not cover."""
        with tempfile.NamedTemporaryFile("w", suffix=".tsv", encoding="utf-8") as f:
            f.write("# head\n" + "\n".join(lines) + "\n")
            f.flush()
            return [p for p in ledger.look(f.name) if p.startswith("ledger.tsv:")]

    def test_nothing_wrong(self):
        self.assertEqual(self.problems(
            GOOD, "R1160\t3.1.4.7\tdeviates\t%s\t" % REASON, "R978\t2.2.5.1\tclient\t\t",
            "R583\t3.2.4.2.4\tmet\tAccount\ttest_contacts.py fields.tsv"), [])

    def test_each_mistake(self):
        for line, word in (
                (GOOD.replace("test_contacts.py", ""), "names no test"),
                (GOOD.replace("test_contacts.py", "fields.tsv"), "names no test"),
                (GOOD.replace("test_contacts.py", "test_none.py"), "which is not there"),
                (GOOD.replace("R324", "R99999"), "is mentioned by none"),
                (GOOD.replace("R324", "R32"), "is mentioned by none"),
                (GOOD.replace("R324", "324"), "no number"),
                (GOOD.replace("\tmet\t", "\tdone\t"), "not one of"),
                (GOOD.replace("\tmet\t", "\tdeviates\t"), "is not met"),
                ("R1\t1\tdeviates\t\t", "without a reason"),
                ("R1\t1\tnot-offered\tno\t", "without a reason"),
                ("R1\t1\tmet\tx", "4 columns"),
                (GOOD + "\n" + GOOD, "twice")):
            found = self.problems(line)
            self.assertTrue(any(word in p for p in found), "%r: %r" % (line, found))


class Running(unittest.TestCase):
    """A test file that names too little, too much, or something that does not hold."""

    def run_file(self, body, lines):
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "ledger.tsv"), "w", encoding="utf-8") as f:
                f.write(lines)
            with open(os.path.join(folder, "test_x.py"), "w", encoding="utf-8") as f:
                f.write("import sys, unittest\nsys.path.insert(0, %r)\nimport ledger, req\n"
                        "ledger.LEDGER = %r\nledger.proved_by.__defaults__ = (ledger.LEDGER,)\n"
                        "class T(unittest.TestCase):\n    def test(self):\n        %s\n"
                        "req.main()\n" % (HERE, os.path.join(folder, "ledger.tsv"), body))
            done = subprocess.run([sys.executable, "-B", os.path.join(folder, "test_x.py")],
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                  timeout=60)
        return done.returncode, done.stdout

    def test_runs(self):
        two = "R1\t1\tmet\tone\ttest_x.py\nR2\t1\tmet\ttwo\ttest_x.py other.tsv\n"
        for body, lines, status, words in (
                ("req.req('R1 R2', True)", two, 0, "requirement R2"),
                ("req.req('R1', True)", two, 1, "not ok - R2 is met by test_x.py"),
                ("req.req('R1 R2 R3', True)", two, 1, "not ok - R3 is named"),
                ("req.req('R1 R2', False, 'seen')", two, 1, "R1 R2 does not hold: seen"),
                ("req.req('R1 R2', True)", two.replace("R2\t1\tmet", "R2\t1\tclient"), 1,
                 "not ok - R2 is named")):
            got, text = self.run_file(body, lines)
            self.assertEqual((got, words in text), (status, True), text)


if __name__ == "__main__":
    req.main()
