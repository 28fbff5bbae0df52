#!/usr/bin/python3 -B
"""test_review3.py -- what a review of files, posts, documents and months found: each a test that failed."""

import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import calendars  # noqa: E402
import ows  # noqa: E402
import stack  # noqa: E402
import test_documents as documents  # noqa: E402

MIB = 1 << 20
S = None


def setUpModule():
    global S
    S = stack.Stack([
        calendars.Calendar("heavy", calendars.BARE, calendars.BARE_FIELDS),
        documents.Library("coded", [("", "plan.txt", b"the plan")]),
    ]).up()


def tearDownModule():
    S.down()


class Month(unittest.TestCase):
    def test_bodies_are_not_kept(self):
        """A page needs times and titles: what else events hold must not use up a worker's memory."""
        c = calendars.client(S, "heavy")
        for n in range(32):
            c.do(ows.New({"Title": "Event %d" % n, "EventDate": "2026-03-%02dT10:00:00Z" % (n % 28 + 1),
                          "EndDate": "2026-03-%02dT11:00:00Z" % (n % 28 + 1)},
                         bag={"Drawing": "x" * (7 * MIB)}, ref=ows.new_ref()))
        workers = set(S.children())
        answer = c.http("GET", "/Lists/heavy/calendar.aspx?month=2026-03")
        self.assertEqual(answer.status, 200)
        for n in range(32):
            self.assertRegex(answer.body, b">1[12]:00 Event %d<" % n)
        self.assertEqual(set(S.children()), workers)


class Documents(unittest.TestCase):
    def test_a_coded_file_is_not_taken_for_the_file(self):
        c = S.client("coded")
        for path in ("/coded/plan.txt", "/coded/new.txt"):
            answer = c.http("PUT", path, b"\x1f\x8b...", [("Content-Encoding", "gzip")])
            self.assertEqual(answer.status, 400)
            self.assertIn(b"Content-Encoding", answer.body)
        self.assertEqual(c.http("GET", "/coded/plan.txt").body, b"the plan")
        self.assertEqual(c.http("GET", "/coded/new.txt").status, 404)
        self.assertEqual(c.http("PUT", "/coded/new.txt", b"x",
                                [("Content-Encoding", "identity")]).status, 201)


if __name__ == "__main__":
    unittest.main()
