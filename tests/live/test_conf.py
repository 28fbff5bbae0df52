#!/usr/bin/python3
"""test_conf.py -- owsd.ini: what is refused, in which words; -C reads back; the sample is valid.

conf/NAME.ini is checked by owsd -n; conf/NAME.out is what it says (FILE for the path).
"""
import glob
import os
import re
import subprocess
import tempfile
import unittest

import live

CONF = os.path.join(live.HERE, "conf")


def owsd(*args):
    p = subprocess.run([live.BUILD + "/owsd", *args], capture_output=True, text=True)
    return p.returncode, p.stdout, p.stderr


class Conf(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.dir = tempfile.TemporaryDirectory(dir=live.TMP)
        self.addCleanup(self.dir.cleanup)
        os.mkdir(self.dir.name + "/providers")
        self.file = self.dir.name + "/owsd.ini"

    def write(self, text):
        with open(self.file, "w") as f:
            f.write(text)

    def test_refusals(self):
        for path in sorted(glob.glob(CONF + "/*.ini")):
            with self.subTest(os.path.basename(path)):
                with open(path) as f:
                    self.write(f.read())
                status, out, err = owsd("-c", self.file, "-n")
                said = err.replace(self.file, "FILE").replace(self.dir.name, "DIR")
                with open(path[:-3] + "out") as f:
                    self.assertEqual(said, f.read())
                self.assertEqual((status, out), (3, ""))

    def test_minimal_file_prints_all_and_reads_back(self):
        self.write("[site]\nbase_url = http://a.test/x/\n[providers]\ndir = providers\n")
        status, first, err = owsd("-c", self.file, "-C")
        self.assertEqual((status, err), (0, ""))
        keys = [line.split("\t")[1] for line in owsd("-K")[1].splitlines()]
        self.assertEqual([m for m in re.findall(r"^(\w+) = ", first, re.M)], keys)
        self.write(first)
        self.assertEqual(owsd("-c", self.file, "-C")[1], first)

    def test_secrets_are_masked(self):
        self.write("[server]\nproxy_secret = abcdefghijklmnopqrst\n[site]\nbase_url = http://a.test\n"
                   "[database]\npassword = \"s;cret#1\"\n[providers]\ndir = providers\n")
        status, out, err = owsd("-c", self.file, "-C")
        self.assertEqual((status, err), (0, ""))
        self.assertNotIn("abcdefgh", out)
        self.assertNotIn("cret#1", out)

    def test_sample_is_valid(self):
        with open(live.TOP + "/fcgi/owsd.ini.sample") as f:
            self.write(f.read().replace(";dir = /etc/owsd/providers", "dir = providers"))
        self.assertEqual(owsd("-c", self.file, "-n"), (0, "", ""))

    def test_missing_file_and_wrong_usage(self):
        status, _, err = owsd("-c", self.dir.name + "/none.ini", "-n")
        self.assertEqual(status, 3)
        self.assertIn("none.ini: cannot be read: No such file or directory", err)
        self.assertEqual(owsd("-x")[0], 2)
        self.assertEqual(owsd("-n", "more")[0], 2)


if __name__ == "__main__":
    unittest.main(verbosity=2)
