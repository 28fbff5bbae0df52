#!/usr/bin/python3 -B
"""test_read.py -- GetList, GetListCollection and GetListItemChangesSinceToken as Outlook asks.

MS-OUTSPS 3.1.5, MS-LISTSWS 3.1.4.15, 3.1.4.16, 3.1.4.22: what is declared, both
ways of paging, tokens, values on the wire. Each class asks of its own list.
"""

import os
import re
import signal
import unittest
import uuid

import ows
import stack

ODD = [
    ("tab\there", "line one\nline two\r\nline three\ttab"),
    ("quote\" 'apos' <b>&amp;", "]]> & < > \" '"),
    ("emoji 😀 and 𝒜", "4 bytes: 𐍈, combined: e\u0301, joined: 👩‍👩‍👧"),
    ("control \x01\x0b\x1f end", "bell \x07, U+FFFE \ufffe, U+FFFF \uffff."),
    ("  spaces  ", " \n \n "),
    ("Ольга الاسم 名前", "İıß"),
]
LISTS = [
    stack.Contacts("plain", count=7),
    stack.Contacts("pages", count=1503),
    stack.Contacts("odd", rows=[{"last_name": a, "notes": b} for a, b in ODD]),
    stack.Contacts("nulls", rows=[
        {"last_name": "Null", "first_name": None, "birthday": None, "notes": None},
        {"last_name": "Empty", "first_name": "", "notes": "", "email": ""},
        {"last_name": "Dates", "birthday": "1960-02-29", "web": "https://x.example/a,b"}]),
    stack.Contacts("clock", rows=[{"last_name": "One", "created_at": "2026-03-05 09:00:00"}],
                   more={"source": {"created": "created_at", "modified": "modified_at"}}),
    stack.Contacts("empty"),
    stack.Contacts("private", count=2, more={"access": {"read": "alice", "write": "alice"}}),
    stack.Contacts("bad", rows=[{"last_name": "Good"}],
                   columns=stack.COLUMNS.replace("birthday DATE", "birthday DATETIME")),
]
S = None


def setUpModule():
    global S
    S = stack.Stack(LISTS).up()


def tearDownModule():
    S.down()


class Declared(unittest.TestCase):
    def test_get_list(self):
        for shape in ("2013", "2007"):
            for soap in (11, 12):
                c = S.client("plain", shape=shape, soap=soap)
                l = c.get_list()
                self.assertEqual(l.get("Title"), "List plain")
                self.assertEqual(l.get("ServerTemplate"), "105")
                self.assertEqual(l.get("BaseType"), "0")
                self.assertEqual(l.get("ItemCount"), "7")
                self.assertEqual(l.get("DefaultViewUrl"), "/Lists/plain/AllItems.aspx")
                self.assertEqual(l.get("ID"), S.lists["plain"].id)

    def test_names_of_a_list(self):
        c = S.client("plain")
        bare = S.lists["plain"].id.strip("{}")
        for name in (bare, bare.lower(), "{%s}" % bare.lower(), "List plain", "LIST PLAIN",
                     "  {%s}\n" % bare):
            self.assertEqual(c.get_list(name).get("ID"), S.lists["plain"].id, name)

    def test_unknown_list_is_a_fault(self):
        for name in ("{%s}" % uuid.uuid4(), "No such list", "", "{not-a-guid}"):
            for soap in (11, 12):
                with self.assertRaises(ows.Fault) as f:
                    S.client("plain", soap=soap).get_list(name)
                self.assertEqual(f.exception.code, ows.NO_LIST, name)

    def test_collection_is_what_the_user_may_read(self):
        mine = {l.get("ID") for l in S.client("plain").get_list_collection()}
        his = {l.get("ID") for l in S.client("plain", "bob").get_list_collection()}
        self.assertEqual(mine - his, {S.lists["private"].id})
        self.assertEqual(mine, {l.id for l in LISTS})

    def test_private_list_does_not_exist_for_others(self):
        self.assertEqual(S.client("private").get_list().get("ItemCount"), "2")
        for ask in (lambda c: c.get_list(), lambda c: c.changes(),
                    lambda c: c.update(ows.New({"Title": "x"}))):
            with self.assertRaises(ows.Fault) as f:
                ask(S.client("private", "bob"))
            self.assertEqual(f.exception.code, ows.NO_LIST)
        self.assertEqual(len(S.person("private")), 2)

    def test_mapped_fields_are_declared_with_their_ids(self):
        fields = {f.get("Name"): f for f in S.client("plain").get_list()[0]}
        for name in S.lists["plain"].fields:
            self.assertIn(name, fields)
        for name, id, kind in (
                ("Title", "{fa564e0f-0c70-4ab9-b863-0177e6ddd247}", "Text"),
                ("Email", "{fce16b4c-fe53-4793-aaab-b4892e736d15}", "Text"),
                ("Birthday", "{c4c7d925-bc1b-4f37-826d-ac49b4fb1bc1}", "DateTime"),
                ("Comments", "{9da97a8a-1da5-4a77-98d3-4bc10456e700}", "Note"),
                ("WebPage", "{a71affd2-dcc7-4529-81bc-2fe593154a5f}", "URL"),
                ("ID", "{1d22ea11-1e32-424e-89ab-9fedbadb6ce1}", "Counter")):
            self.assertEqual(fields[name].get("ID").lower(), id)
            self.assertEqual(fields[name].get("Type"), kind, name)
        for name in ("Suffix", "FileAs", "CellPhone"):
            self.assertNotIn(name, fields, "%s has no column" % name)

    def test_no_credentials(self):
        c = S.client("plain", user=None)
        with self.assertRaises(ows.HttpError) as e:
            c.get_list()
        self.assertEqual(e.exception.status, 401)
        self.assertIn("Basic", e.exception.answer.header("WWW-Authenticate"))

    def test_other_methods(self):
        c = S.client("plain")
        page = c.http("GET", "/_vti_bin/Lists.asmx")
        self.assertEqual(page.status, 200)
        self.assertIn("text/html", page.header("Content-Type"))
        self.assertIn(c.http("PUT", "/_vti_bin/Lists.asmx", b"x").status, (405, 501))
        for path in ("/_vti_bin/lists.asmx", "/_VTI_BIN/LISTS.ASMX"):
            a = c.http("POST", path, c.envelope("GetList", c.list_name()),
                       [h for h in c.headers("GetList") if h[0] != "Authorization"])
            self.assertEqual(a.status, 200, path)

    def test_wsdl(self):
        for query in ("WSDL", "wsdl"):
            a = S.client("plain").http("GET", "/_vti_bin/Lists.asmx?" + query)
            self.assertEqual(a.status, 200)
            self.assertEqual(a.header("Content-Type"), "text/xml; charset=utf-8")
            root = ows.etree.fromstring(a.body)
            where = {e.get("location") for e in root.iter("{*}address")}
            self.assertEqual(where, {"http://%s:%d/_vti_bin/Lists.asmx" % S.server.address})
            self.assertNotIn(b"http://microsoft.com/wsdl/types/", a.body)


class FirstDownload(unittest.TestCase):
    def test_shapes(self):
        want = None
        for shape in ("2013", "2007", "dotnet"):
            for soap in (11, 12):
                rows, _, pages = S.client("plain", shape=shape, soap=soap).download()
                self.assertEqual(pages, 1)
                self.assertEqual([r["Title"] for r in rows], ["Name%d" % n for n in range(1, 8)])
                self.assertEqual([r.id for r in rows], list(range(1, 8)))
                want = want or rows
                self.assertEqual(rows, want)

    def test_absent_row_limit_is_everything(self):
        for limit in (None, "0", ""):
            rows, _, pages = S.client("pages").download(limit=limit)
            self.assertEqual((len(rows), pages), (1503, 1))

    def test_pages_are_filled_and_repeat_the_token(self):
        for limit, pages in ((100, 16), (501, 3), (1502, 2), (1503, 1), (5000, 1)):
            rows, _, n = S.client("pages").download(limit=limit)
            self.assertEqual(n, pages)
            self.assertEqual([r.id for r in rows], sorted(r.id for r in rows))
            self.assertEqual(len({r.id for r in rows}), 1503)

    def test_descending(self):
        query = '<Query><OrderBy><FieldRef Name="ID" Ascending="FALSE"/></OrderBy></Query>'
        rows, _, _ = S.client("pages").download(limit=400, query=query)
        self.assertEqual([r.id for r in rows], sorted((r.id for r in rows), reverse=True))
        self.assertEqual(len(rows), 1503)

    def test_list_is_in_the_first_answer(self):
        page = S.client("plain").changes()
        self.assertIsNotNone(page.list)
        self.assertEqual(page.list.get("Title"), "List plain")

    def test_empty_list(self):
        page = S.client("empty").changes()
        self.assertEqual((page.rows, page.next, page.ids), ([], None, []))
        again = S.client("empty").changes(token=page.token)
        self.assertEqual((again.rows, again.list, again.ids), ([], None, []))

    def test_next_page_on_another_worker(self):
        """The ancestor's paging state died with the process."""
        c = S.client("pages")
        one = c.changes(limit=700)
        old = S.children()
        for pid in old:
            os.kill(pid, signal.SIGKILL)
        stack.until(lambda: S.children() and not set(S.children()) & set(old), 30, "new workers")

        def second():
            try:
                return c.changes(limit=700, position=one.next)
            except (ows.HttpError, OSError):
                return None
        two = stack.until(second, 30, "page 2 from a new worker")
        three = c.changes(limit=700, position=two.next)
        ids = [r.id for p in (one, two, three) for r in p.rows]
        self.assertEqual(ids, list(range(1, 1504)))
        self.assertEqual({one.token, two.token, three.token}, {one.token})
        self.assertIsNone(three.next)

    def test_no_query_options_differs_from_empty_ones(self):
        c = S.client("clock")
        utc = c.changes(options=False).rows[0]
        self.assertEqual(utc["Created"], "2026-03-05T09:00:00Z")
        local = c.changes(options="").rows[0]
        self.assertEqual(local["Created"], "2026-03-05 10:00:00")  # the site is in Berlin
        self.assertEqual(utc["owshiddenversion"], local["owshiddenversion"])

    def test_view_fields(self):
        c = S.client("plain")
        few = c.changes(view_fields='<viewFields><ViewFields><FieldRef Name="Title"/>'
                        '<FieldRef Name="NoSuchField"/></ViewFields></viewFields>').rows[0]
        self.assertEqual(few["Title"], "Name1")
        self.assertEqual([n for n in few if n.startswith("MetaInfo_")], [])
        for empty in ("", "<viewFields/>", "<viewFields><ViewFields/></viewFields>"):
            self.assertEqual(c.changes(view_fields=empty).rows[0]["Email"], "p1@example.org")
        bag = c.changes().rows[0]
        self.assertTrue(bag.bag("vti_versionhistory"))


class Values(unittest.TestCase):
    def test_odd_characters(self):
        rows = S.client("odd").download()[0]
        drop = {c: None for c in list(range(32)) + [0xFFFE, 0xFFFF] if c not in (9, 10, 13)}
        for row, (title, notes) in zip(rows, ODD):
            self.assertEqual(row["Title"], title.translate(drop))
            self.assertEqual(row["Comments"], notes.translate(drop))

    def test_null_and_empty_are_left_out(self):
        null, empty, dates = S.client("nulls").download()[0]
        for row in (null, empty):
            for name in ("FirstName", "Comments", "Email", "Birthday"):
                self.assertNotIn(name, row)
        self.assertEqual(dates["Birthday"], "1960-02-29T00:00:00Z")
        self.assertTrue(dates["WebPage"].startswith("https://x.example/a,,b"), dates["WebPage"])

    def test_row_of_the_system(self):
        row = S.client("plain").download()[0][2]
        self.assertEqual(row["Attachments"], "0")
        self.assertEqual(row["PermMask"], "0x1b03c4312ef")
        self.assertEqual(row["FileRef"], "3;#Lists/plain/3_.000")
        history = row.bag("vti_versionhistory")
        self.assertEqual(history, S.lists["plain"].id.strip("{}").replace("-", "").lower() + ":1")

    def test_bad_row_is_left_out_and_named(self):
        S.sql("SET SESSION sql_mode = ''")
        S.sql("INSERT INTO t_bad.person (last_name, birthday) VALUES ('Bad', '2026-00-00 00:00:00')")
        S.sql("SET SESSION sql_mode = DEFAULT")
        rows = S.client("bad").download()[0]
        self.assertEqual([r["Title"] for r in rows], ["Good"])
        self.assertEqual(len(S.sql("SELECT reason FROM ows.ows_bad b JOIN ows.ows_list l "
                                   "ON l.no = b.list WHERE l.name = 'bad'")), 1)

    def test_permission_mask_of_a_reader(self):
        page = S.client("plain", "carol").changes()
        self.assertNotIn("EditListItems", page.attributes["EffectivePermMask"])
        self.assertNotIn("FullMask", page.attributes["EffectivePermMask"])
        self.assertEqual(page.rows[0]["PermMask"], "0xb008431061")
        mine = S.client("plain").changes().attributes["EffectivePermMask"]
        self.assertIn("EditListItems", mine)


class Tokens(unittest.TestCase):
    def setUp(self):
        self.c = S.client("plain")
        self.token = self.c.changes().token

    def test_nothing_new(self):
        page = self.c.changes(token=self.token)
        self.assertEqual((page.rows, page.ids, page.list, page.more), ([], [], None, False))
        self.assertEqual(page.token, self.token)

    def test_empty_token_is_absent(self):
        page = self.c.changes(token="")
        self.assertIsNotNone(page.list)
        self.assertEqual(len(page.rows), 7)

    def restart(self, token):
        page = self.c.changes(token=token)
        self.assertTrue(page.is_invalid, token)
        self.assertEqual((page.rows, len(page.ids)), ([], 1))

    def test_token_of_another_list(self):
        self.restart(S.client("empty").changes().token)

    def test_future_and_unknown_numbers(self):
        head, ticks, number = self.token.rsplit(";", 2)
        self.restart(";".join((head, ticks, str(int(number) + 1000))))
        self.restart(";".join((head, str(int(ticks) + 1), number)))
        self.restart(";".join((head, ticks, str(2 ** 63))))

    def test_garbage_is_a_fault(self):
        head, ticks, number = self.token.rsplit(";", 2)
        for bad in ("x", "1;3", "1;3;;;", self.token + ";1", self.token.replace("1;3;", "2;9;"),
                    ";".join((head, ticks, "-1")), ";".join((head, ticks, "")),
                    ";".join((head, ticks, str(2 ** 64))), ";".join((head, "1e9", number)),
                    ";".join((head, ticks, "0x10")), "' OR 1=1 --", "1;3;" + "9" * 5000):
            with self.assertRaises(ows.Fault, msg=bad[:80]) as f:
                self.c.changes(token=bad)
            self.assertIsNone(f.exception.code)

    def test_forged_cursor(self):
        real = S.client("pages").changes(limit=10).next
        for bad in ("x", "", "Paged=TRUE&p_ID=1", real[:-1] + "x", real + real, "-1;" + real):
            if bad == "":
                continue
            with self.assertRaises(ows.Fault, msg=bad):
                S.client("pages").changes(limit=10, position=bad)
        with self.assertRaises(ows.Fault):  # of another list
            self.c.changes(limit=10, position=real)

    def test_row_limit_that_is_no_number(self):
        with self.assertRaises(ows.Fault):
            self.c.changes(limit="ten")


if __name__ == "__main__":
    unittest.main()
