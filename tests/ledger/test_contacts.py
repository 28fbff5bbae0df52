#!/usr/bin/python3 -B
"""test_contacts.py -- every field of a contact, as a column and as a property.

MS-OUTSPS 3.2.4.2.4, 2.2.4.1, 2.2.5.7.
"""

import base64
import datetime
import sys
import os
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import fieldtrip  # noqa: E402
import kinds  # noqa: E402
import ows  # noqa: E402
import req  # noqa: E402
from fieldtrip import ODD, Value, long_text  # noqa: E402
from req import same  # noqa: E402

FIELDS = [f for f in kinds.fields_of("contacts") if f.name != "Editor"]
MAPPED = FIELDS + [f for f in kinds.fields_of("all") if f.name == "Categories"]
S = None


def setUpModule():
    global S
    S = kinds.stack_of("contacts", "cards")


def tearDownModule():
    S.down()


def value(f, n):
    """The n-th value of a field, by its type."""
    if f.type == "DateTime":
        return Value("19%d-0%d-28T00:00:00Z" % (50 + n, n + 1),
                     sql=datetime.date(1950 + n, n + 1, 28))
    if f.type == "URL":
        return Value("https://x.example/%s?a=1&b=%d, %s" % (f.name, n, f.name))
    if f.type == "base64Binary":
        return Value(base64.b64encode(bytes(range(n, 200))).decode())
    if f.type == "hexBinary":
        return Value(bytes(range(n, 100)).hex().upper())
    if f.type == "AttachProps":
        return Value('<File Photo="-1">Picture%d.jpg</File><File Photo="0">b.txt</File>' % n)
    if f.name == "Comments":
        return Value(long_text(n))
    if f.type == "Note":
        return Value("%s %d\nsecond line\n\nlast %s" % (f.name, n, ODD))
    if f.name == "Gender":
        return Value(("Female", "Male", "Unspecified")[n])
    if f.type == "Choice":
        return Value(("Deutsch", "English", "Suomi")[n])
    return Value("%s %d %s" % (f.name, n, ODD))


class Fields(unittest.TestCase):
    maxDiff = None

    def test_every_field_in_a_column(self):
        trip = fieldtrip.Trip(S, "contacts", MAPPED, "ledger_contacts.contact")
        trip.declared()
        id = trip.upload({f: value(f, 0) for f in MAPPED})
        trip.by_sql(id, {f: value(f, 1) for f in MAPPED}, "1 = 1")
        trip.change(id, {f: value(f, 2) for f in MAPPED})
        trip.empty(id, MAPPED)
        trip.by_sql(id, {f: value(f, 1) for f in MAPPED}, "1 = 1")
        trip.nulls(id, MAPPED, "1 = 1")
        trip.finish()

    def test_every_field_without_a_column(self):
        loose = [f for f in FIELDS if f.name not in S.lists["cards"].columns]
        trip = fieldtrip.Trip(S, "cards", loose, "ledger_cards.card")
        trip.declared(travels_in_bag=True)
        id = trip.upload({f: value(f, 0) for f in loose}, {"Title": "Loose"})
        trip.change(id, {f: value(f, 1) for f in loose})
        trip.empty(id, loose)
        trip.finish()

    def test_all_may_be_absent(self):
        row = kinds.client(S, "cards").do(ows.New({"FirstName": "Only"}, ref=ows.new_ref()))
        there = {f.name for f in FIELDS if row.get(f.name) or row.bag(f.name)}
        same("R324", there, {"FirstName"})
        row = kinds.client(S, "cards").do(ows.New({}, {"Nickname": "N"}, ref=ows.new_ref()))
        there = {f.name for f in FIELDS if row.get(f.name) or row.bag(f.name)}
        same("R324", there, {"Nickname"})

    def test_the_last_changer_is_named(self):
        c = kinds.client(S, "cards")
        row = c.do(ows.New({"Title": "Mine"}, ref=ows.new_ref()))
        bob = kinds.client(S, "cards", "bob")
        bob.do(ows.Update(row.id, row.version, {"FirstName": "Bob's"}))
        got, = [r for r in c.download()[0] if r.id == row.id]
        declared = kinds.Shape(c).by_id["{d31655d1-1d5b-4511-95a1-7a09e9b75bf2}"]
        same("R556", (declared.get("Name"), declared.get("Type")), ("Editor", "User"))
        req.req("R556", got["Editor"].endswith("#bob"), got["Editor"])


class Values(unittest.TestCase):
    def keeps(self, ids, name, values):
        """One item with each of the values, from a client to another."""
        c = kinds.client(S, "cards")
        for one in values:
            row = c.do(ows.New({"Title": "V"}, {name: one}, ref=ows.new_ref()))
            got, = [r for r in kinds.client(S, "cards", "bob").download()[0] if r.id == row.id]
            same(ids, got.bag(name), one)
            c.do(ows.Delete(row.id, row.version))

    def test_picture_markers(self):
        """R884 to R887: names with a flag, and at most one picture."""
        text = '<File Photo="0">a b.txt</File><File Photo="-1">Portrait.jpg</File>'
        self.keeps("R459 R874 R884 R885 R886", "AttachProps", [text])
        c = kinds.client(S, "cards")
        row = c.do(ows.New({"Title": "Picture"}, {"AttachProps": text}, ref=ows.new_ref()))
        root = ows.etree.fromstring("<x>%s</x>" % row.bag("AttachProps"))
        photos = [e.text for e in root if e.get("Photo") == "-1"]
        same("R887", photos, ["Portrait.jpg"])

    def test_conference_servers(self):
        self.keeps("R488 R489", "ConfDefServerIndex", ["0", "2", "-1"])
        row = kinds.client(S, "cards").do(ows.New({"Title": "None"}, ref=ows.new_ref()))
        same("R489", row.bag("ConfDefServerIndex"), None)

    def test_gender_as_a_number(self):
        self.keeps("R10221 R10223", "Gender", ["0"])
        self.keeps("R10224", "Gender", ["1"])
        self.keeps("R10225", "Gender", ["2"])

    def test_country_and_prefix(self):
        self.keeps("R519", "HomeAddressCountry", ["Republic of Ireland"])
        self.keeps("R537", "NameTitle", ["Dr."])

    def test_gender_as_a_choice_has_mappings(self):
        field = kinds.Shape(kinds.client(S, "contacts")).by_name["Gender"]
        choices = [c.text for c in field.iterfind("{*}CHOICES/{*}CHOICE")]
        mappings = {m.text: m.get("Value") for m in field.iterfind("{*}MAPPINGS/{*}MAPPING")}
        req.req("R623", len(choices) == 3, choices)
        same("R618 R622 R626", [mappings.get(c) for c in choices], ["0", "1", "2"])


if __name__ == "__main__":
    req.main()
