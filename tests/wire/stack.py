"""stack.py -- a private MariaDB, owsd and nginx for one file of tests, and the lists in it.

The servers are started by tests/stack/stack.sh in a directory of their own, on
an address of their own in 127/8, so that any number of test files run side by
side. Lists are described by Contacts: one table, one view, one provider file
each, so that the tests of one file do not meet either.
"""

import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid

import pymysql

import ows

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SCRIPT = os.path.join(ROOT, "tests", "stack", "stack.sh")
BUILD = os.path.abspath(os.environ.get("BUILD") or os.path.join(ROOT, "build"))
SPACE = uuid.UUID("6b1ed2a6-2f63-4f0e-9d35-8f6d2a1c7e55")
SLOW = float(os.environ.get("OWS_SLOW", "1"))  # deadlines under valgrind and sanitizers

COLUMNS = """
    id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    last_name VARCHAR(50), first_name VARCHAR(50), full_name VARCHAR(100),
    company VARCHAR(60), email VARCHAR(100), phone VARCHAR(40), notes TEXT,
    birthday DATE, web VARCHAR(200), home_city VARCHAR(60),
    created_at TIMESTAMP NOT NULL DEFAULT '2026-01-02 03:04:05',
    modified_at TIMESTAMP NOT NULL DEFAULT '2026-01-02 03:04:05'"""
FIELDS = {
    "Title": "last_name", "FirstName": "first_name", "FullName": "full_name",
    "Company": "company", "Email": "email", "WorkPhone": "phone", "Comments": "notes",
    "Birthday": "birthday", "WebPage": "web", "HomeAddressCity": "home_city",
}


def until(condition, seconds, what):
    """Poll a condition; its first true value. No fixed sleeps."""
    end = time.monotonic() + seconds * SLOW
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError("not within %d s: %s" % (seconds, what))
        time.sleep(0.02)


class Contacts:
    """A list: table t_<name>.person, view t_<name>.v, folder <name>."""

    def __init__(self, name, rows=(), count=0, columns=COLUMNS, view=None, fields=FIELDS,
                 more=None, drop=()):
        self.name, self.rows, self.count = name, list(rows), count
        self.columns, self.view, self.fields = columns, view, dict(fields)
        self.title = "List " + name
        self.id = "{%s}" % str(uuid.uuid5(SPACE, name)).upper()
        self.db = "t_" + name.replace("-", "_")
        self.sections = {
            "provider": {"name": self.title, "id": self.id, "type": "contacts",
                         "description": "Rows of " + self.db},
            "source": {"view": self.db + ".v", "key": "id"},
            "track": {"mode": "triggers", "tables": self.db + ".person:id"},
            "write": {"mode": "view"},
            "access": {"read": "*", "write": "alice, bob"},
        }
        for section, keys in (more or {}).items():
            self.sections.setdefault(section, {}).update(keys)
        for section, key in drop:
            del self.sections[section][key]

    def ini(self):
        out = []
        for section, keys in list(self.sections.items()) + [("fields", self.fields)]:
            out.append("[%s]" % section)
            out += ["%s = %s" % kv for kv in keys.items()]
        return "\n".join(out) + "\n"

    def sql(self):
        out = ["CREATE DATABASE %s CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;" % self.db,
               "USE %s;" % self.db, "CREATE TABLE person (%s);" % self.columns,
               "CREATE VIEW v AS %s;" % (self.view or "SELECT * FROM person")]
        for row in self.rows:
            names = ", ".join(row)
            values = ", ".join("NULL" if v is None else pymysql.converters.escape_item(v, "utf8mb4")
                               for v in row.values())
            out.append("INSERT INTO person (%s) VALUES (%s);" % (names, values))
        if self.count:
            out.append("INSERT INTO person (last_name, first_name, email, company) SELECT "
                       "CONCAT('Name', seq), CONCAT('First', seq), CONCAT('p', seq, '@example.org'), "
                       "CONCAT('Company ', seq %% 7) FROM seq_1_to_%d;" % self.count)
        return "\n".join(out) + "\n"

    def write(self, folder):
        where = os.path.join(folder, self.name)
        os.makedirs(where, exist_ok=True)
        with open(os.path.join(where, "provider.ini"), "w", encoding="utf-8") as f:
            f.write(self.ini())
        with open(os.path.join(where, "data.sql"), "w", encoding="utf-8") as f:
            f.write("SET NAMES utf8mb4;\n" + self.sql())


def free_address():
    """An address of 127/8 and a port on it that nobody holds."""
    while True:
        host = "127.%d.%d.%d" % (random.randint(64, 120), random.randint(0, 255),
                                 random.randint(2, 250))
        with socket.socket() as s:
            try:
                s.bind((host, 0))
            except OSError:
                continue
            return host, s.getsockname()[1]


class Stack:
    def __init__(self, lists, env=None, fast=True, workers=3):
        self.lists = {l.name: l for l in lists}
        # a test run gives TMPDIR, keeps the logs of a failure and removes the rest
        self.top = tempfile.mkdtemp(prefix="ows", dir=os.environ.get("TMPDIR") or "/var/tmp")
        os.chmod(self.top, 0o755)
        self.run = os.path.join(self.top, "run")
        self.providers = os.path.join(self.top, "providers")
        os.mkdir(self.providers)
        self.env = dict(os.environ, BUILD=BUILD, PROVIDERS=self.providers, SAMPLES="no",
                        OWS_QUIET="1", OWS_WORKERS=str(workers), **(env or {}))
        if fast:
            self.env["OWS_FAST"] = "1"
        self.host, self.port = free_address()
        self.server = ows.Server(self.host, self.port)
        self.connections, self.clients = [], []
        self.log_mark = 0

    def up(self):
        for l in self.lists.values():
            l.write(self.providers)
        done = subprocess.run([SCRIPT, "up", self.run, self.host, str(self.port)], env=self.env,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              stdin=subprocess.DEVNULL, timeout=180 * SLOW)
        if done.returncode != 0:
            tail = self.log()[-3000:]
            self.down()
            raise RuntimeError("stack.sh up: %s\n%s" % (done.stdout, tail))
        return self

    def down(self):
        for c in self.clients:
            c.close()
        for c in self.connections:
            try:
                c.close()
            except pymysql.err.Error:
                pass
        log = self.log()
        subprocess.run([SCRIPT, "down", self.run], env=self.env, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120 * SLOW)
        more = self.log()
        if os.environ.get("OWS_KEEP"):
            print("kept: " + self.top)
        elif not os.environ.get("TMPDIR"):
            if os.path.islink(self.run):
                shutil.rmtree(os.path.realpath(self.run), ignore_errors=True)
            shutil.rmtree(self.top, ignore_errors=True)
        for sign in ("AddressSanitizer", "LeakSanitizer", "runtime error:", "Assertion",
                     "definitely lost", "Invalid read", "Invalid write"):
            for line in (more or log).splitlines():
                if sign in line:
                    raise AssertionError("the daemon's log: " + line)

    # ---- the database ----

    def connect(self, **more):
        c = pymysql.connect(unix_socket=os.path.join(self.run, "db.sock"), user="root",
                            charset="utf8mb4", autocommit=True, **more)
        self.connections.append(c)
        return c

    def sql(self, statement, *args):
        """Run it on a connection of our own; its rows."""
        if not self.connections or not self.connections[0].open:
            self.connections.insert(0, self.connect())
        with self.connections[0].cursor() as cur:
            cur.execute(statement, args or None)
            return cur.fetchall()

    def person(self, name, where="1 = 1", *args, columns="id, last_name"):
        return self.sql("SELECT %s FROM %s.person WHERE %s ORDER BY id"
                        % (columns, self.lists[name].db, where), *args)

    # ---- the daemon ----

    def supervisor(self):
        with open(os.path.join(self.run, "owsd.pid")) as f:
            return int(f.read())

    def children(self):
        out = subprocess.run(["ps", "-o", "pid=", "--ppid", str(self.supervisor())],
                             stdout=subprocess.PIPE, text=True).stdout
        return [int(p) for p in out.split()]

    def hup(self):
        os.kill(self.supervisor(), signal.SIGHUP)

    def reload(self):
        """New definitions, and nobody left who serves the old ones."""
        old = set(self.children())
        self.owsadm("reload", check=False)
        until(lambda: self.children() and not old & set(self.children()), 40,
              "no process of before the reload is left")

    def owsadm(self, *args, check=True):
        done = subprocess.run([os.path.join(BUILD, "owsadm"), "-c",
                               os.path.join(self.run, "owsd.ini")] + list(args),
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              stdin=subprocess.DEVNULL, timeout=120 * SLOW)
        if check and done.returncode != 0:
            raise AssertionError("owsadm %s: %d %s" % (" ".join(args), done.returncode, done.stdout))
        return done.stdout

    def log(self):
        """The daemon's log, and what it said before it had one."""
        out = ""
        for name in ("owsd.log", "owsd.start"):
            try:
                with open(os.path.join(self.run, "log", name), encoding="utf-8",
                          errors="replace") as f:
                    out += f.read()
            except OSError:
                pass
        return out

    def log_has(self, *parts, seconds=5):
        """Wait for a log line that holds all parts; the line."""
        def look():
            for line in self.log().splitlines():
                if all(p in line for p in parts):
                    return line
            return None
        return until(look, seconds, "a log line with %s" % (parts,))

    # ---- clients ----

    def client(self, name, user="alice", **more):
        c = ows.Client(self.server, self.lists[name].id, user, **more)
        self.clients.append(c)
        return c

    def replica(self, name, user="alice", **more):
        return ows.Replica(self.client(name, user, **more)).first()

    def add(self, one, load=True):
        """Another list, while the daemon runs: what a DBA does by hand."""
        self.lists[one.name] = one
        one.write(self.providers)
        if load:
            for statement in one.sql().split(";\n"):
                if statement.strip():
                    self.sql(statement)
            self.connections[0].select_db("mysql")
