#!/usr/bin/python3 -B
"""test_changes.py -- what happens in the database arrives at the client.

The ancestor echoed version data back, never sent deletes, lost transactions
that began early and ended late, and depended on the server's locale and zone.
Each of these is a test here; the daemon runs with a foreign locale and time
zone and MariaDB with another default_time_zone, in all of them.
"""

import threading
import unittest

import ows
import stack

NAMES = """arrives deletes slow returns equal merge more limits expired truncate cascade
    zone insert between two-lists bulk skipped pages-move""".split()
LISTS = [stack.Contacts(n, count=5) for n in NAMES]
LISTS += [
    stack.Contacts("scan", count=5, more={"track": {"mode": "scan", "scan_every": "0"}},
                   drop=[("track", "tables")]),
    stack.Contacts("big", count=2500),
    stack.Contacts("dates", rows=[{"last_name": "D", "birthday": "1970-01-01"}],
                   columns=stack.COLUMNS + ", met DATETIME, seen TIMESTAMP NULL",
                   fields=dict(stack.FIELDS, Anniversary="met"),
                   more={"source": {"timezone": "Europe/Berlin", "created": "created_at",
                                    "modified": "modified_at"}}),
]
S = None


def setUpModule():
    global S
    S = stack.Stack(LISTS, env={"LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8",
                                "TZ": "Asia/Kolkata"}).up()
    S.sql("SET GLOBAL time_zone = '-03:30'")
    old = set(S.children())
    S.hup()  # every session of the daemon begins anew, in that zone
    stack.until(lambda: S.children() and not old & set(S.children()), 60, "new workers")


def tearDownModule():
    S.down()


class Arrives(unittest.TestCase):
    def test_change(self):
        r = S.replica("arrives")
        S.sql("UPDATE t_arrives.person SET email = 'new@example.org' WHERE id = 3")
        page, = r.poll()
        self.assertEqual([(x.id, x.version, x["Email"]) for x in page.rows],
                         [(3, 2, "new@example.org")])
        self.assertIsNone(page.list)
        self.assertEqual(r.poll()[0].rows, [])
        history = r.rows[3].bag("vti_versionhistory")
        self.assertEqual(history, S.lists["arrives"].id.strip("{}").replace("-", "").lower() + ":2")

    def test_delete(self):
        r = S.replica("deletes")
        guid = r.rows[2].guid
        S.sql("DELETE FROM t_deletes.person WHERE id = 2")
        page, = r.poll()
        self.assertEqual(page.rows, [])
        self.assertEqual(page.deleted, [2])
        self.assertEqual(page.ids[0][2], guid)
        self.assertEqual(sorted(r.rows), [1, 3, 4, 5])
        self.assertEqual(len(S.client("deletes").download()[0]), 4)

    def test_insert(self):
        r = S.replica("insert")
        S.sql("INSERT INTO t_insert.person (last_name) VALUES ('Six'), ('Seven')")
        page, = r.poll()
        self.assertEqual([(x.id, x["Title"], x.version) for x in page.rows],
                         [(6, "Six", 1), (7, "Seven", 1)])

    def test_slow_transaction(self):
        """Began first, commits last: nothing may hide behind a token that was handed out."""
        r = S.replica("slow")
        early = S.connect()
        early.autocommit(False)
        with early.cursor() as cur:
            cur.execute("INSERT INTO t_slow.person (last_name) VALUES ('Early')")
            cur.execute("UPDATE t_slow.person SET company = 'Early & Co' WHERE id = 1")
        S.sql("INSERT INTO t_slow.person (last_name) VALUES ('Late')")
        S.sql("UPDATE t_slow.person SET company = 'Late & Co' WHERE id = 2")
        r.poll()
        self.assertEqual(sorted(x["Title"] for x in r.rows.values()),
                         ["Late"] + ["Name%d" % n for n in range(1, 6)])
        early.commit()
        r.poll()
        self.assertEqual(len(r.rows), 7)
        by = {x["Title"]: x for x in r.rows.values()}
        self.assertIn("Early", by)
        self.assertEqual(by["Name1"]["Company"], "Early & Co")
        self.assertEqual(by["Name2"]["Company"], "Late & Co")

    def test_writers_in_any_order(self):
        """Many transactions that overlap, while a client polls all the time."""
        r = S.replica("bulk")
        failed = []

        def writer(k):
            try:
                c = S.connect()
                c.autocommit(False)
                with c.cursor() as cur:
                    for n in range(25):
                        cur.execute("INSERT INTO t_bulk.person (last_name) VALUES (%s)",
                                    ("W%d-%d" % (k, n),))
                        if n % (k + 2) == 0:
                            c.commit()
                c.commit()
            except Exception as e:  # reported below, in the test's own thread
                failed.append(e)
        threads = [threading.Thread(target=writer, args=(k,)) for k in range(4)]
        for t in threads:
            t.start()
        while any(t.is_alive() for t in threads):
            r.poll()
        for t in threads:
            t.join()
        self.assertEqual(failed, [])
        r.poll()
        self.assertEqual(sorted(x["Title"] for x in r.rows.values()),
                         sorted(t for _, t in S.person("bulk")))

    def test_two_updates_between_two_looks_are_one(self):
        r = S.replica("between")
        S.sql("UPDATE t_between.person SET phone = '1' WHERE id = 1")
        S.sql("UPDATE t_between.person SET phone = '2' WHERE id = 1")
        r.poll()
        self.assertEqual((r.rows[1].version, r.rows[1]["WorkPhone"]), (2, "2"))

    def test_equal_values_are_no_change(self):
        r = S.replica("equal")
        before = r.token
        S.sql("UPDATE t_equal.person SET last_name = last_name, modified_at = '2026-05-05 05:05:05'")
        page, = r.poll()
        self.assertEqual((page.rows, page.ids), ([], []))
        self.assertEqual(r.token, before)

    def test_added_and_deleted_between_two_polls(self):
        r = S.replica("skipped")
        S.sql("INSERT INTO t_skipped.person (id, last_name) VALUES (60, 'Gone')")
        S.sql("DELETE FROM t_skipped.person WHERE id = 60")
        page, = r.poll()
        self.assertEqual(page.rows, [])
        self.assertEqual(len(r.rows), 5)

    def test_key_that_returns_is_a_new_item(self):
        c = S.client("returns")
        c.do(ows.Update(4, 1, bag={"Suffix": "Jr."}))
        r = S.replica("returns")
        guid = r.rows[4].guid
        S.sql("DELETE FROM t_returns.person WHERE id = 4")
        r.poll()
        self.assertNotIn(4, r.rows)
        S.sql("INSERT INTO t_returns.person (id, last_name) VALUES (4, 'Back')")
        page, = r.poll()
        row, = page.rows
        self.assertEqual((row.id, row.version, row["Title"]), (6, 1, "Back"))
        self.assertNotEqual(row.guid, guid)
        self.assertEqual(row.bag("Suffix"), "Jr.")
        S.sql("UPDATE t_returns.person SET phone = '0' WHERE id = 4")
        r.poll()
        self.assertEqual((r.rows[6].version, r.rows[6]["WorkPhone"]), (2, "0"))

    def test_truncate_is_found_by_the_scan(self):
        """No trigger fires; the brake does not apply to five rows and fewer than all held."""
        r = S.replica("truncate")
        S.sql("UPDATE ows.ows_list SET scanned = 1 WHERE name = 'truncate'")
        S.sql("SET SESSION foreign_key_checks = 0")
        S.sql("TRUNCATE t_truncate.person")
        S.sql("INSERT INTO t_truncate.person (id, last_name) VALUES (2, 'Name2'), (9, 'Nine')")
        S.sql("SET SESSION foreign_key_checks = 1")

        def seen():
            r.poll()
            return sorted(x["Title"] for x in r.rows.values()) == ["Name2", "Nine"]
        stack.until(seen, 90, "the reconciling scan has found the truncation")

    def test_scan_mode(self):
        r = S.replica("scan")
        S.sql("UPDATE t_scan.person SET email = 's@example.org' WHERE id = 1")
        r.poll()
        self.assertEqual(r.rows[1]["Email"], "s@example.org")
        S.sql("DELETE FROM t_scan.person WHERE id = 5")
        S.sql("INSERT INTO t_scan.person (last_name) VALUES ('Scanned')")
        r.poll()
        self.assertNotIn(5, r.rows)
        self.assertEqual(sorted(x["Title"] for x in r.rows.values()),
                         ["Name1", "Name2", "Name3", "Name4", "Scanned"])

    def test_triggers_do_not_disturb_the_writer(self):
        """Without the inbox the business application goes on; the scan finds the rest."""
        r = S.replica("cascade")
        S.sql("RENAME TABLE ows.ows_inbox TO ows.ows_inbox_away")
        try:
            S.sql("UPDATE t_cascade.person SET email = 'x@example.org' WHERE id = 1")
            S.sql("INSERT INTO t_cascade.person (last_name) VALUES ('Unseen')")
        finally:
            S.sql("RENAME TABLE ows.ows_inbox_away TO ows.ows_inbox")
        S.sql("UPDATE ows.ows_list SET scanned = 1 WHERE name = 'cascade'")

        def seen():
            r.poll()
            return len(r.rows) == 6 and r.rows[1].get("Email") == "x@example.org"
        stack.until(seen, 90, "the scan has found what the triggers could not say")


class Differences(unittest.TestCase):
    def test_more_changes(self):
        r = S.replica("big")
        S.sql("UPDATE t_big.person SET company = 'Moved'")
        pages = r.poll()
        self.assertGreaterEqual(len(pages), 3)
        self.assertTrue(all(len(p.rows) <= 1000 for p in pages))
        self.assertTrue(all(p.more for p in pages[:-1]))
        self.assertEqual(sum(len(p.rows) for p in pages), 2500)
        self.assertEqual({x["Company"] for x in r.rows.values()}, {"Moved"})
        self.assertEqual({x.version for x in r.rows.values()}, {2})

    def test_row_limit_and_deletes(self):
        r = S.replica("limits")
        S.sql("UPDATE t_limits.person SET phone = '5' WHERE id <= 4")
        S.sql("DELETE FROM t_limits.person WHERE id = 5")
        r.client.page = 2
        pages = r.poll()
        self.assertEqual([len(p.rows) for p in pages if p.rows], [2, 2])
        self.assertEqual([d for p in pages for d in p.deleted], [5])
        self.assertTrue(pages[0].more)
        self.assertEqual(sorted(r.rows), [1, 2, 3, 4])

    def test_changes_while_a_client_pages(self):
        c = S.client("pages-move")
        one = c.changes(limit=2)
        S.sql("UPDATE t_pages_move.person SET phone = 'x' WHERE id IN (1, 5)")
        S.sql("DELETE FROM t_pages_move.person WHERE id IN (2, 4)")
        S.sql("INSERT INTO t_pages_move.person (last_name) VALUES ('New')")
        r = ows.Replica(c)
        r.rows = {x.id: x for x in one.rows}
        page = one
        while page.next:
            page = c.changes(limit=2, position=page.next)
            self.assertEqual(page.token, one.token)
            r.rows.update((x.id, x) for x in page.rows)
        r.token = one.token
        r.poll()
        self.assertEqual(sorted((x["Title"], x.get("WorkPhone")) for x in r.rows.values()),
                         [("Name1", "x"), ("Name3", None), ("Name5", "x"), ("New", None)])

    def test_expired_token(self):
        r = S.replica("expired")
        old = r.token
        S.sql("UPDATE t_expired.person SET phone = '9' WHERE id = 1")
        r.poll()
        (no, head), = S.sql("SELECT no, head FROM ows.ows_list WHERE name = 'expired'")
        S.sql("DELETE FROM ows.ows_change WHERE list = %s AND number < %s", no, head)
        page = S.client("expired").changes(token=old)
        self.assertTrue(page.is_invalid)
        self.assertEqual(r.poll()[0].rows, [])  # the newest one stays valid
        r.token = old
        r.poll()
        self.assertEqual((r.restarts, len(r.rows)), (1, 5))

    def test_change_of_one_list_is_not_told_of_another(self):
        r = S.replica("two-lists")
        S.sql("UPDATE t_zone.person SET phone = '1'")
        self.assertEqual(r.poll()[0].rows, [])


class Zones(unittest.TestCase):
    def test_stamps_do_not_depend_on_anybody(self):
        self.assertEqual(S.sql("SELECT @@global.time_zone"), (("-03:30",),))
        S.sql("SET time_zone = '+00:00'")
        S.sql("UPDATE t_dates.person SET met = '2026-07-01 00:30:00', birthday = '1970-01-01', "
              "created_at = '2026-03-05 09:00:00', modified_at = '2026-03-06 09:00:00'")
        row = S.client("dates").download()[0][0]
        self.assertEqual(row["Birthday"], "1970-01-01T00:00:00Z")
        self.assertEqual(row["Created"], "2026-03-05T09:00:00Z")
        self.assertEqual(row["Modified"], "2026-03-06T09:00:00Z")
        S.sql("SET time_zone = '+09:00'")
        again = S.client("dates").download()[0][0]
        self.assertEqual(again, row)

    def test_birthday_written_is_the_birthday_read(self):
        c = S.client("zone")
        for day in ("1960-02-29", "2026-03-29", "1899-12-31", "2026-10-25"):
            row = c.do(ows.Update(1, fields={"Birthday": day + "T00:00:00Z"}))
            self.assertEqual(row["Birthday"], day + "T00:00:00Z")
            self.assertEqual(str(S.person("zone", "id = 1", columns="birthday")[0][0]), day)


if __name__ == "__main__":
    unittest.main()
