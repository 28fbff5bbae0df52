#!/usr/bin/python3 -B
"""test_generic.py -- lists of template 100: any column is a field, its type that of the column.

MS-LISTSWS 2.2.4 (forms of values), MS-WSSCAML (types of fields).
"""

import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import ows  # noqa: E402
import stack  # noqa: E402

S = None
COLUMNS = """
    id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    title VARCHAR(60), room VARCHAR(20) NOT NULL DEFAULT 'B 12', note TEXT, seats INT,
    price DECIMAL(8,2), is_open TINYINT(1), is_new BIT(1), since DATE, at_time DATETIME,
    stamp TIMESTAMP NULL, link VARCHAR(200), size ENUM('small','it''s large','n/a'),
    state CHAR(1), raw VARBINARY(16), ratio DOUBLE, opens TIME"""
FIELDS = {
    "Title": "title", "Room No.": "room", "Größe": "size", "Note": "note", "Seats": "seats",
    "Price": "price", "IsOpen": "is_open", "IsNew": "is_new", "Since": "since", "At": "at_time",
    "Stamp": "stamp", "URL": "link", "State": "state", "Raw": "raw", "Ratio": "ratio",
    "Opens": "opens",
}
NAMES = {"Room No.": "Room_x0020_No.", "Größe": "Gr_x00f6__x00df_e"}
TYPES = {
    "Title": "Text", "Room No.": "Text", "Größe": "Choice", "Note": "Note", "Seats": "Integer",
    "Price": "Number", "IsOpen": "Boolean", "IsNew": "Boolean", "Since": "DateTime",
    "At": "DateTime", "Stamp": "DateTime", "URL": "URL", "State": "Choice", "Raw": "Note",
    "Ratio": "Number", "Opens": "Text",
}
ODD = "a;#b & <c> \"d\" 'e' \U0001F600 שלום\nsecond"


def generic(name, fields, columns=COLUMNS, **more):
    sections = {"provider": {"type": "generic"}, "source": {"timezone": "Europe/Berlin"}}
    sections.update(more)
    return stack.Contacts(name, fields=fields, columns=columns, more=sections)


def setUpModule():
    global S
    some = {f: FIELDS[f] for f in ("Title", "Room No.", "Seats")}
    S = stack.Stack([
        generic("every", FIELDS, **{"values.State": {"o": "open", "c": "closed"}}),
        generic("few", some), generic("other", some),
        generic("locked", some, write={"mode": "view", "readonly": "Room No."}),
        generic("named", {"Title": "title", "Größe": "size", "Seats": "seats", "Price": "price"},
                **{"values.Größe": {"small": "klein", "n/a": "klein"},
                   "values.Seats": {"1": "few", "2": "few", "100": "many"},
                   "values.Price": {"NULL": "0"}}),
    ]).up()


def tearDownModule():
    S.down()


def wire(name):
    return NAMES.get(name, name)


class Reader(ows.Client):
    """Asks for what GetList declares."""

    def view_fields(self):
        names = [f.get("Name") for f in self.get_list().iterfind("{*}Fields/{*}Field")]
        refs = "".join('<FieldRef Name="%s"/>' % n for n in names)
        return "<viewFields>%s</viewFields>" % self.caml("ViewFields", refs, ' Properties="TRUE"')


def reader(name, user="alice"):
    c = Reader(S.server, S.lists[name].id, user)
    S.clients.append(c)
    return c


def declared(name):
    return {f.get("Name"): f for f in reader(name).get_list().iterfind("{*}Fields/{*}Field")}


UP = {
    "Title": "Lab", "Room No.": "C 7", "Größe": "it's large", "Note": ODD + "x" * 60000,
    "Seats": "-12", "Price": "19.5", "IsOpen": "1", "IsNew": "1",
    "Since": "2026-03-05T00:00:00Z", "At": "2026-07-05T09:30:00Z", "Stamp": "2026-01-05T09:30:01Z",
    "URL": "https://x.example/a,,b, A, B", "State": "open", "Raw": "00FF",
    "Ratio": "0.000125", "Opens": "08:30:00",
}
HELD = {
    "title": "Lab", "room": "C 7", "size": "it's large", "seats": -12, "is_open": 1,
    "link": "https://x.example/a,b, A, B", "state": "o", "raw": b"\0\xff",
}


class Schema(unittest.TestCase):
    def test_types_come_from_the_columns(self):
        fields = declared("every")
        for name, type in TYPES.items():
            self.assertEqual(fields[wire(name)].get("Type"), type, name)
            self.assertEqual(fields[wire(name)].get("DisplayName"), name)
        self.assertEqual(fields["Since"].get("Format"), "DateOnly")
        self.assertEqual(fields["At"].get("Format"), "DateTime")
        self.assertEqual(fields["Room_x0020_No."].get("MaxLength"), "20")
        self.assertEqual(fields["Note"].get("RichText"), "FALSE")

    def test_an_enum_brings_its_members(self):
        def choices(list, name):
            return [c.text for c in declared(list)[wire(name)].iterfind("{*}CHOICES/{*}CHOICE")]
        self.assertEqual(choices("every", "Größe"), ["small", "it's large", "n/a"])
        # [values.X] makes words of what holds none
        self.assertEqual(choices("every", "State"), ["open", "closed"])
        self.assertEqual(choices("named", "Seats"), ["few", "many"])
        self.assertEqual(declared("named")["Price"].get("Type"), "Number")
        self.assertEqual(choices("named", "Größe"), ["klein", "it's large"])

    def test_ids_are_of_the_list_and_the_name(self):
        few, other, every = declared("few"), declared("other"), declared("every")
        self.assertEqual(few["Seats"].get("ID"), declared("few")["Seats"].get("ID"))
        ids = [f.get("ID") for f in every.values()]
        self.assertEqual(len(ids), len(set(ids)))
        for name in ("Seats", wire("Room No.")):
            self.assertNotEqual(few[name].get("ID"), other[name].get("ID"))
        self.assertEqual(few["Title"].get("ID"), other["Title"].get("ID"))

    def test_the_list_is_a_generic_one(self):
        root = reader("few").get_list()
        self.assertEqual((root.get("ServerTemplate"), root.get("BaseType")), ("100", "0"))
        row = reader("few").do(ows.New({"Title": "x"}, ref=ows.new_ref()))
        self.assertTrue(row["ContentTypeId"].startswith("0x0100"), row["ContentTypeId"])


class RoundTrip(unittest.TestCase):
    maxDiff = None

    def same(self, row, values, where):
        got = {n: row.get(wire(n)) for n in values}
        self.assertEqual(got, values, where)

    def test_every_type_both_ways(self):
        alice, bob = reader("every"), ows.Replica(reader("every", "bob")).first()
        row = alice.do(ows.New({wire(n): v for n, v in UP.items()}, ref=ows.new_ref()))
        self.same(row, UP, "the answer")
        bob.poll()
        self.same(bob.rows[row.id], UP, "another client")
        first, = [r for r in reader("every", "carol").download()[0] if r.id == row.id]
        self.same(first, UP, "a first download")
        (held,) = S.sql("SELECT %s FROM t_every.person WHERE id = (SELECT MAX(id) FROM "
                        "t_every.person)" % ", ".join(HELD))
        self.assertEqual(dict(zip(HELD, held)), HELD)
        (local,), = S.sql("SELECT CAST(at_time AS CHAR) FROM t_every.person ORDER BY id DESC LIMIT 1")
        self.assertEqual(local, "2026-07-05 11:30:00")
        # writing the same is no change
        again = alice.do(ows.Update(row.id, row.version, {wire(n): v for n, v in UP.items()}))
        self.assertEqual(again.version, row.version)
        # one alone
        later = alice.do(ows.Update(row.id, row.version, {"Seats": "7", wire("Größe"): "n/a"}))
        self.assertEqual((later.version, later["Seats"], later[wire("Größe")], later["Note"]),
                         (row.version + 1, "7", "n/a", UP["Note"]))

    def test_what_sql_writes(self):
        bob = ows.Replica(reader("every", "bob")).first()
        S.sql("INSERT INTO t_every.person SET title = %s, room = '', note = %s, seats = 0, price = 1, "
              "is_open = 0, is_new = b'0', since = '1999-12-31', at_time = '2026-01-05 10:00:00', "
              "stamp = '2026-07-01 00:00:00', state = 'x', raw = '', ratio = 1e-7, opens = '00:00:01', "
              "size = 'n/a', link = 'https://y.example/'", "By SQL", ODD)
        bob.poll()
        row, = [r for r in bob.rows.values() if r["Title"] == "By SQL"]
        self.same(row, {"Note": ODD, "Seats": "0", "Price": "1", "IsOpen": "0", "IsNew": "0",
                        "Since": "1999-12-31T00:00:00Z", "At": "2026-01-05T09:00:00Z",
                        "Stamp": "2026-07-01T00:00:00Z", "State": "x", "Ratio": "0.0000001",
                        "Größe": "n/a", "Opens": "00:00:01", "Room No.": None, "Raw": None,
                        "URL": "https://y.example/, https://y.example/"}, "by SQL")
        S.sql("UPDATE t_every.person SET title = NULL, note = NULL, seats = NULL, price = NULL, "
              "is_open = NULL, is_new = NULL, since = NULL, at_time = NULL, stamp = NULL, "
              "link = NULL, size = NULL, state = NULL, raw = NULL, ratio = NULL, opens = NULL "
              "WHERE title = 'By SQL'")
        bob.poll()
        self.same(bob.rows[row.id], {n: None for n in TYPES if n != "Room No."}, "NULLs")

    def test_properties_are_kept_beside_the_columns(self):
        c = reader("few")
        row = c.do(ows.New({"Title": "With"}, {"Mood": "fine", "Seats": "9"}, ref=ows.new_ref()))
        # a property that has the name of a column is that column
        self.assertEqual((row["Seats"], row.bag("Mood"), row.bag("Seats")), ("9", "fine", None))

    def test_only_what_was_asked_for(self):
        c = S.client("few")
        c.do(ows.New({"Title": "Asked", "Seats": "3"}, ref=ows.new_ref()))
        for wanted, missing in (("Seats", wire("Room No.")), (wire("Room No."), "Seats")):
            c.view_fields = lambda: "<viewFields>%s</viewFields>" % c.caml(
                "ViewFields", '<FieldRef Name="%s"/>' % wanted)
            row, = [r for r in c.download()[0] if r.get(wanted) and "Title" not in r
                    and (wanted != "Seats" or r["Seats"] == "3")][:1]
            self.assertNotIn(missing, row)


    def test_words_for_numbers(self):
        row = reader("named").do(ows.New({"Seats": "many", wire("Größe"): "klein"}, ref=ows.new_ref()))
        self.assertEqual((row["Seats"], row[wire("Größe")], row["Price"]), ("many", "klein", "0"))
        self.assertEqual(S.sql("SELECT seats, size, price FROM t_named.person ORDER BY id DESC LIMIT 1"),
                         ((100, "small", None),))
        S.sql("UPDATE t_named.person SET seats = 2, size = 'n/a'")
        r = ows.Replica(reader("named", "bob")).first()
        self.assertEqual({(x["Seats"], x[wire("Größe")]) for x in r.rows.values()}, {("few", "klein")})


class Refusals(unittest.TestCase):
    def refused(self, list, fields, code, *words):
        result, = reader(list).update(ows.New(fields, ref=ows.new_ref()))
        self.assertEqual(result.code, code, result.text)
        for w in words:
            self.assertIn(w, result.text)

    def test_values_that_are_none(self):
        self.refused("every", {"Seats": "many"}, "0x8102001a", "Seats", "many", "whole number")
        self.refused("every", {"Since": "soon"}, "0x8102001c", "Since", "date")
        self.refused("every", {"IsOpen": "perhaps"}, "0x8102001f", "IsOpen")
        self.refused("every", {"Raw": "xyz"}, "0x8102001d", "hexadecimal")
        self.refused("every", {wire("Größe"): "huge"}, "0x81020014", "Größe")
        self.refused("few", {wire("Room No."): "x" * 21}, "0x81020014", "20", "21")

    def test_a_name_that_is_no_field(self):
        self.refused("few", {"Chairs": "1"}, "0x81020014", "Chairs")
        self.refused("few", {"FirstName": "1"}, "0x81020014", "FirstName")

    def test_read_only(self):
        c = reader("locked")
        row = c.do(ows.New({"Title": "x", wire("Room No."): "Z 1"}, ref=ows.new_ref()))
        self.assertEqual(row[wire("Room No.")], "B 12")
        self.assertEqual(declared("locked")[wire("Room No.")].get("ReadOnly"), "TRUE")


class Check(unittest.TestCase):
    def test_check_knows_the_members(self):
        said = S.owsadm("check", check=False)
        self.assertNotIn("every/provider.ini", said)
        S.add(generic("wrong", {"Title": "title", "Size": "size"},
                      **{"values.Size": {"smal": "S", "n/a": "-"}}))
        said = S.owsadm("check", check=False)
        self.assertIn("[values.Size] smal: the column size has no such value", said)
        self.assertIn("did you mean small?", said)

    def test_values_of_a_field_that_is_not_there(self):
        S.add(generic("words", {"Title": "title", "Size": "size"},
                      **{"values.Größe": {"small": "klein"}}))
        self.assertIn('"Größe" is not a field of generic', S.owsadm("check", check=False))


if __name__ == "__main__":
    unittest.main()
