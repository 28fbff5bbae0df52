#!/usr/bin/python3 -B
"""test_review3.py -- what a review of files, posts, documents and months found: each a test that failed."""

import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import calendars  # noqa: E402
import ows  # noqa: E402
import stack  # noqa: E402
import test_attachments as attachments  # noqa: E402
import test_documents as documents  # noqa: E402

MIB = 1 << 20
S = None


def setUpModule():
    global S
    S = stack.Stack([
        calendars.Calendar("heavy", calendars.BARE, calendars.BARE_FIELDS),
        documents.Library("coded", [("", "plan.txt", b"the plan")]),
        attachments.own("table", {"track": {"tables": "t_table.person:id, t_table.file:person_id"}}),
        attachments.own("rarely", {"track": {"mode": "scan", "scan_every": "3600"}},
                        drop=(("track", "tables"),)),
    ]).up()


def tearDownModule():
    S.down()


class Month(unittest.TestCase):
    def test_an_instance_goes_with_its_series(self):
        """It has no row of its own: the page that shows it must not lag behind the table."""
        c = calendars.client(S, "heavy")
        master = calendars.series(c)
        one = c.do(calendars.moved(master, "2026-03-30T09:00:00Z", "2026-03-31T09:00:00Z",
                                   "2026-03-31T10:00:00Z", Description="<p>secret</p>"))
        pages = ["/Lists/heavy/DispForm.aspx?ID=%d" % one.id] + [
            "/Lists/heavy/Body.aspx?ID=%d&Field=%d" % (one.id, n) for n in range(5)]
        self.assertIn(200, [c.http("GET", p).status for p in pages[1:]])
        self.assertEqual(c.http("GET", pages[0]).status, 200)
        S.sql("DELETE FROM t_heavy.person WHERE title = %s", master["Title"])
        self.assertEqual([c.http("GET", p).status for p in pages], [404] * 6)

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


class LostAnswers(unittest.TestCase):
    """A PUT with If-Match whose answer was lost comes again: it is done, and nobody else's change."""

    def check(self, path, write):
        alice, bob = S.client(write), S.client(write, user="bob")
        tag = alice.http("PUT", path, b"first").header("ETag")
        mine = alice.http("PUT", path, b"second", [("If-Match", tag)]).header("ETag")
        self.assertNotEqual(mine, tag)
        again = alice.http("PUT", path, b"second", [("If-Match", tag)])
        self.assertIn(again.status, (200, 204))
        self.assertEqual(again.header("ETag"), mine)
        self.assertEqual(alice.http("HEAD", path).header("ETag"), mine)
        # other bytes, another user, or a file that must not be there: all that is stale
        for who, data, condition in ((alice, b"third", ("If-Match", tag)),
                                     (bob, b"second", ("If-Match", tag)),
                                     (alice, b"second", ("If-None-Match", "*"))):
            self.assertEqual(who.http("PUT", path, data, [condition]).status, 412)
        self.assertEqual(alice.http("GET", path).body, b"second")

    def test_document(self):
        self.check("/coded/lost.txt", "coded")

    def test_attachment(self):
        self.check("/Lists/heavy/Attachments/%d/lost.txt" % self.item("heavy"), "heavy")

    def test_attachment_in_a_table(self):
        self.check("/Lists/table/Attachments/5/lost.txt", "table")

    def item(self, name):
        c = calendars.client(S, name)
        return c.do(ows.New({"Title": "With a file", "EventDate": "2027-03-01T10:00:00Z",
                             "EndDate": "2027-03-01T11:00:00Z"}, ref=ows.new_ref())).id


class OwnTable(unittest.TestCase):
    """Files in a table of the DBA's own, which writes there itself."""

    def at(self, name, item, file):
        return "/Lists/%s/Attachments/%d/%s" % (name, item, file)

    def test_what_sql_wrote_is_there_at_once(self):
        c, path = S.client("table"), self.at("table", 3, "sql.txt")
        S.sql("INSERT INTO t_table.file (person_id, title, data) VALUES (3, 'sql.txt', 'one')")
        self.assertEqual([u.endswith(path) for u in attachments.urls(c, 3)], [True])
        S.sql("UPDATE t_table.file SET data = 'second' WHERE title = 'sql.txt'")
        answer = c.http("GET", path)
        self.assertEqual((answer.status, answer.body), (200, b"second"))
        S.sql("UPDATE t_table.file SET title = 'other.txt' WHERE title = 'sql.txt'")
        attachments.delete(c, 3, self.at("table", 3, "other.txt"))
        self.assertEqual(S.sql("SELECT COUNT(*) FROM t_table.file WHERE person_id = 3"), ((0,),))

    def test_what_no_scan_saw_yet(self):
        """Asked again, as the answer says, it is there: no poll has to come first."""
        c, path = S.client("rarely"), self.at("rarely", 1, "first.txt")
        self.assertEqual(c.http("GET", path).body, b"one")
        S.sql("UPDATE t_rarely.file SET data = 'newer' WHERE title = 'first.txt'")
        answers = [c.http("GET", path) for _ in range(2)]
        self.assertIn(answers[0].status, (200, 503))
        self.assertEqual((answers[1].status, answers[1].body), (200, b"newer"))
        S.sql("DELETE FROM t_rarely.file WHERE title = 'first.txt'")
        self.assertIn(c.http("GET", path).status, (404, 503))
        self.assertEqual(c.http("GET", path).status, 404)

    def test_two_rows_of_one_name(self):
        """Neither is overwritten or deleted for the other's sake."""
        c, path = S.client("table"), self.at("table", 4, "dup.txt")
        S.sql("INSERT INTO t_table.file (person_id, title, data) VALUES (4, 'dup.txt', 'one'), "
              "(4, 'dup.txt', 'three')")
        both = S.sql("SELECT no, data FROM t_table.file WHERE title = 'dup.txt' ORDER BY no")
        for answer in (c.http("PUT", path, b"mine"), c.http("DELETE", path)):
            self.assertEqual(answer.status, 400)
            self.assertIn(b"more than one file", answer.body)
        self.assertEqual(S.sql("SELECT no, data FROM t_table.file WHERE title = 'dup.txt' ORDER BY no"),
                         both)


if __name__ == "__main__":
    unittest.main()
