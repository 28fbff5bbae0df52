#!/usr/bin/python3 -B
"""test_tasks.py -- every field of a task, choices with numbers, the person who has it.

MS-OUTSPS 3.2.4.2.8.
"""

import datetime
import decimal
import os
import re
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import fieldtrip  # noqa: E402
import kinds  # noqa: E402
import ows  # noqa: E402
import req  # noqa: E402
from fieldtrip import ODD, Value, long_text  # noqa: E402
from req import same  # noqa: E402

STATUS = ["Not Started", "In Progress", "Completed", "Deferred", "Waiting on someone else"]
PRIORITY = ["(1) High", "(2) Normal", "(3) Low"]
FIELDS = {f.name: f for f in kinds.fields_of("tasks")}
PEOPLE = ("Editor", "AssignedTo")
S = None


def setUpModule():
    global S
    S = kinds.stack_of("tasks", "todo")


def tearDownModule():
    S.down()


class Number(str):
    """Equal to any text of the same number: 0.5 and 0.500000000000000."""

    def __eq__(self, other):
        return bool(re.fullmatch(r"\d+(\.\d+)?", other or "")) and float(other) == float(self)

    def __ne__(self, other):
        return not self == other

    __hash__ = str.__hash__


def values(n):
    """The n-th value of every field but people."""
    out = {}
    for f in FIELDS.values():
        if f.name in PEOPLE:
            continue
        if f.name in ("StartDate", "DueDate", "DateComplete"):
            out[f] = Value("2026-0%d-05T00:00:00Z" % (n + 3), sql=datetime.date(2026, n + 3, 5))
        elif f.name == "LastUpdate":
            out[f] = Value("2026-0%d-05T10:20:30Z" % (n + 3))
        elif f.name == "PercentComplete":
            text = ("0.5", "0.25", "1")[n]
            out[f] = Value(text, Number(text), decimal.Decimal(text))
        elif f.type == "Number":
            text = ("90", "480", "15")[n]
            out[f] = Value(text, Number(text), decimal.Decimal(text))
        elif f.name == "Status":
            out[f] = Value(("In Progress", "Deferred", "Completed")[n])
        elif f.name == "Priority":
            out[f] = Value(PRIORITY[n])
        elif f.type == "Note":
            out[f] = Value('<div>%s\n<a href="https://x.example/?a=1&amp;b=2">to do</a></div>'
                           % long_text(n))
        else:
            out[f] = Value("%s %d %s" % (f.name, n, ODD))
    return out


class Fields(unittest.TestCase):
    maxDiff = None

    def test_every_field_in_a_column(self):
        every = values(0)
        trip = fieldtrip.Trip(S, "tasks", list(every), "ledger_tasks.task")
        trip.declared()
        id = trip.upload(every)
        trip.by_sql(id, values(1), "1 = 1")
        trip.change(id, values(2))
        trip.empty(id, [f for f in every if f.name != "PercentComplete"])
        trip.by_sql(id, values(1), "1 = 1")
        trip.nulls(id, list(every), "1 = 1")
        trip.finish()
        S.sql("DELETE FROM ledger_tasks.task")

    def test_every_field_without_a_column(self):
        loose = {f: v for f, v in values(0).items() if f.name != "Title"}
        trip = fieldtrip.Trip(S, "todo", list(loose), "ledger_todo.todo")
        for name in ("Status", "Priority", "PercentComplete", "StartDate", "DueDate"):
            self.assertEqual(trip.shape.by_name[name].get("ID").lower(), FIELDS[name].id.lower())
        # a property is text as it was sent
        for f in loose:
            if trip.shape.of(f) is None:
                loose[f] = Value(loose[f].up)
        id = trip.upload(loose, {"Title": "Loose"})
        later = {f: (v if trip.shape.of(f) is not None else Value(v.up))
                 for f, v in values(2).items() if f.name != "Title"}
        trip.change(id, later)
        trip.finish()

    def test_all_may_be_absent(self):
        c = kinds.client(S, "todo")
        given, = [r for r in c.changes().rows if r["Title"] == "Water the plants"]
        there = {n for n in FIELDS if given.get(n) or given.bag(n)}
        req.req("R747", there <= {"Title", "Status", "Priority", "PercentComplete"}, there)
        req.req("R191", given["ContentTypeId"].startswith("0x0108"), given["ContentTypeId"])


class Choices(unittest.TestCase):
    def declared(self, name):
        field = kinds.Shape(kinds.client(S, "tasks")).by_name[name]
        choices = [c.text for c in field.iterfind("{*}CHOICES/{*}CHOICE")]
        mappings = {m.text: m.get("Value") for m in field.iterfind("{*}MAPPINGS/{*}MAPPING")}
        return choices, mappings

    def test_priority(self):
        choices, mappings = self.declared("Priority")
        same("R775", choices, PRIORITY)
        same("R773 R77301 R774 R778", mappings, {t: str(n) for n, t in enumerate(PRIORITY, 1)})

    def test_status(self):
        choices, mappings = self.declared("Status")
        same("R784 R775", choices, STATUS)
        same("R784 R773 R774 R778", mappings, {t: str(n) for n, t in enumerate(STATUS, 1)})

    def test_a_number_stands_for_its_text(self):
        c = kinds.client(S, "tasks")
        for name, column, texts in (("Status", "status", STATUS),
                                    ("Priority", "priority", PRIORITY)):
            for n, text in enumerate(texts, 1):
                row = c.do(ows.New({"Title": "By number", name: str(n)}, ref=ows.new_ref()))
                (held,), = S.sql("SELECT %s FROM ledger_tasks.task WHERE title = 'By number'"
                                 % column)
                same("R779", held, text)
                req.req("R779", row[name] in (text, str(n)), row[name])
                c.do(ows.Delete(row.id, row.version))


class People(unittest.TestCase):
    def test_assigned(self):
        """Outlook's forms of a person; the login in the column; one number for one person."""
        c = kinds.client(S, "tasks")
        declared = kinds.Shape(c).of(FIELDS["AssignedTo"])
        same("R698", declared.get("ID").lower(), FIELDS["AssignedTo"].id)
        same("R6981 R6983", declared.get("Type"), "User")
        row = c.do(ows.New({"Title": "Somebody's", "AssignedTo": "-1;#bob"}, ref=ows.new_ref()))
        same("R698", S.sql("SELECT assignee FROM ledger_tasks.task WHERE title = \"Somebody's\""),
             (("bob",),))
        got, = [r for r in kinds.client(S, "tasks", "carol").changes().rows if r.id == row.id]
        found = re.fullmatch(r"(\d+);#bob(,#.*)?", got["AssignedTo"])
        req.req("R698", found, got["AssignedTo"])
        person = found.group(1)
        for form in ("%s;#bob" % person, "%s;#bob,#bob,#,#,#bob" % person):
            row = c.do(ows.Update(row.id, row.version, {"AssignedTo": ""}))
            row = c.do(ows.Update(row.id, row.version, {"AssignedTo": form}))
            same("R698", row["AssignedTo"].split(";#")[0], person)
        S.sql("UPDATE ledger_tasks.task SET assignee = 'alice' WHERE title = \"Somebody's\"")
        r = kinds.replica(S, "tasks", "bob")
        kinds.poll_until(r, lambda r: r.rows[row.id].version > row.version, "SQL's assignment")
        same("R698", r.rows[row.id]["AssignedTo"].split(";#")[1].split(",")[0], "alice")

    def test_editor(self):
        c = kinds.client(S, "todo")
        row = c.do(ows.New({"Title": "Whose"}, ref=ows.new_ref()))
        kinds.client(S, "todo", "bob").do(ows.Update(row.id, row.version, {"Title": "Bob's"}))
        got, = [r for r in c.changes().rows if r.id == row.id]
        d = kinds.Shape(c).of(FIELDS["Editor"])
        same("R703", (d.get("Name"), d.get("Type"), d.get("ID").lower()),
             ("Editor", "User", FIELDS["Editor"].id))
        req.req("R703", got["Editor"].split(";#")[1].startswith("bob"), got["Editor"])


class Forms(unittest.TestCase):
    def test_nothing_depends_on_the_form(self):
        """The same task with and without it: rows differ in nothing else."""
        c = kinds.client(S, "todo")
        shown = []
        for form in ("urn:x:a", "urn:schemas-microsoft-com:office:infopath:b", ""):
            row = c.do(ows.New({"Title": "Form", "Status": "In Progress"}, {"FormURN": form},
                               ref="{00000000-0000-0000-0000-%012d}" % len(shown)))
            same("R859", row.bag("FormURN") or "", form)
            shown.append({k: v for k, v in row.items() if k not in (
                "ID", "UniqueId", "FSObjType", "FileRef", "MetaInfo_FormURN", "Created", "Modified",
                "MetaInfo_ReplicationID")})
        req.req("R860", shown[0] == shown[1] == shown[2], shown)


if __name__ == "__main__":
    req.main()
