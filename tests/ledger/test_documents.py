#!/usr/bin/python3 -B
"""test_documents.py -- every field of a document, its file, folders.

MS-OUTSPS 3.2.1.4, 3.2.4.2.6, 3.2.4.2.7.
"""

import os
import sys
import unittest
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import kinds  # noqa: E402
import ows  # noqa: E402
import req  # noqa: E402
import stack  # noqa: E402
from req import same  # noqa: E402

FIELDS = {f.name: f for f in kinds.fields_of("documents")}
S = None


def setUpModule():
    global S
    S = kinds.stack_of("files")


def tearDownModule():
    S.down()


def rows():
    return kinds.client(S, "files").changes().rows


def is_folder(row):
    return row["FSObjType"] == "%d;#1" % row.id


def by_name(name):
    got, = [r for r in rows() if r.get("LinkFilename") == name]
    return got


def folder_of(row):
    return row["FileDirRef"].split(";#", 1)[1]


def local(url):
    """The path of an absolute address of this server."""
    parts = urllib.parse.urlsplit(url)
    assert parts.netloc == "%s:%d" % S.server.address, url
    return parts.path


def get(row, user="carol"):
    return kinds.client(S, "files", user).http("GET", local(row["EncodedAbsUrl"]),
                                               headers=[("Translate", "f")])


def content(name):
    (got,), = S.sql("SELECT content FROM ledger_files.file WHERE name = %s", name)
    return got


class Fields(unittest.TestCase):
    def test_declared(self):
        shape = kinds.Shape(kinds.client(S, "files"))
        for f in FIELDS.values():
            d = shape.of(f)
            req.req(f.req, d is not None, "%s is not declared" % f.name)
            same(f.req, (d.get("Name"), d.get("ID").lower(), d.get("Type")),
                 (f.name, f.id.lower(), f.type))

    def test_of_the_database(self):
        files = [r for r in rows() if not is_folder(r)]
        root = kinds.Shape(kinds.client(S, "files")).list.get("RootFolder").strip("/")
        for row in files:
            name = row["LinkFilename"]
            req.req("R189", row["ContentTypeId"].startswith("0x0101"), row["ContentTypeId"])
            same("R63 R69 R694 R734", row["FileSizeDisplay"], str(len(content(name))))
            page = get(row)
            same("R63 R67 R68 R692 R728", (page.status, page.body), (200, content(name)))
            req.req("R731 R732 R693", folder_of(row).split("/")[:len(root.split("/"))]
                    == root.split("/"), (folder_of(row), root))
            same("R63 R741 R696", urllib.parse.unquote(local(row["EncodedAbsUrl"])).split("/")[-1],
                 name)
        plan = by_name("plan & 100 # of it.txt")
        same("R693", folder_of(plan), root + "/year/spring")
        same("R693", folder_of(by_name("notes.txt")), root)
        same("R695", plan["LinkCheckedOutTitle"], "carol")
        req.req("R690", plan["Author"].split(";#")[1].startswith("bob"), plan["Author"])
        same("R724", (by_name("notes.txt").get("LinkCheckedOutTitle"),
                      by_name("notes.txt").get("Categories")), (None, None))

    def test_what_sql_writes(self):
        r = kinds.replica(S, "files", "bob")
        row = by_name("notes.txt")
        S.sql("UPDATE ledger_files.file SET name = 'renamed.txt', folder = 'moved/here', "
              "content = 'other', holder = 'bob', author = 'carol' WHERE name = 'notes.txt'")
        kinds.poll_until(r, lambda r: r.rows[row.id].version > row.version, "SQL's change")
        got = r.rows[row.id]
        same("R696 R741", got["LinkFilename"], "renamed.txt")
        req.req("R693 R731", folder_of(got).endswith("/moved/here"), folder_of(got))
        same("R694 R734", got["FileSizeDisplay"], "5")
        same("R695", got["LinkCheckedOutTitle"], "bob")
        req.req("R690", got["Author"].split(";#")[1].startswith("carol"), got["Author"])
        same("R692 R728", get(got).body, b"other")
        S.sql("UPDATE ledger_files.file SET name = 'notes.txt', folder = '', "
              "content = 'first line\\nsecond line\\n' WHERE name = 'renamed.txt'")
        stack.until(lambda: [x for x in rows() if x.get("LinkFilename") == "notes.txt"], 10,
                    "the old name")

    def test_what_a_client_puts_back(self):
        row = by_name("empty.bin")
        bob = kinds.client(S, "files", "bob")
        page = get(row, "bob")
        data = bytes(range(256)) * 300
        done = bob.http("PUT", local(row["EncodedAbsUrl"]), data,
                        [("If-Match", page.header("ETag"))])
        req.req("R67", done.status in (200, 201, 204), done.status)
        same("R67 R692", (content("empty.bin"), get(by_name("empty.bin")).body), (data, data))
        got = by_name("empty.bin")
        same("R734", got["FileSizeDisplay"], str(len(data)))
        req.req("R691", got["Editor"].split(";#")[1].startswith("bob"), got["Editor"])


class Folders(unittest.TestCase):
    def test_of_the_database(self):
        folders = {folder_of(r) + "/" + r["LinkFilename"]: r for r in rows() if is_folder(r)}
        root = kinds.Shape(kinds.client(S, "files")).list.get("RootFolder").strip("/")
        req.req("R190", {root + "/year", root + "/year/spring"} <= set(folders), set(folders))
        for r in folders.values():
            req.req("R190", r["ContentTypeId"].startswith("0x0120") and
                    not r["ContentTypeId"].startswith("0x012002"), r["ContentTypeId"])
            same("R734", r.get("FileSizeDisplay"), None)

    def test_goes_with_its_contents(self):
        c = kinds.client(S, "files")
        top = c.do(ows.New({"FSObjType": "1", "BaseName": "going"}, ref=ows.new_ref()))
        req.req("R190", is_folder(top), top["FSObjType"])
        S.sql("INSERT INTO ledger_files.file (name, folder, content) VALUES "
              "('a.txt', 'going', 'a'), ('b.txt', 'going/deeper', 'b')")
        bob = kinds.replica(S, "files", "bob")
        kinds.poll_until(bob, lambda r: {"a.txt", "b.txt"} <= {
            x.get("LinkFilename") for x in r.rows.values()}, "two files")
        inside = [i for i, x in bob.rows.items() if "/going" in folder_of(x) + "/"] + [top.id]
        self.assertEqual(len(set(inside)), 4)
        now, = [r for r in rows() if r.id == top.id]
        c.do(ows.Delete(top.id, now.version))
        same("R66", sorted(i for p in bob.poll() for i in p.deleted), sorted(set(inside)))
        same("R66", S.sql("SELECT COUNT(*) FROM ledger_files.file WHERE folder LIKE 'going%%'"),
             ((0,),))


if __name__ == "__main__":
    req.main()
