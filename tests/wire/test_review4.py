#!/usr/bin/python3 -B
"""test_review4.py -- what a review of calendars found: each a test that failed."""

import datetime
import os
import sys
import threading
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import calendars  # noqa: E402
import ows  # noqa: E402
import stack  # noqa: E402
from calendars import BERLIN, MONDAYS, STARTS, New, deleted, insert, moved  # noqa: E402

S = None
at = datetime.datetime


def setUpModule():
    global S
    lists = [
        calendars.Calendar("bare", calendars.BARE, calendars.BARE_FIELDS),
        calendars.Calendar("rows", calendars.ROWS, calendars.ROWS_FIELDS),
        calendars.Calendar("over", calendars.OVERRIDES, calendars.OVERRIDES_FIELDS,
                           zone="Europe/Berlin"),
        calendars.Calendar("days", calendars.RULE.replace("DATETIME", "DATE"),
                           calendars.RULE_FIELDS, zone="Europe/Berlin"),
        calendars.Calendar("instants", calendars.RULE.replace("DATETIME", "TIMESTAMP NULL"),
                           calendars.RULE_FIELDS),
        calendars.Calendar("kept", calendars.ROWS, calendars.ROWS_FIELDS),
    ]
    lists[-1].sections["write"]["allow"] = "insert, update"
    S = stack.Stack(lists).up()


def tearDownModule():
    S.down()


class AllDay(unittest.TestCase):
    def test_a_changed_instance_in_a_row(self):
        """Its instance is a day that floats, whatever the zone of the column."""
        c = calendars.client(S, "over")
        id = insert(S, "over", title="Holidays", starts="2026-04-03", ends="2026-04-03 23:59",
                    all_day=1, rule="FREQ=WEEKLY;COUNT=4;BYDAY=FR")
        m, = [r for r in c.changes().rows if r["Title"] == "Holidays"]
        e = c.do(New({"Title": "Holiday moved", "EventType": "4", "fRecurrence": "1",
                      "fAllDayEvent": "1", "EventDate": "2026-04-11T00:00:00Z",
                      "EndDate": "2026-04-11T23:59:00Z", "UID": m["UID"],
                      "RecurrenceID": "2026-04-10T00:00:00Z"}))
        self.assertEqual((e["EventType"], e["RecurrenceID"], e["EventDate"]),
                         ("4", "2026-04-10T00:00:00Z", "2026-04-11T00:00:00Z"))
        self.assertEqual(calendars.row_of(S, "over", "Holiday moved", "series, instance, starts"),
                         (id, at(2026, 4, 10), at(2026, 4, 11)))
        d = c.do(deleted(m, "2026-04-10T00:00:00Z"))
        self.assertEqual(S.sql("SELECT COUNT(*) FROM t_over.person WHERE series = %s", id)[0][0], 0)
        self.assertEqual(d["RecurrenceID"], "2026-04-10T00:00:00Z")

    def test_a_time_in_columns_of_days(self):
        c = calendars.client(S, "days")
        r, = c.update(New({"Title": "Timed", "EventDate": "2026-04-10T08:00:00Z",
                           "EndDate": "2026-04-10T09:00:00Z", "fAllDayEvent": "0"}))
        self.assertEqual(r.code, ows.INVALID)
        self.assertIn("days", r.text)


class Rows(unittest.TestCase):
    def setUp(self):
        S.sql("DELETE FROM t_rows.person")
        self.uid = ows.new_ref()
        self.master()

    def master(self, **more):
        given = dict(title="Mondays", starts="2026-03-16 08:00", ends="2026-04-20 09:00", kind=1,
                     recurs=1, uid=self.uid, pattern=MONDAYS, zone=BERLIN)
        given.update(more)
        return insert(S, "rows", **given)

    def instance(self, title, instance, starts, ends, **more):
        given = dict(title=title, starts=starts, ends=ends, kind=4, recurs=1, uid=self.uid,
                     instance=instance)
        given.update(more)
        return insert(S, "rows", **given)

    def rows(self):
        return {r["Title"]: r for r in calendars.client(S, "rows").changes().rows}

    def bad(self):
        return [r[0] for r in S.sql("SELECT reason FROM ows.ows_bad")]

    def test_behind_its_neighbour(self):
        self.rows()
        self.instance("Far", "2026-03-30 07:00", "2026-04-08 09:00", "2026-04-08 10:00")
        self.assertNotIn("Far", self.rows())
        self.assertTrue(any("after the instance" in r for r in self.bad()), self.bad())

    def test_twice(self):
        self.instance("First", "2026-03-30 07:00", "2026-03-31 09:00", "2026-03-31 10:00")
        self.rows()
        self.instance("Second", "2026-03-30 07:00", "2026-04-01 09:00", "2026-04-01 10:00")
        rows = self.rows()
        self.assertNotIn("Second", rows)

    def test_which_instance(self):
        self.instance("Nameless", None, "2026-03-31 09:00", "2026-03-31 10:00")
        self.assertNotIn("Nameless", self.rows())

    def test_no_instance_of_it(self):
        self.instance("Other day", "2026-03-31 07:00", "2026-03-31 09:00", "2026-03-31 10:00")
        self.assertNotIn("Other day", self.rows())

    def test_the_series_is_moved(self):
        """Its instances are judged again: who comes anew gets no instance that it has no more."""
        self.instance("Moved", "2026-03-30 07:00", "2026-03-31 09:00", "2026-03-31 10:00")
        self.assertIn("Moved", self.rows())
        S.sql("UPDATE t_rows.person SET starts = '2026-03-17 08:00', ends = '2026-04-21 09:00', "
              "pattern = REPLACE(pattern, 'mo=\"TRUE\"', 'tu=\"TRUE\"') WHERE kind = 1")
        self.assertNotIn("Moved", self.rows())
        self.assertTrue(any("no instance" in r for r in self.bad()), self.bad())

    def test_a_series_without_uid(self):
        self.master(title="No uid", uid=None)
        r = self.rows()["No uid"]
        self.assertEqual(len(r.get("UID") or ""), 38)
        self.master(title="Odd uid", uid="series-17")
        odd = self.rows()["Odd uid"]
        self.assertEqual(len(odd.get("UID") or ""), 38)
        self.assertNotEqual(odd["UID"], r["UID"])
        c = calendars.client(S, "rows")
        e = c.do(moved(r, STARTS[2], "2026-03-31T09:00:00Z", "2026-03-31T10:00:00Z"))
        self.assertEqual(e["MasterSeriesItemID"], r["ID"])
        r = c.do(ows.Update(r.id, r.version, {"Title": "Named", "UID": r["UID"]}))
        self.assertIsNone(calendars.row_of(S, "rows", "Named", "uid")[0])


class Many(unittest.TestCase):
    def test_rows_that_replace_instances(self):
        """Each must fit among the others; that is no reason to read them all for each."""
        n, first = 1500, at(2026, 1, 5, 9)
        day, hour = datetime.timedelta(days=1), datetime.timedelta(hours=1)
        id = insert(S, "over", title="Daily", starts=first, ends=first + hour, rule="FREQ=DAILY")
        with S.connect() as db, db.cursor() as to:
            to.executemany("INSERT INTO t_over.person (title, starts, ends, series, instance) "
                           "VALUES (%s, %s, %s, %s, %s)",
                           [("Later", first + i * day + hour, first + i * day + 2 * hour, id,
                             first + i * day) for i in range(n)])
            db.commit()
        workers = set(S.children())
        rows = calendars.client(S, "over").changes().rows
        m, = [r for r in rows if r.get("Title") == "Daily"]
        self.assertEqual(len(calendars.by_type(rows, m["UID"])["4"]), n)
        self.assertEqual(set(S.children()), workers)


class Orphans(unittest.TestCase):
    def test_before_the_series(self):
        for name in ("bare", "rows"):
            with self.subTest(name):
                c = calendars.client(S, name)
                uid = ows.new_ref()
                e, m = c.update(moved({"UID": uid}, STARTS[2], "2026-03-31T09:00:00Z",
                                      "2026-03-31T10:00:00Z"),
                                New(calendars.SERIES, UID=uid))
                replica = calendars.replica(S, name)
                self.assertEqual(replica.rows[e.row.id].get("MasterSeriesItemID"), m.row["ID"])
                c.do(ows.Update(m.row.id, 1, {"EventDate": "2026-03-16T09:00:00Z",
                                              "EndDate": "2026-04-20T10:00:00Z"}))
                replica.poll()
                self.assertNotIn(e.row.id, replica.rows)

    def test_two_for_one_instance(self):
        """By its start, and by a time of its day: as clients with other zones say it."""
        c = calendars.client(S, "bare")
        uid = ows.new_ref()
        for instance in (STARTS[2], "2026-03-30T10:00:00Z"):
            c.do(moved({"UID": uid}, instance, "2026-03-31T09:00:00Z", "2026-03-31T10:00:00Z"))
        m = c.do(New(calendars.SERIES, UID=uid))
        got = calendars.by_type(c.changes().rows, uid)
        self.assertEqual([r["MasterSeriesItemID"] for r in got["4"]], [m["ID"]])

    def test_deleted_by_sql(self):
        c = calendars.client(S, "bare")
        uid = ows.new_ref()
        c.do(moved({"UID": uid}, STARTS[2], "2026-03-31T09:00:00Z", "2026-03-31T10:00:00Z"))
        c.do(New(calendars.SERIES, UID=uid, Title="Gone"))
        S.sql("DELETE FROM t_bare.person WHERE title = 'Gone'")
        self.assertEqual(calendars.by_type(c.changes().rows, uid), {})

    def test_again(self):
        """The same instance, sent again when the series is known, is no second one."""
        for name in ("bare", "rows"):
            with self.subTest(name):
                c = calendars.client(S, name)
                uid = ows.new_ref()
                e = c.do(moved({"UID": uid}, STARTS[2], "2026-03-31T09:00:00Z",
                               "2026-03-31T10:00:00Z"))
                c.do(New(calendars.SERIES, UID=uid))
                c.do(deleted({"UID": uid}, STARTS[2]))
                got = calendars.by_type(c.changes().rows, uid)
                self.assertEqual({k: len(v) for k, v in got.items()}, {"1": 1, "3": 1})


class Kept(unittest.TestCase):
    def test_rows_that_may_not_be_deleted(self):
        """Neither does what would take them along."""
        c = calendars.client(S, "kept")
        m = calendars.series(c)
        e = c.do(moved(m, STARTS[2], "2026-03-31T09:00:00Z", "2026-03-31T10:00:00Z"))
        for method in (ows.Update(m.id, 1, {"EventDate": "2026-03-16T09:00:00Z",
                                            "EndDate": "2026-04-20T10:00:00Z"}),
                       deleted(m, STARTS[2])):
            result, = c.update(method)
            self.assertEqual(result.code, ows.INVALID)
            self.assertIn("may not be deleted", result.text)
        self.assertEqual(calendars.row_of(S, "kept", "Moved", "starts")[0], at(2026, 3, 31, 9))
        self.assertEqual(c.do(ows.Update(m.id, 1, {"Title": "Renamed"})).version, 2)
        self.assertEqual(c.do(ows.Update(e.id, 1, {"Title": "Moved on"})).version, 2)


class Zone(unittest.TestCase):
    def test_another_one_for_the_list(self):
        """Instants are what they are, but the clock that a rule goes by is another one."""
        insert(S, "instants", title="Mondays", starts="2026-03-16 08:00", ends="2026-03-16 09:00",
               rule="FREQ=WEEKLY;COUNT=6;BYDAY=MO")
        replica = calendars.replica(S, "instants")
        (m,) = replica.rows.values()
        self.assertEqual(m["TimeZone"], "93")
        path = os.path.join(S.providers, "instants", "provider.ini")
        with open(path, encoding="utf-8") as f:
            text = f.read()
        with open(path, "w", encoding="utf-8") as f:
            f.write(text.replace("timezone = UTC", "timezone = Europe/Berlin"))
        S.reload()

        def is_told():
            replica.poll()
            return replica.rows[m.id]["XMLTZone"] == BERLIN

        stack.until(is_told, 20, "the zone follows")
        self.assertEqual((replica.rows[m.id].version, replica.rows[m.id]["EventDate"]),
                         (2, STARTS[0]))


class AtOnce(unittest.TestCase):
    def test_two_replace_one_instance(self):
        """The newest wins, also where it is newer by a moment only."""
        for name in ("bare", "rows", "over"):
            m = calendars.series(calendars.client(S, name))
            for round in range(5):
                results, threads = [], []
                for user in ("alice", "bob"):
                    one = calendars.client(S, name, user)
                    method = moved(m, STARTS[4], "2026-04-14T09:00:00Z", "2026-04-14T10:00:00Z")
                    threads.append(threading.Thread(
                        target=lambda c=one, what=method: results.extend(c.update(what))))
                for t in threads:
                    t.start()
                for t in threads:
                    t.join()
                self.assertEqual([(r.code, r.text) for r in results], [(ows.OK, None)] * 2, name)
                rows = calendars.client(S, name).changes().rows
                self.assertEqual(len(calendars.by_type(rows, m["UID"])["4"]), 1)


class Large(unittest.TestCase):
    def test_exceptions_with_large_bodies(self):
        """Whatever clients have made, the list can be read; what would be too much is refused."""
        c = calendars.client(S, "bare")
        m = c.do(New(calendars.SERIES, UID=ows.new_ref(), Title="Large"))
        made = []
        for i, start in enumerate(STARTS[:5]):
            r, = c.update(New(dict(moved(m, start, start, start.replace("T0", "T1")).fields,
                                   Description="x" * (7 << 20))))
            made.append(r.code)
            if r.code != ows.OK:
                self.assertEqual(r.code, ows.INVALID)
                self.assertIn("MiB", r.text)
        self.assertEqual(made[:3], [ows.OK] * 3)
        self.assertIn(ows.INVALID, made)
        S.sql("UPDATE t_bare.person SET place = 'here' WHERE title = 'Large'")
        row, = [r for r in c.changes().rows if r.id == m.id]
        self.assertEqual(row["Location"], "here")
        c.do(ows.Delete(m.id, row.version))
        self.assertEqual(calendars.by_type(c.changes().rows, m["UID"]), {})


if __name__ == "__main__":
    unittest.main(verbosity=2)
