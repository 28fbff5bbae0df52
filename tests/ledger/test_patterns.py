#!/usr/bin/python3 -B
"""test_patterns.py -- the texts of recurrence and time zones, element by element.

MS-OUTSPS 2.2.4.2 to 2.2.4.8, 2.2.5.3, 2.2.5.4, 2.2.5.12, 2.2.5.13. What a text means is
asked of a list whose table has RRULE: a pattern that a client uploads and the
rule that the table then holds have the same instances (python3-dateutil expands
both), and a rule that SQL writes is shown as the pattern.
"""

import datetime
import os
import re
import sys
import unittest
import zoneinfo

from dateutil import rrule

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import events  # noqa: E402
import kinds  # noqa: E402
import ows  # noqa: E402
import req  # noqa: E402
from events import BERLIN, FOREVER, FOURTH, THIRD, rule, times  # noqa: E402
from req import same  # noqa: E402

DAYS = ("su", "mo", "tu", "we", "th", "fr", "sa")
WEEKLY = dict(zip(DAYS, "R994 R995 R996 R997 R998 R999 R1000".split()))
MONTHLY = dict(zip(DAYS, "R10031 R10032 R10033 R10034 R10035 R10036 R10037".split()))
NTH = {"first": ("R1047", 1), "second": ("R1048", 2), "third": ("R1049", 3),
       "fourth": ("R1050", 4), "last": ("R1051", -1)}


def patterns():
    """(requirements, pattern, rule with the same instances)"""
    yield "R902 R903", '<daily dayFrequency="3"/>', "FREQ=DAILY;INTERVAL=3"
    yield "R902 R903", '<daily weekday="TRUE"/>', "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"
    for day, ids in WEEKLY.items():
        ids += " R902 R9037" + (" R9038" if day == "su" else "")
        yield ids, '<weekly %s="TRUE" weekFrequency="1"/>' % day, "FREQ=WEEKLY;BYDAY=" + day.upper()
    yield ("R902 R9037", '<weekly tu="TRUE" th="TRUE" weekFrequency="2"/>',
           "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;WKST=MO")
    yield "R902", '<monthly monthFrequency="1" day="15"/>', "FREQ=MONTHLY;BYMONTHDAY=15"
    for day, ids in MONTHLY.items():
        yield (ids + " R902 R1001", '<monthlyByDay %s="TRUE" weekdayOfMonth="second" '
               'monthFrequency="1"/>' % day, "FREQ=MONTHLY;BYDAY=2" + day.upper())
    for word, (ids, n) in NTH.items():
        yield (ids + " R902 R1045 R1001", '<monthlyByDay weekday="TRUE" weekdayOfMonth="%s" '
               'monthFrequency="2"/>' % word,
               "FREQ=MONTHLY;INTERVAL=2;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=%d" % n)
    yield ("R1004 R902", '<monthlyByDay day="TRUE" weekdayOfMonth="last" monthFrequency="1"/>',
           "FREQ=MONTHLY;BYMONTHDAY=-1")
    yield ("R1005 R902", '<monthlyByDay weekday="TRUE" weekdayOfMonth="first" monthFrequency="1"/>',
           "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1")
    yield ("R1006 R902", '<monthlyByDay weekend_day="TRUE" weekdayOfMonth="third" '
           'monthFrequency="1"/>', "FREQ=MONTHLY;BYDAY=SA,SU;BYSETPOS=3")
    yield ("R902", '<yearly yearFrequency="1" month="4" day="20"/>',
           "FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=20")
    yield ("R902 R1050", '<yearlyByDay th="TRUE" weekdayOfMonth="fourth" month="11" '
           'yearFrequency="1"/>', "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH")


DEFAULTS = {"dayFrequency": "1", "weekFrequency": "1", "monthFrequency": "1", "yearFrequency": "1",
            "weekdayOfMonth": "first", "month": "1"}
S = None


def setUpModule():
    global S
    S = kinds.stack_of("dates", "rules")


def tearDownModule():
    S.down()


def instances(text, start, n=12):
    """The first starts of a rule on the wall clock; what UNTIL says is UTC."""
    text = re.sub(r"(UNTIL=\d{8}T\d{6})Z", lambda m: "UNTIL=" + datetime.datetime.strptime(
        m.group(1)[6:], "%Y%m%dT%H%M%S").replace(tzinfo=datetime.timezone.utc).astimezone(
            zoneinfo.ZoneInfo("Europe/Berlin")).strftime("%Y%m%dT%H%M%S"), text)
    return list(rrule.rrulestr(text, dtstart=start)[:n])


def first(text):
    """9 o'clock on the first day of a rule from 2 March 2026."""
    return instances(text, datetime.datetime(2026, 3, 2, 9), 1)[0]


def utc(local):
    return local.replace(tzinfo=zoneinfo.ZoneInfo("Europe/Berlin")).astimezone(
        datetime.timezone.utc)


def wire(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def upload(c, pattern, start, zone=BERLIN):
    """A series from 9 to 10 o'clock."""
    return c.do(ows.New({
        "Title": "Series", "EventType": "1", "fRecurrence": "1", "fAllDayEvent": "0",
        "EventDate": wire(utc(start)), "EndDate": wire(utc(start.replace(hour=10, year=2030))),
        "UID": ows.new_ref(), "RecurrenceData": pattern, "XMLTZone": zone}, ref=ows.new_ref()))


def held():
    (text,), = S.sql("SELECT rule FROM ledger_rules.event ORDER BY id DESC LIMIT 1")
    return text


def shown(text, start, zone="Europe/Berlin"):
    """The row that clients get of a rule that SQL wrote."""
    title = ows.new_ref()
    S.sql("INSERT INTO ledger_rules.event (title, starts, ends, rule, zone) "
          "VALUES (%s, %s, %s, %s, %s)", title, utc(start).replace(tzinfo=None),
          utc(start.replace(hour=10)).replace(tzinfo=None), text, zone)
    r = kinds.replica(S, "rules")
    kinds.poll_until(r, lambda r: any(x.get("Title") == title for x in r.rows.values()), text)
    row, = [x for x in r.rows.values() if x.get("Title") == title]
    return row


class Kept(unittest.TestCase):
    """Byte by byte, to another client."""

    def kept(self, ids, data, zone=BERLIN):
        row = upload(kinds.client(S, "dates"), data, datetime.datetime(2026, 3, 16, 9), zone)
        got = events.now(S, "dates", row)
        same(ids, (got["RecurrenceData"], got["XMLTZone"]), (data, zone))

    def test_patterns(self):
        for ids, pattern, _ in patterns():
            self.kept(ids, rule(pattern))
            self.kept(ids, rule(pattern.replace("/>", " />")).replace('"', "'"))

    def test_ends(self):
        weekly = '<weekly mo="TRUE" weekFrequency="1" />'
        for n in (1, 6, 999):
            self.kept("R895 R1266", rule(weekly, times(n)))
        self.kept("R894 R1263", rule(weekly, FOREVER))
        for end in ("2026-04-20T08:00:00Z", "2026-04-20T09:00:00+02:00", "2026-04-20T09:00:00"):
            self.kept("R893 R1262", rule(weekly, "<windowEnd>%s</windowEnd>" % end))

    def test_zones(self):
        monday = rule('<weekly mo="TRUE" weekFrequency="1" />', times(6))
        dated = BERLIN.replace('month="10" day="su" weekdayOfMonth="last"',
                               'month="10" dayOfMonth="1"').replace(
            'month="3" day="su" weekdayOfMonth="last"', 'month="4" dayOfMonth="30"')
        self.kept("R1268 R956", monday, dated)
        self.kept("R1269", monday, BERLIN.replace("3:0:0", "23:59:59").replace("2:0:0", "02:00:00"))
        self.kept("R879 R945 R950", monday, "<timeZoneRule><standardBias>-330</standardBias>"
                  "</timeZoneRule>")

    def test_the_instruction_is_no_part(self):
        """deleteExceptions purges and is not sent to anybody."""
        c = kinds.client(S, "dates")
        master = events.series(c)
        c.do(events.exception(master, THIRD))
        c.do(events.deleted(master, FOURTH))
        same("R898", len(events.rows_of(c, master["UID"])), 3)
        c.do(ows.Update(master.id, events.now(S, "dates", master).version,
                        {"RecurrenceData": events.MONDAYS + events.PURGE}))
        left = events.rows_of(c, master["UID"])
        same("R898 R900", [r.id for r in left], [master.id])
        same("R900", left[0]["RecurrenceData"], events.MONDAYS)


class Uploaded(unittest.TestCase):
    """What a client's pattern means: the rule in the table has the same instances."""

    def check(self, ids, pattern, text, end=FOREVER, end_text=""):
        start = first(text)
        row = upload(kinds.client(S, "rules"), rule(pattern, end), start)
        got = held()
        same(ids, instances(got, start), instances(text + end_text, start))
        same(ids, events.now(S, "rules", row)["RecurrenceData"], rule(pattern, end))

    def test_patterns(self):
        for ids, pattern, text in patterns():
            self.check("R875 R878 " + ids, pattern, text)

    def test_ends(self):
        weekly, text = '<weekly mo="TRUE"/>', "FREQ=WEEKLY;BYDAY=MO"
        self.check("R895", weekly, text, times(5), ";COUNT=5")
        same("R895", len(instances(held(), first(text), 50)), 5)
        self.check("R894", weekly, text)
        req.req("R894", not re.search("COUNT|UNTIL", held()), held())
        self.check("R893", weekly, text, "<windowEnd>2026-04-20T08:00:00Z</windowEnd>",
                   ";UNTIL=20260420T080000Z")
        same("R893", instances(held(), first(text), 50)[-1].date(), datetime.date(2026, 4, 20))

    def test_booleans(self):
        self.check("R1041 R1042 R1043 R1044",
                   '<weekly mo="true" tu="false" we="TRUE" th="FALSE" weekFrequency="1"/>',
                   "FREQ=WEEKLY;BYDAY=MO,WE")

    def test_weeks_begin(self):
        """Sundays and Tuesdays of every second week: it matters where a week begins."""
        start = datetime.datetime(2026, 3, 3, 9)
        got = []
        for day in ("su", "mo"):
            upload(kinds.client(S, "rules"), rule(
                '<weekly su="TRUE" tu="TRUE" weekFrequency="2"/>', FOREVER, day), start)
            got.append([d.day for d in instances(held(), start, 4)])
        same("R888 R994 R995", got, [[3, 15, 17, 29], [3, 8, 17, 22]])

    def test_what_is_no_pattern(self):
        """Two patterns, two ends, a day that never comes: refused, and nobody else hurt."""
        c = kinds.client(S, "rules")
        for ids, data in (
                ("R878 R902", rule("<daily/><weekly mo='TRUE'/>")),
                ("R888", rule("<daily/>", times(3) + FOREVER)),
                ("R896", rule("<daily/>").replace("<rule>", "<rule></rule><rule>")),
                ("R902", rule('<yearly month="2" day="31"/>'))):
            result, = c.update(ows.New({
                "Title": "Never", "EventType": "1", "fRecurrence": "1", "RecurrenceData": data,
                "EventDate": "2026-03-16T08:00:00Z", "EndDate": "2026-03-16T09:00:00Z",
                "UID": ows.new_ref(), "XMLTZone": BERLIN}, ref=ows.new_ref()))
            same(ids, result.code, ows.INVALID)


class Zones(unittest.TestCase):
    """What a client's zone means, seen in what the server refuses.

    A series of every second day; one instance is moved to 22:30Z of the 15th. Where the
    clocks have been put forward before, that is the 16th, the day of the next instance,
    on which Outlook could not show it.
    """

    def moved(self, daylight):
        zone = ("<timeZoneRule><standardBias>-60</standardBias>"
                "<additionalDaylightBias>-60</additionalDaylightBias>"
                '<standardDate><transitionRule month="10" dayOfMonth="1"/>'
                "<transitionTime>3:0:0</transitionTime></standardDate>"
                "<daylightDate><transitionRule %s/><transitionTime>2:0:0</transitionTime>"
                "</daylightDate></timeZoneRule>" % daylight)
        c = kinds.client(S, "dates")
        master = upload(c, rule('<daily dayFrequency="2"/>'), datetime.datetime(2026, 3, 21, 9),
                        zone)
        result, = c.update(events.exception(
            master, "2026-04-14T08:00:00Z", EventDate="2026-04-15T22:30:00Z",
            EndDate="2026-04-15T22:45:00Z", XMLTZone=zone))
        return result.code

    def test_a_date(self):
        same("R956 R957", [self.moved('month="4" dayOfMonth="%d"' % d) for d in (10, 20)],
             [ows.INVALID, ows.OK])

    def test_a_weekday(self):
        """In April 2026: Wednesdays are the 1st, 8th, 15th, 22nd, 29th."""
        same("R958 R959", [self.moved('month="4" day="we" weekdayOfMonth="%s"' % n) for n in
                           ("first", "second", "third", "fourth", "last")],
             [ows.INVALID, ows.INVALID, ows.INVALID, ows.OK, ows.OK])


def without_defaults(attributes):
    return {k: v for k, v in attributes.items() if DEFAULTS.get(k) != v}


class Shown(unittest.TestCase):
    """What SQL's rule looks like to a client."""

    def test_patterns(self):
        for ids, pattern, text in patterns():
            data = ows.etree.fromstring(shown(text, first(text))["RecurrenceData"])
            want = ows.etree.fromstring(pattern)
            same("R876 R877 R896 R897", (data.tag, [e.tag for e in data]), ("recurrence", ["rule"]))
            same("R875 R888", [e.tag for e in data[0]],
                 ["firstDayOfWeek", "repeat", "repeatForever"])
            same("R878", len(data[0][1]), 1)
            if want.get("weekday") and want.tag == "daily":  # the same in other words
                want = ows.etree.fromstring('<weekly %s/>' % " ".join(
                    '%s="TRUE"' % d for d in DAYS[1:6]))
                ids = "R902 R9037"
            same(ids, (data[0][1][0].tag, without_defaults(data[0][1][0].attrib)),
                 (want.tag, without_defaults(want.attrib)))
            same("R888 R894", data[0][2].text, "FALSE")

    def test_ends(self):
        text = "FREQ=WEEKLY;BYDAY=MO"
        data = ows.etree.fromstring(shown(text + ";COUNT=6", first(text))["RecurrenceData"])
        same("R888 R895", (data[0][2].tag, data[0][2].text), ("repeatInstances", "6"))
        data = ows.etree.fromstring(
            shown(text + ";UNTIL=20260420T070000Z", first(text))["RecurrenceData"])
        same("R888 R893", (data[0][2].tag, data[0][2].text[:10]), ("windowEnd", "2026-04-20"))

    def zone(self, name):
        row = shown("FREQ=WEEKLY;BYDAY=MO;COUNT=9", datetime.datetime(2026, 3, 16, 9), name)
        return ows.etree.fromstring(row["XMLTZone"])

    def test_zones(self):
        """Biases and turns of zones on both sides of the equator."""
        def turn(e):
            return (e[0].get("month"), e[0].get("day", "su"),
                    e[0].get("weekdayOfMonth", "first"), e[1].text)

        for name, bias, standard, daylight in (
                ("Europe/Berlin", "-60", ("10", "su", "last", "3:0:0"),
                 ("3", "su", "last", "2:0:0")),
                ("America/New_York", "300", ("11", "su", "first", "2:0:0"),
                 ("3", "su", "second", "2:0:0")),
                ("Australia/Sydney", "-600", ("4", "su", "first", "3:0:0"),
                 ("10", "su", "first", "2:0:0"))):
            zone = self.zone(name)
            same("R879 R880 R945 R950", (zone.tag, [e.tag for e in zone]),
                 ("timeZoneRule", ["standardBias", "additionalDaylightBias", "standardDate",
                                   "daylightDate"]))
            same("R946", zone[0].text, bias)
            same("R947", zone[1].text, "-60")
            same("R881 R952", [[x.tag for x in e] for e in zone[2:]],
                 [["transitionRule", "transitionTime"]] * 2)
            same("R948 R955 R958 R959 R961 R9057 R90571", turn(zone[2]), standard)
            same("R949 R955 R958 R959 R961 R9057 R90571", turn(zone[3]), daylight)

    def test_zones_without_summer(self):
        for name, bias in (("Asia/Singapore", "-480"), ("Asia/Kolkata", "-330"), ("UTC", "0")):
            zone = self.zone(name)
            same("R945 R946", zone[0].text, bias)
            req.req("R945", {e.tag: e.text for e in zone[1:]} in
                    ({}, {"additionalDaylightBias": "0"}), ows.etree.tostring(zone))


if __name__ == "__main__":
    req.main()
