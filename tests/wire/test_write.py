#!/usr/bin/python3 -B
"""test_write.py -- UpdateListItems as Outlook uses it: MS-OUTSPS 3.1.5.4, MS-LISTSWS 3.1.4.31.

New, Update, Delete, conflicts, lost answers and repeated requests, the property
bag, edit histories, batches with one bad item, rights.
"""

import threading
import unittest

import ows
import stack

NAMES = """basic batch bag history replay conflict gone rights alias limits values race
    silent returned unknown ordinary lost utc lock""".split()
LISTS = [stack.Contacts(n, count=5) for n in NAMES]
LISTS += [
    stack.Contacts("readonly", count=3, more={"write": {"mode": "none"}}),
    stack.Contacts("noinsert", count=3, more={"write": {"allow": "update"}}),
    stack.Contacts("locked", count=3, more={"write": {"readonly": "Company"}}),
    stack.Contacts("strict", count=2, columns=stack.COLUMNS.replace(
        "last_name VARCHAR(50)", "last_name VARCHAR(10) NOT NULL").replace(
        "email VARCHAR(100)", "email VARCHAR(100) UNIQUE").replace(
        "phone VARCHAR(40)", "phone VARCHAR(40) CHECK (phone <> 'bad')")),
    stack.Contacts("half", count=4, view="SELECT * FROM person WHERE company <> 'hidden' "
                   "OR company IS NULL"),
]
S = None


def setUpModule():
    global S
    S = stack.Stack(LISTS).up()


def tearDownModule():
    S.down()


class Ordinary(unittest.TestCase):
    def test_new_update_delete(self):
        for shape in ("2013", "2007", "dotnet"):
            for soap in (11, 12):
                c = S.client("basic", shape=shape, soap=soap)
                row = c.do(ows.New({"Title": "Lovelace", "FirstName": "Ada",
                                    "Birthday": "1815-12-10T00:00:00Z"}, {"FileAs": "Ada"},
                                   ref=ows.new_ref()))
                self.assertEqual((row["Title"], row["FirstName"], row.version),
                                 ("Lovelace", "Ada", 1))
                self.assertEqual(row.bag("FileAs"), "Ada")
                key, = S.sql("SELECT id FROM t_basic.person WHERE last_name = 'Lovelace'")
                changed = c.do(ows.Update(row.id, 1, {"FirstName": "Augusta"}))
                self.assertEqual((changed["FirstName"], changed["Title"], changed.version),
                                 ("Augusta", "Lovelace", 2))
                self.assertEqual(changed.guid, row.guid)
                self.assertEqual(S.person("basic", "id = %s", key[0],
                                          columns="first_name, CAST(birthday AS CHAR)"),
                                 (("Augusta", "1815-12-10"),))
                self.assertIsNone(c.do(ows.Delete(row.id, 2)))
                self.assertEqual(S.person("basic", "id = %s", key[0]), ())

    def test_the_writer_sees_its_own_change(self):
        r = S.replica("ordinary")
        row = r.client.do(ows.Update(2, 1, {"Email": "me@example.org"}))
        page, = r.poll()
        self.assertEqual([dict(x) for x in page.rows if x.id == 2][0]["Email"], "me@example.org")
        self.assertEqual(page.rows[0].version, row.version)
        self.assertEqual({k: v for k, v in row.items() if k != "Editor"},
                         {k: v for k, v in page.rows[0].items() if k != "Editor"},
                         "the row of the result is the row of the download")
        r.client.do(ows.Delete(2, 2))
        self.assertEqual(r.poll()[0].deleted, [2])

    def test_fields_not_sent_keep_their_values_and_empty_ones_clear(self):
        c = S.client("values")
        c.do(ows.Update(1, None, {"FirstName": "Kept", "Email": "kept@example.org"}))
        row = c.do(ows.Update(1, None, {"Email": ""}))
        self.assertEqual(row["FirstName"], "Kept")
        self.assertNotIn("Email", row)

    def test_text_comes_back_as_it_was_sent(self):
        c = S.client("values")
        for n, value in enumerate(("  two  spaces ", "tab\tand \"quotes\" & <tags> 'x'", "😀 𝒜 名前",
                                   "line\nline\r\nline\rend", "]]>", "a;#b;;#c", "0x41 \\n \\")):
            row = c.do(ows.Update(2, None, {"Comments": value}, {"Suffix": value}))
            self.assertEqual(row["Comments"], value)
            self.assertEqual(row.bag("Suffix"), value)
            self.assertEqual(S.person("values", "id = 2", columns="notes")[0][0], value)
            self.assertEqual(c.changes().rows[1]["Comments"], value)

    def test_equal_values_succeed_and_change_nothing(self):
        r = S.replica("silent")
        old = r.rows[3]
        hist = old.bag("vti_versionhistory") + ",0123456789abcdef0123456789abcdef:2"
        row = r.client.do(ows.Update(3, 1, {"Title": old["Title"], "Email": old["Email"]},
                                     history=hist))
        self.assertEqual(row.version, 1)
        self.assertEqual(row.bag("vti_versionhistory"), hist)
        page, = r.poll()
        self.assertEqual((page.rows, page.ids), ([], []))

    def test_new_ignores_the_id(self):
        c = S.client("ordinary")
        for id in ("New", "0", "1", "99999", "{x}"):
            row = c.do(ows.Method("New", id, None, {"Title": "Id " + id}))
            self.assertGreater(row.id, 5)
            self.assertEqual(row.version, 1)

    def test_dates_without_date_in_utc(self):
        c = S.client("utc")
        row = c.do(ows.Update(1, None, {"Birthday": "1980-06-01 00:00:00"}),
                   attributes=' OnError="Continue" Properties="TRUE"')
        self.assertEqual(row["Birthday"], "1980-06-01 00:00:00")
        self.assertRegex(row["Modified"], r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$")
        self.assertEqual(str(S.person("utc", "id = 1", columns="birthday")[0][0]), "1980-06-01")

    def test_modified_is_later_than_created(self):
        row = S.client("utc").do(ows.Update(2, 1, {"Email": "later@example.org"}))
        self.assertGreaterEqual(row["Modified"], row["Created"])
        self.assertIn("alice", row["Editor"])


class Conflicts(unittest.TestCase):
    def test_old_version(self):
        c = S.client("conflict")
        c.do(ows.Update(1, 1, {"Email": "first@example.org"}))
        result, = c.update(ows.Update(1, 1, {"Email": "second@example.org"}))
        self.assertEqual(result.code, ows.CONFLICT)
        self.assertEqual(result.version, "2")
        self.assertEqual((result.row["Email"], result.row.version), ("first@example.org", 2))
        self.assertEqual(result.row["Title"], "Name1")
        again = c.do(ows.Update(1, result.row.version, {"Email": "second@example.org"}))
        self.assertEqual(again.version, 3)

    def test_changed_in_the_database_a_moment_ago(self):
        """Nobody has polled since: the fingerprint, not the stored version, tells."""
        c = S.client("conflict")
        c.changes()
        S.sql("UPDATE t_conflict.person SET email = 'dba@example.org' WHERE id = 2")
        result, = c.update(ows.Update(2, 1, {"Company": "Mine"}))
        self.assertEqual(result.code, ows.CONFLICT)
        self.assertEqual((result.row["Email"], result.row.version), ("dba@example.org", 2))
        self.assertEqual(S.person("conflict", "id = 2", columns="company")[0][0], "Company 2")

    def test_delete_of_an_old_version(self):
        c = S.client("conflict")
        S.sql("UPDATE t_conflict.person SET email = 'x@example.org' WHERE id = 3")
        result, = c.update(ows.Delete(3, 1))
        self.assertEqual(result.code, ows.CONFLICT)
        self.assertEqual(len(S.person("conflict", "id = 3")), 1)

    def test_without_a_version_it_is_applied(self):
        c = S.client("conflict")
        S.sql("UPDATE t_conflict.person SET email = 'x@example.org' WHERE id = 4")
        row = c.do(ows.Update(4, None, {"Company": "Forced"}))
        self.assertEqual((row["Company"], row["Email"]), ("Forced", "x@example.org"))

    def test_gone(self):
        c = S.client("gone")
        S.sql("DELETE FROM t_gone.person WHERE id = 1")
        for method in (ows.Update(1, 1, {"Email": "a@b"}), ows.Delete(1, 1), ows.Update(77, 1),
                       ows.Delete(77), ows.Delete(1, 1)):
            result, = c.update(method)
            self.assertEqual(result.code, ows.GONE, method.command)
        c.do(ows.Delete(2, 1))
        result, = c.update(ows.Delete(2, 1))
        self.assertEqual(result.code, ows.GONE)

    def test_bad_ids(self):
        c = S.client("gone")
        for id in ("-3", "0", "4294967296", "99999999999999999999", "x", "", "1.5", "3 OR 1=1"):
            for method in (ows.Method("Update", id, None, {"Email": "a@b"}),
                           ows.Method("Delete", id)):
                result, = c.update(method)
                self.assertIn(result.code, (ows.GONE, ows.INVALID, "0x80070057"), repr(id))
        self.assertEqual(len(S.person("gone", "id > 2")), 3)

    def test_two_clients_at_once(self):
        """Of writers that saw the same version one succeeds, all others learn its row."""
        outcome = []

        def write(k):
            c = ows.Client(S.server, S.lists["race"].id, "alice" if k % 2 else "bob")
            outcome.append((k, c.update(ows.Update(1, 1, {"Company": "C%d" % k}))[0]))
            c.close()
        threads = [threading.Thread(target=write, args=(k,)) for k in range(6)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        won = [k for k, r in outcome if r.code == ows.OK]
        self.assertEqual(len(won), 1)
        self.assertEqual(S.person("race", "id = 1", columns="company")[0][0], "C%d" % won[0])
        for k, r in outcome:
            if k != won[0]:
                self.assertEqual(r.code, ows.CONFLICT)
                self.assertEqual((r.row["Company"], r.row.version), ("C%d" % won[0], 2))


class Batches(unittest.TestCase):
    def test_one_bad_item(self):
        """The ancestor lost the whole batch."""
        c = S.client("batch")
        results = c.update(ows.Update(1, 1, {"Email": "one@example.org"}),
                           ows.Update(2, 7, {"Email": "two@example.org"}),
                           ows.New({"Title": "X" * 60}),
                           ows.New({"NoSuchField": "1", "Title": "Y"}),
                           ows.Update(3, 1, {"Birthday": "yesterday"}),
                           ows.Method("Frobnicate", 3),
                           ows.Delete(99),
                           ows.New({"Title": "Good"}))
        self.assertEqual([r.code for r in results],
                         [ows.OK, ows.CONFLICT, ows.INVALID, ows.INVALID, "0x8102001c",
                          "0x80070057", ows.GONE, ows.OK])
        self.assertIsNotNone(results[4].row, "a refused Update shows the server's row")
        self.assertEqual(S.person("batch", "id = 1", columns="email")[0][0], "one@example.org")
        self.assertEqual(len(S.person("batch", "last_name IN ('Y', %s)", "X" * 60)), 0)
        self.assertEqual(len(S.person("batch", "last_name = 'Good'")), 1)

    def test_on_error_return(self):
        c = S.client("batch")
        results = c.update(ows.Update(4, None, {"Email": "kept@example.org"}), ows.Delete(98),
                           ows.New({"Title": "Never"}), ows.Delete(4),
                           attributes=' OnError="Return" DateInUtc="TRUE" Properties="TRUE"')
        self.assertEqual([r.code for r in results],
                         [ows.OK, ows.GONE, ows.CANCELLED, ows.CANCELLED])
        self.assertEqual(len(S.person("batch", "last_name = 'Never'")), 0)
        self.assertEqual(S.person("batch", "id = 4", columns="email")[0][0], "kept@example.org")

    def test_method_ids_are_echoed(self):
        c = S.client("batch")
        inner = "".join(ows.Update(5, None, {"Email": "e@x"}).xml(n)
                        for n in ("VP_IDX0", "1", "1", ""))
        root = c.call("UpdateListItems", c.list_name() + "<updates><Batch ListVersion=\"1\">"
                      + inner + "</Batch></updates>")
        self.assertEqual([r.get("ID") for r in root.iter("{%s}Result" % ows.SP)],
                         ["VP_IDX0,Update", "1,Update", "1,Update", ",Update"])

    def test_batch_without_methods_and_no_batch(self):
        c = S.client("batch")
        self.assertEqual(c.update(), [])
        for inner in ("", "<updates/>", "<updates><x/></updates>"):
            with self.assertRaises(ows.Fault) as f:
                c.call("UpdateListItems", c.list_name() + inner)
            self.assertIsNone(f.exception.code)
        with self.assertRaises(ows.Fault):
            c.call("UpdateListItems", "<listName></listName><updates><Batch/></updates>")

    def test_lock_schema(self):
        c = S.client("lock")
        version = c.get_list().get("Version")
        ok, = c.update(ows.Update(1, None, {"Email": "l@x"}),
                       attributes=' LockSchema="TRUE" ListVersion="%s"' % version)
        self.assertEqual(ok.code, ows.OK)
        bad, = c.update(ows.Update(1, None, {"Email": "m@x"}),
                        attributes=' LockSchema="TRUE" ListVersion="%d"' % (int(version) + 1))
        self.assertEqual(bad.code, "0x80070666")
        self.assertEqual(S.person("lock", "id = 1", columns="email")[0][0], "l@x")

    def test_write_without_soapaction(self):
        """A form of another site cannot set the header."""
        c = S.client("lock")
        body = c.envelope("UpdateListItems", c.batch([ows.Delete(2)]))
        for kind in ("text/xml; charset=utf-8", "text/plain", "application/x-www-form-urlencoded"):
            a = c.post("UpdateListItems", body,
                       [h for h in c.headers("x") if h[0] == "Authorization"]
                       + [("Content-Type", kind)])
            self.assertIn(a.status, (500, 415, 400), kind)
        self.assertEqual(len(S.person("lock", "id = 2")), 1)


class Bag(unittest.TestCase):
    def test_merged_and_not_replaced(self):
        c = S.client("bag")
        c.do(ows.Update(1, None, {}, {"FileAs": "One", "Suffix": "Jr.", "X-Unknown": "kept",
                                      "Categories": ""}))
        row = c.do(ows.Update(1, None, {}, {"Suffix": "Sr."}))
        self.assertEqual((row.bag("FileAs"), row.bag("Suffix"), row.bag("Categories")),
                         ("One", "Sr.", ""))
        self.assertEqual(row.bag("X-Unknown"), "kept")
        S.sql("UPDATE t_bag.person SET email = 'dba@example.org' WHERE id = 1")
        page = S.client("bag").changes()
        self.assertEqual((page.rows[0].bag("FileAs"), page.rows[0]["Email"]),
                         ("One", "dba@example.org"))
        self.assertEqual([r for r in page.rows if r.id == 2][0].bag("FileAs"), None)

    def test_names_are_case_sensitive_and_any(self):
        c = S.client("bag")
        row = c.do(ows.Update(3, None, {}, {"abc": "1", "ABC": "2", "with space": "3", "Ünï": "4"}))
        self.assertEqual((row.bag("abc"), row.bag("ABC")), ("1", "2"))
        self.assertEqual(row.bag("with_x0020_space"), "3")

    def test_a_field_without_a_column_lives_in_the_bag(self):
        c = S.client("bag")
        row = c.do(ows.Update(4, None, {"CellPhone": "555-1"}))
        self.assertEqual(row.bag("CellPhone"), "555-1")
        self.assertNotIn("CellPhone", row)

    def test_bag_change_is_a_version(self):
        r = S.replica("bag")
        version = r.rows[5].version
        r.client.do(ows.Update(5, version, {}, {"Suffix": "III"}))
        r.poll()
        self.assertEqual((r.rows[5].version, r.rows[5].bag("Suffix")), (version + 1, "III"))

    def test_large_value(self):
        c = S.client("bag")
        big = "0123456789abcdef" * 65536
        row = c.do(ows.Update(2, None, {}, {"BizCard": big}))
        self.assertEqual(row.bag("BizCard"), big)
        self.assertEqual([r for r in c.changes().rows if r.id == 2][0].bag("BizCard"), big)

    def test_aliases_of_outlook_2007(self):
        c = S.client("alias")
        row = c.do(ows.Update(1, None, {"HomeCity": "Wien"}))
        self.assertEqual(row["HomeAddressCity"], "Wien")
        self.assertEqual(S.person("alias", "id = 1", columns="home_city")[0][0], "Wien")
        row = c.do(ows.Update(2, None, {}, {"Wedding": "2001-06-01T00:00:00Z"}))
        page = [r for r in c.changes().rows if r.id == 2][0]
        self.assertEqual(page.bag("Anniversary"), "2001-06-01T00:00:00Z")
        self.assertEqual(page.bag("Wedding"), "2001-06-01T00:00:00Z")
        c.do(ows.Update(2, None, {}, {"Anniversary": "2002-06-01T00:00:00Z"}))
        page = [r for r in c.changes().rows if r.id == 2][0]
        self.assertEqual(page.bag("Wedding"), "2002-06-01T00:00:00Z")


class Histories(unittest.TestCase):
    ME = "0123456789abcdef0123456789abcdef"

    def test_kept_verbatim_and_bumped_with_the_list(self):
        c = S.client("history")
        mine = S.lists["history"].id.strip("{}").replace("-", "").lower()
        row = c.do(ows.Update(1, 1, {"Email": "h@x"}, history="%s:1,%s:2" % (mine, self.ME)))
        self.assertEqual(row.bag("vti_versionhistory"), "%s:1,%s:2" % (mine, self.ME))
        S.sql("UPDATE t_history.person SET email = 'dba@x' WHERE id = 1")
        row = c.changes().rows[0]
        self.assertEqual(row.bag("vti_versionhistory"), "%s:2,%s:3" % (self.ME, mine))
        row = c.do(ows.Update(1, 3, {"Email": "no history"}))
        self.assertEqual(row.bag("vti_versionhistory"), "%s:2,%s:4" % (self.ME, mine))

    def test_of_a_new_item(self):
        row = S.client("history").do(ows.New({"Title": "H"}, history="0" * 32 + ":1"))
        self.assertEqual(row.bag("vti_versionhistory"), "0" * 32 + ":1")

    def test_nonsense_is_replaced(self):
        c = S.client("history")
        for bad in ("x", self.ME, self.ME + ":0", "%s:1,%s:2" % (self.ME, self.ME),
                    "%s:5,%s:5" % (self.ME, "f" * 32), "x" * 9000):
            row = c.do(ows.Update(2, None, {"Email": "b%d@x" % len(bad)}, history=bad))
            self.assertNotEqual(row.bag("vti_versionhistory"), bad)  # check.py: well-formed


class LostAnswers(unittest.TestCase):
    def test_new_repeated(self):
        c = S.client("replay")
        ref = ows.new_ref()
        new = ows.New({"Title": "Once", "Email": "once@example.org"}, {"FileAs": "O"}, ref)
        row = c.do(new)
        self.assertEqual(row.bag("ReplicationID"), ref)
        again = c.do(new)
        self.assertEqual((again.id, again.version, again.guid), (row.id, 1, row.guid))
        self.assertEqual(len(S.person("replay", "last_name = 'Once'")), 1)
        S.sql("UPDATE t_replay.person SET company = 'DBA' WHERE last_name = 'Once'")
        third = c.do(new)
        self.assertEqual((third.id, third["Company"]), (row.id, "DBA"))
        self.assertEqual(len(S.person("replay", "last_name = 'Once'")), 1)

    def test_new_with_a_known_reference_and_other_values(self):
        c = S.client("replay")
        ref = ows.new_ref()
        row = c.do(ows.New({"Title": "Before"}, ref=ref))
        other = c.do(ows.New({"Title": "After"}, ref=ref))
        self.assertEqual((other.id, other["Title"], other.version), (row.id, "After", 2))
        result, = c.update(ows.New({"Title": "Too late"}, ref=ref))
        self.assertEqual(result.code, ows.CONFLICT)
        self.assertEqual(len(S.person("replay", "last_name IN ('Before', 'After', 'Too late')")), 1)

    def test_new_of_a_deleted_item(self):
        c = S.client("replay")
        new = ows.New({"Title": "Deleted"}, ref=ows.new_ref())
        row = c.do(new)
        c.do(ows.Delete(row.id, 1))
        result, = c.update(new)
        self.assertEqual(result.code, ows.GONE)
        self.assertEqual(S.person("replay", "last_name = 'Deleted'"), ())

    def test_the_reference_is_per_login(self):
        ref = ows.new_ref()
        mine = S.client("replay").do(ows.New({"Title": "Of alice"}, ref=ref))
        his = S.client("replay", "bob").do(ows.New({"Title": "Of bob"}, ref=ref))
        self.assertNotEqual(mine.id, his.id)

    def test_update_repeated(self):
        c = S.client("lost")
        change = ows.Update(1, 1, {"Email": "twice@example.org"}, {"Suffix": "S"})
        first = c.do(change)
        again = c.do(change)
        self.assertEqual((first.version, again.version), (2, 2))
        self.assertEqual(again["Email"], "twice@example.org")
        c.do(ows.Update(1, 2, {"Company": "Later"}))
        result, = c.update(change)
        self.assertEqual(result.code, ows.CONFLICT)
        self.assertEqual(result.row["Company"], "Later")

    def test_update_repeated_by_somebody_else_is_a_conflict(self):
        change = ows.Update(2, 1, {"Email": "equal@example.org", "Company": "Z"})
        S.client("lost").do(change)
        result, = S.client("lost", "bob").update(change)
        self.assertIn(result.code, (ows.CONFLICT,))

    def test_delete_repeated(self):
        c = S.client("lost")
        c.do(ows.Delete(3, 1))
        result, = c.update(ows.Delete(3, 1))
        self.assertEqual(result.code, ows.GONE)

    def test_two_identical_requests_at_once(self):
        new = ows.New({"Title": "Twin"}, ref=ows.new_ref())
        rows = []

        def write():
            c = ows.Client(S.server, S.lists["lost"].id)
            rows.append(c.do(new))
            c.close()
        threads = [threading.Thread(target=write) for _ in range(4)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertEqual(len(rows), 4)
        self.assertEqual(len({r.id for r in rows}), 1)
        self.assertEqual(len(S.person("lost", "last_name = 'Twin'")), 1)


class Rights(unittest.TestCase):
    def denied(self, list, user, *methods):
        for result in S.client(list, user).update(*methods):
            self.assertEqual(result.code, ows.DENIED, result.command)

    def test_reader(self):
        self.denied("rights", "carol", ows.New({"Title": "Carol"}), ows.Update(1, 1, {"Email": "c"}),
                    ows.Delete(1, 1))
        self.assertEqual(len(S.person("rights")), 5)
        self.assertEqual(S.person("rights", "id = 1", columns="email")[0][0], "p1@example.org")

    def test_read_only_list(self):
        self.denied("readonly", "alice", ows.New({"Title": "A"}), ows.Update(1, 1, {"Email": "c"}),
                    ows.Delete(1, 1))
        page = S.client("readonly").changes()
        self.assertNotIn("AddListItems", page.attributes["EffectivePermMask"])
        self.assertEqual(page.rows[0]["PermMask"], "0xb008431061")

    def test_some_rights(self):
        self.denied("noinsert", "alice", ows.New({"Title": "A"}), ows.Delete(1, 1))
        S.client("noinsert").do(ows.Update(1, 1, {"Email": "ok@example.org"}))
        mask = S.client("noinsert").changes().attributes["EffectivePermMask"]
        self.assertIn("EditListItems", mask)
        self.assertNotIn("AddListItems", mask)

    def test_read_only_field_is_left_alone(self):
        row = S.client("locked").do(ows.Update(1, 1, {"Company": "Other", "Email": "e@x"}))
        self.assertEqual((row["Company"], row["Email"]), ("Company 1", "e@x"))


class Refused(unittest.TestCase):
    def refuse(self, list, method, *words, code=ows.INVALID):
        result, = S.client(list).update(method)
        self.assertEqual(result.code, code, result.text)
        for w in words:
            self.assertIn(w, result.text)
        return result

    def test_value_that_the_column_refuses(self):
        self.refuse("strict", ows.New({"Title": "elevenchars"}), "Title")
        self.refuse("strict", ows.New({"FirstName": "No last name"}))
        self.refuse("strict", ows.New({"Title": "U", "Email": "p1@example.org"}))
        self.refuse("strict", ows.Update(1, 1, {"WorkPhone": "bad"}))
        self.refuse("limits", ows.Update(1, 1, {"Company": "é" * 61}), "Company")
        row = S.client("limits").do(ows.Update(1, 1, {"Company": "é" * 60}))
        self.assertEqual(row["Company"], "é" * 60)
        self.assertEqual(len(S.person("strict")), 2)

    def test_unknown_field(self):
        result = self.refuse("unknown", ows.Update(1, 1, {"Shoesize": "44", "Email": "n@x"}),
                             "Shoesize")
        self.assertEqual(result.row["Email"], "p1@example.org")

    def test_dates(self):
        for bad in ("31.12.2026", "2026-02-30T00:00:00Z", "now", "2026-13-01"):
            self.refuse("unknown", ows.Update(2, 1, {"Birthday": bad}), code="0x8102001c")

    def test_row_that_would_leave_the_view(self):
        result = self.refuse("half", ows.Update(1, 1, {"Company": "hidden"}))
        self.assertEqual(result.row["Company"], "Company 1")
        self.assertEqual(S.person("half", "id = 1", columns="company")[0][0], "Company 1")

    def test_item_outside_of_the_view(self):
        c = S.client("half")
        S.sql("UPDATE t_half.person SET company = 'hidden' WHERE id = 2")
        result, = c.update(ows.Update(2, 1, {"Email": "x@x"}))
        self.assertEqual(result.code, ows.GONE)
        self.assertEqual(S.person("half", "id = 2", columns="email")[0][0], "p2@example.org")


if __name__ == "__main__":
    unittest.main()
