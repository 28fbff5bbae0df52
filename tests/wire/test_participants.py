#!/usr/bin/python3 -B
"""test_participants.py -- a link with a user: only the events whose participants list him.

MS-OUTSPS 3.1.4.7 (contains), MS-LISTSWS 3.1.4.22 (contains beside a query).
"""

import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import calendars  # noqa: E402
import ows  # noqa: E402
import stack  # noqa: E402

S = None
DAY = {"EventDate": "2026-03-05T09:00:00Z", "EndDate": "2026-03-05T10:00:00Z"}


def setUpModule():
    global S
    S = stack.Stack([
        calendars.Calendar("bag", calendars.BARE, calendars.BARE_FIELDS),
        calendars.Calendar("column", calendars.BARE + ", people VARCHAR(255)",
                           dict(calendars.BARE_FIELDS, Participants="people")),
    ]).up()


def tearDownModule():
    S.down()


def contains(n):
    return "<contains><Contains><Participants>%s</Participants></Contains></contains>" % n


class Link(calendars.Client):
    """A client that was connected with user-id."""

    person = None

    def changes(self, token=None, limit=None, position=None, options=None, query=None,
                view_fields=None, extra=""):
        if self.person is not None:
            extra += contains(self.person)
        return calendars.Client.changes(self, token, limit, position, options, query, view_fields,
                                        extra)


def link(name, person, user="bob"):
    c = Link(S.server, S.lists[name].id, user)
    c.person = person
    S.clients.append(c)
    return c


def titles(replica):
    return sorted(r.get("Title") for r in replica.rows.values())


class Participants(unittest.TestCase):
    def setUp(self):
        for name in S.lists:
            S.sql("DELETE FROM t_%s.person" % name)

    def add(self, name, title, people, **more):
        bag = {} if people is None else {"Participants": people}
        return calendars.client(S, name).do(ows.New(dict(DAY, Title=title, **more), bag,
                                                    ref=ows.new_ref()))

    def poll_until(self, replica, wanted):
        def look():
            replica.poll()
            return titles(replica) == wanted
        stack.until(look, 10, "the client has %s" % wanted)

    def test_only_whose_person_is_listed(self):
        for name in S.lists:
            for title, people in (("both", ";#12;#57"), ("mine", ";#12"), ("his", ";#57"),
                                  ("near", ";#120;#1"), ("nobody", None), ("empty", "")):
                self.add(name, title, people)
            for person, wanted in ((12, ["both", "mine"]), (57, ["both", "his"]), (1, ["near"]),
                                   (99, []), (120, ["near"])):
                r = ows.Replica(link(name, person)).first()
                self.assertEqual(titles(r), wanted, (name, person))
            self.assertEqual(len(ows.Replica(link(name, None)).first().rows), 6)

    def test_pages_are_full(self):
        for n in range(30):
            self.add("bag", "n%02d" % n, ";#%d" % (n % 3 + 1))
        rows, _, pages = link("bag", 2).download(limit=4)
        self.assertEqual([r["Title"] for r in rows], ["n%02d" % n for n in range(1, 30, 3)])
        self.assertEqual(pages, 3)

    def test_who_is_taken_off_loses_the_event(self):
        for name in S.lists:
            alice = calendars.client(S, name)
            mine, his = self.add(name, "mine", ";#12"), self.add(name, "his", ";#57")
            r = ows.Replica(link(name, 12)).first()
            everybody = ows.Replica(link(name, None)).first()
            mine = alice.do(ows.Update(mine.id, mine.version, {}, {"Participants": ";#57"}))
            his = alice.do(ows.Update(his.id, his.version, {}, {"Participants": ";#57;#12"}))
            page = r.client.changes(token=r.token)
            self.assertEqual(([x["Title"] for x in page.rows], page.deleted), (["his"], [mine.id]))
            r.poll()
            everybody.poll()
            self.assertEqual((titles(r), titles(everybody)), (["his"], ["his", "mine"]))
            # what changes of the others is not told
            alice.do(ows.Update(mine.id, mine.version, {"Title": "other"}))
            page = r.client.changes(token=r.token)
            self.assertEqual(page.rows, [])

    def test_sql_changes_the_participants(self):
        self.add("column", "x", ";#12")
        r = ows.Replica(link("column", 12)).first()
        S.sql("UPDATE t_column.person SET people = ';#13'")
        self.poll_until(r, [])
        S.sql("UPDATE t_column.person SET people = ';#13;#12'")
        self.poll_until(r, ["x"])

    def test_instances_go_with_their_series(self):
        c = calendars.client(S, "bag")
        for title, people in (("his", ";#57"), ("mine", ";#12")):
            bag = {"Participants": people}
            master = c.do(ows.New(dict(calendars.SERIES, Title=title, UID=ows.new_ref()), bag,
                                  ref=ows.new_ref()))
            c.do(calendars.deleted(master, calendars.STARTS[1]))
        r = ows.Replica(link("bag", 12)).first()
        self.assertEqual(sorted(x["EventType"] for x in r.rows.values()), ["1", "3"])
        self.assertEqual([x["Title"] for x in r.rows.values() if x["EventType"] == "1"], ["mine"])

    def test_what_is_no_filter(self):
        self.add("bag", "his", ";#57")
        for extra in ("<contains/>", contains(""), contains("0"), contains("x"), contains("-1"),
                      '<contains><Contains><FieldRef Name="Title"/><Value Type="Text">q</Value>'
                      "</Contains></contains>"):
            page = calendars.client(S, "bag").changes(extra=extra)
            self.assertEqual(len(page.rows), 1, extra)
        # beside a query it is ignored
        query = '<Query><OrderBy><FieldRef Name="ID" Ascending="FALSE"/></OrderBy></Query>'
        page = link("bag", 12).changes(query=query)
        self.assertEqual(len(page.rows), 1)


if __name__ == "__main__":
    unittest.main()
