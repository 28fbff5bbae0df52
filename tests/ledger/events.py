"""events.py -- series, zones and uploads of events, as Outlook writes them."""

import kinds
import ows

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
NO_ZONE = ("<timeZoneRule><standardBias>0</standardBias>"
           "<additionalDaylightBias>0</additionalDaylightBias></timeZoneRule>")
PURGE = "<deleteExceptions>true</deleteExceptions>"
FOREVER = "<repeatForever>FALSE</repeatForever>"


def times(n):
    return "<repeatInstances>%d</repeatInstances>" % n


def rule(repeat, end=FOREVER, first="mo"):
    return ("<recurrence><rule><firstDayOfWeek>%s</firstDayOfWeek><repeat>%s</repeat>%s</rule>"
            "</recurrence>" % (first, repeat, end))


MONDAYS = rule('<weekly mo="TRUE" weekFrequency="1" />', times(6))

# Mondays 9 to 10 o'clock in Berlin, six times from 16 March 2026; the clocks change on the 29th
WEEKLY = {"Title": "Mondays", "EventType": "1", "fRecurrence": "1", "fAllDayEvent": "0",
          "EventDate": "2026-03-16T08:00:00Z", "EndDate": "2026-04-20T09:00:00Z",
          "RecurrenceData": MONDAYS, "XMLTZone": BERLIN, "TimeZone": "4"}
# in local time 9 o'clock is 7:00Z from 30 March on
THIRD, FOURTH = "2026-03-30T07:00:00Z", "2026-04-06T07:00:00Z"


def series(c, **fields):
    """A new series of Mondays; its row."""
    return c.do(ows.New(dict(WEEKLY, UID=ows.new_ref(), **fields), ref=ows.new_ref()))


def exception(master, instance, **fields):
    """A New that moves an instance by a day and two hours."""
    return ows.New(dict({"Title": "Moved", "EventType": "4", "fRecurrence": "1",
                         "fAllDayEvent": "0", "EventDate": "2026-03-31T09:00:00Z",
                         "EndDate": "2026-03-31T10:00:00Z", "UID": master["UID"],
                         "RecurrenceID": instance, "MasterSeriesItemID": master["ID"],
                         "XMLTZone": BERLIN}, **fields), ref=ows.new_ref())


def deleted(master, instance):
    return ows.New({"Title": "Mondays", "EventType": "3", "fRecurrence": "1", "fAllDayEvent": "0",
                    "EventDate": instance, "EndDate": instance[:11] + "08:00:00Z",
                    "UID": master["UID"], "RecurrenceID": instance,
                    "MasterSeriesItemID": master["ID"]}, ref=ows.new_ref())


def rows_of(c, uid):
    """Rows of a series in the order of the answer, asked as Outlook asks."""
    return [r for r in c.changes().rows if r.get("UID") == uid]


def now(s, name, row):
    """The row as a fresh download has it."""
    got, = [r for r in kinds.client(s, name, "bob").changes().rows if r.id == row.id]
    return got
