#!/usr/bin/python3 -B
"""test_kill.py -- workers and the database die while clients write.

Several clients write as Outlook does: New with a reference, Update and Delete
with the version they saw, and the same request again whenever no answer came.
Meanwhile workers, and in the second test MariaDB itself, are killed at random.
MariaDB is durable here. Afterwards no acknowledged write is missing and none
is doubled: source, journal, a fresh first download and every replica agree.

OWS_SEED repeats the choices (not the moments); OWS_KILL_SECONDS is the length.
"""

import os
import random
import signal
import subprocess
import sys
import threading
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "wire"))
import pymysql  # noqa: E402
import ows  # noqa: E402
import stack  # noqa: E402

LENGTH = float(os.environ.get("OWS_KILL_SECONDS", "15"))
SEED = int(os.environ.get("OWS_SEED") or random.SystemRandom().randrange(10 ** 6))
CLIENTS = 3
SHARED = 12
LISTS = [stack.Contacts("workers", count=SHARED), stack.Contacts("database", count=SHARED)]
S = None


def setUpModule():
    global S
    print("OWS_SEED=%d" % SEED)
    S = stack.Stack(LISTS, fast=False, workers=4).up()


def tearDownModule():
    S.down()


class Writer(threading.Thread):
    """One Outlook: items of its own, and the first ones, which all writers share."""

    def __init__(self, name, k, stop):
        threading.Thread.__init__(self)
        self.client = ows.Client(S.server, S.lists[name].id, "alice" if k % 2 else "bob")
        self.k, self.stop, self.random = k, stop, random.Random(SEED * 100 + k)
        self.mine = {}      # id -> [title, company, version], as acknowledged
        self.deleted = []   # titles
        self.shared = []    # (id, version, company), acknowledged
        self.count = {"acknowledged": 0, "lost": 0, "conflicts": 0, "refused": 0}
        self.error = None
        # the database may just be coming back from the test before
        self.replica = self.reliably(lambda: ows.Replica(self.client).first())

    def reliably(self, action):
        """Again until there is an answer, as a client does whose request got lost."""
        end = time.monotonic() + 60 * stack.SLOW
        while True:
            try:
                return action()
            except ows.HttpError as e:
                if e.status not in (502, 503, 504):
                    raise
            except OSError:
                pass
            self.count["lost"] += 1
            self.client.close()
            if time.monotonic() > end:
                raise AssertionError("no answer for a minute")
            self.stop.wait(0) or threading.Event().wait(self.random.uniform(0.01, 0.1))

    def write(self, method):
        """The first answer that says what became of it."""
        for _ in range(200):
            result, = self.reliably(lambda: self.client.update(method))
            if result.code in (ows.OK, ows.CONFLICT, ows.GONE):
                if result.code == ows.OK:
                    self.count["acknowledged"] += 1
                return result
            self.count["refused"] += 1  # the database went away under it: once more
            threading.Event().wait(0.05)
        raise AssertionError("refused for good: %s %s" % (result.code, result.text))

    def new(self, n):
        title = "c%d-%d" % (self.k, n)
        r = self.write(ows.New({"Title": title, "Company": "first"}, {"FileAs": title},
                               ows.new_ref()))
        assert r.code == ows.OK, "New: %s %s" % (r.code, r.text)
        assert r.row.version == 1 and r.row["Title"] == title, r.row
        assert r.row.id not in self.mine, "one ID for two items"
        self.mine[r.row.id] = [title, "first", 1]

    def update(self, n):
        id = self.random.choice(sorted(self.mine))
        item = self.mine[id]
        value = "v%d-%d" % (self.k, n)
        r = self.write(ows.Update(id, item[2], {"Company": value}, {"Suffix": value}))
        assert r.code == ows.OK, "Update of my own item: %s %s %s" % (r.code, r.text, r.row)
        assert r.row.version == item[2] + 1, "version %d after %d" % (r.row.version, item[2])
        item[1], item[2] = value, item[2] + 1

    def delete(self):
        id = self.random.choice(sorted(self.mine))
        title, _, version = self.mine.pop(id)
        r = self.write(ows.Delete(id, version))
        assert r.code in (ows.OK, ows.GONE), "Delete: %s %s" % (r.code, r.text)
        self.deleted.append(title)

    def update_shared(self, n):
        row = self.replica.rows[self.random.randint(1, SHARED)]
        value = "s%d-%d" % (self.k, n)
        r = self.write(ows.Update(row.id, row.version, {"Company": value}))
        if r.code == ows.CONFLICT:
            self.count["conflicts"] += 1
        else:
            assert r.code == ows.OK and r.row["Company"] == value, r.code
            self.shared.append((row.id, r.row.version, value))
        self.replica.rows[row.id] = r.row

    def run(self):
        try:
            n = 0
            while not self.stop.is_set():
                n += 1
                what = self.random.random()
                if what < 0.35 or not self.mine:
                    self.new(n)
                elif what < 0.6:
                    self.update(n)
                elif what < 0.7:
                    self.delete()
                elif what < 0.9:
                    self.update_shared(n)
                else:
                    self.reliably(self.replica.poll)
        except Exception as e:  # kept for the test's own thread
            self.error = e
        finally:
            self.client.close()


def is_dead(pid):
    try:
        with open("/proc/%d/stat" % pid) as f:
            return f.read().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


def mariadb_killed_and_restarted():
    run = os.path.realpath(S.run)
    with open(run + "/db/pid") as f:
        pid = int(f.read())
    os.kill(pid, signal.SIGKILL)
    stack.until(lambda: is_dead(pid), 20, "MariaDB is dead")
    command = ["mariadbd", "--defaults-file=" + run + "/my.cnf"]
    if os.getuid() == 0:
        command = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] + command
    server = subprocess.Popen(command, cwd="/", start_new_session=True, stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def answers():
        assert server.poll() is None, "MariaDB does not start again"
        try:
            S.connections = [S.connect()]
            return True
        except pymysql.err.OperationalError:
            return False
    stack.until(answers, 60, "MariaDB answers again")
    return server


def forget(server):
    """It goes on until tearDownModule; Python need not warn of it."""
    server.returncode = 0


class Kill(unittest.TestCase):
    def work(self, name, killer):
        stop = threading.Event()
        writers = [Writer(name, k, stop) for k in range(CLIENTS)]
        for w in writers:
            w.start()
        try:
            end = time.monotonic() + LENGTH * min(stack.SLOW, 3)
            while time.monotonic() < end and all(w.is_alive() for w in writers):
                killer()
        finally:
            stop.set()
            for w in writers:
                w.join(90 * stack.SLOW)
        self.assertFalse(any(w.is_alive() for w in writers), "a writer hangs")
        for w in writers:
            if w.error:
                raise w.error
        total = {k: sum(w.count[k] for w in writers) for k in writers[0].count}
        print(name, total)
        self.assertGreater(total["acknowledged"], 20)
        self.assertGreater(total["lost"], 0, "nothing was lost, nothing was tested")
        return writers

    def judge(self, name, writers):
        c = S.client(name)
        rows = stack.until(lambda: self.download(c), 30, "a first download")
        fresh = {r.id: r for r in rows}
        # the source
        source = S.person(name, columns="last_name, company")
        self.assertEqual(len(source), len({t for t, _ in source}), "a row is doubled")
        self.assertEqual(sorted((r["Title"], r["Company"]) for r in rows), sorted(source))
        for w in writers:
            for id, (title, company, version) in w.mine.items():
                self.assertIn(id, fresh, "%s is missing" % title)
                r = fresh[id]
                self.assertEqual((r["Title"], r["Company"], r.version), (title, company, version))
                self.assertEqual(r.bag("FileAs"), title)
                if version > 1:
                    self.assertEqual(r.bag("Suffix"), company)
            for title in w.deleted:
                self.assertNotIn(title, [t for t, _ in source], "a deleted item is back")
        # shared items: each version acknowledged once, the newest one stands
        acknowledged = [a for w in writers for a in w.shared]
        pairs = [(id, version) for id, version, _ in acknowledged]
        self.assertEqual(len(pairs), len(set(pairs)), "one version for two writes")
        for id in range(1, SHARED + 1):
            of = [(v, value) for i, v, value in acknowledged if i == id]
            if of and fresh[id].version == max(of)[0]:
                self.assertEqual(fresh[id]["Company"], max(of)[1])
            self.assertGreaterEqual(fresh[id].version, max(of)[0] if of else 1)
        titles = {t for t, _ in source}
        mine = {v[0] for w in writers for v in w.mine.values()}
        self.assertEqual({t for t in titles if t[0] == "c"}, mine)
        # the journal
        items = S.sql("SELECT i.id, i.version, i.changed FROM ows.ows_item i JOIN ows.ows_list l "
                      "ON l.no = i.list WHERE l.name = %s AND i.gone = 0", name)
        self.assertEqual({i: v for i, v, _ in items}, {r.id: r.version for r in rows})
        log = S.sql("SELECT c.number, c.item FROM ows.ows_change c JOIN ows.ows_list l "
                    "ON l.no = c.list WHERE l.name = %s", name)
        newest = {}
        for number, item in log:
            newest[item] = max(number, newest.get(item, 0))
        for id, _, changed in items:
            self.assertEqual(newest.get(id), changed, "item %d and its newest change" % id)
        # the replicas
        for w in writers:
            w.reliably(w.replica.poll)
            w.client.close()
            self.assertEqual({i: (r.version, r["Title"], r.get("Company"))
                              for i, r in w.replica.rows.items()},
                             {i: (r.version, r["Title"], r.get("Company"))
                              for i, r in fresh.items()})

    def download(self, c):
        try:
            return c.download()[0]
        except (ows.HttpError, OSError):
            c.close()
            return None

    def test_workers(self):
        chance = random.Random(SEED)
        wait = threading.Event()
        killed = []

        def killer():
            wait.wait(chance.uniform(0.02, 0.25))
            victims = S.children()
            if victims:
                victim = chance.choice(victims)
                try:
                    os.kill(victim, signal.SIGKILL)
                    killed.append(victim)
                except ProcessLookupError:
                    pass
        writers = self.work("workers", killer)
        self.assertGreater(len(killed), 10)
        self.judge("workers", writers)

    def test_database(self):
        chance = random.Random(SEED)
        wait = threading.Event()
        servers = []

        def killer():
            wait.wait(chance.uniform(0.5, 3))
            servers.append(mariadb_killed_and_restarted())
        try:
            writers = self.work("database", killer)
            self.assertGreaterEqual(len(servers), 2)
            self.judge("database", writers)
        finally:
            for server in servers[:-1]:
                server.wait(10)
            if servers:  # stopped by its pid file, with everything else
                self.addCleanup(forget, servers[-1])


if __name__ == "__main__":
    unittest.main(verbosity=2)
