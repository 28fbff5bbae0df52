#!/usr/bin/python3 -B
"""test_calendar.py -- every field of an event; single, all-day, series, exceptions.

MS-OUTSPS 3.2.1.1, 3.2.4.2.2, 3.2.4.2.3, 2.2.5.1 and on.
"""

import datetime
import os
import re
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import events  # noqa: E402
import fieldtrip  # noqa: E402
import kinds  # noqa: E402
import ows  # noqa: E402
import req  # noqa: E402
from events import BERLIN, EASTERN, FOURTH, MONDAYS, THIRD  # noqa: E402
from fieldtrip import ODD, Value, long_text  # noqa: E402
from req import same  # noqa: E402

FIELDS = {f.name: f for f in kinds.fields_of("calendar")}
GUID = r"\{[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}"
S = None


def setUpModule():
    global S
    S = kinds.stack_of("calendar", "dates", "rules")


def tearDownModule():
    S.down()


def fields(values):
    return {FIELDS[n]: v if isinstance(v, Value) else Value(v) for n, v in values.items()}


def single(n):
    """The n-th single appointment, timed."""
    day = 5 + n
    return fields({
        "Title": "Title %d %s" % (n, ODD),
        "Description": "<div>" + long_text(n) + "</div>",
        "Location": "Room %d, \"east\"" % n,
        "EventDate": Value("2026-03-%02dT09:00:00Z" % day,
                           sql=datetime.datetime(2026, 3, day, 9)),
        "EndDate": Value("2026-03-%02dT10:30:00Z" % day,
                         sql=datetime.datetime(2026, 3, day, 10, 30)),
        "fAllDayEvent": Value("0", sql=0),
        "BusyStatus": Value(str(n), sql=n), "IntendedBusyStatus": Value(str(n - 1), sql=n - 1),
        "FollowUp": Value(str(n + 1), sql=n + 1), "Priority": Value(str(n - 1), sql=n - 1),
        "HeaderInfo": "Header %d" % n, "FooterInfo": "Footer %d" % n,
        "Participants": ";#%d;#57" % (n + 1),
    })


def whole_series(n):
    """What a series has besides; times and rule differ by n."""
    hour = 8 + n
    return fields({
        "Title": "Series %d" % n,
        "EventDate": Value("2026-03-16T%02d:00:00Z" % hour,
                           sql=datetime.datetime(2026, 3, 16, hour)),
        "EndDate": Value("2026-04-20T%02d:30:00Z" % hour,
                         sql=datetime.datetime(2026, 4, 20, hour, 30)),
        "EventType": "1", "fRecurrence": "1",
        "RecurrenceData": events.rule('<weekly mo="TRUE" weekFrequency="%d" />' % (n + 1),
                                      events.times(6)),
        "XMLTZone": (BERLIN, EASTERN, BERLIN)[n],
        "UID": "{0FD5C0A1-96A4-4C4B-9C35-2B1B6C0E7D0%d}" % n,
    })


class Fields(unittest.TestCase):
    maxDiff = None

    def test_a_single_appointment(self):
        trip = fieldtrip.Trip(S, "calendar", list(single(0)), "ledger_calendar.event")
        trip.declared()
        id = trip.upload(single(0), {"EventType": "0", "fRecurrence": "0"})
        trip.by_sql(id, single(1), "1 = 1 ORDER BY id DESC LIMIT 1")
        trip.change(id, single(2))
        optional = [FIELDS[n] for n in (
            "Title", "Description", "Location", "BusyStatus", "IntendedBusyStatus", "FollowUp",
            "Priority", "HeaderInfo", "FooterInfo", "Participants")]
        trip.empty(id, optional)
        trip.by_sql(id, single(1), "1 = 1 ORDER BY id DESC LIMIT 1")
        trip.nulls(id, optional, "1 = 1 ORDER BY id DESC LIMIT 1")
        trip.finish()
        S.sql("DELETE FROM ledger_calendar.event")

    def test_a_series(self):
        every = whole_series(0)
        trip = fieldtrip.Trip(S, "calendar", list(every), "ledger_calendar.event")
        trip.declared()
        id = trip.upload(every)
        trip.change(id, whole_series(1))
        trip.by_sql(id, whole_series(2), "1 = 1 ORDER BY id DESC LIMIT 1")
        trip.finish()
        S.sql("DELETE FROM ledger_calendar.event")

    def test_without_columns(self):
        """Title and the two times have a column; the rest is kept for the client."""
        loose = {f: Value(v.up) for f, v in {**single(0), **whole_series(0)}.items()
                 if f.name not in ("EventDate", "EndDate", "Title")}
        loose[FIELDS["TimeZone"]] = Value("13")
        given = {"Title": "Loose", "EventDate": "2026-03-16T08:00:00Z",
                 "EndDate": "2026-04-20T09:00:00Z"}
        trip = fieldtrip.Trip(S, "dates", list(loose), "ledger_dates.event")
        for f in loose:
            d = trip.shape.of(f)
            if d is not None:
                self.assertEqual((d.get("ID").lower(), d.get("Type").lower()),
                                 (f.id.lower(), f.type.lower()), f.name)
        id = trip.upload(loose, given)
        again = dict(loose)
        again[FIELDS["TimeZone"]] = Value("4")
        trip.change(id, again)
        trip.finish()

    def test_of_exceptions(self):
        """MasterSeriesItemID and RecurrenceID, and what is computed."""
        c = kinds.client(S, "dates")
        master = events.series(c)
        row = events.now(S, "dates", c.do(events.exception(master, THIRD)))
        same("R607 R293", row["MasterSeriesItemID"], master["ID"])
        same("R611 R299", row["RecurrenceID"], THIRD)
        same("R595", row["Duration"], "3600")
        shape = kinds.Shape(c)
        for name in ("MasterSeriesItemID", "RecurrenceID", "Duration"):
            d = shape.of(FIELDS[name])
            same(FIELDS[name].req, (d.get("ID").lower(), d.get("Type")),
                 (FIELDS[name].id.lower(), FIELDS[name].type))
        same("R596", shape.of(FIELDS["Editor"]).get("ID").lower(), FIELDS["Editor"].id)
        req.req("R596", row["Editor"].split(";#")[1].startswith("alice"), row["Editor"])


class Single(unittest.TestCase):
    def new(self, name="dates", bag=(), **values):
        c = kinds.client(S, name)
        given = {"Title": "Single", "EventDate": "2026-03-05T09:00:00Z",
                 "EndDate": "2026-03-05T10:00:00Z", "EventType": "0", "fRecurrence": "0"}
        given.update(values)
        row = c.do(ows.New({k: v for k, v in given.items() if v is not None}, bag,
                           ref=ows.new_ref()))
        return events.now(S, name, row)

    def test_the_least(self):
        row = self.new(Title=None, EndDate=None, EventType=None, fRecurrence=None)
        absent = {n for n in FIELDS if not (row.get(n) or row.bag(n))}
        req.req("R235", {"Title", "Location", "Description", "RecurrenceData", "UID", "XMLTZone",
                         "RecurrenceID", "MasterSeriesItemID", "BusyStatus", "Participants"}
                <= absent, absent)
        same("R29801 R300", (row.get("RecurrenceData"), row.get("RecurrenceID")), (None, None))
        same("R293", row.get("MasterSeriesItemID"), None)
        same("R10 R146", (row["EndDate"], row["Duration"]), ("2026-03-05T09:00:00Z", "0"))
        req.req("R185", row["ContentTypeId"].startswith("0x0102"), row["ContentTypeId"])

    def test_every_row_has(self):
        self.new()
        for row in kinds.client(S, "dates").changes().rows:
            req.req("R272", row.get("EventDate"), row)
            req.req("R274 R275", row.get("EventType") in ("0", "1", "3", "4"), row)
            req.req("R288", row.get("fRecurrence") in ("0", "1"), row)
            req.req("R10 R146", row.get("EndDate") and row.get("Duration"), row)
            req.req("R13", int(row["Duration"]) >= 0, row)
            if row["EventType"] != "3":
                req.req("R267 R271", row["EndDate"] >= row["EventDate"], row)

    def test_start_is_needed(self):
        c = kinds.client(S, "dates")
        result, = c.update(ows.New({"Title": "Never"}, ref=ows.new_ref()))
        same("R272", result.code, ows.INVALID)
        req.req("R272", "EventDate" in result.text or "start" in result.text.lower(), result.text)

    def test_end_before_start(self):
        c = kinds.client(S, "dates")
        result, = c.update(ows.New({"Title": "Backwards", "EventDate": "2026-03-05T09:00:00Z",
                                    "EndDate": "2026-03-05T08:59:00Z"}, ref=ows.new_ref()))
        same("R267 R271", result.code, ows.INVALID)
        row = self.new()
        result, = c.update(ows.Update(row.id, row.version, {"EndDate": "2026-03-04T10:00:00Z"}))
        same("R267 R271", result.code, ows.INVALID)
        S.sql("INSERT INTO ledger_dates.event (title, starts, ends) "
              "VALUES ('Bad', '2026-03-05 10:00', '2026-03-05 09:00'), "
              "('Good', '2026-03-05 10:00', '2026-03-05 11:00')")
        r = kinds.replica(S, "dates")
        kinds.poll_until(r, lambda r: any(x.get("Title") == "Good" for x in r.rows.values()),
                         "Good")
        same("R13 R267", [x.id for x in r.rows.values() if x.get("Title") == "Bad"], [])
        S.sql("DELETE FROM ledger_dates.event WHERE title IN ('Bad', 'Good')")

    def test_type_and_recurrence(self):
        row = self.new()
        same("R16 R1008", row["EventType"], "0")
        same("R278 R287", row["fRecurrence"], "0")
        same("R1010", self.new(EventType="2")["EventType"], "0")
        given = dict(RecurrenceData=MONDAYS, XMLTZone=BERLIN, UID=ows.new_ref())
        row = self.new(EventType="1", fRecurrence="0", **given)
        same("R279", (row["EventType"], row["fRecurrence"]), ("0", "0"))

    def test_what_does_not_count(self):
        """UID and zone of a single appointment: any value, or none, and the same answer."""
        for ids, name, values in (
                ("R313 R31301", "UID", ("no GUID at all", "", "{12}", ows.new_ref())),
                ("R316 R31601", "XMLTZone", ("", "no XML <", BERLIN))):
            for value in values:
                row = self.new(**{name: value})
                same(ids, (row["EventType"], row["fRecurrence"], row["EventDate"], row["EndDate"],
                           row["Duration"]),
                     ("0", "0", "2026-03-05T09:00:00Z", "2026-03-05T10:00:00Z", "3600"))

    def test_duration(self):
        same("R867", self.new(EndDate="2026-03-06T10:30:00Z")["Duration"], str(25 * 3600 + 1800))
        same("R867", self.new(EndDate="2026-03-05T09:00:00Z")["Duration"], "0")
        same("R867", self.new(Duration="17")["Duration"], "3600")

    def test_all_day(self):
        row = self.new(fAllDayEvent="1", EventDate="2026-03-05T00:00:00Z",
                       EndDate="2026-03-07T23:59:00Z")
        same("R17 R439 R988", row["fAllDayEvent"], "1")
        same("R19 R862", row["EventDate"], "2026-03-05T00:00:00Z")
        same("R8631", (row["EndDate"], row["Duration"]),
             ("2026-03-07T23:59:00Z", str(3 * 86400 - 60)))
        row = self.new(fAllDayEvent="1", EventDate="2026-03-05T00:00:00Z",
                       EndDate="2026-03-05T23:59:59Z")
        same("R8631", (row["EndDate"], row["Duration"]), ("2026-03-05T23:59:00Z", "86340"))

    def test_not_all_day(self):
        same("R17 R987", self.new(fAllDayEvent="0").get("fAllDayEvent", "0"), "0")
        same("R281 R2812", self.new(fAllDayEvent=None).get("fAllDayEvent", "0"), "0")
        req.req("R2811", "fAllDayEvent" in kinds.Shape(kinds.client(S, "dates")).by_name, "")

    def test_booleans_are_numbers(self):
        for value in ("1", "-1", "5", "TRUE"):
            row = self.new("calendar", fAllDayEvent=value, EventDate="2026-03-05T00:00:00Z",
                           EndDate="2026-03-05T23:59:00Z")
            same("R280 R984 R985", row["fAllDayEvent"], "1")
            same("R985", S.sql("SELECT all_day FROM ledger_calendar.event "
                               "ORDER BY id DESC LIMIT 1"), ((1,),))

    def test_properties(self):
        for names, values in (
                (("R259", "BusyStatus"), {"-1": "R979", "0": "R980", "1": "R981", "2": "R982",
                                          "3": "R983"}),
                (("R290", "IntendedBusyStatus"), {"-1": "R979", "0": "R980", "1": "R981",
                                                  "2": "R982", "3": "R983"}),
                (("R283", "FollowUp"), {"0": "R1016", "1": "R1017", "2": "R1018", "3": "R1019",
                                        "4": "R1020", "5": "R1021"}),
                (("R296", "Priority"), {"-1": "R1033", "0": "R1034", "1": "R1035"}),
                (("R295", "Participants"), {";#12;#57": "R1029 R1030",
                                            (";#1234567" * 28)[:252]: "R1031", "": "R1031"})):
            for value, ids in values.items():
                row = self.new(bag={names[1]: value})
                same(names[0] + " " + ids, row.bag(names[1]) or "", value)


class Series(unittest.TestCase):
    """Of a table that knows nothing of series."""
    name = "dates"

    def setUp(self):
        self.c = kinds.client(S, self.name)

    def purged(self, ids, change, count=2):
        """A series with an exception and a deleted instance; what is left after the change."""
        master = events.series(self.c)
        moved = self.c.do(events.exception(master, THIRD))
        gone = self.c.do(events.deleted(master, FOURTH))
        bob = kinds.replica(S, self.name, "bob")
        self.assertTrue({master.id, moved.id, gone.id} <= set(bob.rows))
        row = self.c.do(ows.Update(master.id, events.now(S, self.name, master).version, change))
        pages = bob.poll()
        told = {i for p in pages for i in p.deleted}
        want = {moved.id, gone.id} if count else set()
        same(ids, (told, {moved.id, gone.id} - set(bob.rows)), (want, want))
        return bob.rows[row.id]

    def test_a_series(self):
        row = events.now(S, self.name, events.series(self.c))
        same("R1009 R16 R274", row["EventType"], "1")
        same("R277 R285 R286", row["fRecurrence"], "1")
        req.req("R297", ows.etree.fromstring(row["RecurrenceData"]).tag == "recurrence", row)
        req.req("R311 R1036 R1037", re.fullmatch(GUID, row["UID"]) and len(row["UID"]) == 38,
                row["UID"])
        same("R867", row["Duration"], "3600")
        same("R301 R442", row["TimeZone"], "4")
        same("R30001 R293", (row.get("RecurrenceID"), row.get("MasterSeriesItemID")), (None, None))

    def test_a_uid_is_made(self):
        given = {k: v for k, v in events.WEEKLY.items() if k != "UID"}
        row = events.now(S, self.name, self.c.do(ows.New(given, ref=ows.new_ref())))
        req.req("R311", re.fullmatch(GUID, row.get("UID", "")), row.get("UID"))
        bare = ows.new_ref().strip("{}")
        row = events.now(S, self.name, self.c.do(ows.New(dict(given, UID=bare), ref=ows.new_ref())))
        same("R1036 R1037", row["UID"].upper(), "{%s}" % bare.upper())

    def test_exception_and_deleted_instance(self):
        master = events.series(self.c)
        moved = events.now(S, self.name, self.c.do(events.exception(master, THIRD)))
        gone = events.now(S, self.name, self.c.do(events.deleted(master, FOURTH)))
        same("R16 R1012 R285 R286", (moved["EventType"], moved["fRecurrence"]), ("4", "1"))
        same("R16 R1011", gone["EventType"], "3")
        for row, instance in ((moved, THIRD), (gone, FOURTH)):
            same("R299", row["RecurrenceID"], instance)
            same("R293", row["MasterSeriesItemID"], master["ID"])
            same("R311", row["UID"], master["UID"])
        order = [r.id for r in events.rows_of(self.c, master["UID"])]
        same("R3121", order[0], master.id)
        same("R3121", set(order), {master.id, moved.id, gone.id})

    def test_one_exception_of_an_instance(self):
        master = events.series(self.c)
        self.c.do(events.exception(master, THIRD))
        self.c.do(events.exception(master, THIRD, Title="Moved again",
                                   EventDate="2026-03-31T11:00:00Z",
                                   EndDate="2026-03-31T12:00:00Z"))
        of_it = [r for r in events.rows_of(self.c, master["UID"])
                 if r.get("RecurrenceID") == THIRD]
        same("R28", [r["Title"] for r in of_it], ["Moved again"])

    def test_deleted_with_its_exceptions(self):
        master = events.series(self.c)
        others = [self.c.do(events.exception(master, THIRD)).id,
                  self.c.do(events.deleted(master, FOURTH)).id]
        bob = kinds.replica(S, self.name, "bob")
        self.c.do(ows.Delete(master.id, events.now(S, self.name, master).version))
        told = [i for p in bob.poll() for i in p.deleted]
        same("R36 R36002", sorted(told), sorted([master.id] + others))
        same("R36", events.rows_of(self.c, master["UID"]), [])

    def test_values_that_purge(self):
        self.purged("R44502 R445021", {"EndDate": "2026-04-20T09:30:00Z"})
        self.purged("R44502 R445022", {"EventDate": "2026-03-16T08:15:00Z"})
        self.purged("R44502 R445023", {"RecurrenceData": events.rule(
            '<weekly mo="TRUE" weekFrequency="1" />', events.times(5))})
        self.purged("R44502 R445024 R449", {"XMLTZone": EASTERN})
        uid = ows.new_ref()
        row = self.purged("R44502 R312", {"UID": uid, "RecurrenceData": events.rule(
            '<weekly tu="TRUE" weekFrequency="1" />', events.times(6))})
        same("R312", row["UID"].upper(), uid)

    def test_equal_values_do_not(self):
        same_values = {k: events.WEEKLY[k] for k in
                       ("EventDate", "EndDate", "RecurrenceData", "XMLTZone")}
        row = self.purged("R44502", dict(same_values, Title="Only the subject"), 0)
        same("R44502", row["Title"], "Only the subject")

    def test_uids_of_ten_series(self):
        made = [events.series(self.c)["UID"] for _ in range(10)]
        given = {k: v for k, v in events.WEEKLY.items() if k != "UID"}
        made += [self.c.do(ows.New(given, ref=ows.new_ref()))["UID"] for _ in range(10)]
        same("R3120 R31201 R31202", len(set(made)), 20)
        result, = self.c.update(ows.New(dict(events.WEEKLY, UID=made[0]), ref=ows.new_ref()))
        uids = [r["UID"] for r in self.c.changes().rows if r["EventType"] == "1"]
        same("R3120", len(set(uids)), len(uids))

    def test_all_day_series(self):
        row = events.now(S, self.name, events.series(
            self.c, fAllDayEvent="1", EventDate="2026-03-16T00:00:00Z",
            EndDate="2026-04-20T23:59:00Z", XMLTZone=events.NO_ZONE))
        same("R863", row["Duration"], "86340")
        same("R862 R19", row["EventDate"], "2026-03-16T00:00:00Z")
        zone = ows.etree.fromstring(row["XMLTZone"])
        same("R317", [e.text for e in zone], ["0", "0"])


class SeriesAsRows(Series):
    """Of a table with the columns that SharePoint has: instances are rows."""
    name = "calendar"


class SeriesAsRules(Series):
    """Of a table with RRULE and EXDATE: deleted instances are entries of its row."""
    name = "rules"


class Rules(unittest.TestCase):
    """Series that the database has as RRULE, EXDATE and the name of a zone."""

    def add(self, title, **columns):
        given = {"title": title, "starts": "2026-03-16 08:00:00", "ends": "2026-03-16 09:00:00",
                 "rule": "FREQ=WEEKLY;BYDAY=MO;COUNT=6", "zone": "Europe/Berlin"}
        given.update(columns)
        S.sql("INSERT INTO ledger_rules.event (%s) VALUES (%s)" % (
            ", ".join(given), ", ".join(["%s"] * len(given))), *given.values())
        r = kinds.replica(S, "rules")
        kinds.poll_until(r, lambda r: any(x.get("Title") == title for x in r.rows.values()), title)
        row, = [x for x in r.rows.values() if x.get("Title") == title and x["EventType"] in "01"]
        return r, row

    def test_shown_as_a_series(self):
        r, row = self.add("Shown", excluded="20260406T070000Z")
        same("R277 R16", (row["EventType"], row["fRecurrence"]), ("1", "1"))
        same("R10 R146 R867", (row["EventDate"], row["EndDate"], row["Duration"]),
             ("2026-03-16T08:00:00Z", "2026-04-20T09:00:00Z", "3600"))
        req.req("R311", re.fullmatch(GUID, row["UID"]), row["UID"])
        gone, = [x for x in r.rows.values() if x.get("UID") == row["UID"] and x["EventType"] == "3"]
        same("R299 R1011", gone["RecurrenceID"], FOURTH)
        # 9 o'clock in Berlin, as the first instance, though the clocks have changed
        same("R26", (gone["EventDate"], gone["EndDate"]), (FOURTH, "2026-04-06T08:00:00Z"))

    def test_number_of_the_zone(self):
        _, row = self.add("Numbered")
        req.req("R303 R1270", re.fullmatch(r"\d+", row.get("TimeZone", "")), row.get("TimeZone"))

    def test_all_day(self):
        _, row = self.add("Days", starts="2026-03-16 00:00:00", ends="2026-03-16 23:59:00",
                          all_day=1)
        same("R863", row["Duration"], "86340")
        zone = ows.etree.fromstring(row["XMLTZone"])
        same("R317", {e.tag: e.text for e in zone},
             {"standardBias": "0", "additionalDaylightBias": "0"})

    def test_uid_changes_with_the_rule_only(self):
        r, row = self.add("Changing")
        for column, value, is_new in (("title", "Changing the title", False),
                                      ("rule", "FREQ=WEEKLY;BYDAY=TU;COUNT=6", True)):
            before = r.rows[row.id]
            S.sql("UPDATE ledger_rules.event SET %s = %%s WHERE title LIKE 'Changing%%%%'"
                  % column, value)
            kinds.poll_until(r, lambda r: r.rows[row.id].version > before.version, column)
            same("R312", r.rows[row.id]["UID"] != before["UID"], is_new)


if __name__ == "__main__":
    req.main()
