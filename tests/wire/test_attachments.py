#!/usr/bin/python3 -B
"""test_attachments.py -- files attached to items: MS-LISTSWS 3.1.4.1, 3.1.4.9, 3.1.4.18
(operations and faults), MS-OUTSPS 3.2.4.2.3 (what Outlook does with them).

AddAttachment, the PUT that follows 0x81020067, ETags and ranges, names, 50 MB
without a worker growing, a killed worker, rights, tombstones, the contact photo.
"""

import base64
import email.utils
import hashlib
import os
import random
import re
import shutil
import signal
import threading
import unittest
import urllib.parse

import ows
import stack

class OwnTable(stack.Contacts):
    """A list whose files are in a table of the DBA's own."""

    def sql(self):
        return stack.Contacts.sql(self) + (
            "CREATE TABLE file (no INT UNSIGNED AUTO_INCREMENT PRIMARY KEY, person_id INT UNSIGNED, "
            "title VARCHAR(255) CHARACTER SET utf8mb4, data LONGBLOB, "
            "changed TIMESTAMP(6) DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6), "
            "KEY (person_id), FOREIGN KEY (person_id) REFERENCES person (id) ON DELETE CASCADE);\n"
            "INSERT INTO file (person_id, title, data) VALUES (1, 'first.txt', 'one'), "
            "(2, 'a/b', 'no name for a file'), (2, NULL, 'none'), (2, 'Ä.txt', 'ä');\n")


def own(name, more, drop=()):
    keys = {"table": "t_%s.file" % name, "item": "person_id", "name": "title", "content": "data"}
    keys.update(more.pop("attachments", {}))
    return OwnTable(name, count=6, more=dict(more, attachments=keys), drop=drop)


LISTS = [stack.Contacts(n, count=6) for n in
         "plain names put ranges big kill gone photo limits same race faults".split()]
LISTS.append(stack.Contacts("closed", count=2, more={"access": {"read": "alice", "write": "alice"}}))
LISTS.append(stack.Contacts("readonly", count=2, more={"write": {"mode": "none"}}))
LISTS += [
    own("own", {"track": {"tables": "t_own.person:id, t_own.file:person_id"}}),
    own("ownscan", {"track": {"mode": "scan", "scan_every": "0"},
                    "attachments": {"modified": "changed"}}, drop=(("track", "tables"),)),
]
MIB = 1 << 20
S = None


def setUpModule():
    global S
    S = stack.Stack(LISTS).up()
    S.sql("SELECT 1")  # the first connection is the one that commits by itself


def tearDownModule():
    S.down()


def add_xml(c, item, name, data, listname=None):
    return "%s<listItemID>%s</listItemID><fileName>%s</fileName><attachment>%s</attachment>" % (
        c.list_name(listname), item, ows.text(name),
        data if isinstance(data, str) else base64.b64encode(data).decode())


def add(c, item, name, data):
    """Upload as Outlook does; the address below the site, as it was answered."""
    root = c.call("AddAttachment", add_xml(c, item, name, data))
    return root.findtext(".//{%s}AddAttachmentResult" % ows.SP)


def urls(c, item):
    root = c.call("GetAttachmentCollection",
                  "%s<listItemID>%s</listItemID>" % (c.list_name(), item))
    found = root.find(".//{%s}Attachments" % ows.SP)
    assert found is not None
    return [a.text for a in found]


def delete(c, item, url):
    return c.call("DeleteAttachment", "%s<listItemID>%s</listItemID><url>%s</url>"
                  % (c.list_name(), item, ows.text(url)))


def path_of(url):
    return urllib.parse.urlsplit(url).path


def row(c, item):
    return {r.id: r for r in c.download()[0]}[item]


def files(value):
    """[(url, version)] of ows_Attachments as Outlook asks for it."""
    if value == "0":
        return []
    parts = value.split(";#")
    assert parts[0] == "" and parts[-1] == "", value
    parts = parts[1:-1]
    assert len(parts) % 2 == 0, value
    pairs = list(zip(parts[::2], parts[1::2]))
    for _, version in pairs:
        assert re.fullmatch(r"\{[0-9A-F-]{36}\},[1-9][0-9]*", version), version
    return pairs


class Operations(unittest.TestCase):
    def fault(self, c, operation, inner, code):
        with self.assertRaises(ows.Fault) as caught:
            c.call(operation, inner)
        self.assertEqual(caught.exception.code, code, caught.exception)
        return caught.exception

    def test_add_list_get_delete(self):
        for soap in (11, 12):
            c = S.client("plain", soap=soap)
            before = row(c, 1)
            self.assertEqual(before["Attachments"], "0")
            self.assertEqual(urls(c, 1), [])
            where = add(c, 1, "note.txt", b"hello")
            self.assertEqual(where, "Lists/plain/Attachments/1/note.txt")
            url, = urls(c, 1)
            self.assertEqual(url, "http://%s:%d/%s" % (S.host, S.port, where))
            got = c.http("GET", path_of(url), headers=[("Translate", "f")])
            self.assertEqual((got.status, got.body), (200, b"hello"))
            self.assertEqual(got.header("Content-Type"), "text/plain")
            self.assertTrue(got.header("Content-Disposition").startswith("attachment"))
            self.assertEqual(got.header("X-Content-Type-Options"), "nosniff")
            after = row(c, 1)
            self.assertEqual(after.version, before.version + 1)
            (shown, version), = files(after["Attachments"])
            self.assertEqual((shown, '"%s"' % version), (url, got.header("ETag")))
            delete(c, 1, url)
            self.assertEqual(c.http("GET", path_of(url)).status, 404)
            self.assertEqual(urls(c, 1), [])
            last = row(c, 1)
            self.assertEqual((last["Attachments"], last.version), ("0", before.version + 2))

    def test_a_change_of_the_item(self):
        a, b = S.client("plain"), S.replica("plain", "bob")
        before = b.rows[2]
        add(a, 2, "a.bin", b"\0\1\2")
        b.poll()
        self.assertEqual(b.rows[2].version, before.version + 1)
        (url, version), = files(b.rows[2]["Attachments"])
        head = b.rows[2].bag("vti_versionhistory")
        mine = S.lists["plain"].id.strip("{}").replace("-", "").lower()
        self.assertEqual(head, "%s:%d" % (mine, b.rows[2].version))
        put = a.http("PUT", path_of(url), b"new", [("If-Match", '"%s"' % version)])
        self.assertEqual(put.status, 200)
        b.poll()
        (same, newer), = files(b.rows[2]["Attachments"])
        self.assertEqual(same, url)
        self.assertEqual(newer, version[:-1] + "2")
        self.assertEqual(put.header("ETag"), '"%s"' % newer)
        self.assertEqual(b.rows[2].version, before.version + 2)
        delete(a, 2, url)
        pages = b.poll()
        self.assertEqual([r.id for p in pages for r in p.rows], [2])
        self.assertEqual(b.rows[2]["Attachments"], "0")
        self.assertEqual(b.poll()[0].rows, [])

    def test_an_update_keeps_the_files(self):
        c = S.client("plain")
        add(c, 3, "kept.txt", b"x")
        now = row(c, 3)
        c.do(ows.Update(3, now.version, {"Company": "Kept"}))
        self.assertEqual(files(row(c, 3)["Attachments"]), files(now["Attachments"]))
        S.sql("UPDATE t_plain.person SET company = 'Elsewhere' WHERE id = 3")
        later = row(c, 3)
        self.assertEqual((later["Company"], files(later["Attachments"])),
                         ("Elsewhere", files(now["Attachments"])))

    def test_the_options_of_a_query(self):
        c = S.client("plain")
        add(c, 4, "o.txt", b"x")
        fields = ("<viewFields><ViewFields><FieldRef Name=\"Attachments\"/></ViewFields>"
                  "</viewFields>")
        url = "http://%s:%d/Lists/plain/Attachments/4/o.txt" % (S.host, S.port)
        for options, wanted in (
                (False, re.escape(";#%s;#" % url) + r"\{[0-9A-F-]{36}\},1;#"),
                ("", "1"), ("<IncludeAttachmentUrls>FALSE</IncludeAttachmentUrls>", "1"),
                ("<IncludeAttachmentVersion>TRUE</IncludeAttachmentVersion>", "1"),
                ("<IncludeAttachmentUrls>True</IncludeAttachmentUrls>", re.escape(";#%s;#" % url))):
            rows = {r.id: r for r in c.changes(options=options, view_fields=fields).rows}
            self.assertRegex(rows[4]["Attachments"], "^%s$" % wanted, options)
            self.assertEqual(rows[5]["Attachments"], "0")

    def test_the_schema_says_so(self):
        self.assertEqual(S.client("plain").get_list().get("EnableAttachments"), "True")

    def test_faults_in_their_order(self):
        c = S.client("faults")
        name, lists = "<fileName>a.txt</fileName>", c.list_name()
        data, item = "<attachment>aGk=</attachment>", "<listItemID>1</listItemID>"
        fault = self.fault
        fault(c, "AddAttachment", "", "0x82000001")
        fault(c, "AddAttachment", lists + name + data, "0x82000001")
        fault(c, "AddAttachment", item + name + data, None)
        fault(c, "AddAttachment", lists + item, None)
        fault(c, "AddAttachment", lists + item + name, None)
        fault(c, "AddAttachment", lists + item + data, "0x81020073")
        fault(c, "AddAttachment", c.list_name("nobody") + item + name + data, "0x82000006")
        for bad in ("0", "-1", "77", "abc", "99999999999"):
            fault(c, "AddAttachment", lists + "<listItemID>%s</listItemID>" % bad + name + data, None)
        fault(c, "AddAttachment", add_xml(c, 1, "a.txt", "aGk"), None)
        fault(c, "AddAttachment", add_xml(c, 1, "a.txt", "no!!"), None)
        fault(c, "AddAttachment", add_xml(c, 1, "a.txt", "aGk=<b/>"), None)
        fault(c, "AddAttachment", add_xml(c, 1, "a.txt", ""), "0x8007000d")
        self.assertEqual(urls(c, 1), [])
        add(c, 1, "A.txt", "a G\r\nk=\t")
        self.assertEqual(c.http("GET", "/Lists/faults/Attachments/1/a.TXT").body, b"hi")
        fault(c, "AddAttachment", add_xml(c, 1, "a.txt", b"hi"), "0x81020067")
        fault(c, "GetAttachmentCollection", lists, "0x82000001")
        fault(c, "GetAttachmentCollection", item, None)
        fault(c, "GetAttachmentCollection", c.list_name("nobody") + item, "0x82000006")
        fault(c, "GetAttachmentCollection", lists + "<listItemID>-4</listItemID>", "0x81020014")
        for bad in ("0", "77", "abc"):
            fault(c, "GetAttachmentCollection", lists + "<listItemID>%s</listItemID>" % bad, None)
        url = "<url>%s</url>" % urls(c, 1)[0]
        fault(c, "DeleteAttachment", lists + url, "0x82000001")
        fault(c, "DeleteAttachment", lists + item, None)
        fault(c, "DeleteAttachment", item + url, None)
        fault(c, "DeleteAttachment", c.list_name("nobody") + item + url, "0x82000006")
        fault(c, "DeleteAttachment", lists + "<listItemID>77</listItemID>" + url, None)
        for bad in ("nothing", "http://x/Lists/faults/Attachments/1/other.txt",
                    "http://x/Lists/plain/Attachments/1/A.txt",
                    "http://x/Lists/faults/Attachments/2/A.txt", "/"):
            fault(c, "DeleteAttachment", lists + item + "<url>%s</url>" % bad, "0x82000001")
        self.assertEqual(len(urls(c, 1)), 1)

    def test_every_form_of_an_address_deletes(self):
        c = S.client("faults")
        for form in ("http://%s:%d/Lists/faults/Attachments/2/" % (S.host, S.port),
                     "https://proxy.example/Lists/faults/Attachments/2/",
                     "/Lists/faults/Attachments/2/", "lists/FAULTS/attachments/2/"):
            for name in ("a%20b%C3%A4.txt", "a bä.txt"):
                add(c, 2, "a bä.txt", b"x")
                delete(c, 2, form + name)
                self.assertEqual(urls(c, 2), [], form + name)

    def test_a_change_needs_its_action(self):
        c = S.client("faults")
        h = [x for x in c.headers("AddAttachment") if x[0] != "SOAPAction"]
        answer = c.post("AddAttachment", c.envelope("AddAttachment", add_xml(c, 3, "a", b"x")), h)
        self.assertEqual(answer.status, 500)
        self.assertIn(b"0x8102006d", answer.body)
        self.assertEqual(urls(c, 3), [])


class Names(unittest.TestCase):
    def test_legal_ones(self):
        c = S.client("names")
        for name in ("plain.txt", "two words.txt", "Grüße.pdf", "日本語.docx", "🚀 launch.png",
                     "it's (1) + 2 = [3], $4; 5!.txt", "a.b.c", "UPPER.TXT", "x" * 255,
                     "é" * 255, "مرحبا.txt", "no-ending", "@^&'"[0:2] + "_`.txt", "Ω.txt"):
            where = add(c, 1, name, name.encode())
            listed = [u for u in urls(c, 1) if urllib.parse.unquote(u).endswith("/" + name)]
            self.assertEqual(len(listed), 1, name)
            self.assertEqual(path_of(listed[0]).lstrip("/"), where)
            got = c.http("GET", path_of(listed[0]))
            self.assertEqual((got.status, got.body), (200, name.encode()), name)
            if len(name.encode()) < 400:
                self.assertIn("filename*=UTF-8''" + urllib.parse.quote(name, safe="~"),
                              got.header("Content-Disposition"))
            shown = [u for u, _ in files(row(c, 1)["Attachments"])]
            self.assertEqual(shown, [listed[0]], name)
            delete(c, 1, listed[0])

    def test_refused_ones(self):
        c = S.client("names")
        for name in ("a#b.txt", "a%b.txt", "a*b", "a:b", "a<b", "a>b", "a?b", "a/b", "a\\b", "a{b",
                     "a|b", "a}b", "a~b", 'a"b', "a&b", ".hidden", "end.", "a..b", "x" * 256,
                     "tab\there"):
            with self.assertRaises(ows.Fault) as caught:
                add(c, 2, name, b"x")
            self.assertEqual(caught.exception.code, "0x81020073", name)
            quoted = urllib.parse.quote(name, safe="")
            if "/" not in name:
                put = c.http("PUT", "/Lists/names/Attachments/2/" + quoted, b"x")
                self.assertIn(put.status, (400, 404), name)
        self.assertEqual(urls(c, 2), [])

    def test_one_name_in_two_spellings(self):
        c = S.client("names")
        add(c, 3, "Ärger.TXT", b"1")
        for same in ("ärger.txt", "ÄRGER.txt"):
            with self.assertRaises(ows.Fault) as caught:
                add(c, 3, same, b"2")
            self.assertEqual(caught.exception.code, "0x81020067")
            got = c.http("GET", "/lists/NAMES/attachments/3/" + urllib.parse.quote(same))
            self.assertEqual(got.body, b"1")
        put = c.http("PUT", "/Lists/names/Attachments/3/" + urllib.parse.quote("ärger.txt"), b"3")
        self.assertEqual(put.status, 200)
        url, = urls(c, 3)
        self.assertTrue(urllib.parse.unquote(url).endswith("/Ärger.TXT"))


class Http(unittest.TestCase):
    def setUp(self):
        self.c = S.client("put")

    def etag(self, path):
        got = self.c.http("HEAD", path)
        self.assertEqual(got.status, 200)
        return got.header("ETag")

    def test_the_name_is_used_then_put(self):
        """What Outlook does: 0x81020067, then a PUT with the version that it knows."""
        add(self.c, 1, "doc.txt", b"one")
        path = "/Lists/put/Attachments/1/doc.txt"
        first = self.etag(path)
        with self.assertRaises(ows.Fault) as caught:
            add(self.c, 1, "doc.txt", b"two")
        self.assertEqual(caught.exception.code, "0x81020067")
        put = self.c.http("PUT", path, b"two", [("If-Match", first)])
        self.assertEqual(put.status, 200)
        self.assertNotEqual(put.header("ETag"), first)
        self.assertEqual(self.c.http("GET", path).body, b"two")
        stale = self.c.http("PUT", path, b"three", [("If-Match", first)])
        self.assertEqual(stale.status, 412)
        self.assertEqual(stale.header("ETag"), put.header("ETag"))
        self.assertEqual(self.c.http("GET", path).body, b"two")
        self.assertEqual(self.c.http("DELETE", path, headers=[("If-Match", first)]).status, 412)
        self.assertEqual(self.c.http("DELETE", path, headers=[("If-Match", put.header("ETag"))]).status,
                         204)
        self.assertEqual(self.c.http("GET", path).status, 404)
        gone = self.c.http("PUT", path, b"x", [("If-Match", first)])
        self.assertEqual(gone.status, 412)
        self.assertEqual(self.c.http("DELETE", path).status, 404)

    def test_put_makes_a_file(self):
        path = "/Lists/put/Attachments/2/new.txt"
        self.assertEqual(self.c.http("PUT", path, b"x", [("If-Match", "*")]).status, 412)
        made = self.c.http("PUT", path, b"x", [("If-None-Match", "*")])
        self.assertEqual(made.status, 201)
        self.assertEqual(self.c.http("PUT", path, b"y", [("If-None-Match", "*")]).status, 412)
        self.assertEqual(self.c.http("GET", path).body, b"x")
        self.assertEqual(self.c.http("PUT", path, b"").status, 200)
        empty = self.c.http("GET", path)
        self.assertEqual((empty.status, empty.body, empty.header("Content-Length")), (200, b"", "0"))

    def test_the_same_bytes_are_no_change(self):
        c, path = S.client("same"), "/Lists/same/Attachments/1/same.bin"
        add(c, 1, "same.bin", b"same" * 1000)
        before, tag = row(c, 1), c.http("HEAD", path).header("ETag")
        for headers in ([], [("If-Match", tag)]):
            put = c.http("PUT", path, b"same" * 1000, headers)
            self.assertEqual((put.status, put.header("ETag")), (200, tag))
        self.assertEqual(row(c, 1).version, before.version)
        self.assertEqual(row(c, 1)["Attachments"], before["Attachments"])

    def test_what_was_overwritten_unseen_is_kept(self):
        c, path = S.client("same"), "/Lists/same/Attachments/2/k.txt"
        count = "SELECT COUNT(*) FROM ows.ows_file f JOIN ows.ows_list l ON l.no = f.list " \
                "WHERE l.name = 'same' AND f.item = 2 AND f.gone > 0"
        parts = "SELECT COUNT(*) FROM ows.ows_file_part p LEFT JOIN ows.ows_file f " \
                "ON f.content = p.content WHERE f.content IS NULL"
        add(c, 2, "k.txt", b"0")
        tag = c.http("PUT", path, b"1").header("ETag")
        self.assertEqual(S.sql(count), ((1,),))
        c.http("PUT", path, b"2", [("If-Match", tag)])
        self.assertEqual(S.sql(count), ((1,),), "what the client saw is not kept")
        for n in range(30):
            self.assertEqual(c.http("PUT", path, b"again %d" % n).status, 200)
        self.assertEqual(S.sql(count), ((20,),))
        self.assertEqual(S.sql(parts), ((0,),))
        oldest = S.sql("SELECT MIN(version) FROM ows.ows_file f JOIN ows.ows_list l ON l.no = f.list "
                       "WHERE l.name = 'same' AND f.item = 2")
        self.assertEqual(oldest, ((33 - 20,),))

    def test_ranges_and_conditions(self):
        c, path = S.client("ranges"), "/Lists/ranges/Attachments/1/r.bin"
        data = random.Random(5).randbytes(3 * 512 * 1024 + 17)
        add(c, 1, "r.bin", data)
        whole = c.http("GET", path)
        self.assertEqual((whole.status, whole.body), (200, data))
        tag, date = whole.header("ETag"), whole.header("Last-Modified")
        self.assertIsNotNone(email.utils.parsedate_to_datetime(date))
        head = c.http("HEAD", path)
        self.assertEqual((head.status, int(head.header("Content-Length"))), (200, len(data)))
        n, part = len(data), 512 * 1024
        for said, at, end in (("0-0", 0, 0), ("0-", 0, n - 1), ("100-199", 100, 199),
                              ("%d-%d" % (part - 1, part), part - 1, part),
                              ("%d-%d" % (part, 2 * part - 1), part, 2 * part - 1),
                              ("-5", n - 5, n - 1), ("-%d" % (2 * n), 0, n - 1),
                              ("%d-" % (n - 1), n - 1, n - 1), ("5-%d" % (9 * n), 5, n - 1)):
            got = c.http("GET", path, headers=[("Range", "bytes=" + said)])
            self.assertEqual(got.status, 206, said)
            self.assertEqual(got.header("Content-Range"), "bytes %d-%d/%d" % (at, end, n))
            self.assertEqual(got.body, data[at:end + 1], said)
        for said in ("bytes=%d-" % n, "bytes=-0"):
            got = c.http("GET", path, headers=[("Range", said)])
            self.assertEqual((got.status, got.header("Content-Range")), (416, "bytes */%d" % n))
        for said in ("bytes=0-1,5-6", "bytes=9-1", "bytes=a-b", "lines=1-2", "bytes=-"):
            self.assertEqual(c.http("GET", path, headers=[("Range", said)]).body, data, said)
        old = email.utils.formatdate(0, usegmt=True)
        for headers, status in (
                ([("If-None-Match", tag)], 304), ([("If-None-Match", "W/" + tag)], 304),
                ([("If-None-Match", '"x", ' + tag)], 304), ([("If-None-Match", "*")], 304),
                ([("If-None-Match", '"x"')], 200), ([("If-Modified-Since", date)], 304),
                ([("If-Modified-Since", old)], 200), ([("If-Modified-Since", "soon")], 200),
                ([("If-None-Match", '"x"'), ("If-Modified-Since", date)], 200),
                ([("If-Match", tag)], 200), ([("If-Match", "W/" + tag)], 412),
                ([("If-Match", '"x"')], 412), ([("If-Unmodified-Since", old)], 412),
                ([("If-Unmodified-Since", date)], 200),
                ([("Range", "bytes=0-3"), ("If-Range", tag)], 206),
                ([("Range", "bytes=0-3"), ("If-Range", '"x"')], 200),
                ([("Range", "bytes=0-3"), ("If-Range", date)], 206)):
            self.assertEqual(c.http("GET", path, headers=headers).status, status, headers)

    def test_methods_and_addresses(self):
        add(self.c, 3, "a.txt", b"x")
        path = "/Lists/put/Attachments/3/a.txt"
        options = self.c.http("OPTIONS", path)
        self.assertEqual(options.status, 200)
        self.assertEqual(options.header("Allow"), "GET, HEAD, PUT, DELETE, OPTIONS")
        self.assertIsNone(options.header("MS-Author-Via"))
        self.assertEqual(self.c.http("POST", path, b"x").status, 405)
        for bad in ("/Lists/put/Attachments/0/a.txt", "/Lists/put/Attachments/x/a.txt",
                    "/Lists/put/Attachments/99/a.txt", "/Lists/none/Attachments/3/a.txt",
                    "/Lists/put/Attachments/3/", "/Lists/put/Attachments/3",
                    "/Lists/put/Attachments/3/a.txt/b",
                    "/Lists/put/Attachments", "/Lists/put/Attachments/3/a.txt%00"):
            for method in ("GET", "PUT", "DELETE"):
                got = self.c.http(method, bad, b"x" if method == "PUT" else b"")
                self.assertIn(got.status, (400, 404), bad)
        self.assertEqual(len(urls(self.c, 3)), 1)
        got = self.c.http("PUT", path, b"x", [("Content-Range", "bytes 0-0/1")])
        self.assertEqual(got.status, 400)

    def test_nothing_runs_in_a_browser(self):
        for name in ("a.html", "a.svg", "a.xml", "a.js", "a.xhtml", "a.htm", "none"):
            add(self.c, 4, name, b"<script>alert(1)</script>")
            got = self.c.http("GET", "/Lists/put/Attachments/4/" + name)
            self.assertEqual(got.header("Content-Type"), "application/octet-stream")
            self.assertTrue(got.header("Content-Disposition").startswith("attachment"))
            self.assertIn("sandbox", got.header("Content-Security-Policy"))


class Rights(unittest.TestCase):
    def test_a_reader_may_not_write(self):
        """carol may only read, and nobody writes "readonly"."""
        S.client("put").http("PUT", "/Lists/put/Attachments/5/r.txt", b"x")
        for name, user, item in (("put", "carol", 5), ("readonly", "alice", 1)):
            c, path = S.client(name, user), "/Lists/%s/Attachments/%d/r.txt" % (name, item)
            with self.assertRaises(ows.Fault) as caught:
                add(c, item, "w.txt", b"x")
            self.assertEqual(caught.exception.code, ows.DENIED)
            self.assertEqual(c.http("PUT", path, b"y").status, 403)
            self.assertIn(c.http("DELETE", path).status, (403, 404))
            got = c.http("GET", path)
            self.assertEqual((got.status, got.body), (200, b"x") if name == "put" else
                             (404, got.body))
        with self.assertRaises(ows.Fault) as caught:
            delete(S.client("put", "carol"), 5, "/Lists/put/Attachments/5/r.txt")
        self.assertEqual(caught.exception.code, ows.DENIED)

    def test_a_closed_list_does_not_exist(self):
        add(S.client("closed"), 1, "secret.txt", b"x")
        c, path = S.client("closed", "bob"), "/Lists/closed/Attachments/1/secret.txt"
        for method in ("GET", "HEAD", "PUT", "DELETE"):
            self.assertEqual(c.http(method, path, b"y" if method == "PUT" else b"").status, 404)
        with self.assertRaises(ows.Fault) as caught:
            urls(c, 1)
        self.assertEqual(caught.exception.code, ows.NO_LIST)
        self.assertEqual(c.http("GET", path, signed=False).status, 401)
        self.assertEqual(S.client("closed").http("GET", path).body, b"x")


def peak(pids):
    """Highest resident memory of any of them, in KiB."""
    most = 0
    for pid in pids:
        with open("/proc/%d/status" % pid) as f:
            most = max(most, int(re.search(r"VmHWM:\s+(\d+) kB", f.read()).group(1)))
    return most


class Large(unittest.TestCase):
    GROWTH_KIB = 12 * 1024  # of a worker that carries 50 MiB up, over, and down

    def test_fifty_mebibytes(self):
        data = random.Random(7).randbytes(50 * MIB)
        digest = hashlib.sha256(data).hexdigest()
        c = S.client("big")
        small = random.Random(8).randbytes(2 * MIB)
        for n in range(8):  # every worker has met a file before we look
            add(c, 1, "small%d.bin" % n, small)
            self.assertEqual(c.http("GET", "/Lists/big/Attachments/1/small%d.bin" % n).body, small)
        workers = S.children()
        idle = peak(workers)
        lines = base64.encodebytes(data).decode()  # 76 characters each, as MIME programs write it
        where = add(c, 1, "big.bin", lines.replace("\n", "\r\n"))
        got = c.http("GET", "/" + where)
        self.assertEqual(hashlib.sha256(got.body).hexdigest(), digest)
        other = bytes(reversed(data))
        put = c.http("PUT", "/" + where, other, [("If-Match", got.header("ETag"))])
        self.assertEqual(put.status, 200)
        got = c.http("GET", "/" + where)
        self.assertEqual(hashlib.sha256(got.body).hexdigest(), hashlib.sha256(other).hexdigest())
        if os.environ.get("OWS_SLOW"):
            return  # sanitizers keep what was freed, and their workers retire
        self.assertEqual(set(S.children()), set(workers), "nobody retired or died")
        grown = peak(workers) - idle
        print("a worker grew by %d KiB beyond %d" % (grown, idle))
        self.assertLess(grown, self.GROWTH_KIB)

    def test_beyond_the_limits(self):
        c = S.client("limits")
        big = b"x" * (50 * MIB + 1)
        with self.assertRaises(ows.Fault) as caught:
            add(c, 1, "big.bin", big)
        self.assertIn("50 MiB", caught.exception.string)
        self.assertIsNone(caught.exception.code)
        self.assertEqual(c.http("PUT", "/Lists/limits/Attachments/1/big.bin", big).status, 413)
        body = c.envelope("AddAttachment", add_xml(c, 1, "a.bin", b"x" * (55 * MIB)))
        self.assertEqual(c.post("AddAttachment", body).status, 413)
        # another operation may not be that large, nor one that does not say what it is
        body = c.envelope("GetList", c.list_name() + " " * (17 * MIB))
        self.assertEqual(c.post("GetList", body).status, 413)
        # what stands around the file is small
        for junk in ("<!--%s-->" % ("x" * MIB), "<x>%s</x>" % ("y" * (2 * MIB)), "<x/>" * 2000,
                     "<x %s/>" % " ".join("a%d=''" % n for n in range(20000))):
            body = c.envelope("AddAttachment", junk + add_xml(c, 1, "a.bin", b"x" * MIB))
            self.assertIn(c.post("AddAttachment", body).status, (400, 500))
        body = c.envelope("AddAttachment", add_xml(c, 1, "a.bin", b"x" * MIB))
        answer = c.post("AddAttachment", b"<!DOCTYPE a>" + body.split(b"?>", 1)[1])
        self.assertEqual(answer.status, 500)
        self.assertIn(b"DOCTYPE", answer.body)
        self.assertEqual(urls(c, 1), [])

    def test_very_many(self):
        c = S.client("limits")
        S.sql("UPDATE ows.ows_item i JOIN ows.ows_list l ON l.no = i.list SET i.files = NULL "
              "WHERE l.name = 'limits'")
        for n in range(200):
            put = c.http("PUT", "/Lists/limits/Attachments/2/f%03d.txt" % n, b"x")
            self.assertEqual(put.status, 201)
        with self.assertRaises(ows.Fault) as caught:
            add(c, 2, "one more.txt", b"x")
        self.assertIn("200", caught.exception.string)
        self.assertEqual(c.http("PUT", "/Lists/limits/Attachments/2/g.txt", b"x").status, 413)
        self.assertEqual(c.http("PUT", "/Lists/limits/Attachments/2/f000.txt", b"y").status, 200)
        self.assertEqual(len(files(row(c, 2)["Attachments"])), 200)


class Accidents(unittest.TestCase):
    def waiting(self):
        """Sessions that wait for the row (innodb_trx would be a cache of a tenth of a second)."""
        return S.sql("SELECT COUNT(*) FROM information_schema.processlist "
                     "WHERE user = 'owsd' AND info LIKE '%%t_kill%%FOR UPDATE'")[0][0]

    def test_a_worker_dies_with_the_bytes_written(self):
        c = S.client("kill")
        before = row(c, 1)
        holder = S.connect()
        self.addCleanup(holder.rollback)
        holder.begin()
        with holder.cursor() as cur:
            cur.execute("SELECT id FROM t_kill.person WHERE id = 1 FOR UPDATE")
        answers = []

        def upload():
            try:
                answers.append(add(S.client("kill"), 1, "half.bin", b"h" * (3 * MIB)))
            except Exception as e:  # the connection is cut, or the gateway says so
                answers.append(e)

        t = threading.Thread(target=upload)
        t.start()
        stack.until(self.waiting, 5, "the upload waits for the row")
        for pid in S.children():
            os.kill(pid, signal.SIGKILL)
        t.join(60 * stack.SLOW)
        self.assertIsInstance(answers[0], Exception)
        holder.rollback()
        stack.until(lambda: S.children(), 20, "new workers")
        left = "SELECT COUNT(*) FROM ows.ows_file f JOIN ows.ows_list l ON l.no = f.list " \
               "WHERE l.name = 'kill'"
        stack.until(lambda: not self.waiting(), 10, "the dead session is gone")
        self.assertEqual(S.sql(left), ((0,),))
        self.assertEqual(S.sql("SELECT COUNT(*) FROM ows.ows_file_part p LEFT JOIN ows.ows_file f "
                               "ON f.content = p.content WHERE f.content IS NULL"), ((0,),))

        def again():
            try:
                return add(c, 1, "half.bin", b"h" * (3 * MIB))
            except (ows.HttpError, OSError):
                return None

        self.assertTrue(stack.until(again, 20, "a worker answers"))
        after = row(c, 1)
        self.assertEqual(after.version, before.version + 1)
        self.assertEqual(len(files(after["Attachments"])), 1)

    def test_two_at_once(self):
        """Of two who add one name one is told so; of two who replace a version, one."""
        add(S.client("race"), 2, "t.txt", b"0")
        tag = S.client("race").http("HEAD", "/Lists/race/Attachments/2/t.txt").header("ETag")
        told, put = [], []
        gate = threading.Barrier(6)

        def adding(n):
            c = S.client("race")
            gate.wait()
            try:
                add(c, 1, "race.txt", b"%d" % n)
                told.append("added")
            except ows.Fault as e:
                told.append(e.code)
            put.append(c.http("PUT", "/Lists/race/Attachments/2/t.txt", b"by %d" % n,
                              [("If-Match", tag)]).status)

        threads = [threading.Thread(target=adding, args=(n,)) for n in range(6)]
        for t in threads:
            t.start()
        for t in threads:
            t.join(60 * stack.SLOW)
        self.assertEqual(sorted(told), ["0x81020067"] * 5 + ["added"])
        self.assertEqual(sorted(put), [200] + [412] * 5)
        c = S.client("race")
        self.assertEqual([v.rsplit(",")[1] for _, v in files(row(c, 2)["Attachments"])], ["2"])

    def test_the_row_goes_and_returns(self):
        c = S.client("gone")
        r = S.replica("gone")
        add(c, 1, "kept.txt", b"kept")
        S.sql("DELETE FROM t_gone.person WHERE id = 1")
        self.assertEqual(c.http("GET", "/Lists/gone/Attachments/1/kept.txt").status, 404)
        self.assertEqual(c.http("PUT", "/Lists/gone/Attachments/1/new.txt", b"x").status, 404)
        r.poll()
        self.assertNotIn(1, r.rows)
        with self.assertRaises(ows.Fault):
            urls(c, 1)
        S.sql("INSERT INTO t_gone.person (id, last_name) VALUES (1, 'Back')")
        r.poll()
        back, = [x for x in r.rows.values() if x["Title"] == "Back"]
        self.assertNotEqual(back.id, 1)
        (url, _), = files(back["Attachments"])
        self.assertEqual(url, "http://%s:%d/Lists/gone/Attachments/%d/kept.txt"
                         % (S.host, S.port, back.id))
        self.assertEqual(c.http("GET", path_of(url)).body, b"kept")
        # what a client deletes stays deleted
        c.do(ows.Delete(back.id, back.version))
        self.assertEqual(c.http("GET", path_of(url)).status, 404)
        S.sql("INSERT INTO t_gone.person (id, last_name) VALUES (1, 'Once more')")
        r.poll()
        new, = [x for x in r.rows.values() if x["Title"] == "Once more"]
        self.assertEqual(new["Attachments"], "0")


class Photo(unittest.TestCase):
    def test_the_photo_of_a_contact(self):
        """AttachProps names the attachment that is the photo: MS-OUTSPS R884-R887."""
        c = S.client("photo")
        props = '<File Photo="-1">ContactPicture.jpg</File>'
        made = c.do(ows.New({"Title": "Face"}, {"AttachProps": props}, ref=ows.new_ref()))
        picture = random.Random(3).randbytes(40000)
        where = add(c, made.id, "ContactPicture.jpg", picture)
        other = S.replica("photo", "bob").rows[made.id]
        self.assertEqual(other.bag("AttachProps"), props)
        (url, _), = files(other["Attachments"])
        got = S.client("photo", "bob").http("GET", path_of(url))
        self.assertEqual((got.body, got.header("Content-Type")), (picture, "image/jpeg"))
        page = c.http("GET", "/Lists/photo/DispForm.aspx?ID=%d" % made.id)
        self.assertIn(('href="/%s"' % where).encode(), page.body)


class OwnTables(unittest.TestCase):
    """[attachments]: the same, with the bytes in the DBA's table; both ways."""

    def names(self, r, item):
        return [urllib.parse.unquote(u.rsplit("/", 1)[1]) for u, _ in files(r.rows[item]["Attachments"])]

    def both_ways(self, name):
        c, r = S.client(name), S.replica(name)
        db = "t_%s.file" % name
        self.assertEqual(self.names(r, 1), ["first.txt"])
        self.assertEqual(self.names(r, 2), ["Ä.txt"])
        (url, version), = files(r.rows[1]["Attachments"])
        self.assertEqual(c.http("GET", path_of(url)).body, b"one")
        # SQL changes, adds, removes
        before = r.rows[1].version
        S.sql("UPDATE %s SET data = 'two!' WHERE person_id = 1" % db)
        r.poll()
        (same, newer), = files(r.rows[1]["Attachments"])
        self.assertEqual((same, newer), (url, version[:-1] + "2"))
        self.assertEqual(r.rows[1].version, before + 1)
        self.assertEqual(c.http("GET", path_of(url)).body, b"two!")
        self.assertEqual(c.http("PUT", path_of(url), b"x", [("If-Match", '"%s"' % version)]).status, 412)
        S.sql("INSERT INTO %s (person_id, title, data) VALUES (1, 'zwei.txt', 'zwei')" % db)
        r.poll()
        self.assertEqual(self.names(r, 1), ["first.txt", "zwei.txt"])
        S.sql("DELETE FROM %s WHERE title = 'zwei.txt'" % db)
        r.poll()
        self.assertEqual(self.names(r, 1), ["first.txt"])
        self.assertEqual(r.rows[1].version, before + 3)
        self.assertEqual(r.poll()[0].rows, [], "nothing changes by itself")
        # a client does
        big = random.Random(9).randbytes(5 * MIB + 3)
        where = add(c, 1, "große.bin", big)
        self.assertEqual(S.sql("SELECT SHA2(data, 256) FROM %s WHERE title = %%s" % db, "große.bin"),
                         ((hashlib.sha256(big).hexdigest(),),))
        self.assertEqual(c.http("GET", "/" + where).body, big)
        part = c.http("GET", "/" + where, headers=[("Range", "bytes=4194300-4194310")])
        self.assertEqual(part.body, big[4194300:4194311])
        with self.assertRaises(ows.Fault) as caught:
            add(c, 1, "GROSSE.BIN".replace("SS", "ß"), b"x")
        self.assertEqual(caught.exception.code, "0x81020067")
        r.poll()
        self.assertEqual(r.rows[1].version, before + 4)
        tag = c.http("HEAD", "/" + where).header("ETag")
        put = c.http("PUT", "/" + where, b"small", [("If-Match", tag)])
        self.assertEqual(put.status, 200)
        self.assertEqual(S.sql("SELECT data FROM %s WHERE title = %%s" % db, "große.bin"), ((b"small",),))
        self.assertEqual(c.http("PUT", "/" + where, b"y", [("If-Match", tag)]).status, 412)
        r.poll()
        self.assertEqual(r.rows[1].version, before + 5)
        self.assertEqual(r.poll()[0].rows, [], "our own change is not found again")
        # a change that nobody has looked at yet wins over what the client saw
        S.sql("UPDATE %s SET data = 'by SQL' WHERE title = %%s" % db, "große.bin")
        stale = c.http("PUT", "/" + where, b"z", [("If-Match", put.header("ETag"))])
        self.assertEqual(stale.status, 412)
        self.assertEqual(c.http("DELETE", "/" + where).status, 204)
        self.assertEqual(S.sql("SELECT title FROM %s WHERE person_id = 1" % db), (("first.txt",),))
        r.poll()
        self.assertEqual(self.names(r, 1), ["first.txt"])
        self.assertEqual(S.sql("SELECT COUNT(*) FROM ows.ows_file_part p JOIN ows.ows_file f ON "
                               "f.content = p.content JOIN ows.ows_list l ON l.no = f.list WHERE "
                               "l.name = %s", name), ((0,),))

    def test_with_triggers(self):
        self.both_ways("own")

    def test_by_scan(self):
        self.both_ways("ownscan")

    def test_the_check_is_content(self):
        for name in ("own", "ownscan"):
            said = S.owsadm("check", name, check=False)
            self.assertNotIn("[attachments]", said)
            self.assertNotIn("error", said.lower(), said)

    def test_the_check_is_not(self):
        wrong = (({"name": "titel"}, "did you mean title"), ({"content": "title"}, "expected a BLOB"),
                 ({"name": "data"}, "expected text"), ({"table": "t_own.nothing"}, "no table"),
                 ({"modified": "never"}, "no column"), ({"item": "person_id, no"}, "has 1"))
        for n, (keys, why) in enumerate(wrong):
            one = own("wrong%d" % n, {"attachments": dict({"table": "t_own.file"}, **keys)})
            one.write(S.providers)
            if n == 0:
                for statement in one.sql().split(";\n"):
                    if statement.strip():
                        S.sql(statement)
                S.connections[0].select_db("mysql")
            one.sections["source"]["view"] = "t_wrong0.v"
            one.sections["track"]["tables"] = "t_wrong0.person:id"
            one.write(S.providers)
            self.assertIn(why, S.owsadm("check", one.name, check=False), keys)
            shutil.rmtree(os.path.join(S.providers, one.name))
        one = own("wrong9", {"attachments": {"table": "t_own.file"}})
        one.sections["source"]["view"] = "t_wrong0.v"
        one.sections["track"]["tables"] = "t_wrong0.person:id"
        one.write(S.providers)
        said = S.owsadm("check", one.name, check=False)
        self.assertIn("add t_own.file:person_id", said)
        shutil.rmtree(os.path.join(S.providers, one.name))


if __name__ == "__main__":
    unittest.main(verbosity=2)
