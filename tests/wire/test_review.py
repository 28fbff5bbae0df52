#!/usr/bin/python3 -B
"""test_review.py -- odd rows, odd keys and odd moments, that once lost or doubled something.

Pages of which nothing can be shown, rows and properties so large that a batch of
them fits in no memory, keys that read back otherwise than they were written,
columns that the database fills or cuts by itself.
"""

import os
import threading
import time
import unittest

import ows
import stack

HISTORIC = "'1500-01-01'"  # no client can hold that day: the row is bad
MIB = 1024 * 1024


def key_fields(column, **more):
    return {"source": {"key": column}, "write": dict({"mode": "view", "key_from": "fields"}, **more)}


LISTS = [
    stack.Contacts("unseen", count=100),
    stack.Contacts("half", count=2),
    stack.Contacts("away", count=3, more={"track": {"mode": "scan", "scan_every": "3600"}},
                   drop=[("track", "tables")]),
    stack.Contacts("shown", count=1, more={"track": {"mode": "scan", "scan_every": "3600"}},
                   drop=[("track", "tables")]),
    stack.Contacts("heavy", count=30, columns=stack.COLUMNS.replace("notes TEXT", "notes LONGTEXT")),
    stack.Contacts("bags", count=30),
    stack.Contacts("reborn", count=3),
    stack.Contacts("asked", count=4000, more={"track": {"tables": "t_asked.person:*"}}),
    stack.Contacts("zeros", columns=stack.COLUMNS.replace("INT UNSIGNED", "INT(6) UNSIGNED ZEROFILL")),
    stack.Contacts("money", columns=stack.COLUMNS + ", code DECIMAL(8,2) NOT NULL UNIQUE",
                   fields=dict(stack.FIELDS, CustomerID="code"),
                   more=dict(key_fields("code"), track={"tables": "t_money.person:code"})),
    stack.Contacts("padded", columns=stack.COLUMNS + ", code CHAR(8) NOT NULL UNIQUE",
                   fields=dict(stack.FIELDS, CustomerID="code"),
                   more=dict(key_fields("code"), track={"tables": "t_padded.person:code"})),
    stack.Contacts("folded", rows=[{"code": "abc"}, {"code": "ABC"}, {"code": "abc "}],
                   columns=stack.COLUMNS + ", code VARCHAR(8) COLLATE utf8mb4_general_ci NOT NULL",
                   fields=dict(stack.FIELDS, CustomerID="code"),
                   more=dict(key_fields("code"), track={"tables": "t_folded.person:code"})),
    stack.Contacts("computed", count=2, columns=stack.COLUMNS.replace(
        "full_name VARCHAR(100)",
        "full_name VARCHAR(120) AS (CONCAT(first_name, ' ', last_name)) STORED")),
    stack.Contacts("filled", count=2, columns=stack.COLUMNS +
                   ", grade INT NOT NULL DEFAULT 3, since DATE NOT NULL DEFAULT '2020-02-02'",
                   fields=dict(stack.FIELDS, CustomerID="grade", Anniversary="since")),
    stack.Contacts("unique", columns=stack.COLUMNS.replace(
        "email VARCHAR(100)", "email VARCHAR(100) UNIQUE")),
    stack.Contacts("years", rows=[{"born": 2020}, {"born": 1999}],
                   columns=stack.COLUMNS + ", born YEAR",
                   fields=dict(stack.FIELDS, CustomerID="born")),
    stack.Contacts("held", count=40),
    stack.Contacts("meaning", rows=[{"sex": 1, "since": "2020-05-05 20:00:00"}, {"sex": 2}],
                   columns=stack.COLUMNS + ", sex INT, since TIMESTAMP NULL",
                   fields=dict(stack.FIELDS, Gender="sex", Anniversary="since"),
                   more={"values.Gender": {"1": "Male"}, "source": {"timezone": "UTC"}}),
    stack.Contacts("chars", count=2, columns=stack.COLUMNS.replace(
        "company VARCHAR(60)", "company CHAR(60)")),
]
S = None


def setUpModule():
    global S
    S = stack.Stack(LISTS).up()


def tearDownModule():
    S.down()


def number_of(name):
    return S.sql("SELECT no FROM ows.ows_list WHERE name = %s", name)[0][0]


def drained(name, seconds=30):
    no = number_of(name)
    stack.until(lambda: S.sql("SELECT COUNT(*) FROM ows.ows_inbox WHERE list = %s", no)[0][0] == 0,
                seconds, "the inbox of %s is empty" % name)


class Pages(unittest.TestCase):
    def test_changes_behind_many_rows_that_cannot_be_shown(self):
        """The difference goes on behind them, whatever the size of a page."""
        r = S.replica("unseen")
        S.sql("UPDATE t_unseen.person SET company = 'c1' WHERE id <= 90")
        S.client("unseen").changes(token=r.token)  # numbered
        S.sql("UPDATE t_unseen.person SET company = 'c2' WHERE id = 95")
        S.client("unseen").changes(token=r.token)
        S.sql("UPDATE t_unseen.person SET birthday = %s WHERE id <= 90" % HISTORIC)
        r.client.page = 1
        r.poll()
        self.assertEqual([x["Company"] for x in r.rows.values() if x["Title"] == "Name95"], ["c2"])
        S.sql("UPDATE t_unseen.person SET birthday = NULL, company = 'c3' WHERE id <= 90")
        r.poll()
        self.assertEqual([x["Company"] for x in r.rows.values()].count("c3"), 90)


class Memory(unittest.TestCase):
    def test_many_large_values_change_at_once(self):
        S.sql("UPDATE t_heavy.person SET notes = REPEAT('x', %d)" % (8 * MIB))
        drained("heavy")
        S.sql("UPDATE t_heavy.person SET notes = NULL, company = 'small'")
        drained("heavy")
        self.assertEqual(S.sql("SELECT MIN(version), COUNT(*) FROM ows.ows_item WHERE list = %s",
                               number_of("heavy")), ((3, 30),))
        self.assertNotIn("ceiling", S.log())

    def test_many_large_bags_change_at_once(self):
        big = 10 * MIB
        S.sql("UPDATE ows.ows_item SET bag = CONCAT('4:Note%d:', REPEAT('x', %d)) WHERE list = %d"
              % (big, big, number_of("bags")))
        S.sql("UPDATE t_bags.person SET company = 'other'")
        drained("bags")
        self.assertEqual(S.sql("SELECT MIN(version), MIN(LENGTH(bag)), COUNT(*) FROM ows.ows_item "
                               "WHERE list = %s", number_of("bags")),
                         ((2, big + len("4:Note%d:" % big), 30),))
        self.assertNotIn("ceiling", S.log())
        S.sql("UPDATE ows.ows_item SET bag = NULL WHERE list = %s", number_of("bags"))

    def test_keys_that_came_and_went_often(self):
        no, big = number_of("reborn"), MIB
        S.sql("INSERT INTO ows.ows_item (list, id, version, guid, skey, gone, state, print, changed, "
              "created, modified, bag) SELECT %d, 1000 + seq, 1, UNHEX(MD5(seq)), '2', 1000 + seq, 1, "
              "REPEAT('x', 32), 1, 0, UNIX_TIMESTAMP(), CONCAT('4:Note%d:', REPEAT('x', %d)) "
              "FROM mysql.seq_1_to_300" % (no, big, big))
        S.sql("UPDATE t_reborn.person SET company = 'again' WHERE id = 2")
        drained("reborn")
        self.assertEqual(S.sql("SELECT version FROM ows.ows_item WHERE list = %s AND id = 2", no),
                         ((2,),))
        self.assertNotIn("ceiling", S.log())


class Scans(unittest.TestCase):
    def test_many_requests_are_one_scan(self):
        def written():
            """Rows that the inbox ever had, about: a scan takes up to twice the numbers it needs."""
            return S.sql("SELECT auto_increment FROM information_schema.tables "
                         "WHERE table_schema = 'ows' AND table_name = 'ows_inbox'")[0][0]
        r = S.replica("asked")
        before = written()
        S.sql("UPDATE t_asked.person SET company = 'all'")
        r.poll()
        self.assertEqual({x["Company"] for x in r.rows.values()}, {"all"})
        drained("asked")
        # a request per row; the housekeeper may have scanned at the same time
        self.assertLess(written() - before, 4000 + 2 * 8192 + 1000)


class Slow(unittest.TestCase):
    def test_scan_that_takes_longer_than_a_request_may(self):
        """Each row of the view takes a moment: a look at all of them outlasts the timeout."""
        one = stack.Contacts("slow", count=12, view="SELECT * FROM person WHERE SLEEP(0.1 + 0 * id) = 0",
                             more={"write": {"mode": "none"}})
        ini = os.path.join(S.run, "owsd.ini")
        with open(ini, encoding="utf-8") as f:
            text = f.read()
        with open(ini, "w", encoding="utf-8") as f:
            f.write(text.replace("[database]", "[database]\ntimeout = 1"))
        S.add(one)
        S.owsadm("install")
        S.reload()
        stack.until(lambda: S.sql("SELECT is_ready FROM ows.ows_list WHERE name = 'slow'") == ((1,),),
                    30, "the list is numbered")
        self.assertEqual(len(S.client("slow").changes(limit=3).rows), 3)


class Keys(unittest.TestCase):
    def test_number_with_leading_zeros(self):
        r = S.replica("zeros")
        row = r.client.do(ows.New({"Title": "Zero"}, ref=ows.new_ref()))
        r.client.do(ows.Update(row.id, 1, {"Title": "Nought"}))
        r.poll()
        self.assertEqual([(x["Title"], x.version) for x in r.rows.values()], [("Nought", 2)])
        S.sql("UPDATE t_zeros.person SET last_name = 'Nil'")
        r.poll()
        self.assertEqual([x["Title"] for x in r.rows.values()], ["Nil"])

    def test_keys_that_are_equal_for_the_collation_only(self):
        """A write meets the row of its item and no other."""
        r = S.replica("folded")
        ids = {x["CustomerID"]: x.id for x in r.rows.values()}
        self.assertEqual(sorted(ids), ["ABC", "abc", "abc "])
        r.client.do(ows.Update(ids["ABC"], 1, {"FirstName": "F"}))
        self.assertEqual(S.person("folded", columns="code, first_name"),
                         (("abc", None), ("ABC", "F"), ("abc ", None)))
        r.client.do(ows.Delete(ids["abc"], 1))
        self.assertEqual(S.person("folded", columns="code"), (("ABC",), ("abc ",)))
        r.poll()
        self.assertEqual({x["CustomerID"]: x.version for x in r.rows.values()},
                         {"ABC": 2, "abc ": 1})

    def test_decimal_of_the_client(self):
        r = S.replica("money")
        row = r.client.do(ows.New({"Title": "Ten", "CustomerID": "10.5"}, ref=ows.new_ref()))
        r.client.do(ows.Update(row.id, 1, {"Title": "Eleven"}))
        r.poll()
        self.assertEqual([(x["Title"], x.version) for x in r.rows.values()], [("Eleven", 2)])

    def test_text_that_is_cut_at_its_end(self):
        r = S.replica("padded")
        row = r.client.do(ows.New({"Title": "P", "CustomerID": "ab "}, ref=ows.new_ref()))
        r.client.do(ows.Delete(row.id, 1))
        self.assertEqual(S.person("padded"), ())


class Twice(unittest.TestCase):
    def test_same_new_item_twice_at_once_where_a_value_is_unique(self):
        """Sent again because the first answer took too long: both tell of the one item."""
        ref, got = ows.new_ref(), []
        def send():
            got.append(S.client("unique").do(ows.New({"Title": "U", "Email": "u@example.org"}, ref=ref)))
        def waiting():
            return int(S.sql("SHOW GLOBAL STATUS LIKE 'Innodb_row_lock_current_waits'")[0][1])
        blocker = S.connect()
        blocker.autocommit(False)
        with blocker.cursor() as cur:
            cur.execute("SELECT no FROM ows.ows_list WHERE name = 'unique' FOR UPDATE")
            both = [threading.Thread(target=send) for _ in range(2)]
            for n, t in enumerate(both):
                t.start()
                stack.until(lambda: waiting() == n + 1, 4, "request %d waits" % n)
        blocker.rollback()
        for t in both:
            t.join()
        self.assertEqual(len(got), 2)
        self.assertEqual(got[0].id, got[1].id)
        self.assertEqual(len(S.person("unique")), 1)


class Meaning(unittest.TestCase):
    def test_values_that_mean_something_else_from_now_on(self):
        """The rows are the same and what they say is not: a changed mapping reaches the clients."""
        r = S.replica("meaning")
        self.assertEqual([(x["Gender"], x.version) for x in r.rows.values()], [("Male", 1), ("2", 1)])
        one = S.lists["meaning"]
        one.sections["values.Gender"] = {"1": "Male", "2": "Female"}
        one.sections["source"]["timezone"] = "Pacific/Auckland"
        one.write(S.providers)
        S.reload()
        def poll():
            try:
                r.poll()
            except ows.HttpError:
                return False
            return r.rows[2]["Gender"] == "Female"
        stack.until(poll, 20, "the new value arrives")
        self.assertEqual(r.rows[1]["Anniversary"][:10], "2020-05-06", "a day of the other zone")
        self.assertEqual({x.version for x in r.rows.values()}, {2})


class Locked(unittest.TestCase):
    def test_business_application_that_holds_its_table(self):
        """503 and not a fault, which Outlook would show; and no process waits for long."""
        got, began = {}, time.monotonic()
        def run(name, fn):
            try:
                got[name] = fn()
            except ows.HttpError as e:
                got[name] = e.status
            got[name + " s"] = time.monotonic() - began
        reader, writer = S.client("held"), S.client("held", "bob")
        batch = [ows.Update(n, 1, {"Company": "new"}) for n in range(1, 41)]
        holder = S.connect()
        with holder.cursor() as cur:
            cur.execute("LOCK TABLES t_held.person WRITE")
            both = [threading.Thread(target=run, args=("read", reader.changes)),
                    threading.Thread(target=run, args=("write", lambda: writer.update(*batch)))]
            for t in both:
                t.start()
            for t in both:
                t.join()
            cur.execute("UNLOCK TABLES")
        self.assertEqual((got["read"], got["write"]), (503, 503))
        self.assertLess(max(got["read s"], got["write s"]), 20 * stack.SLOW)
        self.assertEqual([r.code for r in writer.update(*batch)], [ows.OK] * 40)


class Interrupted(unittest.TestCase):
    """A batch whose second half the database cannot take now."""

    def hold_second_row(self):
        holder = S.connect()
        holder.autocommit(False)
        with holder.cursor() as cur:
            cur.execute("SELECT * FROM t_half.person WHERE id = 2 FOR UPDATE")
        return holder

    def test_named_changes_come_back_whole_and_are_not_done_twice(self):
        c = S.client("half")
        ref = ows.new_ref()
        batch = [ows.New({"Title": "Named"}, ref=ref), ows.Update(1, 1, {"Email": "first@x"}),
                 ows.Update(2, 1, {"Email": "second@x"})]
        holder = self.hold_second_row()
        try:
            with self.assertRaises(ows.HttpError) as caught:
                c.update(*batch)
            self.assertEqual(caught.exception.status, 503)
        finally:
            holder.rollback()
        self.assertEqual(len(S.person("half", "last_name = 'Named'")), 1)
        results = c.update(*batch)
        self.assertEqual([r.code for r in results], [ows.OK] * 3)
        self.assertEqual([r.row.version for r in results], [1, 2, 2])
        self.assertEqual(len(S.person("half", "last_name = 'Named'")), 1)

    def test_unnamed_new_item_is_told_of_and_not_repeated(self):
        holder = self.hold_second_row()
        try:
            made, refused = S.client("half").update(ows.New({"Title": "Unnamed"}),
                                                    ows.Update(2, None, {"Email": "third@x"}))
        finally:
            holder.rollback()
        self.assertEqual(made.code, ows.OK)
        self.assertEqual(refused.code, "0x81020014")
        self.assertIn("sent again", refused.text)


class Shown(unittest.TestCase):
    def announce(self, name, key):
        """What a trigger would say; this list has none, and its scan is far away."""
        S.sql("INSERT INTO ows.ows_inbox (list, skey, is_changed) SELECT no, %s, 0 "
              "FROM ows.ows_list WHERE title = %s", key, S.lists[name].title)

    def test_state_that_was_shown_before_its_row_turned_bad(self):
        first = "p1@example.org"
        c = S.client("shown")
        S.sql("UPDATE t_shown.person SET email = 'between@x' WHERE id = 1")
        rows, token, _ = c.download()
        self.assertEqual((rows[0]["Email"], rows[0].version), ("between@x", 1))
        S.sql("UPDATE t_shown.person SET birthday = " + HISTORIC)
        page = c.changes(token=token)  # takes the mark: there is nothing to show
        self.assertEqual(page.rows, [])
        S.sql("UPDATE t_shown.person SET birthday = NULL, email = %s", first)
        self.announce("shown", "1")
        result, = c.update(ows.Update(1, 1, {"Email": "mine@x"}))
        self.assertEqual(result.code, ows.CONFLICT)
        self.assertEqual((result.row["Email"], result.row.version), (first, 2))
        self.assertEqual(S.person("shown", columns="email"), ((first,),))


class Away(unittest.TestCase):
    def test_row_that_is_away_during_a_first_download(self):
        """Deleted and inserted again by a nightly job, before anybody has looked."""
        S.sql("CREATE TABLE t_away.kept AS SELECT * FROM t_away.person WHERE id = 2")
        S.sql("DELETE FROM t_away.person WHERE id = 2")
        r = S.replica("away")
        self.assertEqual(sorted(r.rows), [1, 3])
        S.sql("INSERT INTO t_away.person SELECT * FROM t_away.kept")
        r.poll()
        self.assertEqual(sorted(r.rows), [1, 2, 3])


class Columns(unittest.TestCase):
    def test_type_that_describes_itself_by_its_surroundings(self):
        """A YEAR is padded with zeros or not, as the server happens to read it."""
        r = S.replica("years")
        self.assertEqual([x["CustomerID"] for x in r.rows.values()], ["2020", "1999"])
        S.sql("UPDATE t_years.person SET born = 1987 WHERE id = 2")
        r.poll()
        self.assertEqual([x["CustomerID"] for x in r.rows.values()], ["2020", "1987"])

    def test_computed_column_that_the_client_sends_back(self):
        c = S.client("computed")
        row = c.do(ows.New({"Title": "B", "FirstName": "A", "FullName": "A B"}, ref=ows.new_ref()))
        self.assertEqual(row["FullName"], "A B")
        row = c.do(ows.Update(row.id, 1, {"Title": "C", "FullName": "A C"}))
        self.assertEqual(row["FullName"], "A C")

    def test_empty_fields_leave_defaults(self):
        c = S.client("filled")
        row = c.do(ows.New({"Title": "B", "CustomerID": "", "Anniversary": ""}, ref=ows.new_ref()))
        self.assertEqual((row["CustomerID"], row["Anniversary"][:10]), ("3", "2020-02-02"))

    def test_blanks_that_a_column_does_not_keep(self):
        c = S.client("chars")
        row = c.do(ows.New({"Title": "B", "Company": "Old "}, ref=ows.new_ref()))
        self.assertEqual(row["Company"], "Old")
        row = c.do(ows.Update(row.id, 1, {"Company": "Old ", "FirstName": "F"}))
        self.assertEqual((row["Company"], row["FirstName"], row.version), ("Old", "F", 2))


if __name__ == "__main__":
    unittest.main()
