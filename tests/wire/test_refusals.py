#!/usr/bin/python3 -B
"""test_refusals.py -- what the database refuses of a client's values is said with field, value and cure."""

import os
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import ows  # noqa: E402
import stack  # noqa: E402

S = None
COLUMNS = """
    id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, title VARCHAR(60) NOT NULL,
    state ENUM('offen','in Arbeit','fertig') NOT NULL DEFAULT 'offen', flags BIT(12), u UUID,
    ip INET6, leader INT UNSIGNED, CONSTRAINT who FOREIGN KEY (leader) REFERENCES person(id)"""
FIELDS = {"Title": "title", "State": "state", "Flags": "flags", "Uuid": "u", "Ip": "ip",
          "Leader": "leader"}


def setUpModule():
    global S
    S = stack.Stack([
        stack.Contacts("tool", columns=COLUMNS, fields=FIELDS, more={
            "provider": {"type": "generic"}, "values.State": {"fertig": "done"}}),
        stack.Contacts("job", columns=COLUMNS, fields={"Title": "title", "Status": "state"}, more={
            "provider": {"type": "tasks"}, "choices.Status": {
                "1": "offen", "2": "in Arbeit", "3": "fertig"}}),
        stack.Contacts("keyed", columns="code CHAR(4) PRIMARY KEY, title VARCHAR(20)",
                       fields={"Title": "title", "Code": "code"}, more={
                           "provider": {"type": "generic"}, "source": {"key": "code"},
                           "track": {"tables": "t_keyed.person:code"},
                           "write": {"mode": "view", "key_from": "fields"}}),
    ]).up()


def tearDownModule():
    S.down()


class Refusals(unittest.TestCase):
    def refuse(self, list, fields, *words):
        result, = S.client(list).update(ows.New(fields))
        self.assertEqual(result.code, ows.INVALID, result.text)
        for w in words:
            self.assertIn(w, result.text)

    def test_a_choice(self):
        self.refuse("job", {"Title": "x", "Status": "Not Started"}, '"status"', '"Not Started"',
                    "offen, in Arbeit, fertig")
        self.refuse("tool", {"Title": "x", "State": "nope"}, '"State"', '"nope"',
                    "offen, in Arbeit, done")

    def test_probe_sends_what_the_list_offers(self):
        link = "http://%s:%d/" % S.server.address
        with tempfile.NamedTemporaryFile("w") as f:
            f.write("alice\n")
            f.flush()
            run = subprocess.run(
                [os.path.join(os.path.abspath(os.environ.get("BUILD", "build")), "owsadm"), "probe",
                 link, "--user", "alice", "--password-file", f.name, "--list", "List job",
                 "--write"], capture_output=True, text=True, timeout=60)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        self.assertIn("The item is number", run.stdout)
        self.assertEqual(S.sql("SELECT COUNT(*) FROM t_job.person"), ((0,),))

    def test_missing(self):
        self.refuse("tool", {"Flags": "1"}, 'needs a value in "title"')

    def test_reference(self):
        self.refuse("tool", {"Title": "x", "Leader": "4711"}, '"Leader"', "does not exist")

    def test_forms(self):
        self.refuse("tool", {"Title": "x", "Flags": "5000"}, '"Flags"', '"5000"', "bit(12)")
        self.refuse("tool", {"Title": "x", "Uuid": "12"}, '"Uuid"', '"12"', "a UUID like")
        self.refuse("tool", {"Title": "x", "Ip": "1.2"}, '"Ip"', '"1.2"', "IP address")
        S.client("tool").do(ows.New({"Title": "x", "Flags": "4095", "Ip": "::1", "State": "done",
                                     "Uuid": "123e4567-e89b-12d3-a456-426655440000"}))

    def test_a_changed_key(self):
        c = S.client("keyed")
        row = c.do(ows.New({"Title": "x", "Code": "A1"}))
        result, = c.update(ows.Update(row.id, 1, {"Code": "A2"}))
        self.assertEqual(result.code, ows.INVALID)
        self.assertIn('"Code" tells this item from all others', result.text)
        self.assertEqual(S.sql("SELECT code FROM t_keyed.person"), (("A1",),))


if __name__ == "__main__":
    unittest.main(verbosity=2)
