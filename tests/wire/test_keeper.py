#!/usr/bin/python3 -B
"""test_keeper.py -- what the housekeeper sees to (design rules 4, 5, 14).

Triggers that a schema tool dropped, rows that vanish without a trigger, a
database that was put back to yesterday.
"""

import os
import unittest

import ows
import stack

CASCADE = stack.Contacts("cascade", count=0, more={"track": {"scan_every": "2"}})
LISTS = [stack.Contacts("bare", count=4), stack.Contacts("yesterday", count=6), CASCADE]
ENGINE = ("ows_list", "ows_item", "ows_change", "ows_ref", "ows_receipt")
S = None


def setUpModule():
    global S
    S = stack.Stack(LISTS, workers=2).up()


def tearDownModule():
    S.down()


def poll(replica):
    """The pages; none while the list is not back yet."""
    try:
        return replica.poll()
    except ows.HttpError as e:
        assert e.status == 503, e
        return []


class Triggers(unittest.TestCase):
    """A schema tool copies the table and renames it: the triggers are gone."""

    def test_missing_triggers_are_said_and_bridged(self):
        r = S.replica("bare")
        names = S.sql("SELECT trigger_name FROM information_schema.triggers "
                      "WHERE trigger_schema = 't_bare'")
        self.assertEqual(len(names), 3)
        for name, in names:
            S.sql("DROP TRIGGER t_bare.`%s`" % name)
        S.sql("UPDATE t_bare.person SET email = 'silent@x' WHERE id = 1")
        S.sql("DELETE FROM t_bare.person WHERE id = 2")
        stack.until(lambda: poll(r) and r.rows[1]["Email"] == "silent@x" and 2 not in r.rows, 60,
                    "what no trigger told arrives by a scan")
        S.log_has("list bare: triggers are missing on t_bare.person", "owsadm install")
        S.owsadm("install")
        S.log_has("list bare: its triggers are back", seconds=40)
        S.sql("UPDATE t_bare.person SET email = 'told@x' WHERE id = 3")
        r.poll()
        self.assertEqual(r.rows[3]["Email"], "told@x")

    def test_a_cascade_fires_no_trigger(self):
        S.sql("CREATE TABLE t_cascade.firm (id INT UNSIGNED PRIMARY KEY)")
        S.sql("ALTER TABLE t_cascade.person ADD firm INT UNSIGNED, "
              "ADD FOREIGN KEY (firm) REFERENCES t_cascade.firm (id) ON DELETE CASCADE")
        S.sql("INSERT INTO t_cascade.firm VALUES (1), (2)")
        S.sql("INSERT INTO t_cascade.person (last_name, firm) VALUES ('Stays', 1), ('Goes', 2)")
        r = S.replica("cascade")
        self.assertEqual(sorted(x["Title"] for x in r.rows.values()), ["Goes", "Stays"])
        S.sql("DELETE FROM t_cascade.firm WHERE id = 2")
        self.assertEqual(len(S.person("cascade")), 1)
        stack.until(lambda: poll(r) is not None and len(r.rows) == 1, 30,
                    "the scan behind the triggers finds what they cannot see")


class Restored(unittest.TestCase):
    """The night's backup is put back while clients have seen the day."""

    def remembered(self):
        """The head of the list in the state directory."""
        try:
            with open(os.path.join(S.run, "state", "heads")) as f:
                for line in f:
                    if line.split()[0].strip("{}").upper() == S.lists["yesterday"].id.strip("{}"):
                        return int(line.split()[2])
        except OSError:
            pass
        return 0

    def head(self):
        (head,), = S.sql("SELECT head FROM ows.ows_list WHERE id = UNHEX(%s)",
                         S.lists["yesterday"].id.strip("{}").replace("-", ""))
        return head

    def backup(self):
        S.sql("CREATE DATABASE IF NOT EXISTS night")
        for t in ENGINE:
            S.sql("CREATE TABLE night.%s AS SELECT * FROM ows.%s" % (t, t))
        S.sql("CREATE TABLE night.person AS SELECT * FROM t_yesterday.person")

    def restore(self):
        c = S.connect()
        with c.cursor() as cur:
            cur.execute("BEGIN")
            for t in ENGINE:
                cur.execute("DELETE FROM ows.%s" % t)
                cur.execute("INSERT INTO ows.%s SELECT * FROM night.%s" % (t, t))
            # a restore loads tables without their triggers
            cur.execute("DELETE FROM t_yesterday.person")
            cur.execute("INSERT INTO t_yesterday.person SELECT * FROM night.person")
            cur.execute("DELETE FROM ows.ows_inbox")
            cur.execute("COMMIT")

    def test_all_clients_start_again(self):
        asleep = S.replica("yesterday")
        awake = S.replica("yesterday", "bob")
        self.backup()
        client = S.client("yesterday")
        client.do(ows.Update(1, 1, {"Email": "day@x"}))
        lost, = client.update(ows.New({"Title": "Born today"}))
        S.sql("DELETE FROM t_yesterday.person WHERE id = 5")
        awake.poll()
        self.assertEqual(awake.rows[1]["Email"], "day@x")
        self.assertNotIn(5, awake.rows)
        stack.until(lambda: self.remembered() == self.head(), 30, "the head is remembered")

        self.restore()
        S.log_has("list yesterday", "it was restored", seconds=30)
        for r in (asleep, awake):
            stack.until(lambda: poll(r) is not None and r.restarts == 1, 20, "a restart")
            self.assertEqual({i: x["Email"] for i, x in r.rows.items()},
                             {i: "p%d@example.org" % i for i in range(1, 7)})
        # what was known of the lost day names nothing now
        self.assertTrue(all(x.version > 1000 for x in awake.rows.values()))
        born, = client.update(ows.New({"Title": "Born after"}))
        self.assertGreater(int(born.row["ID"]), 1000000)
        self.assertNotEqual(born.row["ID"], lost.row["ID"])
        stale, = client.update(ows.Update(1, 2, {"Email": "stale@x"}))
        self.assertEqual(stale.code, ows.CONFLICT)


if __name__ == "__main__":
    unittest.main()
