#!/usr/bin/python3
"""Recurrence rules against python3-dateutil and libical, patterns against a second reading of them.

SEED= and RULES= vary what is tried; the default is the same each time, and far fewer rules do not cover
the grammar of patterns, which is counted, too. Times of day go through
Python's zoneinfo, so tzdata is read by a second reader, too.
"""
import collections
import datetime
import itertools
import os
import random
import re
import subprocess
import unittest
import warnings
import xml.etree.ElementTree as ET
import zoneinfo

from dateutil import rrule

import rules

BUILD = os.environ.get("BUILD", "build")
SEED = int(os.environ.get("SEED") or 20260324)
RULES = int(os.environ.get("RULES") or 3000)
SHOWN = 20   # instances per rule
# after the start that the other engines are asked for: they walk through empty years slowly
YEARS = {"DAILY": 6, "WEEKLY": 8, "MONTHLY": 15, "YEARLY": 30}
UTC = datetime.timezone.utc


def tool(name, lines):
    run = subprocess.run([os.path.join(BUILD, "recur", name)], input="".join(lines), text=True,
                         stdout=subprocess.PIPE)
    answers = run.stdout.splitlines()
    if run.returncode or len(answers) != len(lines):
        raise AssertionError("%s ended after %d of %d lines: %s" % (
            name, len(answers), len(lines), answers[-1:] or ["(nothing)"]))
    return answers


Said = collections.namedtuple("Said", "at last rule canon xml back same")


def ours(cases):
    """Said, or the sentence of refusal, for each (zone, start, seconds, text)."""
    answers = tool("recur_tool", ["%s\t%s\t%d\t%d\t%s\n" % (zone, at.isoformat(), seconds, SHOWN, text)
                                  for zone, at, seconds, text in cases])
    said = []
    for line in answers:
        if line.startswith("refused "):
            said.append(line)
            continue
        part = line.split("\t")
        said.append(Said([int(n) for n in part[0].split(",") if n], part[1], *part[2:]))
    return said


def instant(zone, local):
    return int(local.replace(tzinfo=zoneinfo.ZoneInfo(zone)).timestamp())


def stamp(zone, local):
    return datetime.datetime.fromtimestamp(instant(zone, local), UTC).strftime("%Y%m%dT%H%M%SZ")


def horizon(start, text):
    year = start.year + YEARS[parts(text)["FREQ"]]
    return start.replace(year=year, month=12, day=31, hour=23, minute=59)


class Calendar:
    """The module datetime as dateutil sees it: it gives a rule without instances up only at MAXYEAR."""
    MAXYEAR = datetime.MAXYEAR

    def __getattr__(self, name):
        return getattr(datetime, name)


rrule.datetime = Calendar()


def by_dateutil(text, start):
    rrule.datetime.MAXYEAR = horizon(start, text).year
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        one = rrule.rrulestr(text, dtstart=start).replace(until=horizon(start, text))
    return list(itertools.islice(one, SHOWN))


def by_libical(cases):
    """A list for each, or None where libical crashed; then it is started again behind that rule."""
    lines = ["%s\t%d\t%s;UNTIL=%s\n" % (
        start.strftime("%Y%m%dT%H%M%S"), SHOWN, text, horizon(start, text).strftime("%Y%m%dT%H%M%S"))
        for start, text in cases]
    found = []
    while len(found) < len(lines):
        run = subprocess.run([os.path.join(BUILD, "recur", "ical_tool")], input="".join(lines[len(found):]),
                             text=True, stdout=subprocess.PIPE)
        for line in run.stdout.splitlines():
            found.append([] if line == "-" else [datetime.datetime.strptime(s, "%Y%m%dT%H%M%S")
                                                 for s in line.split(",") if s])
        if run.returncode:
            found.append(None)
    return found


def parts(text):
    return dict(p.split("=") for p in text.split(";"))


def is_mixed(part):
    """BYDAY=MO,2TU"""
    return len({day[:-2] == "" for day in part.get("BYDAY", "MO").split(",")}) > 1


# Where another engine is wrong, or reads RFC 5545 otherwise: what it does, and for which rules. Only
# what disagrees is looked up here; the test says how often each was needed.
DATEUTIL = [
    ("takes MO,2TU for what is both, a Monday and a second Tuesday", lambda part, start: is_mixed(part)),
    ("takes every day of a week, where the standard takes DTSTART's weekday",
     lambda part, start: "BYWEEKNO" in part and not {"BYDAY", "BYMONTHDAY", "BYYEARDAY"} & set(part)),
    ("knows week 53 and weeks from the end only on one side of New Year",
     lambda part, start: re.search(r"-|5[23]", part.get("BYWEEKNO", ""))),
    ("lets the first week begin with DTSTART, and counts positions from there",
     lambda part, start: part["FREQ"] == "WEEKLY" and "BYSETPOS" in part),
]
LIBICAL = [
    ("stays in the month of DTSTART in yearly rules by BYMONTHDAY alone",
     lambda part, start: part["FREQ"] == "YEARLY" and "BYMONTHDAY" in part and "BYMONTH" not in part),
    ("does not choose positions among days and weeks",
     lambda part, start: part["FREQ"] in ("DAILY", "WEEKLY") and "BYSETPOS" in part),
    ("does not know days from the end of the month in daily rules",
     lambda part, start: part["FREQ"] == "DAILY" and "-" in part.get("BYMONTHDAY", "")),
    ("takes positions in the order in which days of the month from both ends are written",
     lambda part, start: "-" in part.get("BYMONTHDAY", "") and "BYSETPOS" in part),
    ("counts every few weeks from another one than DTSTART's, if that is no instance or weeks begin on no Monday",
     lambda part, start: part["FREQ"] == "WEEKLY" and part.get("INTERVAL", "1") != "1" and
     (rules.DAYS[start.weekday()] not in part.get("BYDAY", "") or part.get("WKST", "MO") != "MO")),
    ("has no weeks together with other parts, and counts them by the year that they begin in",
     lambda part, start: "BYWEEKNO" in part),
    ("has no days of the year together with other parts",
     lambda part, start: "BYYEARDAY" in part and {"BYMONTH", "BYMONTHDAY", "BYDAY"} & set(part)),
]
# libical 3.0.16 crashes over all of these: it is not asked
CRASHES = re.compile(r"BYWEEKNO=[^;]*-")


class Recurrence(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.r = random.Random(SEED)
        print("SEED=%d RULES=%d" % (SEED, RULES))

    def cases(self, make, n):
        return [(self.r.choice(rules.ZONES), rules.start(self.r), self.r.choice([0, 1800, 3600, 7200]),
                 make(self.r)) for _ in range(n)]

    def excuse(self, names, text, start, used):
        part = parts(text)
        for name, fits in names:
            if fits(part, start):
                used[name] += 1
                return True
        return False

    def judge(self, case, mine, other, engine, names, used):
        """True: they agree, or why they do not is known by name."""
        zone, start, _, text = case
        end = instant(zone, horizon(start, text))
        want = [instant(zone, at) for at in other]
        mine = [at for at in mine if at <= end][:SHOWN]
        if mine == want:
            used["agree"] += 1
            return True
        if self.excuse(names, text, start, used):
            return True
        print("%s in %s from %s\n  we:  %s\n  %s: %s" % (
            text, zone, start, [datetime.datetime.fromtimestamp(t, UTC).isoformat() for t in mine[:8]],
            engine, [at.isoformat() for at in other[:8]]))
        return False

    def test_engines(self):
        """Rules of every kind: the same instances as dateutil and libical have."""
        cases = self.cases(rules.rule, RULES)
        said = ours(cases)
        used = {"dateutil": collections.Counter(), "libical": collections.Counter()}
        wrong = 0
        ask = []
        for case, mine in zip(cases, said):
            self.assertIsInstance(mine, Said, (case, mine))
            other = by_dateutil(case[3], case[1])
            wrong += not self.judge(case, mine.at, other, "dateutil", DATEUTIL, used["dateutil"])
            if CRASHES.search(case[3]):
                used["libical"]["is not asked: it crashes over BYWEEKNO from the end"] += 1
            elif not mine.at and not other:
                used["libical"]["is not asked: dateutil, too, knows no instance"] += 1
            else:
                ask.append((case, mine))
        for (case, mine), other in zip(ask, by_libical([(case[1], case[3]) for case, _ in ask])):
            if other is None:
                print("libical crashes over %s from %s" % (case[3], case[1]))
                used["libical"]["crashes"] += 1
            else:
                wrong += not self.judge(case, mine.at, other, "libical", LIBICAL, used["libical"])
        for engine, counter in used.items():
            for name, n in counter.most_common():
                print("%6d  %s: %s" % (n, engine, name))
            self.assertGreater(counter["agree"], 0.6 * RULES)
        self.assertEqual(wrong, 0)
        self.assertLess(used["libical"]["crashes"], RULES / 100)

    def test_ends(self):
        """COUNT and UNTIL cut the endless rule; recur_last is the last."""
        cases = self.cases(rules.rule, RULES // 4)
        whole = ours(cases)
        bounded = []
        for (zone, start, seconds, text), mine in zip(cases, whole):
            n = self.r.randint(1, SHOWN - 1)
            last = datetime.datetime.fromtimestamp(mine.at[min(n, len(mine.at)) - 1] if mine.at else 0,
                                                   zoneinfo.ZoneInfo(zone))
            if mine.at:
                end = self.r.choice([
                    "COUNT=%d" % n, "UNTIL=" + last.strftime("%Y%m%d"), "UNTIL=" + last.strftime("%Y%m%dT%H%M%S"),
                    "UNTIL=" + last.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")])
                bounded.append(((zone, start, seconds, text + ";" + end), mine.at[:n]))
        for (case, want), mine in zip(bounded, ours([case for case, _ in bounded])):
            self.assertEqual(mine.at, want, case)
            self.assertEqual(mine.last, str(want[-1]), case)

    def test_canonical(self):
        """The canonical form of a rule has the same instances, and is its own canonical form."""
        cases = self.cases(rules.rule, RULES)
        said = ours(cases)
        again = ours([case[:3] + (mine.canon,) for case, mine in zip(cases, said)])
        for case, mine, other in zip(cases, said, again):
            self.assertEqual(mine.at, other.at, (case, mine.canon))
            self.assertEqual(mine.canon, other.canon, case)

    def check_back(self, cases, said, seen):
        """RRULE to RecurrenceData to RRULE is the identity, and the XML means the same to a second reader."""
        n = 0
        again = ours([case[:3] + (mine.back or mine.rule,) for case, mine in zip(cases, said)])
        for case, mine, back in zip(cases, said, again):
            if not mine.at or mine.xml.startswith("- "):
                continue
            n += 1
            self.note(mine.xml, seen)
            self.assertEqual((mine.same, mine.canon), ("same", back.canon), (case, mine.xml, mine.back))
            self.assertEqual(mine.at, back.at, (case, mine.xml))
            self.same_days(case[0], mine.xml, mine.at, case)
        return n

    def same_days(self, zone, xml, at, case):
        """EventDate is the first instance; then the pattern's own meaning gives the rest."""
        first = datetime.datetime.fromtimestamp(at[0], zoneinfo.ZoneInfo(zone))
        clock = case[1].time()
        days = itertools.islice(rules.expand(xml, first.date(), 4500), len(at))
        want = [instant(zone, datetime.datetime.combine(day, clock)) for day in days]
        self.assertEqual(at, want[:len(at)], (case, xml))

    def note(self, xml, seen):
        for e in ET.fromstring(xml).iter():
            seen.add(e.tag)
            seen.update("%s@%s" % (e.tag, name) for name in e.attrib)
            seen.update("%s@%s=%s" % (e.tag, name, e.get(name)) for name in e.attrib if name == "weekdayOfMonth")
            if e.tag == "firstDayOfWeek":
                seen.add("firstDayOfWeek=" + e.text)

    def test_rules_as_patterns(self):
        """What a DBA's rule becomes in Outlook, and what it is when it comes back."""
        with_end = lambda r: rules.simple_rule(r) + r.choice(["", "", ";COUNT=%d" % r.randint(1, 30),
                                                             ";UNTIL=%d0630" % r.randint(2037, 2040)])
        cases = self.cases(with_end, RULES) + self.cases(rules.rule, RULES // 2)
        said = ours(cases)
        seen = set()
        n = self.check_back(cases, said, seen)
        why = collections.Counter(mine.xml for mine in said if mine.xml.startswith("- "))
        for text, times in why.most_common():
            print("%6d  no pattern%s" % (times, text[1:]))
        print("%6d  of %d rules became patterns" % (n, len(cases)))
        self.assertGreater(n, RULES / 2)
        self.assertEqual(GRAMMAR - seen, set(), "no rule became these")

    def test_patterns(self):
        """RecurrenceData of every form means as a rule what it means to a second reader, and comes back."""
        cases = []
        seen = set()
        for zone, start, seconds, text in self.cases(rules.pattern, RULES):
            end = self.r.choice(["<repeatForever>FALSE</repeatForever>", "<repeatInstances>%d</repeatInstances>"
                                 % self.r.randint(1, 12), "<windowEnd>%d-06-30T12:00:00%s</windowEnd>" % (
                                     start.year + self.r.randint(2, 30), self.r.choice(["Z", "", "+05:30"]))])
            self.note(text % end, seen)
            cases.append((zone, start, seconds, text % end))
        said = ours(cases)
        n = 0
        for case, mine in zip(cases, said):
            self.assertIsInstance(mine, Said, (case, mine))
            if not mine.at:
                continue
            self.assertFalse(mine.xml.startswith("- "), (case, mine))
            self.assertIn(ET.fromstring(case[3]).find("rule")[2].tag, mine.xml)
            days = rules.expand(case[3], case[1].date(), 4500)
            days = list(itertools.islice(days, len(mine.at)))
            self.assertEqual([instant(case[0], datetime.datetime.combine(d, case[1].time())) for d in days],
                             mine.at, (case, mine.rule))
            n += 1
        self.assertGreater(n, 0.9 * len(cases))
        self.assertEqual(GRAMMAR - seen, set())
        self.check_back(cases, said, set())


# every element and attribute that MS-OUTSPS 2.2.4.2 to 2.2.4.5 has
GRAMMAR = ({"recurrence", "rule", "firstDayOfWeek", "repeat", "windowEnd", "repeatForever", "repeatInstances"} |
           {"firstDayOfWeek=" + d.lower() for d in rules.DAYS} |
           {"daily", "daily@dayFrequency", "daily@weekday", "weekly", "weekly@weekFrequency"} |
           {"weekly@" + d.lower() for d in rules.DAYS} |
           {"monthly", "monthly@monthFrequency", "monthly@day"} |
           {"yearly", "yearly@yearFrequency", "yearly@month", "yearly@day"} |
           {"%s@%s" % (e, a) for e in ("monthlyByDay", "yearlyByDay")
            for a in [d.lower() for d in rules.DAYS] + ["day", "weekday", "weekend_day", "weekdayOfMonth"]} |
           {"%s@weekdayOfMonth=%s" % (e, n) for e in ("monthlyByDay", "yearlyByDay") for n in rules.NTH} |
           {"monthlyByDay", "monthlyByDay@monthFrequency", "yearlyByDay", "yearlyByDay@month",
            "yearlyByDay@yearFrequency"})


if __name__ == "__main__":
    unittest.main(verbosity=2)
