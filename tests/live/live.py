"""live.py -- a private stack per test program, and the handles that pool tests need."""
import base64
import os
import signal
import subprocess
import sys
import time
import unittest
import urllib.error
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(TOP, "tests", "stack"))

import fcgi  # noqa: E402

BUILD = os.path.abspath(os.environ.get("BUILD", os.path.join(TOP, "build")))
TMP = os.environ.get("TMPDIR", "/tmp")
ADDR = os.environ.get("ADDR", "127.77.8.8")
PORT = int(os.environ.get("PORT", "8080"))

CHANGES = """<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">
<s:Body><GetListItemChangesSinceToken xmlns="http://schemas.microsoft.com/sharepoint/soap/">
<listName>%s</listName></GetListItemChangesSinceToken></s:Body></s:Envelope>"""


def wait(what, condition, seconds=20):
    """Poll until condition() is true; what it gave is returned."""
    end = time.monotonic() + seconds
    while True:
        got = condition()
        if got:
            return got
        if time.monotonic() > end:
            raise AssertionError("after %d seconds still not: %s" % (seconds, what))
        time.sleep(0.02)


def is_alive(pid):
    try:
        with open("/proc/%d/stat" % pid) as f:
            return f.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def children(pid):
    out = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True)
    return sorted(int(p) for p in out.stdout.split())


def post(stack, body, user="alice", path="/_vti_bin/Lists.asmx"):
    """(status, headers, body) of a SOAP request through the web server."""
    return stack.request(path, user, body.encode(), {"Content-Type": "text/xml; charset=utf-8"})


class Stack:
    """tests/stack/stack.sh in a directory of its own."""

    def __init__(self, name="run", addr=ADDR, port=PORT, **env):
        self.run = os.path.join(TMP, name)
        self.addr, self.port = addr, port
        self.env = dict(os.environ, BUILD=BUILD, **dict(dict(OWS_FAST="1", OWS_QUIET="1"), **env))

    def up(self):
        p = subprocess.run([TOP + "/tests/stack/stack.sh", "up", self.run, self.addr,
                            str(self.port)], env=self.env, capture_output=True, text=True)
        if p.returncode:
            raise AssertionError("stack.sh up: " + p.stdout + p.stderr)
        return self

    def down(self):
        subprocess.run([TOP + "/tests/stack/stack.sh", "down", self.run], env=self.env, check=True)

    @property
    def socket(self):
        return self.run + "/owsd.sock"

    @property
    def pid(self):
        with open(self.run + "/owsd.pid") as f:
            return int(f.read())

    def log(self):
        with open(self.run + "/log/owsd.log", errors="replace") as f:
            return f.read()

    def children(self, name):
        """Pids of "owsd-worker"s or "owsd-keeper"s."""
        out = []
        for pid in children(self.pid):
            try:
                with open("/proc/%d/comm" % pid) as f:
                    if f.read().strip() == name:
                        out.append(pid)
            except OSError:
                pass
        return out

    def workers(self):
        return self.children("owsd-worker")

    def sql(self, text):
        return subprocess.run(["mariadb", "--no-defaults", "-uroot", "-N", "-S",
                               self.run + "/db.sock", "-e", text], check=True,
                              capture_output=True, text=True).stdout.strip()

    def request(self, path, user, body=None, headers=None, timeout=20):
        q = urllib.request.Request("http://%s:%d%s" % (self.addr, self.port, path), body,
                                   headers or {})
        if user:
            q.add_header("Authorization", "Basic " +
                         base64.b64encode(("%s:%s" % (user, user)).encode()).decode())
        try:
            with urllib.request.urlopen(q, timeout=timeout) as r:
                return r.status, r.headers, r.read()
        except urllib.error.HTTPError as e:
            return e.code, e.headers, e.read()

    def get(self, path="/", user="alice"):
        """(status, headers, body) through the web server."""
        return self.request(path, user)

    def fcgi(self, path="/", user="alice", **more):
        return fcgi.get(self.socket, path, REMOTE_USER=user, **more)

    def hold(self, path="/"):
        """A request whose body is not yet ended: a worker is in it."""
        return fcgi.Request(self.socket).params(path, "POST", REMOTE_USER="alice",
                                                 CONTENT_TYPE="text/xml; charset=utf-8")

    def hup(self):
        os.kill(self.pid, signal.SIGHUP)

    def setting(self, key, value):
        """Change one line of owsd.ini."""
        path = self.run + "/owsd.ini"
        with open(path) as f:
            lines = f.read().splitlines()
        lines = [("%s = %s" % (key, value)) if line.split(" =")[0] == key else line
                 for line in lines]
        with open(path, "w") as f:
            f.write("\n".join(lines) + "\n")


class Case(unittest.TestCase):
    """Cases that share one stack; class attribute `env` goes to it."""
    env = {}

    @classmethod
    def setUpClass(cls):
        cls.stack = Stack(**cls.env)
        cls.addClassCleanup(cls.stack.down)
        cls.stack.up()
