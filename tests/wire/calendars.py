"""calendars.py -- lists of events for the wire tests, and uploads as Outlook writes them.

One table, one view, one provider each (stack.Contacts), in the three forms that
an event's recurrence can have in a database: nothing of it, columns as SharePoint
has them, an RRULE.
"""

import ows
import stack

EVENT_FIELDS = """EventType Title HeaderInfo FooterInfo UID Description Location EventDate
    EndDate fAllDayEvent Duration XMLTZone RecurrenceData RecurrenceID fRecurrence FollowUp
    Priority IntendedBusyStatus BusyStatus Categories Editor TimeZone MasterSeriesItemID""".split()

BERLIN = (
    "<timeZoneRule><standardBias>-60</standardBias>"
    "<additionalDaylightBias>-60</additionalDaylightBias>"
    '<standardDate><transitionRule month="10" day="su" weekdayOfMonth="last"/>'
    "<transitionTime>3:0:0</transitionTime></standardDate>"
    '<daylightDate><transitionRule month="3" day="su" weekdayOfMonth="last"/>'
    "<transitionTime>2:0:0</transitionTime></daylightDate></timeZoneRule>")
EASTERN = (
    "<timeZoneRule><standardBias>300</standardBias>"
    "<additionalDaylightBias>-60</additionalDaylightBias>"
    '<standardDate><transitionRule month="11" day="su" weekdayOfMonth="first"/>'
    "<transitionTime>2:0:0</transitionTime></standardDate>"
    '<daylightDate><transitionRule month="3" day="su" weekdayOfMonth="second"/>'
    "<transitionTime>2:0:0</transitionTime></daylightDate></timeZoneRule>")
SYDNEY = (
    "<timeZoneRule><standardBias>-600</standardBias>"
    "<additionalDaylightBias>-60</additionalDaylightBias>"
    '<standardDate><transitionRule month="4" day="su" weekdayOfMonth="first"/>'
    "<transitionTime>3:0:0</transitionTime></standardDate>"
    '<daylightDate><transitionRule month="10" day="su" weekdayOfMonth="first"/>'
    "<transitionTime>2:0:0</transitionTime></daylightDate></timeZoneRule>")
KOLKATA = "<timeZoneRule><standardBias>-330</standardBias></timeZoneRule>"
NEUTRAL = ("<timeZoneRule><standardBias>0</standardBias>"
           "<additionalDaylightBias>0</additionalDaylightBias></timeZoneRule>")
PURGE = "<deleteExceptions>true</deleteExceptions>"
FOREVER = "<repeatForever>FALSE</repeatForever>"


def times(n):
    return "<repeatInstances>%d</repeatInstances>" % n


def pattern(repeat, end=FOREVER, first="mo"):
    return ("<recurrence><rule><firstDayOfWeek>%s</firstDayOfWeek><repeat>%s</repeat>%s</rule>"
            "</recurrence>" % (first, repeat, end))


MONDAYS = pattern('<weekly mo="TRUE" weekFrequency="1" />', times(6))
# Mondays, 9 to 10 o'clock in Berlin, from 16 March 2026; the clocks change on the 29th
SERIES = {"Title": "Mondays", "EventType": "1", "fRecurrence": "1", "fAllDayEvent": "0",
          "EventDate": "2026-03-16T08:00:00Z", "EndDate": "2026-04-20T09:00:00Z",
          "RecurrenceData": MONDAYS, "XMLTZone": BERLIN}
STARTS = ["2026-03-16T08:00:00Z", "2026-03-23T08:00:00Z", "2026-03-30T07:00:00Z",
          "2026-04-06T07:00:00Z", "2026-04-13T07:00:00Z", "2026-04-20T07:00:00Z"]

BARE = """id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, title VARCHAR(200),
    place VARCHAR(200), notes MEDIUMTEXT, starts DATETIME, ends DATETIME"""
BARE_FIELDS = {"Title": "title", "Location": "place", "Description": "notes",
               "EventDate": "starts", "EndDate": "ends"}
ROWS = BARE + """, all_day TINYINT(1) NOT NULL DEFAULT 0, kind INT NOT NULL DEFAULT 0,
    recurs TINYINT(1), uid VARCHAR(40), instance DATETIME, pattern TEXT, zone TEXT"""
ROWS_FIELDS = dict(BARE_FIELDS, fAllDayEvent="all_day", EventType="kind", fRecurrence="recurs",
                   UID="uid", RecurrenceID="instance", RecurrenceData="pattern", XMLTZone="zone")
RULE = BARE + """, all_day TINYINT(1) NOT NULL DEFAULT 0, rule VARCHAR(500), excluded TEXT,
    zone VARCHAR(64)"""
RULE_FIELDS = dict(BARE_FIELDS, fAllDayEvent="all_day", RRule="rule", ExDate="excluded",
                   TimeZone="zone")
OVERRIDES = RULE + ", series INT UNSIGNED, instance DATETIME"
OVERRIDES_FIELDS = dict(RULE_FIELDS, Parent="series", RecurrenceId="instance")


class Calendar(stack.Contacts):
    def __init__(self, name, columns, fields, zone="UTC", **more):
        stack.Contacts.__init__(self, name, columns=columns, fields=fields, more={
            "provider": {"type": "calendar"}, "source": {"timezone": zone}}, **more)


class Client(ows.Client):
    def view_fields(self):
        names = ows.COMMON_FIELDS + EVENT_FIELDS + ["MetaInfo", "PermMask"]
        refs = "".join('<FieldRef Name="%s"/>' % n for n in names)
        return "<viewFields>%s</viewFields>" % self.caml("ViewFields", refs, ' Properties="TRUE"')


def client(s, name, user="alice", **more):
    c = Client(s.server, s.lists[name].id, user, **more)
    s.clients.append(c)
    return c


def replica(s, name, user="alice"):
    return ows.Replica(client(s, name, user)).first()


def New(fields, **more):
    return ows.New(dict(fields, **more), ref=ows.new_ref())


def series(c, **more):
    """A new series of Mondays; its row."""
    return c.do(New(dict(SERIES, UID=ows.new_ref()), **more))


def moved(master, instance, start, end, **more):
    return New({"Title": "Moved", "EventType": "4", "fRecurrence": "1", "fAllDayEvent": "0",
                "EventDate": start, "EndDate": end, "UID": master["UID"],
                "RecurrenceID": instance}, **more)


def deleted(master, instance, **more):
    return New({"EventType": "3", "fRecurrence": "1", "EventDate": instance,
                "UID": master["UID"], "RecurrenceID": instance}, **more)


def insert(s, name, **values):
    """A row by SQL; its key."""
    marks = ", ".join(["%s"] * len(values))
    s.sql("INSERT INTO %s.person (%s) VALUES (%s)" % (s.lists[name].db, ", ".join(values), marks),
          *values.values())
    return s.sql("SELECT LAST_INSERT_ID()")[0][0]


def row_of(s, name, title, columns):
    """The values of the row with that title."""
    got, = s.sql("SELECT %s FROM %s.person WHERE title = %%s" % (columns, s.lists[name].db), title)
    return got


def by_type(rows, uid):
    """{type: rows} of a series."""
    out = {}
    for r in rows:
        if r.get("UID") == uid:
            out.setdefault(r["EventType"], []).append(r)
    return out
