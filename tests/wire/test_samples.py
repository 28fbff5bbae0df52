#!/usr/bin/python3 -B
"""test_samples.py -- every field of the sample lists that GetList calls writable is.

With the rights that `owsadm install` grants, and no more: a join of four
tables, a plain table, a list that may only be read.
"""

import unittest

import ows
import stack

IDS = {"adventureworks": "{7765B84F-6D32-4D31-B28E-6BC615D2F187}",
       "customers": "{3E0C7A52-9B64-4F0E-8B3C-5D0F6E2A91C4}"}
SERVER_SIDE = {"ID", "ContentTypeId", "Created", "Modified", "Author", "Editor", "owshiddenversion"}
S = None


def setUpModule():
    global S
    S = stack.Stack([])
    S.env["SAMPLES"] = ""
    S.up()


def tearDownModule():
    S.down()


def another(field, old):
    """A value of the field's type that differs from the one it has."""
    if field.get("Type") == "DateTime":
        return "1971-02-03T00:00:00Z"
    if field.get("Type") == "URL":
        return "https://changed.example/"
    if field.get("Type") == "Choice":
        return "2" if old != "2" else "1"
    length = int(field.get("MaxLength") or 255)
    return ("changed " + field.get("Name"))[:length]


class Samples(unittest.TestCase):
    def writable(self, client):
        """Fields that the list declares for clients to change."""
        root = client.get_list()
        return [f for f in root.iter("{%s}Field" % ows.SP)
                if f.get("ReadOnly") != "TRUE" and f.get("Name") not in SERVER_SIDE
                and f.get("Hidden") != "TRUE"]

    def change_each(self, name, at_least):
        c = ows.Client(S.server, IDS[name], "alice")
        self.addCleanup(c.close)
        rows, _, _ = c.download()
        # a row of which every part is there: others refuse what they have no row for
        row = max(rows, key=len)
        version, done = row.version, []
        for f in self.writable(c):
            if f.get("Name") not in row:
                continue
            value = another(f, row[f.get("Name")])
            result, = c.update(ows.Update(row.id, version, {f.get("Name"): value}))
            self.assertEqual(result.code, ows.OK, (f.get("Name"), result.text))
            self.assertTrue(result.row[f.get("Name")].startswith(value), result.row)
            self.assertEqual(result.row.version, version + 1)
            version += 1
            done.append(f.get("Name"))
        self.assertGreaterEqual(len(done), at_least)
        result, = c.update(ows.Delete(row.id, version))
        self.assertEqual(result.code, ows.OK, result.text)

    def test_join_of_four_tables(self):
        self.change_each("adventureworks", 15)

    def test_plain_table(self):
        self.change_each("customers", 15)


if __name__ == "__main__":
    unittest.main()
