#!/usr/bin/python3 -B
"""test_calendar_random.py -- clients and SQL at random on calendars of every form.

After each step a replica that polls is what a fresh download shows, and no client
could stumble over it: an instance has a series of its UID, a series has one item
per instance, nothing ends before it starts. SEED= repeats a run.
"""

import os
import random
import re
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import calendars  # noqa: E402
import ows  # noqa: E402
import stack  # noqa: E402
from calendars import BERLIN, EASTERN, MONDAYS, PURGE, STARTS, New, deleted, moved  # noqa: E402

SEED = int(os.environ.get("SEED", "20260406"))
STEPS = int(os.environ.get("STEPS", "80"))
S = None
RULES = ["FREQ=WEEKLY;COUNT=6;BYDAY=MO", "RRULE:BYDAY=MO;FREQ=WEEKLY;COUNT=6", "FREQ=WEEKLY",
         "FREQ=DAILY;COUNT=40", "FREQ=MONTHLY;BYMONTHDAY=16,31;COUNT=5", None,
         "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=WEEKLY;UNTIL=20260420T070000Z"]
STAMPS = [re.sub(r"[-:]", "", t) for t in STARTS]


def setUpModule():
    global S
    S = stack.Stack([
        calendars.Calendar("bare", calendars.BARE, calendars.BARE_FIELDS),
        calendars.Calendar("rows", calendars.ROWS, calendars.ROWS_FIELDS),
        calendars.Calendar("rule", calendars.RULE, calendars.RULE_FIELDS, zone="Europe/Berlin"),
        calendars.Calendar("over", calendars.OVERRIDES, calendars.OVERRIDES_FIELDS),
    ]).up()


def tearDownModule():
    S.down()


class Walk:
    def __init__(self, name, seed):
        self.name, self.r = name, random.Random("%s %d" % (name, seed))
        self.client = calendars.client(S, name)
        self.replica = calendars.replica(S, name, "bob")
        self.did = []

    def any(self, *types):
        found = sorted(i for i, r in self.replica.rows.items() if r["EventType"] in types)
        return self.replica.rows[self.r.choice(found)] if found else None

    def send(self, method):
        result, = self.client.update(method)
        self.did.append("   %s %s" % (result.code, result.text or ""))

    # ---- clients ----

    def new_series(self):
        self.send(New(calendars.SERIES, UID=ows.new_ref(), Title="S%d" % self.r.randrange(9)))

    def new_single(self):
        self.send(New({"Title": "One", "EventDate": "2026-03-05T09:00:00Z",
                       "EndDate": "2026-03-05T10:00:00Z", "fAllDayEvent": self.r.choice("01")}))

    def delete_instance(self):
        m = self.any("1")
        if m:
            self.send(deleted(m, self.r.choice(STARTS)))

    def move_instance(self):
        m = self.any("1")
        if m:
            at = self.r.choice(STARTS)
            day = self.r.choice([at[:10], "2026-03-25", "2026-04-01", "2026-04-08"])
            self.send(moved(m, at, day + "T10:00:00Z", day + "T11:00:00Z"))

    def edit(self):
        row = self.any("0", "1", "3", "4")
        if not row:
            return
        what = self.r.choice([
            {"Title": "T%d" % self.r.randrange(5)}, {"EventDate": row["EventDate"]},
            {"EventDate": "2026-03-16T09:00:00Z"}, {"RecurrenceData": MONDAYS + PURGE},
            {"RecurrenceData": MONDAYS.replace(">6<", ">%d<" % self.r.randrange(2, 9))},
            {"XMLTZone": self.r.choice([BERLIN, EASTERN])}, {"UID": ows.new_ref()},
            {"EventType": self.r.choice("01234")}, {"EndDate": "2026-03-31T12:00:00Z"}])
        self.send(ows.Update(row.id, self.r.choice([row.version, None]), what))

    def delete(self):
        row = self.any("0", "1", "3", "4")
        if row:
            self.send(ows.Delete(row.id, row.version))

    # ---- the business application ----

    def row(self):
        got = S.sql("SELECT id FROM t_%s.person" % self.name)
        return self.r.choice(sorted(got))[0] if got else None

    def sql(self, statement, *args):
        self.did.append("   %s %s" % (statement, args))
        S.sql(statement.replace("person", "t_%s.person" % self.name), *args)

    def sql_insert(self):
        more = {}
        if self.name in ("rule", "over"):
            more = {"rule": self.r.choice(RULES), "zone": self.r.choice(
                [None, "Europe/Berlin", "America/New_York"]),
                "excluded": self.r.choice([None] + STAMPS)}
        calendars.insert(S, self.name, title="Sql", starts="2026-03-16 08:00",
                         ends="2026-03-16 09:00", **more)

    def sql_override(self):
        id = self.row()
        if self.name == "over" and id:
            calendars.insert(S, self.name, title="Over", series=id,
                             starts="2026-03-%02d 10:00" % self.r.randrange(16, 31),
                             ends="2026-03-31 11:00", instance=self.r.choice(STARTS)[:16].replace(
                                 "T", " "))

    def sql_update(self):
        id = self.row()
        if not id:
            return
        what = ["title = 'U%d'" % self.r.randrange(5), "starts = starts + INTERVAL 1 HOUR",
                "starts = '2026-03-16 08:00', ends = '2026-03-16 09:00'",
                "ends = ends + INTERVAL 30 MINUTE", "ends = ends - INTERVAL 2 HOUR"]
        if self.name in ("rule", "over"):
            rule, out = self.r.choice(RULES), self.r.choice(STAMPS)
            what += ["rule = %s" % ("NULL" if rule is None else "'%s'" % rule)] * 3
            what += ["excluded = '%s'" % out, "excluded = NULL",
                     "excluded = CONCAT_WS(',', excluded, '%s')" % out]
        self.sql("UPDATE person SET %s WHERE id = %%s" % self.r.choice(what), id)

    def sql_delete(self):
        id = self.row()
        if id and self.r.random() < 0.5:
            self.sql("DELETE FROM person WHERE id = %s", id)

    STEPS = [new_series, new_single, delete_instance, delete_instance, move_instance,
             move_instance, edit, edit, edit, delete, sql_insert, sql_override, sql_update,
             sql_update, sql_delete]

    def step(self):
        do = self.r.choice(self.STEPS)
        self.did.append(do.__name__)
        do(self)
        self.replica.poll()


class Random(unittest.TestCase):
    maxDiff = None

    def judge(self, walk):
        fresh = {r.id: dict(r) for r in walk.replica.client.changes().rows}
        kept = {i: dict(r) for i, r in walk.replica.rows.items()}
        bad = {r[0] for r in S.sql(
            "SELECT i.id FROM ows.ows_item i JOIN ows.ows_list l ON l.no = i.list "
            "WHERE l.name = %s AND i.is_bad", walk.name)} if set(kept) - set(fresh) else set()
        # a row that has become bad is no deletion: who has it keeps it
        self.assertEqual({i: r for i, r in kept.items() if i in fresh}, fresh)
        self.assertEqual(set(kept) - set(fresh) - bad, set())
        masters = {r["UID"]: i for i, r in fresh.items() if r["EventType"] == "1"}
        self.assertEqual(len(masters), sum(r["EventType"] == "1" for r in fresh.values()))
        seen = set()
        for r in fresh.values():
            self.assertLessEqual(r["EventDate"], r["EndDate"])
            self.assertGreaterEqual(int(r["Duration"]), 0)
            if r["EventType"] == "1":
                self.assertIn("<recurrence>", r["RecurrenceData"])
                self.assertIn("<timeZoneRule>", r["XMLTZone"])
            if r["EventType"] in "34":
                one = (r["UID"], r["RecurrenceID"])
                self.assertNotIn(one, seen, "an instance twice")
                seen.add(one)
                if int(r["ID"]) not in bad and masters:
                    self.assertEqual(r.get("MasterSeriesItemID"), str(masters.get(
                        r["UID"], r.get("MasterSeriesItemID"))), r)

    def test_walks(self):
        for name in ("bare", "rows", "rule", "over"):
            walk = Walk(name, SEED)
            for n in range(STEPS):
                try:
                    walk.step()
                    self.judge(walk)
                except Exception:
                    print("SEED=%d %s, step %d:\n%s" % (SEED, name, n, "\n".join(walk.did[-25:])))
                    raise


if __name__ == "__main__":
    unittest.main(verbosity=1)
