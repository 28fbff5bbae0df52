#!/usr/bin/python3 -B
"""test_tasks.py -- what follows from what in a task, choices in the DBA's words, and persons.

MS-OUTSPS 3.2.4.2.6. That each field makes its way is tests/ledger/test_tasks.py.
"""

import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import ows  # noqa: E402
import stack  # noqa: E402

S = None
COLUMNS = """
    id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, title VARCHAR(60), body TEXT,
    status VARCHAR(40), number TINYINT, word ENUM('offen','läuft','fertig'), importance INT,
    share DECIMAL(4,3), whole TINYINT UNSIGNED, who VARCHAR(60), who_no INT, author VARCHAR(40),
    author_no INT, done TINYINT(1) NOT NULL DEFAULT 0,
    done_on DATE"""
CONF = """[users]
view = people.user
id = no
login = login
name = full_name
mail = mail
"""
PEOPLE = """
CREATE DATABASE people CHARACTER SET utf8mb4;
CREATE TABLE people.user (no INT PRIMARY KEY, login VARCHAR(60) UNIQUE, full_name VARCHAR(80),
    mail VARCHAR(80) UNIQUE);
INSERT INTO people.user VALUES (11, 'alice', 'Alice Ames', 'alice@example.org'),
    (12, 'EXAMPLE\\\\Bob', 'Doe, Bob', NULL), (13, 'bobby', NULL, 'bobby@example.org'),
    (15, 'bob', 'Bob Doe', 'bob@example.org');
"""


class Tasks(stack.Contacts):
    def __init__(self, name, fields, **more):
        sections = {"provider": {"type": "tasks"}}
        sections.update(more)
        stack.Contacts.__init__(self, name, fields=dict({"Title": "title"}, **fields),
                                columns=COLUMNS, more=sections)

    def sql(self):
        return (PEOPLE if self.name == "assigned" else "") + stack.Contacts.sql(self)


def setUpModule():
    global S
    S = stack.Stack([
        Tasks("assigned", {"AssignedTo": "who", "Author": "author"}),
        Tasks("byno", {"AssignedTo": "who_no", "Author": "author_no"}),
        Tasks("status", {"Status": "status"}),
        Tasks("share", {"PercentComplete": "share"}),
        Tasks("both", {"Status": "status", "PercentComplete": "whole", "Priority": "importance"}),
        Tasks("none", {}),
        Tasks("flag", {"Status": "done"}, **{
            "values.Status": {"0": "Not Started", "1": "Completed"}}),
        Tasks("numbers", {"Status": "number"}), Tasks("linked", {"Body": "body"}),
        Tasks("words", {"Status": "word"}, **{
            "values.Status": {"offen": "Offen", "läuft": "In Arbeit", "fertig": "Fertig"},
            "choices.Status": {"1": "Offen", "2": "In Arbeit", "3": "Fertig",
                               "4": "Zurückgestellt", "5": "Wartet"}}),
    ], env={"OWS_CONF": CONF}).up()


def tearDownModule():
    S.down()


class Reader(ows.Client):
    FIELDS = "Title Body Status Priority PercentComplete StartDate DueDate AssignedTo Author " \
        "Editor ID owshiddenversion MetaInfo Created Modified PermMask DateComplete".split()

    def view_fields(self):
        refs = "".join('<FieldRef Name="%s"/>' % n for n in self.FIELDS)
        return "<viewFields>%s</viewFields>" % self.caml("ViewFields", refs, ' Properties="TRUE"')


def reader(name, user="alice", **more):
    c = Reader(S.server, S.lists[name].id, user, **more)
    S.clients.append(c)
    return c


def replica(name, user="bob"):
    return ows.Replica(reader(name, user)).first()


def add(name, fields, bag=()):
    return reader(name).do(ows.New(dict({"Title": "Task"}, **fields), bag, ref=ows.new_ref()))


def table(name, id_row, columns):
    """Columns of the row that was made last."""
    return S.sql("SELECT %s FROM t_%s.person ORDER BY id DESC LIMIT 1" % (columns, name))[0]


class Done(unittest.TestCase):
    """Completed is 1, and 1 is Completed."""

    def pair(self, row):
        return row.get("Status"), row.get("PercentComplete")

    def shown(self, name, id):
        r = replica(name)
        return self.pair(r.rows[id])

    def test_sql_changes_the_status(self):
        row = add("status", {"Status": "In Progress", "PercentComplete": "0.25"})
        self.assertEqual(self.pair(row), ("In Progress", "0.25"))
        r = replica("status")
        for status, share in (("Completed", "1"), ("Deferred", "0.25"), ("completed", "1"),
                              (None, "0.25")):
            S.sql("UPDATE t_status.person SET status = %s WHERE id = (SELECT MAX(id) FROM "
                  "(SELECT id FROM t_status.person) x)", status)
            r.poll()
            self.assertEqual(self.pair(r.rows[row.id]), (status, share))

    def test_a_stale_share_does_not_contradict(self):
        row = add("status", {"Status": "Completed", "PercentComplete": "1"})
        S.sql("UPDATE t_status.person SET status = 'In Progress'")
        self.assertEqual(self.shown("status", row.id), ("In Progress", "0"))

    def test_sql_changes_the_share(self):
        row = add("share", {"Status": "Waiting on someone else", "PercentComplete": "0.25"})
        r = replica("share")
        for share, status in (("1", "Completed"), ("0.5", "Waiting on someone else"),
                              ("0", "Waiting on someone else")):
            S.sql("UPDATE t_share.person SET share = %s", share)
            r.poll()
            self.assertEqual(self.pair(r.rows[row.id]), (status, share))
        row = add("share", {"Status": "Completed", "PercentComplete": "1"})
        S.sql("UPDATE t_share.person SET share = 0.5")
        self.assertEqual(self.shown("share", row.id), ("In Progress", "0.5"))

    def test_a_client_sends_one_of_them(self):
        c = reader("both")
        row = add("both", {"Status": "In Progress", "PercentComplete": "0.5"})
        for sent, pair, held in (
                ({"PercentComplete": "1"}, ("Completed", "1"), ("Completed", 100)),
                ({"PercentComplete": "0.3"}, ("In Progress", "0.3"), ("In Progress", 30)),
                ({"Status": "Completed"}, ("Completed", "1"), ("Completed", 100)),
                ({"Status": "Not Started"}, ("Not Started", "0"), ("Not Started", 0)),
                ({"Status": "Deferred", "PercentComplete": "1"}, ("Deferred", "1"), ("Deferred", 100)),
                ({"Status": "3"}, ("Completed", "1"), ("Completed", 100))):
            row = c.do(ows.Update(row.id, row.version, sent))
            self.assertEqual((self.pair(row), table("both", row, "status, whole")), (pair, held), sent)

    def test_whole_numbers_are_hundredths(self):
        for sent, held, shown in (("0.5", 50, "0.5"), ("0.07", 7, "0.07"), ("0.999", 100, "1"),
                                  ("0", 0, "0")):
            row = add("both", {"PercentComplete": sent})
            self.assertEqual((table("both", row, "whole"), row["PercentComplete"]), ((held,), shown))
        r = replica("both")
        S.sql("INSERT INTO t_both.person (title, whole) VALUES ('far', 101), ('near', 99)")
        r.poll()
        titles = [(x["Title"], x.get("PercentComplete")) for x in r.rows.values() if x["Title"] in "far near"]
        self.assertEqual(titles, [("near", "0.99")])
        S.sql("DELETE FROM t_both.person WHERE title = 'far'")

    def test_a_share_beyond_one_is_none(self):
        result, = reader("share").update(ows.New({"Title": "x", "PercentComplete": "5"}, ref=ows.new_ref()))
        self.assertEqual(result.code, "0x81020014")
        self.assertIn("0 to 1", result.text)

    def test_without_a_column_a_number_stays(self):
        row = add("none", {"Status": "1", "Priority": "1"})
        self.assertEqual((row["Status"], row["Priority"]), ("1", "1"))
        r = replica("none")
        self.assertEqual((r.rows[row.id]["Status"], r.rows[row.id]["Priority"]), ("1", "1"))
        row = add("none", {"Status": "Completed"})
        self.assertEqual(self.pair(row), ("Completed", None))


class Words(unittest.TestCase):
    def field(self, list, name):
        f, = [f for f in reader(list).get_list().iterfind("{*}Fields/{*}Field") if f.get("Name") == name]
        return ([c.text for c in f.iterfind("{*}CHOICES/{*}CHOICE")],
                {m.get("Value"): m.text for m in f.iterfind("{*}MAPPINGS/{*}MAPPING")},
                f.findtext("{*}Default"))

    def test_the_list_s_own_words(self):
        texts = ["Offen", "In Arbeit", "Fertig", "Zurückgestellt", "Wartet"]
        self.assertEqual(self.field("words", "Status"),
                         (texts, {str(i): t for i, t in enumerate(texts, 1)}, "Offen"))
        row = add("words", {"Status": "2"})
        self.assertEqual((row["Status"], table("words", row, "word")), ("In Arbeit", ("läuft",)))
        row = reader("words").do(ows.Update(row.id, row.version, {"Status": "Fertig"}))
        self.assertEqual((row["PercentComplete"], table("words", row, "word")), ("1", ("fertig",)))
        result, = reader("words").update(ows.Update(row.id, row.version, {"Status": "Wartet"}))
        self.assertEqual(result.code, "0x81020014", result.text)
        self.assertIn("status", result.text)

    def test_a_column_of_numbers(self):
        row = add("numbers", {"Status": "Completed"})
        self.assertEqual((row["Status"], table("numbers", row, "number")), ("Completed", (3,)))
        row = add("numbers", {"Status": "4"})
        self.assertEqual((row["Status"], table("numbers", row, "number")), ("Deferred", (4,)))
        S.sql("UPDATE t_numbers.person SET number = 5")
        r = replica("numbers")
        self.assertEqual({x["Status"] for x in r.rows.values()}, {"Waiting on someone else"})
        self.assertEqual(self.field("numbers", "Priority"),
                         (["(1) High", "(2) Normal", "(3) Low"],
                          {"1": "(1) High", "2": "(2) Normal", "3": "(3) Low"}, "(2) Normal"))

    def test_a_column_that_knows_done_and_not_done(self):
        c = reader("flag")
        row = add("flag", {"PercentComplete": "0.5"})
        self.assertEqual((row["Status"], row["PercentComplete"], table("flag", row, "done")),
                         ("Not Started", "0.5", (0,)))
        row = c.do(ows.Update(row.id, row.version, {"PercentComplete": "1"}))
        self.assertEqual((row["Status"], row["PercentComplete"], table("flag", row, "done")),
                         ("Completed", "1", (1,)))
        row = c.do(ows.Update(row.id, row.version, {"PercentComplete": "0.7"}))
        self.assertEqual((row["Status"], row["PercentComplete"], table("flag", row, "done")),
                         ("Not Started", "0.7", (0,)))
        row = c.do(ows.Update(row.id, row.version, {"Status": "Completed"}))
        self.assertEqual((row["PercentComplete"], table("flag", row, "done")), ("1", (1,)))
        result, = c.update(ows.Update(row.id, row.version, {"Status": "In Progress"}))
        self.assertEqual(result.code, "0x81020014")
        self.assertIn('the database knows Not Started, Completed and no other', result.text)
        self.assertEqual(table("flag", row, "done"), (1,))
        result, = reader("words").update(ows.New({"Title": "x", "Status": "Wartet"}, ref=ows.new_ref()))
        self.assertIn("\"status\"", result.text)

    def test_priority_in_numbers(self):
        row = add("both", {"Priority": "(3) Low"})
        self.assertEqual((row["Priority"], table("both", row, "importance")), ("(3) Low", (3,)))


class Persons(unittest.TestCase):
    def held(self, name="assigned", column="who"):
        return table(name, None, column)[0]

    def test_every_form_of_a_person(self):
        for form in ("-1;#alice", "11", "11;#Alice Ames", "11;#Whoever", "alice", "ALICE",
                     "EXAMPLE\\alice", "alice@EXAMPLE.ORG", "0;#alice@example.org",
                     "11;#alice@example.org,Alice Ames", "77;#Alice,#alice,#,#,#Alice",
                     "11;#Alice Ames,#alice,#alice@example.org,#,#Alice Ames"):
            row = add("assigned", {"AssignedTo": form})
            self.assertEqual((self.held(), row["AssignedTo"]), ("alice", "11;#Alice Ames"), form)

    def test_a_column_of_numbers(self):
        for form in ("-1;#bobby", "13;#bobby", "bobby@example.org"):
            row = add("byno", {"AssignedTo": form})
            self.assertEqual((self.held("byno", "who_no"), row["AssignedTo"]), (13, "13;#bobby"))
        S.sql("UPDATE t_byno.person SET who_no = 12")
        r = replica("byno")
        self.assertEqual({x["AssignedTo"].split(",#")[0] for x in r.rows.values()}, {"12;#Doe,, Bob"})

    def test_a_login_is_kept_as_the_table_has_it(self):
        row = add("assigned", {"AssignedTo": "12"})
        self.assertEqual((self.held(), row["AssignedTo"]), ("EXAMPLE\\Bob", "12;#Doe, Bob"))
        row = reader("assigned").do(ows.Update(row.id, row.version, {
            "AssignedTo": "12;#Doe,, Bob,#EXAMPLE\\Bob,#,#,#Doe,, Bob", "Title": "His"}))
        self.assertEqual((self.held(), row["AssignedTo"]), ("EXAMPLE\\Bob", "12;#Doe, Bob"))

    def test_expanded_and_not(self):
        add("assigned", {"AssignedTo": "-1;#bob"})
        id = max(replica("assigned").rows)
        expanded = reader("assigned").download()[0]
        row, = [r for r in expanded if r.id == id]
        self.assertEqual(row["AssignedTo"], "15;#Bob Doe,#bob,#bob@example.org,#,#Bob Doe")
        # what is shown is what may come back
        again = reader("assigned").do(ows.Update(row.id, row.version, {"AssignedTo": row["AssignedTo"]}))
        self.assertEqual(again.version, row.version)

    def test_nobody(self):
        c = reader("assigned")
        before = S.sql("SELECT COUNT(*) FROM t_assigned.person")
        for form in ("99;#Nobody", "-1;#nobody", "nobody@example.org", "0", "11;#Alice;#15;#Bob"):
            bad, good = c.update(ows.New({"Title": "x", "AssignedTo": form}, ref=ows.new_ref()),
                                 ows.New({"Title": "y"}, ref=ows.new_ref()))
            self.assertEqual((bad.code, good.code), ("0x81020054", "0x00000000"), bad.text)
            self.assertIn("AssignedTo", bad.text)
        self.assertEqual(S.sql("SELECT COUNT(*) FROM t_assigned.person")[0][0], before[0][0] + 5)
        # whom SQL wrote and nobody knows is shown all the same
        S.sql("UPDATE t_assigned.person SET who = 'A. Stranger'")
        r = replica("assigned")
        shown = {x["AssignedTo"].split(",#")[0] for x in r.rows.values()}
        self.assertEqual(len(shown), 1)
        self.assertRegex(shown.pop(), r"^[1-9][0-9]*;#A\. Stranger$")

    def test_nobody_clears(self):
        row = add("assigned", {"AssignedTo": "11"})
        row = reader("assigned").do(ows.Update(row.id, row.version, {"AssignedTo": ""}))
        self.assertEqual((row.get("AssignedTo"), self.held()), (None, None))

    def test_author_and_editor_are_the_same_persons(self):
        row = add("assigned", {"AssignedTo": "-1;#bob"})
        reader("assigned", "bob").do(ows.Update(row.id, row.version, {"Title": "Bob's"}))
        row, = [r for r in reader("assigned").download()[0] if r.id == row.id]
        self.assertEqual((row["Author"].split(";#")[0], row["Editor"].split(";#")[0],
                          row["AssignedTo"].split(";#")[0]), ("11", "15", "15"))
        S.sql("UPDATE t_assigned.person SET author = 'bobby' ORDER BY id DESC LIMIT 1")
        r = replica("assigned")
        self.assertEqual(r.rows[row.id]["Author"].split(";#")[0], "13")

    def test_who_makes_a_task_is_its_author(self):
        for name, column, held in (("assigned", "author", "alice"), ("byno", "author_no", 11)):
            row = add(name, {"Title": "Made", "Author": "15;#Bob Doe"})
            self.assertEqual((table(name, row, column), row["Author"]), ((held,), "11;#Alice Ames"))
            row = reader(name, "bob").do(ows.Update(row.id, row.version, {"Title": "Bob's"}))
            self.assertEqual((table(name, row, column), row["Author"]), ((held,), "11;#Alice Ames"))

    def test_a_new_name_is_no_change(self):
        row = add("assigned", {"AssignedTo": "13"})
        r = replica("assigned")
        S.sql("UPDATE people.user SET full_name = 'Bobby B.' WHERE no = 13")
        try:
            r.poll()
            self.assertEqual(r.rows[row.id].version, row.version)
            shown, = [x for x in reader("assigned").download()[0] if x.id == row.id]
            self.assertIn("13;#Bobby B.", shown["AssignedTo"])
        finally:
            S.sql("UPDATE people.user SET full_name = NULL WHERE no = 13")

    def test_a_table_that_cannot_be_read(self):
        c = reader("assigned")
        add("assigned", {"AssignedTo": "11"})
        count = S.sql("SELECT COUNT(*) FROM t_assigned.person")
        S.sql("RENAME TABLE people.user TO people.away")
        try:
            for call in (c.download, lambda: c.update(ows.New({"Title": "x", "AssignedTo": "11"}))):
                with self.assertRaises(ows.HttpError) as caught:
                    call()
                self.assertEqual(caught.exception.answer.status, 503)
        finally:
            S.sql("RENAME TABLE people.away TO people.user")
        self.assertEqual(S.sql("SELECT COUNT(*) FROM t_assigned.person"), count)
        add("assigned", {"AssignedTo": "11"})
        S.log_has("[users] people.user")

    def test_pages_name_persons(self):
        S.sql("INSERT INTO t_assigned.person (title, who) VALUES ('for a page', 'alice')")
        c = reader("assigned")
        row, = (x for x in c.download()[0] if x["Title"] == "for a page")
        page = c.http("GET", "/Lists/assigned/DispForm.aspx?ID=%d" % row.id).body.decode()
        self.assertIn("<dd>Alice Ames</dd>", page)
        S.sql("DELETE FROM t_assigned.person WHERE title = 'for a page'")

    def test_a_table_that_may_not_be_read(self):
        c = reader("assigned")
        c.download()
        S.sql("REVOKE SELECT ON people.user FROM owsd@localhost")
        try:
            S.sql("INSERT INTO t_assigned.person (title, who) VALUES ('x', 'alice')")
            with self.assertRaises(ows.HttpError) as caught:
                c.download()
            self.assertEqual(caught.exception.answer.status, 503)
            S.log_has("people.user", "run `owsadm install`")
        finally:
            S.owsadm("install")
        c.download()

    def test_many_people_cost_little(self):
        S.sql("INSERT INTO people.user SELECT 1000 + seq, CONCAT('p', seq), CONCAT('Person ', seq), "
              "NULL FROM people.user u JOIN (SELECT seq FROM mysql.seq_1_to_300) s WHERE u.no = 11")
        S.sql("INSERT INTO t_assigned.person (title, who) SELECT CONCAT('of ', seq), CONCAT('p', "
              "1 + seq % 300) FROM mysql.seq_1_to_2000")
        rows = [x for x in reader("assigned").download()[0] if x["Title"].startswith("of ")]
        self.assertEqual(len(rows), 2000)
        for x in rows:
            n = 1 + int(x["Title"][3:]) % 300
            self.assertTrue(x["AssignedTo"].startswith("%d;#Person %d,#p%d,#" % (1000 + n, n, n)))
        S.sql("DELETE FROM t_assigned.person WHERE title LIKE 'of %'")


class Check(unittest.TestCase):
    def test_choices_that_have_no_number_are_told(self):
        S.sql("INSERT INTO t_status.person (title, status) VALUES ('a', 'Erledigt'), ('b', 'Erledigt'), "
              "('c', 'completed'), ('d', NULL), ('e', '')")
        try:
            said = S.owsadm("check", check=False)
        finally:
            S.sql("DELETE FROM t_status.person WHERE title IN ('a', 'b', 'c', 'd', 'e')")
        told = [l for l in said.splitlines() if "none of the choices" in l]
        self.assertEqual(len(told), 1, told)
        self.assertIn('the view has "Erledigt"', told[0])
        self.assertIn("[choices.Status]", told[0])

    def said(self, users):
        path = os.path.join(S.run, "owsd.ini")
        with open(path, encoding="utf-8") as f:
            before = f.read()
        try:
            with open(path, "w", encoding="utf-8") as f:
                f.write(before.replace(CONF, users))
            return S.owsadm("check", check=False)
        finally:
            with open(path, "w", encoding="utf-8") as f:
                f.write(before)

    def test_the_table_of_users_is_checked(self):
        self.assertNotIn("[users]", self.said(CONF))
        for users, words in (
                (CONF.replace("people.user", "people.usr"), "no table or view people.usr"),
                (CONF.replace("people.user", "people"), "expected schema.view"),
                (CONF.replace("full_name", "fullname"), '[users] name: people.user has no column "fullname"'),
                (CONF.replace("id = no", "id = mail"), "expected whole numbers"),
                (CONF.replace("mail = mail", "mail = full_name"), "no index")):
            self.assertIn(words, self.said(users))


class Links(unittest.TestCase):
    def test_a_link_stays_clickable(self):
        r = replica("none")
        body = '<html><body><p>Mark <a href="https://x.example/a?b=1&amp;c=2">this</a>.</p></body></html>'
        row = add("none", {}, {"Body": body})
        r.poll()
        self.assertEqual(r.rows[row.id].bag("Body"), body)
        S.sql("INSERT INTO t_linked.person (title, body) VALUES ('x', %s)", body)
        r = replica("linked")
        r.poll()
        self.assertEqual([x["Body"] for x in r.rows.values()], [body])
        row, = r.rows.values()
        row = reader("linked").do(ows.Update(row.id, row.version, {"Body": body + "<p>done</p>"}))
        self.assertEqual(S.sql("SELECT body FROM t_linked.person"), ((body + "<p>done</p>",),))


if __name__ == "__main__":
    unittest.main()
