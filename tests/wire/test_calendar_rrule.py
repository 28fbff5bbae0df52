#!/usr/bin/python3 -B
"""test_calendar_rrule.py -- events whose recurrence the database keeps as iCalendar says it.

RRULE, EXDATE and rows for changed instances, by SQL and by clients; zones on both
sides of a change of the clocks; rules that have no counterpart in Outlook.
"""

import datetime
import os
import sys
import threading
import unittest

from dateutil import rrule, tz

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import calendars  # noqa: E402
import ows  # noqa: E402
import stack  # noqa: E402
from calendars import (BERLIN, EASTERN, FOREVER, KOLKATA, MONDAYS, NEUTRAL, PURGE, STARTS,  # noqa: E402
                       SYDNEY, New, deleted, insert, moved, pattern, times)

S = None
TWO = ("rule", "over")
at = datetime.datetime


def setUpModule():
    global S
    rule = calendars.RULE + ", created_by VARCHAR(10)"
    bare = {k: v for k, v in calendars.RULE_FIELDS.items() if k not in ("ExDate", "TimeZone")}
    S = stack.Stack([
        calendars.Calendar("rule", rule, calendars.RULE_FIELDS),
        calendars.Calendar("over", calendars.OVERRIDES, calendars.OVERRIDES_FIELDS),
        calendars.Calendar("local", calendars.RULE, calendars.RULE_FIELDS, zone="Europe/Berlin"),
        calendars.Calendar("least", calendars.RULE, bare, zone="Europe/Berlin"),
        calendars.Calendar("berlin", calendars.OVERRIDES, calendars.OVERRIDES_FIELDS,
                           zone="Europe/Berlin"),
        calendars.Calendar("stamps", calendars.OVERRIDES.replace("DATETIME", "TIMESTAMP NULL"),
                           calendars.OVERRIDES_FIELDS, zone="Europe/Berlin"),
        calendars.Calendar("fixed", calendars.RULE, calendars.RULE_FIELDS),
    ]).up()


def tearDownModule():
    S.down()


def by_sql(name, title="Mondays", **values):
    """A series as another application writes it; its key."""
    given = {"starts": "2026-03-16 08:00", "ends": "2026-03-16 09:00", "zone": "Europe/Berlin",
             "rule": "FREQ=WEEKLY;COUNT=6;BYDAY=MO"}
    given.update(values)
    return insert(S, name, title=title, **{k: v for k, v in given.items() if v is not None})


def change(name, id, what, *args):
    S.sql("UPDATE t_%s.person SET %s WHERE id = %%s" % (name, what), *(args + (id,)))


def values(name, id, columns):
    return S.sql("SELECT %s FROM t_%s.person WHERE id = %%s" % (columns, name), id)[0]


class Case(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        for name in S.lists:
            S.sql("DELETE FROM t_%s.person" % name)

    def shown(self, name, title="Mondays", **more):
        row, = calendars.client(S, name).changes(**more).by_title(title)
        return row

    def refused(self, c, method, *words):
        result, = c.update(method)
        self.assertEqual(result.code, ows.INVALID, result.text)
        for word in words:
            self.assertIn(word, result.text)
        return result

    def bad(self, name, title, word):
        self.assertEqual(calendars.client(S, name).changes().by_title(title), [])
        reasons = [r[0] for r in S.sql("SELECT reason FROM ows.ows_bad")]
        self.assertTrue(any(word in r for r in reasons), (word, reasons))


class Derived(Case):
    """What clients see of a row that no client has written."""

    def test_a_series(self):
        by_sql("rule")
        row = self.shown("rule")
        self.assertEqual(
            [row[n] for n in ("EventType", "fRecurrence", "EventDate", "EndDate", "Duration",
                              "XMLTZone")],
            ["1", "1", STARTS[0], "2026-04-20T09:00:00Z", "3600", BERLIN])
        for part in ('mo="TRUE"', "<repeatInstances>6<", "<weekly "):
            self.assertIn(part, row["RecurrenceData"])
        self.assertRegex(row["UID"], r"^\{[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\}$")

    def test_every_pattern(self):
        for rule, parts in (
                ("FREQ=DAILY;INTERVAL=3;COUNT=5", ('<daily dayFrequency="3"', ">5<")),
                ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", ("repeatForever",)),
                ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;WKST=SU", ('th="TRUE"', ">su<",
                                                               'weekFrequency="2"')),
                ("FREQ=MONTHLY;BYMONTHDAY=16", ("<monthly ", 'day="16"')),
                ("FREQ=MONTHLY;BYDAY=3MO", ("<monthlyByDay ", "third", 'mo="TRUE"')),
                ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", ('weekday="TRUE"', "last")),
                ("FREQ=MONTHLY;BYMONTHDAY=-1", ('day="TRUE"', "last")),
                ("FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=16", ("<yearly ", 'month="3"')),
                ("FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", ("<yearlyByDay ", "fourth", 'th="TRUE"')),
                ("RRULE:freq=weekly;until=20260401T000000Z", ('mo="TRUE"', "windowEnd"))):
            by_sql("rule", title=rule, rule=rule)
            row = self.shown("rule", rule)
            self.assertEqual(row["EventType"], "1", rule)
            for part in parts:
                self.assertIn(part, row["RecurrenceData"], rule)

    def test_ends(self):
        by_sql("rule", title="For ever", rule="FREQ=DAILY")
        row = self.shown("rule", "For ever")
        self.assertGreater(row["EndDate"], "2100")
        self.assertEqual((row["EndDate"][11:], row["Duration"]), ("09:00:00Z", "3600"))
        # over both changes of the clocks the time of day stays that of the first
        by_sql("rule", title="Year", rule="FREQ=WEEKLY;BYDAY=MO;UNTIL=20261231T000000Z")
        row = self.shown("rule", "Year")
        self.assertEqual((row["EndDate"], row["Duration"]), ("2026-12-28T09:00:00Z", "3600"))
        by_sql("rule", title="Night", starts="2026-03-16 22:30", ends="2026-03-17 00:30")
        row = self.shown("rule", "Night")
        self.assertEqual((row["EndDate"], row["Duration"]), ("2026-04-21T00:30:00Z", "7200"))

    def test_zones(self):
        for zone, text in (("America/New_York", EASTERN), ("Australia/Sydney", SYDNEY),
                           ("Asia/Kolkata", KOLKATA), (None, NEUTRAL)):
            by_sql("rule", title=str(zone), zone=zone)
            got = self.shown("rule", str(zone))["XMLTZone"]
            if zone == "Asia/Kolkata":
                self.assertIn("<standardBias>-330<", got)
            else:
                self.assertEqual(got, text, zone)
        by_sql("local", zone=None, starts="2026-03-16 09:00", ends="2026-03-16 10:00")
        row = self.shown("local")
        self.assertEqual((row["XMLTZone"], row["EventDate"]), (BERLIN, STARTS[0]))

    def test_all_day(self):
        by_sql("local", title="Days", all_day=1, starts="2026-04-03 00:00",
               ends="2026-04-03 00:00", rule="FREQ=WEEKLY;BYDAY=FR;COUNT=4",
               excluded="20260410")
        row = self.shown("local", "Days")
        self.assertEqual([row[n] for n in ("EventDate", "EndDate", "Duration", "fAllDayEvent",
                                           "XMLTZone")],
                         ["2026-04-03T00:00:00Z", "2026-04-24T23:59:00Z", "86340", "1", NEUTRAL])
        out, = [r for r in calendars.client(S, "local").changes().rows if r["EventType"] == "3"]
        self.assertEqual([out[n] for n in ("EventDate", "EndDate", "RecurrenceID", "Duration")],
                         ["2026-04-10T00:00:00Z", "2026-04-10T23:59:00Z",
                          "2026-04-10T00:00:00Z", "86340"])

    def test_all_day_until_midnight(self):
        by_sql("local", title="Days", all_day=1, starts="2026-04-03 00:00",
               ends="2026-04-04 00:00", rule="FREQ=WEEKLY;BYDAY=FR;COUNT=4")
        row = self.shown("local", "Days")
        self.assertEqual((row["EventType"], row["EndDate"], row["Duration"]),
                         ("1", "2026-04-24T23:59:00Z", "86340"))

    def test_a_start_that_is_no_instance(self):
        by_sql("rule", title="Late", starts="2026-03-12 08:00", ends="2026-03-12 09:00")
        row = self.shown("rule", "Late")
        self.assertEqual((row["EventDate"], row["EndDate"]), (STARTS[0], "2026-04-20T09:00:00Z"))
        self.assertIn(">6<", row["RecurrenceData"])

    def test_uid(self):
        """The same as long as the rule is, another one when it is not."""
        id = by_sql("rule")
        first = self.shown("rule")["UID"]
        change("rule", id, "title = 'Renamed'")
        self.assertEqual(self.shown("rule", "Renamed")["UID"], first)
        change("rule", id, "rule = 'RRULE:BYDAY=MO;FREQ=WEEKLY;INTERVAL=1;COUNT=6'")
        self.assertEqual(self.shown("rule", "Renamed")["UID"], first)
        change("rule", id, "rule = 'FREQ=WEEKLY;COUNT=7;BYDAY=MO'")
        self.assertNotEqual(self.shown("rule", "Renamed")["UID"], first)
        by_sql("rule", title="Twin")
        by_sql("rule", title="Other twin")
        self.assertNotEqual(self.shown("rule", "Twin")["UID"],
                            self.shown("rule", "Other twin")["UID"])

    def test_rows_that_cannot_be_shown(self):
        for title, bad, word in (
                ("rule", {"rule": "FREQ=SOMETIMES"}, "SOMETIMES"),
                ("hour", {"rule": "FREQ=HOURLY"}, "HOURLY"),
                ("zone", {"zone": "Europe/Bärlin"}, "Bärlin"),
                ("never", {"rule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"}, "never"),
                ("until", {"rule": "FREQ=DAILY;UNTIL=20250101T000000Z"}, "never"),
                ("back", {"ends": "2026-03-16 07:00"}, "ends before"),
                ("dates", {"excluded": "next Monday"}, "next")):
            id = by_sql("rule", title=title, **bad)
            self.bad("rule", title, word)
            change("rule", id, "rule = 'FREQ=WEEKLY', zone = 'Europe/Berlin', excluded = NULL, "
                   "ends = '2026-03-16 09:00'")
            self.assertEqual(self.shown("rule", title)["EventType"], "1")


class Excluded(Case):
    """Entries of ExDate are items."""

    def family(self, name, uid):
        return calendars.by_type(calendars.client(S, name).changes().rows, uid)

    def test_by_sql(self):
        id = by_sql("rule", excluded="20260406T070000Z,2026-03-23T08:00:00Z, 20260407T070000Z")
        m = self.shown("rule")
        got = self.family("rule", m["UID"])["3"]
        self.assertEqual([r["RecurrenceID"] for r in sorted(got, key=lambda r: r["EventDate"])],
                         [STARTS[1], STARTS[3]])
        self.assertEqual({(r["MasterSeriesItemID"], r["fRecurrence"], r["Duration"],
                           r.version) for r in got}, {(m["ID"], "1", "3600", 1)})
        replica = calendars.replica(S, "rule")
        kept, gone = sorted(got, key=lambda r: r["EventDate"])
        change("rule", id, "excluded = '20260323T080000Z,20260413T070000Z'")
        pages = replica.poll()
        self.assertEqual([i for p in pages for i in p.deleted], [gone.id])
        self.assertEqual(sorted(r["RecurrenceID"] for r in replica.rows.values()
                                if r["EventType"] == "3"), [STARTS[1], STARTS[4]])
        self.assertEqual(replica.rows[kept.id].version, 1)
        change("rule", id, "excluded = NULL")
        replica.poll()
        self.assertEqual([r["EventType"] for r in replica.rows.values()], ["1"])

    def test_by_a_client(self):
        for name in TWO:
            id = by_sql(name)
            c, m = calendars.client(S, name), self.shown(name)
            replica = calendars.replica(S, name, "bob")
            d = c.do(deleted(m, STARTS[3]))
            self.assertEqual((d["EventType"], d["RecurrenceID"], d["EndDate"]),
                             ("3", STARTS[3], "2026-04-06T08:00:00Z"))
            self.assertEqual(values(name, id, "excluded"), ("20260406T070000Z",))
            c.do(deleted(m, STARTS[1]))
            self.assertEqual(values(name, id, "excluded"),
                             ("20260323T080000Z,20260406T070000Z",))
            replica.poll()
            self.assertEqual(sorted(r["EventType"] for r in replica.rows.values()),
                             ["1", "3", "3"])
            self.assertEqual((replica.rows[d.id].version, replica.rows[m.id].version), (1, 1))
            c.do(ows.Delete(d.id, 1))
            self.assertEqual(values(name, id, "excluded"), ("20260323T080000Z",))
            replica.poll()
            self.assertNotIn(d.id, replica.rows)

    def test_twice_at_once(self):
        by_sql("rule")
        m = self.shown("rule")
        one = calendars.client(S, "rule").do(deleted(m, STARTS[3]))
        two = calendars.client(S, "rule", "bob").do(deleted(m, STARTS[3]))
        self.assertEqual(one.id, two.id)

    def test_an_excluded_date_that_sql_adds_for_a_changed_instance(self):
        id = by_sql("rule")
        c, m = calendars.client(S, "rule"), self.shown("rule")
        e = c.do(moved(m, STARTS[2], "2026-03-31T09:00:00Z", "2026-03-31T10:00:00Z"))
        replica = calendars.replica(S, "rule")
        change("rule", id, "excluded = '20260330T070000Z'")
        replica.poll()
        self.assertEqual(replica.rows[e.id]["EventType"], "3")

    def test_a_stamp_of_the_same_day(self):
        """In local time, or without a time: the instance of that day."""
        id = by_sql("rule", excluded="20260406T090000,20260413")
        rows = calendars.client(S, "rule").changes().rows
        m, = [r for r in rows if r["EventType"] == "1"]
        self.assertEqual(sorted(r["RecurrenceID"] for r in rows if r["EventType"] == "3"),
                         STARTS[3:5])
        d, = [r for r in rows if r.get("RecurrenceID") == STARTS[3]]
        calendars.client(S, "rule").do(ows.Delete(d.id, 1))
        self.assertEqual(values("rule", id, "excluded"), ("20260413T070000Z",))

    def test_a_changed_instance_is_deleted(self):
        id = by_sql("rule")
        c, m = calendars.client(S, "rule"), self.shown("rule")
        e = c.do(moved(m, STARTS[2], "2026-03-31T09:00:00Z", "2026-03-31T10:00:00Z"))
        self.assertEqual(values("rule", id, "excluded"), (None,))
        row = c.do(ows.Update(e.id, 1, {"EventType": "3"}))
        self.assertEqual(row["EventType"], "3")
        self.assertEqual(values("rule", id, "excluded"), ("20260330T070000Z",))
        got = self.family("rule", m["UID"])
        self.assertEqual([r.id for r in got["3"]], [e.id])
        self.assertEqual(got["3"][0].version, 2)

    def test_moved_series_keep_no_excluded_dates(self):
        id = by_sql("rule", excluded="20260406T070000Z")
        c, m = calendars.client(S, "rule"), self.shown("rule")
        replica = calendars.replica(S, "rule")
        c.do(ows.Update(m.id, 1, {"EventDate": "2026-03-16T10:00:00Z",
                                  "EndDate": "2026-04-20T11:00:00Z", "UID": ows.new_ref(),
                                  "RecurrenceData": m["RecurrenceData"] + PURGE}))
        self.assertEqual(values("rule", id, "starts, ends, excluded, rule"),
                         (at(2026, 3, 16, 10), at(2026, 3, 16, 11), None,
                          "FREQ=WEEKLY;COUNT=6;BYDAY=MO"))
        replica.poll()
        self.assertEqual([r["EventType"] for r in replica.rows.values()], ["1"])


class Written(Case):
    """What a client's series becomes in the columns."""

    def test_new(self):
        for name in TWO:
            c = calendars.client(S, name)
            uid = ows.new_ref()
            row = c.do(New(calendars.SERIES, UID=uid))
            self.assertEqual(values(name, S.sql("SELECT MAX(id) FROM t_%s.person" % name)[0][0],
                                    "rule, starts, ends, zone, excluded"),
                             ("FREQ=WEEKLY;COUNT=6;BYDAY=MO", at(2026, 3, 16, 8),
                              at(2026, 3, 16, 9), "Europe/Berlin", None))
            self.assertEqual([row[n] for n in ("RecurrenceData", "XMLTZone", "UID", "EndDate")],
                             [MONDAYS, BERLIN, uid, "2026-04-20T09:00:00Z"])

    def test_kept_as_sent_until_sql_says_something_else(self):
        c = calendars.client(S, "rule")
        odd = MONDAYS.replace('"', "'")
        uid = ows.new_ref().lower()
        row = c.do(New(calendars.SERIES, UID=uid, RecurrenceData=odd, EndDate="2026-04-20T09:00:00Z"))
        id = S.sql("SELECT MAX(id) FROM t_rule.person")[0][0]
        change("rule", id, "title = 'Other', rule = 'RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=6'")
        got = self.shown("rule", "Other")
        self.assertEqual((got["RecurrenceData"], got["UID"], got.version), (odd, uid, 2))
        change("rule", id, "rule = 'FREQ=WEEKLY;BYDAY=MO;COUNT=3'")
        got = self.shown("rule", "Other")
        self.assertIn(">3<", got["RecurrenceData"])
        self.assertNotEqual(got["UID"], uid)
        self.assertEqual(got["EndDate"], "2026-03-30T09:00:00Z")
        change("rule", id, "rule = 'FREQ=WEEKLY;BYDAY=MO;COUNT=6'")
        got = self.shown("rule", "Other")
        self.assertEqual((got["RecurrenceData"], got["UID"], got.id), (odd, uid, row.id))

    def test_patterns(self):
        for repeat, end, rule in (
                ('<daily dayFrequency="3"/>', times(5), "FREQ=DAILY;COUNT=5;INTERVAL=3"),
                ('<daily weekday="TRUE"/>', FOREVER, "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
                ('<weekly tu="TRUE" mo="TRUE" weekFrequency="2"/>', FOREVER,
                 "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TU"),
                ('<monthly monthFrequency="1" day="16"/>', FOREVER,
                 "FREQ=MONTHLY;BYMONTHDAY=16"),
                ('<monthlyByDay mo="TRUE" weekdayOfMonth="third" monthFrequency="1"/>', times(4),
                 "FREQ=MONTHLY;COUNT=4;BYDAY=3MO"),
                ('<yearlyByDay th="TRUE" weekdayOfMonth="fourth" month="11" yearFrequency="1"/>',
                 FOREVER, "FREQ=YEARLY;BYDAY=4TH;BYMONTH=11")):
            c = calendars.client(S, "rule")
            data = pattern(repeat, end)
            row = c.do(New(calendars.SERIES, Title=repeat, UID=ows.new_ref(),
                           RecurrenceData=data))
            self.assertEqual(row["RecurrenceData"], data)
            self.assertEqual(sorted(calendars.row_of(S, "rule", repeat, "rule")[0].split(";")),
                             sorted(rule.split(";")))

    def test_equal_values_touch_no_column(self):
        """The DBA's own spelling of a rule stays when a client sends the whole item again."""
        spelled = "RRULE:BYDAY=MO;FREQ=WEEKLY;COUNT=6"
        id = by_sql("rule", rule=spelled, excluded="20260406T070000")
        c, m = calendars.client(S, "rule"), self.shown("rule")
        names = ("Title", "EventDate", "EndDate", "fAllDayEvent", "fRecurrence", "EventType",
                 "RecurrenceData", "XMLTZone", "UID", "Duration", "TimeZone")
        row = c.do(ows.Update(m.id, 1, {n: m[n] for n in names}))
        self.assertEqual(row.version, 1)
        row = c.do(ows.Update(m.id, 1, dict({n: m[n] for n in names}, Title="New")))
        self.assertEqual((row.version, row["UID"]), (2, m["UID"]))
        self.assertEqual(values("rule", id, "title, rule, excluded"),
                         ("New", spelled, "20260406T070000"))

    def test_the_same_pattern_in_other_words(self):
        """Another end of the same last instance is no other series: what was excluded stays."""
        id = by_sql("rule", rule="FREQ=WEEKLY;BYDAY=MO;UNTIL=20260420T070000Z",
                    excluded="20260406T070000Z")
        c, m = calendars.client(S, "rule"), self.shown("rule")
        data = pattern('<weekly mo="TRUE" weekFrequency="1"/>',
                       "<windowEnd>2026-04-20T21:59:00Z</windowEnd>", first="su")
        row = c.do(ows.Update(m.id, 1, {"RecurrenceData": data}))
        self.assertEqual((row["RecurrenceData"], row["UID"]), (data, m["UID"]))
        self.assertEqual(values("rule", id, "rule, excluded"),
                         ("FREQ=WEEKLY;BYDAY=MO;UNTIL=20260420T070000Z", "20260406T070000Z"))

    def test_any_far_day_is_no_end(self):
        """A series without end ends on another day for each client; that is no change of the series."""
        id = by_sql("rule", rule="FREQ=WEEKLY;BYDAY=MO", excluded="20260406T070000Z")
        c, m = calendars.client(S, "rule"), self.shown("rule")
        replica = calendars.replica(S, "rule")
        row = c.do(ows.Update(m.id, 1, {"Title": "Far", "EndDate": "2087-01-06T09:00:00Z",
                                        "EventDate": m["EventDate"]}))
        self.assertEqual((row["UID"], row["Duration"], row["EndDate"]),
                         (m["UID"], "3600", "2087-01-06T09:00:00Z"))
        self.assertEqual(values("rule", id, "title, excluded"), ("Far", "20260406T070000Z"))
        replica.poll()
        self.assertEqual(len(replica.rows), 2)
        row = c.do(ows.Update(m.id, 2, {"EndDate": "2087-01-06T09:30:00Z"}))
        self.assertEqual((row["Duration"], values("rule", id, "excluded")), ("5400", (None,)))

    def test_equal_in_meaning_leaves_the_rule(self):
        spelled = "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR;COUNT=10"
        id = by_sql("rule", rule=spelled)
        c, m = calendars.client(S, "rule"), self.shown("rule")
        data = pattern('<daily weekday="TRUE"/>', times(10))
        row = c.do(ows.Update(m.id, 1, {"RecurrenceData": data}))
        self.assertEqual(row["RecurrenceData"], data)
        self.assertEqual(values("rule", id, "rule"), (spelled,))

    def test_zone(self):
        id = by_sql("rule")
        c, m = calendars.client(S, "rule"), self.shown("rule")
        row = c.do(ows.Update(m.id, 1, {"XMLTZone": EASTERN, "EventDate": "2026-03-16T13:00:00Z",
                                        "EndDate": "2026-04-20T14:00:00Z"}))
        self.assertEqual(row["XMLTZone"], EASTERN)
        self.assertEqual(values("rule", id, "zone, starts"), ("America/New_York",
                                                              at(2026, 3, 16, 13)))
        self.refused(c, ows.Update(m.id, 2, {"XMLTZone": NEUTRAL.replace(">0<", ">77<", 1)}), "77")
        # one zone for all: another one is refused, its own is not
        c = calendars.client(S, "least")
        row = c.do(New(calendars.SERIES, UID=ows.new_ref()))
        self.assertEqual(calendars.row_of(S, "least", "Mondays", "starts"),
                         (at(2026, 3, 16, 9),))
        self.refused(c, New(calendars.SERIES, UID=ows.new_ref(), XMLTZone=EASTERN),
                     "Europe/Berlin")

    def test_all_day(self):
        c = calendars.client(S, "local")
        row = c.do(New({"Title": "Fridays", "EventType": "1", "fRecurrence": "1",
                        "fAllDayEvent": "1", "EventDate": "2026-04-03T00:00:00Z",
                        "EndDate": "2026-04-24T23:59:00Z", "XMLTZone": NEUTRAL,
                        "UID": ows.new_ref(), "RecurrenceData": pattern(
                            '<weekly fr="TRUE" weekFrequency="1"/>',
                            "<windowEnd>2026-04-24T23:59:00Z</windowEnd>")}))
        self.assertEqual((row["EventDate"], row["EndDate"], row["Duration"]),
                         ("2026-04-03T00:00:00Z", "2026-04-24T23:59:00Z", "86340"))
        self.assertEqual(calendars.row_of(S, "local", "Fridays", "starts, ends, rule, all_day"),
                         (at(2026, 4, 3), at(2026, 4, 3, 23, 59),
                          "FREQ=WEEKLY;UNTIL=20260424;BYDAY=FR", 1))
        d = c.do(deleted(row, "2026-04-10T00:00:00Z", fAllDayEvent="1"))
        self.assertEqual((d["EventDate"], d["EndDate"], d["Duration"]),
                         ("2026-04-10T00:00:00Z", "2026-04-10T23:59:00Z", "86340"))
        fresh, = [r for r in c.changes().rows if r["EventType"] == "3"]
        self.assertEqual((fresh.id, fresh.version), (d.id, 1))

    def test_single_and_back(self):
        c = calendars.client(S, "rule")
        row = c.do(New({"Title": "Once", "EventDate": "2026-03-16T08:00:00Z",
                        "EndDate": "2026-03-16T09:00:00Z"}))
        self.assertEqual(calendars.row_of(S, "rule", "Once", "rule"), (None,))
        row = c.do(ows.Update(row.id, 1, dict(calendars.SERIES, Title="Once", UID=ows.new_ref())))
        self.assertEqual((row["EventType"], row["RecurrenceData"]), ("1", MONDAYS))
        d = c.do(deleted(row, STARTS[3]))
        replica = calendars.replica(S, "rule")
        row = c.do(ows.Update(row.id, 2, {"EventType": "0", "fRecurrence": "0",
                                          "EventDate": "2026-03-16T08:00:00Z",
                                          "EndDate": "2026-03-16T09:30:00Z"}))
        self.assertEqual((row["EventType"], row["Duration"]), ("0", "5400"))
        self.assertEqual(calendars.row_of(S, "rule", "Once", "rule, excluded, ends"),
                         (None, None, at(2026, 3, 16, 9, 30)))
        replica.poll()
        self.assertNotIn(d.id, replica.rows)

    def test_without_a_pattern_it_happens_once(self):
        c = calendars.client(S, "rule")
        given = {k: v for k, v in calendars.SERIES.items()
                 if k not in ("RecurrenceData", "XMLTZone")}
        row = c.do(New(given, UID=ows.new_ref(), Title="Once"))
        self.assertEqual(calendars.row_of(S, "rule", "Once", "rule"), ("FREQ=DAILY;COUNT=1",))
        self.assertIn(">1<", row["RecurrenceData"])
        self.assertIn("<timeZoneRule>", row["XMLTZone"])
        self.assertEqual((row["EventType"], row["UID"], row["EndDate"]),
                         ("1", row["UID"], "2026-04-20T09:00:00Z"))

    def test_purges(self):
        for field, value in (
                ("EventDate", "2026-03-16T07:30:00Z"), ("EndDate", "2026-04-20T09:30:00Z"),
                ("RecurrenceData", MONDAYS.replace(">6<", ">7<")), ("UID", None),
                ("XMLTZone", EASTERN), ("RecurrenceData", MONDAYS + PURGE)):
            for name in TWO:
                c = calendars.client(S, name)
                m = calendars.series(c)
                e = c.do(moved(m, STARTS[2], "2026-03-31T09:00:00Z", "2026-03-31T10:00:00Z"))
                d = c.do(deleted(m, STARTS[3]))
                replica = calendars.replica(S, name)
                c.do(ows.Update(m.id, 1, {"Title": "Same", "EventDate": m["EventDate"],
                                          "EndDate": m["EndDate"], "UID": m["UID"]}))
                replica.poll()
                self.assertEqual({e.id, d.id} - set(replica.rows), set(), (name, field))
                c.do(ows.Update(m.id, 2, {field: value or ows.new_ref()}))
                told = [i for p in replica.poll() for i in p.deleted]
                self.assertEqual((sorted(told), sorted(replica.rows)),
                                 (sorted([e.id, d.id]), [m.id]), (name, field))
                c.do(ows.Delete(m.id, 3))


class Least(Case):
    """RRule alone is mapped: instances live beside the rows."""

    def test_instances(self):
        id = by_sql("least", starts="2026-03-16 09:00", ends="2026-03-16 10:00")
        c, m = calendars.client(S, "least"), self.shown("least")
        d = c.do(deleted(m, STARTS[3]))
        e = c.do(moved(m, STARTS[2], "2026-03-31T09:00:00Z", "2026-03-31T10:00:00Z"))
        change("least", id, "title = 'Renamed'")
        replica = calendars.replica(S, "least")
        self.assertEqual(sorted(replica.rows), sorted([m.id, d.id, e.id]))
        change("least", id, "rule = 'FREQ=WEEKLY;COUNT=6;BYDAY=MO;WKST=SU'")
        replica.poll()
        self.assertEqual(sorted(replica.rows), sorted([m.id, d.id, e.id]))
        change("least", id, "rule = 'FREQ=WEEKLY;COUNT=7;BYDAY=MO'")
        replica.poll()
        self.assertEqual(list(replica.rows), [m.id])


class Overridden(Case):
    """Changed instances as rows of the DBA's own."""

    def test_by_a_client(self):
        id = by_sql("over")
        c, m = calendars.client(S, "over"), self.shown("over")
        e = c.do(moved(m, STARTS[2], "2026-03-31T09:00:00Z", "2026-03-31T10:00:00Z"))
        self.assertEqual([e[n] for n in ("EventType", "UID", "RecurrenceID",
                                         "MasterSeriesItemID", "XMLTZone")],
                         ["4", m["UID"], STARTS[2], m["ID"], BERLIN])
        self.assertEqual(calendars.row_of(S, "over", "Moved", "series, instance, starts, rule"),
                         (id, at(2026, 3, 30, 7), at(2026, 3, 31, 9), None))
        row = c.do(ows.Update(e.id, 1, {"EventDate": "2026-03-31T11:00:00Z",
                                        "EndDate": "2026-03-31T12:00:00Z"}))
        self.assertEqual((row["EventType"], row["RecurrenceID"]), ("4", STARTS[2]))
        self.refused(c, ows.Update(e.id, 2, {"EventDate": "2026-04-07T09:00:00Z",
                                             "EndDate": "2026-04-07T10:00:00Z"}), "after")
        d = c.do(deleted(m, STARTS[2]))
        self.assertEqual(S.sql("SELECT COUNT(*) FROM t_over.person")[0][0], 1)
        got = calendars.by_type(c.changes().rows, m["UID"])
        self.assertEqual([r.id for r in got["3"]], [d.id])
        self.assertNotIn("4", got)

    def test_by_sql(self):
        id = by_sql("over")
        child = by_sql("over", title="Moved", rule=None, series=id, instance="2026-03-30 07:00",
                       starts="2026-03-31 09:00", ends="2026-03-31 10:00", zone=None)
        rows = {r["Title"]: r for r in calendars.client(S, "over").changes().rows}
        m, e = rows["Mondays"], rows["Moved"]
        self.assertEqual([e[n] for n in ("EventType", "UID", "RecurrenceID",
                                         "MasterSeriesItemID", "XMLTZone", "owshiddenversion")],
                         ["4", m["UID"], STARTS[2], m["ID"], BERLIN, "1"])
        replica = calendars.replica(S, "over")
        change("over", id, "rule = 'FREQ=WEEKLY;COUNT=8;BYDAY=MO'")
        stack.until(lambda: replica.poll() is None or replica.rows[e.id]["UID"] ==
                    replica.rows[m.id]["UID"] != m["UID"], 10, "the UID follows")
        change("over", child, "starts = '2026-04-08 09:00', ends = '2026-04-08 10:00'")
        replica.poll()
        self.assertEqual(replica.rows[e.id]["EventDate"], "2026-03-31T09:00:00Z")
        self.bad("over", "Moved", "after the instance")
        change("over", child, "starts = '2026-03-31 12:00', ends = '2026-03-31 13:00'")
        replica.poll()
        self.assertEqual(replica.rows[e.id]["EventDate"], "2026-03-31T12:00:00Z")
        change("over", child, "instance = '2026-03-31 07:00'")
        self.bad("over", "Moved", "no instance")
        change("over", child, "series = NULL, instance = NULL")
        replica.poll()
        self.assertEqual(replica.rows[e.id]["EventType"], "0")

    def test_days(self):
        """Of an all-day series: in local time, and in UTC, the column says the day."""
        for name in ("berlin", "stamps"):
            id = by_sql(name, title="Fridays", all_day=1, starts="2026-04-03 00:00",
                        ends="2026-04-03 23:59", rule="FREQ=WEEKLY;BYDAY=FR;COUNT=4")
            by_sql(name, title="By SQL", all_day=1, rule=None, series=id,
                   instance="2026-04-17 00:00", starts="2026-04-16 00:00",
                   ends="2026-04-16 23:59")
            c = calendars.client(S, name)
            rows = {r["Title"]: r for r in c.changes().rows}
            m, e = rows["Fridays"], rows["By SQL"]
            self.assertEqual([e[n] for n in ("EventType", "UID", "RecurrenceID", "EventDate",
                                             "EndDate", "Duration")],
                             ["4", m["UID"], "2026-04-17T00:00:00Z", "2026-04-16T00:00:00Z",
                              "2026-04-16T23:59:00Z", "86340"])
            e = c.do(moved(m, "2026-04-10T00:00:00Z", "2026-04-09T00:00:00Z",
                           "2026-04-09T23:59:00Z", fAllDayEvent="1"))
            self.assertEqual((e["RecurrenceID"], e["EventDate"]),
                             ("2026-04-10T00:00:00Z", "2026-04-09T00:00:00Z"))
            self.assertEqual(calendars.row_of(S, name, "Moved", "series, instance, starts, ends"),
                             (id, at(2026, 4, 10), at(2026, 4, 9), at(2026, 4, 9, 23, 59)))
            row = c.do(ows.Update(e.id, 1, {n: e[n] for n in (
                "EventDate", "EndDate", "fAllDayEvent", "RecurrenceID", "UID", "EventType")}))
            self.assertEqual(row.version, 1)
            d = c.do(deleted(m, "2026-04-24T00:00:00Z", fAllDayEvent="1"))
            self.assertEqual(values(name, id, "excluded"), ("20260424T000000Z",))
            self.assertEqual(sorted(r.version for r in c.changes().rows), [1, 1, 1, 1])
            self.assertEqual((d["EventDate"], d["MasterSeriesItemID"]),
                             ("2026-04-24T00:00:00Z", m["ID"]))
            row = c.do(ows.Update(e.id, 1, {"EventDate": "2026-04-08T00:00:00Z",
                                            "EndDate": "2026-04-08T23:59:00Z"}))
            self.assertEqual((row["EventDate"], row["RecurrenceID"]),
                             ("2026-04-08T00:00:00Z", "2026-04-10T00:00:00Z"))
            self.assertEqual(calendars.row_of(S, name, "Moved", "instance, starts"),
                             (at(2026, 4, 10), at(2026, 4, 8)))
            # the same instance again: the newest row is the one
            again = c.do(moved(m, "2026-04-10T00:00:00Z", "2026-04-11T00:00:00Z",
                               "2026-04-11T23:59:00Z", fAllDayEvent="1"))
            self.assertEqual(calendars.row_of(S, name, "Moved", "starts"), (at(2026, 4, 11),))
            self.assertEqual([r.id for r in c.changes().by_title("Moved")], [again.id])

    def test_numbered_before_the_series(self):
        """Rows are numbered by the text of their key: "1000000" before "999999"."""
        by_sql("over", id=999999)
        by_sql("over", title="Moved", rule=None, series=999999, instance="2026-03-30 07:00",
               starts="2026-03-31 09:00", ends="2026-03-31 10:00", id=1000000)
        S.sql("ALTER TABLE t_over.person AUTO_INCREMENT = 1000001")
        rows = {r["Title"]: r for r in calendars.client(S, "over").changes().rows}
        m, e = rows["Mondays"], rows["Moved"]
        self.assertLess(e.id, m.id)
        self.assertEqual([e[n] for n in ("MasterSeriesItemID", "UID", "TimeZone", "XMLTZone",
                                         "owshiddenversion")],
                         [m["ID"], m["UID"], "4", BERLIN, "1"])

    def test_excluded_and_replaced(self):
        """An instance is replaced or deleted, never both: the row counts."""
        id = by_sql("over", excluded="20260330T070000Z,20260406T070000Z")
        replica = calendars.replica(S, "over")
        self.assertEqual(sorted(r["EventType"] for r in replica.rows.values()), ["1", "3", "3"])
        child = by_sql("over", title="Moved", rule=None, series=id, instance="2026-03-30 07:00",
                       starts="2026-03-31 09:00", ends="2026-03-31 10:00")
        replica.poll()
        self.assertEqual(sorted((r["EventType"], r.get("RecurrenceID"))
                                for r in replica.rows.values()),
                         [("1", None), ("3", STARTS[3]), ("4", STARTS[2])])
        S.sql("DELETE FROM t_over.person WHERE id = %s", child)
        replica.poll()
        self.assertEqual(sorted((r["EventType"], r.get("RecurrenceID"))
                                for r in replica.rows.values()),
                         [("1", None), ("3", STARTS[2]), ("3", STARTS[3])])

    def test_before_its_series(self):
        """A row that replaces an instance of nothing is named; it comes with its series, and goes with it."""
        id = S.sql("SELECT MAX(id) + 10 FROM (SELECT id FROM t_over.person UNION SELECT 1) x")[0][0]
        id = max(id, 2000000)
        by_sql("over", title="Moved", rule=None, series=id, instance="2026-03-30 07:00",
               starts="2026-03-31 09:00", ends="2026-03-31 10:00")
        self.bad("over", "Moved", "not there")
        by_sql("over", id=id)
        replica = calendars.replica(S, "over")
        rows = {r["Title"]: r for r in replica.rows.values()}
        self.assertEqual([rows["Moved"][n] for n in ("EventType", "UID", "MasterSeriesItemID",
                                                     "owshiddenversion")],
                         ["4", rows["Mondays"]["UID"], rows["Mondays"]["ID"], "1"])
        S.sql("DELETE FROM t_over.person WHERE id = %s", id)
        told = [i for p in replica.poll() for i in p.deleted]
        self.assertEqual((replica.rows, len(told)), ({}, 2))
        by_sql("over", id=id)
        replica.poll()
        self.assertEqual(sorted(r["EventType"] for r in replica.rows.values()), ["1", "4"])
        change("over", id, "rule = 'FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30'")
        replica.poll()
        self.assertEqual(sorted(r["EventType"] for r in replica.rows.values()), ["1", "4"])

    def test_two_rows_for_one_instance(self):
        id = by_sql("over")
        one = dict(rule=None, series=id, instance="2026-03-30 07:00", starts="2026-03-31 09:00",
                   ends="2026-03-31 10:00")
        first = by_sql("over", title="First", **one)
        self.shown("over", "First")
        by_sql("over", title="Second", **one)
        self.bad("over", "Second", "same instance")
        S.sql("DELETE FROM t_over.person WHERE id = %s", first)
        self.assertEqual(self.shown("over", "Second")["RecurrenceID"], STARTS[2])

    def test_gone_by_a_cascade(self):
        id = by_sql("over")
        by_sql("over", title="Moved", rule=None, series=id, instance="2026-03-30 07:00",
               starts="2026-03-31 09:00", ends="2026-03-31 10:00")
        replica = calendars.replica(S, "over")
        self.assertEqual(len(replica.rows), 2)
        S.sql("ALTER TABLE t_over.person ADD FOREIGN KEY of_series (series) REFERENCES "
              "person (id) ON DELETE CASCADE")
        try:
            S.sql("DELETE FROM t_over.person WHERE id = %s", id)
            self.assertEqual(S.sql("SELECT COUNT(*) FROM t_over.person")[0][0], 0)
            stack.until(lambda: replica.poll() is not None and not replica.rows, 10,
                        "both are deleted")
        finally:
            S.sql("ALTER TABLE t_over.person DROP FOREIGN KEY of_series")

    def test_gone_with_the_series(self):
        id = by_sql("over")
        by_sql("over", title="Moved", rule=None, series=id, instance="2026-03-30 07:00",
               starts="2026-03-31 09:00", ends="2026-03-31 10:00")
        c, m = calendars.client(S, "over"), self.shown("over")
        d = c.do(deleted(m, STARTS[3]))
        replica = calendars.replica(S, "over")
        self.assertEqual(len(replica.rows), 3)
        c.do(ows.Delete(m.id, 1))
        self.assertEqual(S.sql("SELECT COUNT(*) FROM t_over.person")[0][0], 0)
        replica.poll()
        self.assertEqual(replica.rows, {})


class Clocks(Case):
    """Instances of a series on both sides of a change of the clocks, as dateutil has them."""

    def test_instances(self):
        for zone, start, seconds in (
                ("Europe/Berlin", at(2026, 3, 20, 2, 30), 3600),     # the hour that is skipped
                ("Europe/Berlin", at(2026, 10, 20, 2, 30), 1800),    # the hour that comes twice
                ("America/New_York", at(2026, 10, 28, 19, 0), 7200),
                ("Australia/Sydney", at(2026, 4, 1, 9, 0), 3600),
                ("Australia/Lord_Howe", at(2026, 4, 1, 9, 0), 3600),  # half an hour of summer time
                ("Asia/Kolkata", at(2026, 3, 20, 0, 15), 3600),
                ("America/St_Johns", at(2026, 3, 4, 12, 0), 3600)):
            here = tz.gettz(zone)
            local = list(rrule.rrule(rrule.DAILY, count=10, dtstart=start))
            utc = [tz.resolve_imaginary(t.replace(tzinfo=here)).astimezone(tz.UTC) for t in local]
            stamps = [t.strftime("%Y-%m-%dT%H:%M:%SZ") for t in utc]
            title = "%s %s" % (zone, start)
            first = utc[0].replace(tzinfo=None)
            by_sql("rule", title=title, zone=zone, starts=first, rule="FREQ=DAILY;COUNT=10",
                   ends=first + datetime.timedelta(seconds=seconds))
            m = self.shown("rule", title)
            self.assertEqual((m["EventDate"], m["Duration"]), (stamps[0], str(seconds)), title)
            last = utc[0] + datetime.timedelta(days=9, seconds=seconds)
            self.assertEqual(m["EndDate"], last.strftime("%Y-%m-%dT%H:%M:%SZ"), title)
            c = calendars.client(S, "rule")
            codes = [r.code for r in c.update(*[deleted(m, t) for t in stamps])]
            self.assertEqual(codes, [ows.OK] * 10, title)
            self.assertEqual(calendars.row_of(S, "rule", title, "excluded")[0],
                             ",".join(t.strftime("%Y%m%dT%H%M%SZ") for t in utc))
            rows = calendars.by_type(c.changes().rows, m["UID"])["3"]
            self.assertEqual(sorted(r["RecurrenceID"] for r in rows), stamps)
            self.assertEqual({r.version for r in rows}, {1})


class Together(Case):
    def test_many_delete_instances_at_once(self):
        """Each writes the same cell of the series' row: none is lost."""
        by_sql("rule")
        m = self.shown("rule")
        results = []

        def one(instance):
            c = calendars.client(S, "rule")
            results.append(c.update(deleted(m, instance))[0].code)

        threads = [threading.Thread(target=one, args=(t,)) for t in STARTS]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertEqual(results, [ows.OK] * 6)
        self.assertEqual(len(calendars.row_of(S, "rule", "Mondays", "excluded")[0].split(",")), 6)
        rows = calendars.client(S, "rule").changes().rows
        self.assertEqual(sorted(r["RecurrenceID"] for r in rows if r["EventType"] == "3"), STARTS)

    def test_the_answer_was_lost(self):
        for name in TWO:
            by_sql(name)
            c, m = calendars.client(S, name), self.shown(name)
            for method in (deleted(m, STARTS[3]),
                           moved(m, STARTS[2], "2026-03-31T09:00:00Z", "2026-03-31T10:00:00Z"),
                           New(calendars.SERIES, Title="New", UID=ows.new_ref())):
                first = c.do(method)
                again = c.do(method)
                self.assertEqual((first.id, again.version), (again.id, 1), name)
            self.assertEqual(calendars.row_of(S, name, "Mondays", "excluded"),
                             ("20260406T070000Z",))
            d, = [r for r in c.changes().rows if r["EventType"] == "3"]
            c.do(ows.Delete(d.id, 1))
            result, = c.update(ows.Delete(d.id, 1))
            self.assertEqual(result.code, ows.GONE)

    def test_a_business_application_excludes_a_date_meanwhile(self):
        id = by_sql("rule")
        c, m = calendars.client(S, "rule"), self.shown("rule")
        change("rule", id, "excluded = '20260323T080000Z'")
        c.do(deleted(m, STARTS[3]))
        self.assertEqual(values("rule", id, "excluded"), ("20260323T080000Z,20260406T070000Z",))
        rows = c.changes().rows
        self.assertEqual(sorted(r["RecurrenceID"] for r in rows if r["EventType"] == "3"),
                         [STARTS[1], STARTS[3]])

    def test_a_row_that_does_not_fit_cannot_be_changed(self):
        id = by_sql("over")
        child = by_sql("over", title="Moved", rule=None, series=id, instance="2026-03-30 07:00",
                       starts="2026-03-31 09:00", ends="2026-03-31 10:00")
        c = calendars.client(S, "over")
        e, = c.changes().by_title("Moved")
        change("over", child, "starts = '2026-04-08 09:00', ends = '2026-04-08 10:00'")
        self.bad("over", "Moved", "after the instance")
        result, = c.update(ows.Update(e.id, e.version, {"Title": "Mended"}))
        self.assertNotEqual(result.code, ows.OK)
        self.assertIn("after the instance", result.text)


class Fixed(Case):
    """Rules that no pattern says: single events that nobody changes."""

    def test_shown_as_single_events(self):
        year = datetime.date.today().year
        first = at(year, 1, 1, 8)
        last = "%d0110T080000Z" % (year + 1)
        id = by_sql("fixed", title="Odd", starts=str(first), ends=str(first.replace(hour=9)),
                    zone="UTC", rule="FREQ=MONTHLY;BYMONTHDAY=1,31;UNTIL=" + last,
                    place="Hall", excluded="%d0131T080000Z" % year)
        c = calendars.client(S, "fixed")
        rows = c.changes().by_title("Odd")
        want = ["%d-%02d-%02dT08:00:00Z" % (year, m, d) for m in range(1, 13) for d in (1, 31)
                if (m, d) != (1, 31) and (d == 1 or m in (1, 3, 5, 7, 8, 10, 12))]
        want.append("%d-01-01T08:00:00Z" % (year + 1))
        self.assertEqual(sorted(r["EventDate"] for r in rows), want)
        self.assertEqual({(r["EventType"], r["fRecurrence"], r["Location"], r["Duration"],
                           r.get("UID"), r.get("RecurrenceData")) for r in rows},
                         {("0", "0", "Hall", "3600", None, None)})
        other, = [r for r in rows if r["EventDate"] == want[3]]
        master, = [r for r in rows if r["EventDate"] == want[0]]
        plain = c.do(New({"Title": "Plain", "EventDate": "2026-03-05T09:00:00Z"}))
        self.assertNotEqual(plain["PermMask"], master["PermMask"])
        self.assertEqual(other["PermMask"], master["PermMask"])
        for row in (master, other):
            for method in (ows.Update(row.id, row.version, {"Title": "No"}),
                           ows.Delete(row.id, row.version)):
                result, = c.update(method)
                self.assertNotEqual(result.code, ows.OK)
                self.assertIn("rule", result.text)
        replica = calendars.replica(S, "fixed")
        change("fixed", id, "title = 'Odd 2'")
        replica.poll()
        self.assertEqual(sum(r["Title"] == "Odd 2" for r in replica.rows.values()), len(want))
        change("fixed", id, "rule = 'FREQ=MONTHLY;BYMONTHDAY=1'")
        replica.poll()
        self.assertEqual([r["EventType"] for r in replica.rows.values()
                          if r["Title"] == "Odd 2"], ["1"])
        change("fixed", id, "rule = 'FREQ=WEEKLY;UNTIL=%s', ends = ends + INTERVAL 2 DAY" % last)
        replica.poll()
        got = [r for r in replica.rows.values() if r["Title"] == "Odd 2"]
        self.assertEqual({(r["EventType"], r["Duration"]) for r in got},
                         {("0", str(2 * 86400 + 3600))})
        change("fixed", id, "rule = NULL")
        replica.poll()
        self.assertEqual(sum(r["Title"] == "Odd 2" for r in replica.rows.values()), 1)


if __name__ == "__main__":
    unittest.main(verbosity=1)
