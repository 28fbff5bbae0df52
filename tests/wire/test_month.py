#!/usr/bin/python3 -B
"""test_month.py -- a calendar as a month on the portal, in each form that recurrence is kept in."""

import os
import re
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import calendars  # noqa: E402
import stack  # noqa: E402
from calendars import deleted, insert, moved  # noqa: E402

S = None
FORMS = ("bag", "rows", "rule", "over")


def setUpModule():
    global S
    S = stack.Stack([
        calendars.Calendar("bag", calendars.BARE, calendars.BARE_FIELDS),
        calendars.Calendar("rows", calendars.ROWS, calendars.ROWS_FIELDS),
        calendars.Calendar("rule", calendars.RULE, calendars.RULE_FIELDS),
        calendars.Calendar("over", calendars.OVERRIDES, calendars.OVERRIDES_FIELDS),
    ], env={"OWS_TIMEZONE": "Europe/Berlin"}).up()


def tearDownModule():
    S.down()


class Month(unittest.TestCase):
    maxDiff = None

    def page(self, name, month, status=200):
        answer = calendars.client(S, name).http(
            "GET", "/Lists/%s/calendar.aspx%s" % (name, month and "?month=" + month))
        self.assertEqual(answer.status, status)
        return answer.body.decode()

    def month(self, name, month):
        """{day: ["10:00 Title", ...]}"""
        out = {}
        for day, rest in re.findall(r'<td[^>]*><time datetime="([0-9-]+)">.*?</time>(.*?)</td>',
                                    self.page(name, month), re.S):
            entries = re.findall(r'<a href="[^"]*DispForm.aspx\?ID=\d+">([^<]*)</a>', rest)
            if entries:
                out[day] = entries
        return out

    def test_series(self):
        """Nine o'clock in Berlin on both sides of the change of the clocks; one moved, one deleted."""
        for name in FORMS:
            with self.subTest(name):
                S.sql("DELETE FROM t_%s.person" % name)
                c = calendars.client(S, name)
                master = calendars.series(c)
                c.do(moved(master, "2026-03-30T07:00:00Z", "2026-03-31T09:00:00Z",
                           "2026-03-31T10:00:00Z"))
                c.do(deleted(master, "2026-04-06T07:00:00Z"))
                march = {"2026-03-16": ["09:00 Mondays"], "2026-03-23": ["09:00 Mondays"],
                         "2026-03-31": ["11:00 Moved"]}
                self.assertEqual(self.month(name, "2026-03"), march)
                self.assertEqual(self.month(name, "2026-04"),
                                 {"2026-03-31": ["11:00 Moved"], "2026-04-13": ["09:00 Mondays"],
                                  "2026-04-20": ["09:00 Mondays"]})
                self.assertEqual(self.month(name, "2026-06"), {})

    def test_single(self):
        """Events over midnight and over the ends of the month; all-day ones stand first and float."""
        S.sql("DELETE FROM t_rule.person")
        insert(S, "rule", title="Late", starts="2026-05-10 21:30", ends="2026-05-10 23:30")
        insert(S, "rule", title="Until midnight", starts="2026-05-12 20:00", ends="2026-05-12 22:00")
        insert(S, "rule", title="Trip", starts="2026-04-29 10:00", ends="2026-05-01 08:00")
        insert(S, "rule", title="Fair", starts="2026-05-10 00:00", ends="2026-05-11 23:59",
               all_day=1)
        insert(S, "rule", title="<b>x</b>", starts="2026-05-20 10:00", ends="2026-05-20 11:00")
        self.assertEqual(self.month("rule", "2026-05"), {
            "2026-04-29": ["12:00 Trip"], "2026-04-30": ["Trip"], "2026-05-01": ["Trip"],
            "2026-05-10": ["Fair", "23:30 Late"], "2026-05-11": ["Fair", "Late"],
            "2026-05-12": ["22:00 Until midnight"], "2026-05-20": ["12:00 &lt;b&gt;x&lt;/b&gt;"]})

    def test_times_on_other_pages(self):
        """Days float there, too, and a series that never ends has no date for its end."""
        S.sql("DELETE FROM t_rule.person")
        insert(S, "rule", title="Fair", starts="2026-12-01 00:00", ends="2026-12-02 23:59",
               all_day=1)
        insert(S, "rule", title="Always", starts="2026-01-05 09:00", ends="2026-01-05 10:00",
               rule="FREQ=WEEKLY;BYDAY=MO", zone="Europe/Berlin")
        c = calendars.client(S, "rule")
        rows = {r["Title"]: r.id for r in c.download()[0]}
        for path in ("AllItems.aspx", "DispForm.aspx?ID=%d" % rows["Fair"]):
            page = c.http("GET", "/Lists/rule/" + path).body.decode()
            for day in ("1 December 2026", "2 December 2026"):
                self.assertIn(">%s</time>" % day, page, path)
        for path in ("AllItems.aspx", "DispForm.aspx?ID=%d" % rows["Always"]):
            page = c.http("GET", "/Lists/rule/" + path).body.decode()
            self.assertIn("no end", page, path)
            self.assertNotIn("4500", page, path)
            self.assertIn("5 January 2026, 10:00", page, path)

    def test_rule_without_counterpart(self):
        S.sql("DELETE FROM t_rule.person")
        insert(S, "rule", title="Second last Monday", starts="2026-01-19 09:00",
               ends="2026-01-19 10:00", rule="FREQ=MONTHLY;BYDAY=-2MO", zone="Europe/Berlin")
        calendars.client(S, "rule").changes()
        self.assertEqual(self.month("rule", "2026-11"), {"2026-11-23": ["10:00 Second last Monday"]})

    def test_addresses(self):
        for wrong in ("2026-13", "x", "2026", "1200-01", "2026-1-1"):
            self.page("rule", wrong, 400)
        self.assertIn("<h2>", self.page("rule", ""))
        self.assertIn("month=2026-01", self.page("rule", "2025-12"))
        self.assertIn("month=2024-12", self.page("rule", "2025-01"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
