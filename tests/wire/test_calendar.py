#!/usr/bin/python3 -B
"""test_calendar.py -- events whose recurrence the database does not know, or keeps as SharePoint does.

Single, all-day and recurring events, their exceptions, and when those go.
"""

import datetime
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import calendars  # noqa: E402
import ows  # noqa: E402
import stack  # noqa: E402
from calendars import BERLIN, EASTERN, MONDAYS, PURGE, STARTS, New, deleted, moved  # noqa: E402

S = None
FORMS = ("bare", "rows")
FLOATING = ' OnError="Continue" Properties="TRUE"'
LOCAL = "<DateInUtc>FALSE</DateInUtc><RecurrencePatternXMLVersion>v3</RecurrencePatternXMLVersion>"


def setUpModule():
    global S
    S = stack.Stack([
        calendars.Calendar("bare", calendars.BARE, calendars.BARE_FIELDS),
        calendars.Calendar("rows", calendars.ROWS, calendars.ROWS_FIELDS),
        calendars.Calendar("berlin", calendars.BARE + ", all_day TINYINT(1)",
                           dict(calendars.BARE_FIELDS, fAllDayEvent="all_day"),
                           zone="Europe/Berlin"),
        calendars.Calendar("start", calendars.BARE, {"Title": "title", "EventDate": "starts"}),
        calendars.Calendar("days", calendars.BARE.replace("DATETIME", "DATE"),
                           calendars.BARE_FIELDS, zone="Europe/Berlin"),
    ]).up()


def tearDownModule():
    S.down()


class Case(unittest.TestCase):
    maxDiff = None

    def both(self):
        return [(name, calendars.client(S, name)) for name in FORMS]

    def refused(self, c, method, *words):
        result, = c.update(method)
        self.assertEqual(result.code, ows.INVALID, result.text)
        for word in words:
            self.assertIn(word, result.text)
        return result


class Single(Case):
    def test_timed(self):
        for name, c in self.both():
            row = c.do(New({"Title": "One", "EventDate": "2026-03-05T09:00:00Z",
                            "EndDate": "2026-03-05T10:30:00Z"}))
            self.assertEqual([row[n] for n in ("EventType", "fRecurrence", "fAllDayEvent",
                                               "Duration")], ["0", "0", "0", "5400"])
            self.assertIsNone(row.get("UID"))
            self.assertIsNone(row.get("RecurrenceData"))
            self.assertIsNone(row.get("MasterSeriesItemID"))

    def test_all_day_for_three_days(self):
        for name, c in self.both():
            row = c.do(New({"Title": "Fair", "fAllDayEvent": "1",
                            "EventDate": "2026-03-05T00:00:00Z",
                            "EndDate": "2026-03-07T23:59:00Z"}))
            self.assertEqual((row["EventDate"], row["EndDate"], row["Duration"]),
                             ("2026-03-05T00:00:00Z", "2026-03-07T23:59:00Z",
                              str(3 * 86400 - 60)))

    def test_end_from_duration_or_start(self):
        for name, c in self.both():
            row = c.do(New({"Title": "x", "EventDate": "2026-03-05T09:00:00Z",
                            "Duration": "1800"}))
            self.assertEqual(row["EndDate"], "2026-03-05T09:30:00Z")
            row = c.do(New({"Title": "x", "EventDate": "2026-03-05T09:00:00Z"}))
            self.assertEqual((row["EndDate"], row["Duration"]), ("2026-03-05T09:00:00Z", "0"))

    def test_what_makes_no_sense_is_refused(self):
        for name, c in self.both():
            self.refused(c, New({"Title": "x", "EventDate": "2026-03-05T09:00:00Z",
                                 "EndDate": "2026-03-05T08:00:00Z"}),
                         "2026-03-05T08:00:00Z", "2026-03-05T09:00:00Z")
            self.refused(c, New({"Title": "x"}), "EventDate")
            row = c.do(New({"Title": "x", "EventDate": "2026-03-05T09:00:00Z",
                            "EndDate": "2026-03-05T10:00:00Z"}))
            got = self.refused(c, ows.Update(row.id, 1, {"EndDate": "2026-03-04T10:00:00Z"}))
            self.assertEqual(got.row["EndDate"], "2026-03-05T10:00:00Z")
            self.refused(c, New({"Title": "x", "EventType": "7",
                                 "EventDate": "2026-03-05T09:00:00Z"}), "EventType")

    def test_type_two_is_single(self):
        for name, c in self.both():
            row = c.do(New({"Title": "x", "EventType": "2",
                            "EventDate": "2026-03-05T09:00:00Z"}))
            self.assertEqual(row["EventType"], "0")

    def test_a_start_moved_alone_takes_the_end_along(self):
        for name, c in self.both():
            row = c.do(New({"Title": "x", "EventDate": "2026-03-05T09:00:00Z",
                            "EndDate": "2026-03-05T10:00:00Z"}))
            row = c.do(ows.Update(row.id, 1, {"EventDate": "2026-03-06T12:00:00Z"}))
            self.assertEqual(row["EndDate"], "2026-03-06T13:00:00Z")

    def test_rows_that_end_before_they_start_are_named(self):
        calendars.insert(S, "bare", title="Backwards", starts="2026-03-05 09:00",
                         ends="2026-03-05 08:00")
        c = calendars.client(S, "bare")
        self.assertEqual(c.changes().by_title("Backwards"), [])
        self.assertIn("ends before it starts", S.owsadm("status", check=False) +
                      str(S.sql("SELECT reason FROM ows.ows_bad")))


    def test_an_end_without_a_column(self):
        c = calendars.client(S, "start")
        row = c.do(New({"Title": "Loose end", "EventDate": "2026-03-05T09:00:00Z",
                        "EndDate": "2026-03-05T10:00:00Z"}))
        self.assertEqual(row["Duration"], "3600")
        S.sql("UPDATE t_start.person SET starts = '2026-03-06 09:00'")
        row, = c.changes().rows
        self.assertEqual((row["EndDate"], row["Duration"]), ("2026-03-06T09:00:00Z", "0"))


class Floating(Case):
    """All-day dates: no zone moves them, neither the list's nor the request's."""

    def test_columns_in_local_time(self):
        c = calendars.client(S, "berlin")
        row = c.do(New({"Title": "Day", "fAllDayEvent": "1", "EventDate": "2026-07-05T00:00:00Z",
                        "EndDate": "2026-07-05T23:59:00Z"}))
        self.assertEqual(row["EventDate"], "2026-07-05T00:00:00Z")
        self.assertEqual(calendars.row_of(S, "berlin", "Day", "starts, ends"),
                         (datetime.datetime(2026, 7, 5), datetime.datetime(2026, 7, 5, 23, 59)))
        calendars.insert(S, "berlin", title="By SQL", starts="2026-01-10 00:00",
                         ends="2026-01-11 00:00", all_day=1)
        row, = c.changes().by_title("By SQL")
        self.assertEqual((row["EventDate"], row["EndDate"], row["Duration"]),
                         ("2026-01-10T00:00:00Z", "2026-01-11T23:59:00Z", str(2 * 86400 - 60)))

    def test_sending_the_same_again_changes_no_column(self):
        calendars.insert(S, "berlin", title="Mine", starts="2026-01-10 00:00",
                         ends="2026-01-10 00:00", all_day=1)
        c = calendars.client(S, "berlin")
        row, = c.changes().by_title("Mine")
        again = c.do(ows.Update(row.id, 1, {n: row[n] for n in (
            "Title", "EventDate", "EndDate", "fAllDayEvent", "fRecurrence", "EventType")}))
        self.assertEqual(again.version, 1)
        self.assertEqual(calendars.row_of(S, "berlin", "Mine", "ends"),
                         (datetime.datetime(2026, 1, 10),))

    def test_requests_in_local_time(self):
        c = calendars.client(S, "berlin")
        c.update(New({"Title": "Local day", "fAllDayEvent": "1",
                      "EventDate": "2026-03-05 00:00:00", "EndDate": "2026-03-05 23:59:00"}),
                 attributes=FLOATING)
        row, = c.changes().by_title("Local day")
        self.assertEqual(row["EventDate"], "2026-03-05T00:00:00Z")
        row, = c.changes(options=LOCAL).by_title("Local day")
        self.assertEqual((row["EventDate"], row["EndDate"]),
                         ("2026-03-05 00:00:00", "2026-03-05 23:59:00"))

    def test_columns_of_days(self):
        c = calendars.client(S, "days")
        row = c.do(New({"Title": "Two days", "fAllDayEvent": "1",
                        "EventDate": "2026-03-28T00:00:00Z", "EndDate": "2026-03-29T23:59:00Z"}))
        self.assertEqual((row["EventDate"], row["EndDate"]),
                         ("2026-03-28T00:00:00Z", "2026-03-29T23:59:00Z"))
        self.assertEqual(calendars.row_of(S, "days", "Two days", "starts, ends"),
                         (datetime.date(2026, 3, 28), datetime.date(2026, 3, 29)))
        calendars.insert(S, "days", title="From SQL", starts="2026-03-01", ends="2026-03-01")
        row, = c.changes().by_title("From SQL")
        self.assertEqual((row["fAllDayEvent"], row["Duration"]), ("1", "86340"))
        self.refused(c, New({"Title": "Hours", "EventDate": "2026-03-28T09:00:00Z",
                             "EndDate": "2026-03-28T10:00:00Z"}), "time of day")

    def test_a_time_of_day_by_sql_ends_a_flag_of_the_bag(self):
        c = calendars.client(S, "bare")
        c.do(New({"Title": "Flag", "fAllDayEvent": "1", "EventDate": "2026-03-05T00:00:00Z",
                  "EndDate": "2026-03-05T23:59:00Z"}))
        S.sql("UPDATE t_bare.person SET starts = '2026-03-05 09:00', ends = '2026-03-05 10:00' "
              "WHERE title = 'Flag'")
        row, = c.changes().by_title("Flag")
        self.assertEqual((row["fAllDayEvent"], row["Duration"]), ("0", "3600"))


class Rows(Case):
    """Columns as SharePoint has them, written by SQL."""

    def setUp(self):
        S.sql("DELETE FROM t_rows.person")
        self.uid = ows.new_ref()
        self.m = calendars.insert(
            S, "rows", title="Mondays", starts="2026-03-16 08:00", ends="2026-04-20 09:00",
            kind=1, recurs=1, uid=self.uid, pattern=MONDAYS, zone=BERLIN)
        self.e = calendars.insert(
            S, "rows", title="Moved", starts="2026-03-31 09:00", ends="2026-03-31 10:00", kind=4,
            recurs=1, uid=self.uid, instance="2026-03-30 07:00",
            pattern="Every 1 week(s) on: Monday", zone=BERLIN)
        self.d = calendars.insert(
            S, "rows", title="Deleted: Mondays", starts="2026-04-06 07:00",
            ends="2026-04-06 08:00", kind=3, recurs=1, uid=self.uid, instance="2026-04-06 07:00")

    def rows(self):
        return {r["Title"]: r for r in calendars.client(S, "rows").changes().rows}

    def test_shown(self):
        rows = self.rows()
        m, e, d = rows["Mondays"], rows["Moved"], rows["Deleted: Mondays"]
        self.assertEqual((m["RecurrenceData"], m["XMLTZone"], m["UID"], m["EndDate"]),
                         (MONDAYS, BERLIN, self.uid, "2026-04-20T09:00:00Z"))
        self.assertEqual([(r["EventType"], r["UID"], r["RecurrenceID"], r["MasterSeriesItemID"])
                          for r in (e, d)],
                         [("4", self.uid, STARTS[2], m["ID"]), ("3", self.uid, STARTS[3], m["ID"])])
        self.assertEqual(e["RecurrenceData"], "Every 1 week(s) on: Monday")

    def test_a_client_moves_the_series(self):
        m = self.rows()["Mondays"]
        c = calendars.client(S, "rows")
        replica = calendars.replica(S, "rows")
        c.do(ows.Update(m.id, 1, {"EventDate": "2026-03-16T09:00:00Z",
                                  "EndDate": "2026-04-20T10:00:00Z", "UID": ows.new_ref(),
                                  "RecurrenceData": MONDAYS + PURGE}))
        self.assertEqual(S.sql("SELECT COUNT(*) FROM t_rows.person")[0][0], 1)
        replica.poll()
        self.assertEqual(list(replica.rows), [m.id])

    def test_a_client_deletes_the_series(self):
        m = self.rows()["Mondays"]
        calendars.client(S, "rows").do(ows.Delete(m.id, 1))
        self.assertEqual(S.sql("SELECT COUNT(*) FROM t_rows.person")[0][0], 0)

    def test_what_cannot_be_shown_is_named(self):
        for title, values, word in (
                ("Pattern", {"pattern": "<recurrence/>"}, ""),
                ("Never", {"pattern": calendars.pattern(
                    '<weekly mo="TRUE" />', "<windowEnd>2026-03-01T00:00:00Z</windowEnd>")},
                 "never"),
                ("Twin", {"uid": self.uid}, "UID"), ("Type", {"kind": 5}, "type")):
            self.rows()
            given = dict(starts="2026-03-16 08:00", ends="2026-04-20 09:00", kind=1, recurs=1,
                         uid=ows.new_ref(), pattern=MONDAYS, zone=BERLIN)
            given.update(values)
            calendars.insert(S, "rows", title=title, **given)
            self.assertNotIn(title, self.rows())
            reasons = [r[0] for r in S.sql("SELECT reason FROM ows.ows_bad")]
            self.assertTrue(any(word in r for r in reasons), (title, reasons))


class Captured(Case):
    """An all-day event as Outlook 2013 was seen to send it, and what a server answered."""

    def test_update(self):
        for name, c in self.both():
            ref = ows.new_ref()
            order = [("Title", "th1"), ("Description", "<div>one</div>"), ("Location", "mm"),
                     ("EventDate", "2015-01-30T00:00:00Z"), ("EndDate", "2015-01-30T23:59:00Z"),
                     ("fAllDayEvent", "1"), ("fRecurrence", "0"), ("EventType", "0")]
            bag = [("FollowUp", ""), ("Priority", "0"), ("IntendedBusyStatus", "-1"),
                   ("BusyStatus", "0"), ("Categories", "")]
            row = c.do(ows.New(order, bag=bag, ref=ref, history="0" * 32 + ":1"))
            history = "0" * 32 + ":1,2fa454dc8373da4bbe5e3ba2a8701f73:2"
            row = c.do(ows.Update(row.id, 1, [("Title", "th2")] + order[1:], bag=bag,
                                  history=history))
            self.assertEqual(
                [row.get(n) for n in ("Title", "Location", "EventDate", "EndDate", "fAllDayEvent",
                                      "fRecurrence", "EventType", "Duration",
                                      "MetaInfo_vti_versionhistory", "MetaInfo_Categories",
                                      "MetaInfo_IntendedBusyStatus", "MetaInfo_FollowUp",
                                      "MetaInfo_Priority", "MetaInfo_ReplicationID",
                                      "MetaInfo_BusyStatus", "owshiddenversion")],
                ["th2", "mm", "2015-01-30T00:00:00Z", "2015-01-30T23:59:00Z", "1", "0", "0",
                 "86340", history, "", "-1", "", "0", ref, "0", "2"])


class Series(Case):
    def test_byte_identity(self):
        odd = ("<recurrence ><rule><firstDayOfWeek>mo</firstDayOfWeek><repeat><weekly  "
               "weekFrequency='1' mo='TRUE'></weekly></repeat><repeatInstances>6"
               "</repeatInstances></rule></recurrence>")
        zone = BERLIN.replace('"', "'").replace("2:0:0", "02:00:00")
        body = "<html><body><p>Rot &amp; grün \U0001F600;#x</p>\n</body></html>"
        for name, c in self.both():
            uid = "{0fd5c0a1-96A4-4C4B-9C35-2B1B6C0E7D%02d}" % FORMS.index(name)
            row = c.do(New(calendars.SERIES, UID=uid, RecurrenceData=odd, XMLTZone=zone,
                           Description=body))
            fresh, = [r for r in calendars.client(S, name, "bob").changes().rows if r.id == row.id]
            for got in (row, fresh):
                self.assertEqual((got["RecurrenceData"], got["XMLTZone"], got["UID"],
                                  got["Description"]), (odd, zone, uid, body))
                self.assertEqual((got["EventType"], got["fRecurrence"], got["Duration"],
                                  got["EventDate"], got["EndDate"]),
                                 ("1", "1", "3600", STARTS[0], "2026-04-20T09:00:00Z"))

    def test_over_midnight_in_utc(self):
        for name, c in self.both():
            row = calendars.series(c, EventDate="2026-03-16T23:30:00Z",
                                   EndDate="2026-04-21T00:30:00Z",
                                   XMLTZone=calendars.NEUTRAL)
            self.assertEqual(row["Duration"], "3600")

    def test_all_day(self):
        for name, c in self.both():
            row = calendars.series(c, fAllDayEvent="1", EventDate="2026-04-03T00:00:00Z",
                                   EndDate="2026-04-24T23:59:00Z", XMLTZone=calendars.NEUTRAL,
                                   RecurrenceData=calendars.pattern(
                                       '<weekly fr="TRUE" weekFrequency="1" />',
                                       calendars.times(4)))
            self.assertEqual((row["Duration"], row["EventDate"], row["EndDate"]),
                             ("86340", "2026-04-03T00:00:00Z", "2026-04-24T23:59:00Z"))

    def test_without_a_pattern_it_happens_once(self):
        for name, c in self.both():
            given = {k: v for k, v in calendars.SERIES.items()
                     if k not in ("RecurrenceData", "XMLTZone")}
            row = c.do(New(given, UID=ows.new_ref()))
            self.assertEqual(row["EventType"], "1")
            self.assertIn("<repeatInstances>1<", row["RecurrenceData"])
            self.assertIn("<timeZoneRule>", row["XMLTZone"])

    def test_what_never_occurs_is_refused(self):
        for name, c in self.both():
            before = len(c.changes().rows)
            for data, word in (
                    (calendars.pattern('<weekly mo="TRUE" />',
                                       "<windowEnd>2026-03-01T00:00:00Z</windowEnd>"), "never"),
                    (calendars.pattern("<weekly />"), "day"),
                    (calendars.pattern('<yearly month="2" day="30" />'), "day"),
                    ("<recurrence><rule>", ""), ("every Monday", "")):
                self.refused(c, New(calendars.SERIES, UID=ows.new_ref(), RecurrenceData=data),
                             word)
            self.refused(c, New(calendars.SERIES, UID="no GUID"), "no GUID")
            self.assertEqual(len(c.changes().rows), before)

    def test_uid_is_nobody_elses(self):
        for name, c in self.both():
            row = calendars.series(c)
            self.refused(c, New(calendars.SERIES, UID=row["UID"].strip("{}").lower()), row["ID"])

    def test_old_clients_skip_new_patterns(self):
        data = calendars.pattern('<daily weekday="TRUE" />')
        c = calendars.client(S, "bare")
        row = calendars.series(c, RecurrenceData=data)
        got, = [r for r in c.changes(options="<DateInUtc>TRUE</DateInUtc>").rows
                if r.id == row.id]
        self.assertIn("<V3RecurrencePattern>", got["RecurrenceData"])
        plain = calendars.series(c)
        got, = [r for r in c.changes(options="<DateInUtc>TRUE</DateInUtc>").rows
                if r.id == plain.id]
        self.assertEqual(got["RecurrenceData"], MONDAYS)

    def test_order(self):
        """A series stands before its instances, whatever was made first."""
        for name, c in self.both():
            first, second = calendars.series(c), calendars.series(c)
            for m in (second, first):
                c.do(deleted(m, STARTS[3]))
                c.do(moved(m, STARTS[1], "2026-03-24T09:00:00Z", "2026-03-24T10:00:00Z"))
            seen = {}
            rows = c.changes().rows
            for at, r in enumerate(rows):
                seen.setdefault(r.get("UID"), []).append((at, r["EventType"]))
            for m in (first, second):
                got = seen[m["UID"]]
                self.assertEqual([t for _, t in got], ["1", "3", "4"])
                self.assertEqual([a for a, _ in got], list(range(got[0][0], got[0][0] + 3)))
            ids = [r.id for r in c.changes(options="<DateInUtc>TRUE</DateInUtc>").rows]
            self.assertEqual(ids, sorted(ids))


class Exceptions(Case):
    def family(self, c, master):
        return calendars.by_type(c.changes().rows, master["UID"])

    def with_both(self, c):
        m = calendars.series(c)
        e = c.do(moved(m, STARTS[2], "2026-03-31T09:00:00Z", "2026-03-31T10:00:00Z"))
        d = c.do(deleted(m, STARTS[3]))
        return m, e, d

    def test_as_the_protocol_has_them(self):
        for name, c in self.both():
            m, e, d = self.with_both(c)
            self.assertEqual(
                [(r["EventType"], r["fRecurrence"], r["UID"], r["EventDate"], r["EndDate"],
                  r["Duration"], r["RecurrenceID"], r["MasterSeriesItemID"]) for r in (e, d)],
                [("4", "1", m["UID"], "2026-03-31T09:00:00Z", "2026-03-31T10:00:00Z", "3600",
                  STARTS[2], m["ID"]),
                 ("3", "1", m["UID"], STARTS[3], "2026-04-06T08:00:00Z", "3600", STARTS[3],
                  m["ID"])])
            self.assertEqual((e["XMLTZone"], e.version), (BERLIN, 1))
            other = {r.id: r for r in calendars.client(S, name, "bob").changes().rows}
            for row in (e, d):
                self.assertEqual({k: v for k, v in other[row.id].items() if k != "Editor"},
                                 {k: v for k, v in row.items()
                                  if k not in ("Editor", "Author") and k in other[row.id]})

    def test_changed_again_and_deleted_after_all(self):
        for name, c in self.both():
            m, e, d = self.with_both(c)
            row = c.do(ows.Update(e.id, 1, {"Title": "Again", "EventDate": "2026-03-31T11:00:00Z",
                                            "EndDate": "2026-03-31T12:00:00Z"}))
            self.assertEqual((row["Title"], row["EventDate"], row.version),
                             ("Again", "2026-03-31T11:00:00Z", 2))
            row = c.do(ows.Update(e.id, 2, {"EventType": "3"}))
            self.assertEqual((row["EventType"], row["RecurrenceID"]), ("3", STARTS[2]))
            c.do(ows.Delete(d.id, 1))
            self.assertEqual(sorted(self.family(c, m)), ["1", "3"])

    def test_what_does_not_fit_is_refused(self):
        for name, c in self.both():
            m = calendars.series(c)
            for instance, start, word in (
                    (STARTS[2], "2026-04-06T07:00:00Z", "after"),     # onto the next
                    (STARTS[2], "2026-04-08T07:00:00Z", "after"),     # past it
                    (STARTS[2], "2026-03-22T07:00:00Z", "before"),    # before the one before
                    (STARTS[2], "2026-04-06T05:00:00Z", "same day"),
                    ("2026-03-31T07:00:00Z", "2026-03-31T07:00:00Z", "no instance")):
                end = start[:11] + "23:00:00Z"
                self.refused(c, moved(m, instance, start, end), word)
            self.refused(c, moved(m, STARTS[2], "2026-03-31T09:00:00Z", "2026-03-31T08:00:00Z"),
                         "ends")
            self.refused(c, New({"EventType": "4", "EventDate": STARTS[2], "UID": m["UID"]}),
                         "RecurrenceID")
            # a neighbour that is deleted is none
            c.do(deleted(m, STARTS[3]))
            c.do(moved(m, STARTS[2], "2026-04-08T07:00:00Z", "2026-04-08T08:00:00Z"))
            # and one that is moved counts where it is
            self.refused(c, moved(m, STARTS[4], "2026-04-08T07:30:00Z", "2026-04-08T08:00:00Z"),
                         "same day")

    def test_a_client_with_other_zones_means_the_day(self):
        c = calendars.client(S, "bare")
        m = calendars.series(c)
        row = c.do(deleted(m, "2026-03-30T08:00:00Z"))
        self.assertEqual(row["RecurrenceID"], "2026-03-30T08:00:00Z")
        self.assertEqual(len(self.family(c, m)["3"]), 1)
        c.do(deleted(m, STARTS[2]))
        self.assertEqual(len(self.family(c, m)["3"]), 1)

    def test_the_newest_of_two_wins(self):
        for name, c in self.both():
            m, e, d = self.with_both(c)
            row = c.do(deleted(m, STARTS[2]))
            self.assertEqual(row["EventType"], "3")
            # Outlook deletes the changed instance, too, and may send that before or behind
            result, = c.update(ows.Delete(e.id))
            self.assertEqual((result.code, row.id != e.id), (ows.GONE, True))
            got = self.family(c, m)
            self.assertNotIn("4", got)
            self.assertEqual(sorted(r["RecurrenceID"] for r in got["3"]), STARTS[2:4])

    def test_an_orphan_is_kept(self):
        c = calendars.client(S, "bare")
        uid = ows.new_ref()
        row = c.do(moved({"UID": uid}, STARTS[2], "2026-03-31T09:00:00Z", "2026-03-31T10:00:00Z"))
        self.assertEqual((row["EventType"], row["UID"], row["RecurrenceID"]),
                         ("4", uid, STARTS[2]))
        m = c.do(New(calendars.SERIES, UID=uid))
        replica = calendars.replica(S, "bare")
        c.do(ows.Delete(m.id, 1))
        replica.poll()
        self.assertNotIn(row.id, replica.rows)
        row = c.do(moved({"UID": uid}, STARTS[2], "2026-03-31T09:00:00Z", "2026-03-31T10:00:00Z"))
        m = c.do(New(calendars.SERIES, UID=uid))
        replica.poll()
        self.assertIn(row.id, replica.rows)
        c.do(ows.Update(m.id, 1, {"Title": "Same series"}))
        replica.poll()
        self.assertIn(row.id, replica.rows)
        c.do(ows.Update(m.id, 2, {"XMLTZone": EASTERN}))
        replica.poll()
        self.assertNotIn(row.id, replica.rows)

    def test_same_batch(self):
        for name, c in self.both():
            uid = ows.new_ref()
            results = c.update(New(calendars.SERIES, UID=uid), deleted({"UID": uid}, STARTS[1]))
            self.assertEqual([r.code for r in results], [ows.OK, ows.OK])
            self.assertEqual(results[1].row["MasterSeriesItemID"], results[0].row["ID"])


class Purges(Case):
    """What makes a series another one takes its exceptions away; saying the same again does not."""

    def prepared(self, name, c):
        m = calendars.series(c)
        e = c.do(moved(m, STARTS[2], "2026-03-31T09:00:00Z", "2026-03-31T10:00:00Z"))
        d = c.do(deleted(m, STARTS[3]))
        r = calendars.replica(S, name)
        return m, {e.id, d.id}, r

    def after(self, replica, ids):
        pages = replica.poll()
        told = [i for p in pages for i in p.deleted]
        self.assertEqual(len(told), len(set(told)))
        return ids & set(replica.rows), set(told)

    def test_each_field(self):
        for field, value in (
                ("EventDate", "2026-03-16T07:30:00Z"), ("EndDate", "2026-04-20T09:30:00Z"),
                ("RecurrenceData", MONDAYS.replace(">6<", ">7<")), ("UID", ows.new_ref()),
                ("XMLTZone", EASTERN)):
            for name, c in self.both():
                with self.subTest(field=field):
                    m, ids, replica = self.prepared(name, c)
                    row = c.do(ows.Update(m.id, 1, {field: value if field != "UID"
                                                    else ows.new_ref()}))
                    self.assertEqual(row.version, 2)
                    left, told = self.after(replica, ids)
                    self.assertEqual((left, told), (set(), ids))
                    c.do(ows.Delete(m.id, 2))

    def test_the_instruction(self):
        for name, c in self.both():
            m, ids, replica = self.prepared(name, c)
            row = c.do(ows.Update(m.id, 1, {"RecurrenceData": MONDAYS + PURGE}))
            self.assertEqual(row["RecurrenceData"], MONDAYS)
            self.assertEqual(self.after(replica, ids), (set(), ids))

    def test_equal_values(self):
        for name, c in self.both():
            m, ids, replica = self.prepared(name, c)
            row = c.do(ows.Update(m.id, 1, {n: m[n] for n in (
                "EventDate", "EndDate", "fAllDayEvent", "fRecurrence", "EventType",
                "RecurrenceData", "XMLTZone", "UID")}))
            self.assertEqual(row.version, 1)
            row = c.do(ows.Update(m.id, 1, dict(
                Title="New title", EventDate=m["EventDate"], EndDate=m["EndDate"],
                RecurrenceData=MONDAYS.replace(" />", "/>"), UID=m["UID"].lower())))
            self.assertEqual((row["Title"], row["RecurrenceData"]),
                             ("New title", MONDAYS.replace(" />", "/>")))
            self.assertEqual(self.after(replica, ids), (ids, set()))

    def test_any_far_day_is_no_end(self):
        for name, c in self.both():
            m = calendars.series(c, RecurrenceData=calendars.pattern('<weekly mo="TRUE" />'),
                                 EndDate="2099-12-28T09:00:00Z")
            d = c.do(deleted(m, STARTS[3]))
            replica = calendars.replica(S, name)
            row = c.do(ows.Update(m.id, 1, {"EndDate": "4500-08-31T09:00:00Z"}))
            self.assertEqual(row["EndDate"], "4500-08-31T09:00:00Z")
            self.assertEqual(self.after(replica, {d.id}), ({d.id}, set()))
            c.do(ows.Delete(m.id, 2))

    def test_series_becomes_single(self):
        for name, c in self.both():
            m, ids, replica = self.prepared(name, c)
            row = c.do(ows.Update(m.id, 1, {"EventType": "0", "fRecurrence": "0",
                                            "EventDate": "2026-03-16T08:00:00Z",
                                            "EndDate": "2026-03-16T09:00:00Z"}))
            self.assertEqual((row["EventType"], row["Duration"]), ("0", "3600"))
            self.assertEqual(self.after(replica, ids), (set(), ids))

    def test_series_deleted(self):
        for name, c in self.both():
            m, ids, replica = self.prepared(name, c)
            c.do(ows.Delete(m.id, 1))
            left, told = self.after(replica, ids | {m.id})
            self.assertEqual((left, told), (set(), ids | {m.id}))

    def test_moved_by_sql(self):
        c = calendars.client(S, "bare")
        m, ids, replica = self.prepared("bare", c)
        S.sql("UPDATE t_bare.person SET starts = starts + INTERVAL 1 HOUR, "
              "ends = ends + INTERVAL 1 HOUR ORDER BY id DESC LIMIT 1")
        self.assertEqual(self.after(replica, ids), (set(), ids))
        self.assertEqual(replica.rows[m.id]["EventDate"], "2026-03-16T09:00:00Z")

    def test_moved_off_its_pattern(self):
        """By SQL, from a Monday to a Wednesday: shown from the next Monday on, until the last one."""
        c = calendars.client(S, "bare")
        m = calendars.series(c)
        S.sql("UPDATE t_bare.person SET starts = '2026-03-25 08:00', ends = '2026-03-25 09:30' "
              "ORDER BY id DESC LIMIT 1")
        row, = [r for r in c.changes().rows if r.id == m.id]
        self.assertEqual([row[n] for n in ("EventType", "EventDate", "EndDate", "Duration")],
                         ["1", STARTS[2], "2026-05-04T08:30:00Z", "5400"])
        d = c.do(deleted(m, STARTS[3]))
        self.assertEqual(d["EventDate"], STARTS[3])
        row = c.do(ows.Update(m.id, row.version, {n: row[n] for n in (
            "EventDate", "EndDate", "RecurrenceData", "UID")}))
        self.assertEqual((row["EventDate"], row.version), (STARTS[2], 2))
        self.assertIn(d.id, [r.id for r in c.changes().rows])
        row = c.do(ows.Update(m.id, 2, {"EventDate": STARTS[0], "EndDate": m["EndDate"]}))
        self.assertEqual((row["EventDate"], row["EndDate"]), (STARTS[0], m["EndDate"]))

    def test_deleted_by_sql(self):
        c = calendars.client(S, "bare")
        m, ids, replica = self.prepared("bare", c)
        S.sql("DELETE FROM t_bare.person ORDER BY id DESC LIMIT 1")
        self.assertEqual(self.after(replica, ids | {m.id}), (set(), ids | {m.id}))

    def test_a_pattern_that_sql_leaves_without_instance(self):
        """The start moves behind the end of the pattern: shown once, never as a series without instances."""
        c = calendars.client(S, "bare")
        m = calendars.series(c, RecurrenceData=calendars.pattern(
            '<weekly mo="TRUE" />', "<windowEnd>2026-04-20T09:00:00Z</windowEnd>"))
        S.sql("UPDATE t_bare.person SET starts = '2026-05-01 08:00', ends = '2026-05-01 09:00' "
              "ORDER BY id DESC LIMIT 1")
        row, = [r for r in c.changes().rows if r.id == m.id]
        self.assertEqual((row["EventType"], row["fRecurrence"], row["Duration"]),
                         ("0", "0", "3600"))


if __name__ == "__main__":
    unittest.main(verbosity=1)
