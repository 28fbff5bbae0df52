#!/usr/bin/python3 -B
"""bench.py -- owsd against the limit on the same machine, as a table of ratios.

For each size of list, through one nginx: first download beside a bare FastCGI
program that streams the same rows and beside the same bytes from a file; polls
that find nothing at 1, 16 and 64 connections beside a bare indexed read; a poll
that finds one change; new items in batches beside bare durable INSERTs. Runs of
the things that are compared alternate, and medians are compared. Exit status 1
when a target is missed.

SIZES="1000 10000 100000" RUNS=5 SECONDS=3; loopback only, ends by itself.
"""

import base64
import os
import re
import socket
import statistics
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "wire"))
import ows  # noqa: E402
import stack  # noqa: E402

SIZES = [int(n) for n in os.environ.get("SIZES", "1000 10000 100000").split()]
RUNS = int(os.environ.get("RUNS", "5"))
SECONDS = float(os.environ.get("SECONDS", "3"))
WORKERS = 4
BENCH = os.path.join(stack.BUILD, "bench")
AUTH = "Basic " + base64.b64encode(b"alice:alice").decode()
BATCH, NEW = 100, 1000

FIELDS = {
    "Title": "last_name", "FirstName": "first_name", "FullName": "full_name",
    "Company": "company", "JobTitle": "job_title", "Email": "email", "Email2": "email2",
    "WorkPhone": "phone", "CellPhone": "mobile", "HomePhone": "home_phone", "WorkFax": "fax",
    "WorkAddress": "street", "WorkCity": "city", "WorkState": "state", "WorkZip": "zip",
    "WorkCountry": "country", "IMAddress": "im", "Nickname": "nickname",
    "Birthday": "birthday", "Comments": "notes",
}
TABLE = ("id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, "
         + ", ".join("%s %s" % (c, {"birthday": "DATE", "notes": "TEXT"}.get(c, "VARCHAR(100)"))
                     for c in FIELDS.values()))


class Contacts(stack.Contacts):
    """So many contacts of 20 filled fields, about 1 kB each."""

    def __init__(self, size):
        stack.Contacts.__init__(self, "n%d" % size, columns=TABLE, fields=FIELDS)
        self.size = size

    def sql(self):
        value = {"birthday": "'1950-01-01' + INTERVAL seq % 20000 DAY",
                 "notes": "CONCAT('Notes of contact ', seq, ': <', REPEAT('words & more ', 38), '>')"}
        columns = list(FIELDS.values())
        return (stack.Contacts.sql(self)
                + "INSERT INTO person (%s) SELECT %s FROM seq_1_to_%d;\n" % (
                    ", ".join(columns),
                    ", ".join(value.get(c, "CONCAT('%s of contact ', seq)" % c) for c in columns),
                    self.size)
                + "CREATE TABLE bare_person (%s);\n" % TABLE)


def get(server, method, path, body=b""):
    """Read a whole answer as fast as it comes: (seconds, bytes of the body, first 64 kB)."""
    s = socket.create_connection(server.address, 120)
    head = ("%s %s HTTP/1.0\r\nAuthorization: %s\r\nContent-Type: text/xml; charset=utf-8\r\n"
            'SOAPAction: "%sGetListItemChangesSinceToken"\r\nContent-Length: %d\r\n\r\n'
            % (method, path, AUTH, ows.SP, len(body))).encode()
    buffer = bytearray(1 << 20)
    first, n = b"", 0
    start = time.monotonic()
    s.sendall(head + body)
    while True:
        got = s.recv_into(buffer)
        if not got:
            break
        if len(first) < 65536:
            first += buffer[:min(got, 65536 - len(first))]
        n += got
    took = time.monotonic() - start
    s.close()
    end = first.index(b"\r\n\r\n") + 4
    status = first.split(b" ", 2)[1]
    assert status == b"200", first[:400]
    length = re.search(rb"\r\nContent-Length: (\d+)", first[:end], re.I)
    assert length is None or int(length.group(1)) == n - end, "cut answer"
    return took, n - end, first[end:]


def wrk(server, path, body_file, connections, seconds):
    """Requests per second; no answer but 200 is tolerated."""
    out = subprocess.run(
        ["wrk", "-t", "1" if connections == 1 else "2", "-c", str(connections), "-d",
         "%ds" % max(1, round(seconds)), "-s", os.path.join(HERE, "post.lua"),
         "http://%s:%d%s" % (server.address + (path,)), "--", body_file, AUTH],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=seconds + 60).stdout
    m = re.search(r"RESULT ([\d.]+) (\d+) (\d+) (\d+)", out)
    assert m, out
    assert m.group(3) == "0" and m.group(4) == "0", "answers that are no 200:\n" + out
    return float(m.group(1))


class Memory(threading.Thread):
    """Highest resident size of any child of the supervisor, while the bench runs."""

    def __init__(self, s):
        threading.Thread.__init__(self, daemon=True)
        self.stack, self.peak, self.stop = s, {}, threading.Event()

    def run(self):
        while not self.stop.wait(0.1):
            for pid in self.stack.children():
                try:
                    with open("/proc/%d/status" % pid) as f:
                        kib = int(re.search(r"VmHWM:\s+(\d+)", f.read()).group(1))
                    self.peak[pid] = max(self.peak.get(pid, 0), kib)
                except (OSError, AttributeError):
                    pass


class Bench:
    def __init__(self):
        self.lists = [Contacts(n) for n in SIZES]
        # a worker is not to retire in the middle: its memory is what we look at
        self.stack = stack.Stack(self.lists, fast=False, workers=WORKERS,
                                 env={"OWS_SERVER": "retire_mib = 4096"})
        self.bare, self.rows, self.missed = [], [], 0

    # ---- the set-up: bare programs and a file behind owsd's own nginx ----

    def up(self):
        s = self.stack.up()
        stack.until(lambda: s.sql("SELECT COUNT(*) FROM ows.ows_list WHERE is_ready = 0") == ((0,),),
                    600, "all items are numbered")
        for l in self.lists:  # what Outlook leaves in each item
            s.sql("UPDATE ows.ows_item i JOIN ows.ows_list l ON l.no = i.list SET i.bag = CONCAT("
                  "'10:Categories8:Business6:FileAs', LENGTH(i.skey) + 8, ':File as ', i.skey, "
                  "'13:ReplicationID38:{', UPPER(UUID()), '}') WHERE l.name = %s", l.name)
        s.sql("ANALYZE TABLE ows.ows_item")
        self.web()

    def web(self):
        s, run = self.stack, os.path.realpath(self.stack.run)
        with open(run + "/web/htpasswd", "w") as f:  # hashing a password would hide the rest
            f.write("alice:{PLAIN}alice\n")
        locations, upstreams = "", ""
        with open(run + "/web/owsd.locations") as f:  # the same buffers and the rest as for owsd
            text = f.read()
        text = text.split("location / {")[1].split("}")[0]
        same = " ".join(re.findall(r"^ *((?!fastcgi_pass)(?:fastcgi|client)_\w+ [^;]*;)", text, re.M))
        assert "fastcgi_keep_conn on;" in same
        for l in self.lists:
            no = s.sql("SELECT no FROM ows.ows_list WHERE name = %s", l.name)[0][0]
            path = run + "/bare.%s" % l.name
            self.bare.append(subprocess.Popen(
                [BENCH + "/bare", path, str(WORKERS), run + "/db.sock", str(no), l.db + ".v", "id"]
                + ["%s=%s" % f for f in FIELDS.items()], start_new_session=True,
                stdin=subprocess.DEVNULL))
            upstreams += "upstream bare_%s { server unix:%s; }\n" % (l.name, path)
            locations += ("location /bare/%s/ { include owsd.params; fastcgi_pass bare_%s; %s }\n"
                          % (l.name, l.name, same))
        os.makedirs(run + "/web/static", exist_ok=True)
        locations += "location /static/ { root %s/web; default_type text/xml; }\n" % run
        conf = run + "/web/nginx.conf"
        with open(conf) as f:
            text = f.read()
        text = text.replace("upstream owsd", upstreams + "upstream owsd")
        text = text.replace("include %s/web/owsd.locations;" % run,
                            "include %s/web/owsd.locations;\n%s" % (run, locations))
        assert "/static/" in text and "bare_" in text
        with open(conf, "w") as f:
            f.write(text)
        with open(run + "/web/pid") as f:
            os.kill(int(f.read()), 1)
        for l in self.lists:
            stack.until(lambda: self.answers("/bare/%s/poll" % l.name), 20, "the bare program")

    def answers(self, path):
        try:
            return get(self.stack.server, "GET", path)[1] == 700
        except (AssertionError, OSError, ValueError):
            return False

    def down(self):
        for p in self.bare:
            try:
                os.killpg(p.pid, 15)
            except ProcessLookupError:
                pass
            p.wait(10)
        self.stack.down()

    # ---- requests ----

    def request(self, l, token=None):
        """The bytes of Outlook's request, and a file of them for wrk."""
        c = self.stack.client(l.name)
        inner = (c.list_name() + c.view_fields() + "<queryOptions><QueryOptions>%s</QueryOptions>"
                 "</queryOptions>" % ows.OUTLOOK_OPTIONS)
        if token:
            inner += "<changeToken>%s</changeToken>" % token
        body = c.envelope("GetListItemChangesSinceToken", inner)
        name = os.path.join(self.stack.top, "body.%s" % ("poll" if token else "all"))
        with open(name, "wb") as f:
            f.write(body)
        return body, name

    def note(self, size, what, ours, limit, unit, ratio, target, good):
        verdict = "" if target is None else ("reached" if good else "MISSED")
        self.missed += verdict == "MISSED"
        self.rows.append((str(size), what, ours, limit, unit, ratio, target or "", verdict))

    # ---- what is measured ----

    def download(self, l):
        server = self.stack.server
        body, _ = self.request(l)
        rows = self.stack.client(l.name).changes().rows  # every row examined, once
        assert len(rows) == l.size, "%d rows of %d" % (len(rows), l.size)
        assert len(rows[0]) > 30 and rows[0].bag("FileAs"), rows[0]
        del rows
        path = os.path.join(os.path.realpath(self.stack.run), "web", "static", l.name)
        answer = self.stack.client(l.name).post("GetListItemChangesSinceToken", body)
        with open(path, "wb") as f:
            f.write(answer.body)
        del answer
        times = {"owsd": [], "bare": [], "file": []}
        for _ in range(RUNS):
            t, n, first = get(server, "POST", "/_vti_bin/Lists.asmx", body)
            times["owsd"].append(t)
            t, m, _ = get(server, "GET", "/bare/%s/all" % l.name)
            times["bare"].append(t)
            t, k, _ = get(server, "GET", "/static/" + l.name)
            times["file"].append(t)
            assert k == n and m > 0.6 * n, (n, m, k)
        os.unlink(path)
        speed = {k: l.size / statistics.median(v) for k, v in times.items()}
        ratio = speed["owsd"] / speed["bare"]
        self.note(l.size, "first download / bare rows", "%.0f" % speed["owsd"],
                  "%.0f" % speed["bare"], "items/s", "%.2f" % ratio, ">= 0.33", ratio >= 1 / 3)
        self.note(l.size, "first download / same bytes of a file", "%.0f" % speed["owsd"],
                  "%.0f" % speed["file"], "items/s", "%.2f" % (speed["owsd"] / speed["file"]),
                  None, True)
        self.note(l.size, "  bytes of one item: ours, bare", "%.0f" % (n / l.size),
                  "%.0f" % (m / l.size), "bytes", "%.2f" % (n / m), None, True)

    def polls(self, l):
        c = self.stack.client(l.name)
        token = c.changes(limit=1).token
        page = c.changes(token=token)
        assert not page.rows and not page.ids
        _, name = self.request(l, token)
        for connections in (1, 16, 64):
            ours, limit = [], []
            for _ in range(RUNS):
                ours.append(wrk(self.stack.server, "/_vti_bin/Lists.asmx", name, connections,
                                SECONDS))
                limit.append(wrk(self.stack.server, "/bare/%s/poll" % l.name, name, connections,
                                 SECONDS))
            a, b = statistics.median(ours), statistics.median(limit)
            self.note(l.size, "empty poll / bare poll, %d connections" % connections, "%.0f" % a,
                      "%.0f" % b, "1/s", "%.2fx" % (b / a), "<= 2.5x", b / a <= 2.5)

    def poll(self, body, rows):
        """One poll that must find so many rows: (seconds, its token)."""
        t, _, first = get(self.stack.server, "POST", "/_vti_bin/Lists.asmx", body)
        count = re.search(rb'<rs:data ItemCount="(\d+)"', first)
        assert count and int(count.group(1)) == rows, first[-600:]
        return t, re.search(rb'LastChangeToken="([^"]+)"', first).group(1).decode()

    def changes(self):
        """Nothing new, one change to be fetched from the inbox, one that is in the log already."""
        times = {l.size: {"empty": [], "fetched": [], "one": []} for l in self.lists}
        body = {l.size: self.request(l, self.stack.client(l.name).changes(limit=1).token)[0]
                for l in self.lists}
        for n in range(30 * RUNS):
            for l in self.lists:  # the sizes take turns, too
                times[l.size]["empty"].append(self.poll(body[l.size], 0)[0])
                self.stack.sql("UPDATE %s.person SET nickname = 'changed %d' WHERE id = %d"
                               % (l.db, n, 1 + n * 7919 % l.size))
                t, token = self.poll(body[l.size], 1)
                times[l.size]["fetched"].append(t)
                times[l.size]["one"].append(self.poll(body[l.size], 1)[0])
                body[l.size] = re.sub(rb"<changeToken>[^<]+", b"<changeToken>" + token.encode(),
                                      body[l.size])
        median = {size: {k: statistics.median(v) for k, v in t.items()}
                  for size, t in times.items()}
        least = median[self.lists[0].size]
        for size, m in median.items():
            for key, what in (("one", "one change in the log"), ("fetched", "one change, fetched")):
                r = m[key] / m["empty"]
                self.note(size, what + " / empty poll", "%.2f" % (m[key] * 1e3),
                          "%.2f" % (m["empty"] * 1e3), "ms", "%.2fx" % r,
                          "<= 2x" if key == "one" else None, r <= 2)
                if size != self.lists[0].size:
                    r = m[key] / least[key]
                    self.note(size, "%s / the same in %d" % (what, self.lists[0].size),
                              "%.2f" % (m[key] * 1e3), "%.2f" % (least[key] * 1e3), "ms",
                              "%.2fx" % r, "<= 1.15x", r <= 1.15)

    def updates(self, l):
        c = self.stack.client(l.name)
        ours, limit = [], []
        for run in range(max(3, RUNS - 2)):
            batches = []
            for b in range(NEW // BATCH):
                methods = []
                for k in range(BATCH):
                    n = b * BATCH + k
                    fields = {f: ("1970-01-%02dT00:00:00Z" % (n % 28 + 1) if f == "Birthday" else
                                  "Notes of row %d %0500d" % (n, n) if f == "Comments" else
                                  "%s of row %d" % (col, n)) for f, col in FIELDS.items()}
                    methods.append(ows.New(fields, {"FileAs": "x"}, ows.new_ref()))
                batches.append(c.envelope("UpdateListItems", c.batch(methods)))
            took = 0
            for body in batches:
                start = time.monotonic()
                a = c.post("UpdateListItems", body)
                took += time.monotonic() - start
                assert a.body.count(b"<ErrorCode>0x00000000</ErrorCode>") == BATCH, a.body[:900]
            ours.append(NEW / took)
            out = subprocess.run([BENCH + "/inserts", self.stack.run + "/db.sock",
                                  l.db + ".bare_person", str(NEW)] + list(FIELDS.values()),
                                 stdout=subprocess.PIPE, check=True, text=True, timeout=300).stdout
            limit.append(NEW / float(out))
        a, b = statistics.median(ours), statistics.median(limit)
        self.note(l.size, "1000 new items in batches of 100 / bare INSERTs", "%.0f" % a, "%.0f" % b,
                  "items/s", "%.0f %%" % (100 * a / b), ">= 20 %", a / b >= 0.2)

    # ---- the whole ----

    def table(self):
        head = ("items", "what", "owsd", "limit", "unit", "ratio", "target", "")
        rows = [head] + self.rows
        width = [max(len(r[i]) for r in rows) for i in range(len(head))]
        for n, r in enumerate(rows):
            print("  ".join(v.ljust(w) if i in (1, 4, 7) else v.rjust(w)
                            for i, (v, w) in enumerate(zip(r, width))).rstrip())
            if n == 0:
                print("  ".join("-" * w for w in width))

    def main(self):
        memory = None
        try:
            self.up()
            memory = Memory(self.stack)
            memory.start()
            for l in self.lists:
                print("measuring %d items" % l.size, file=sys.stderr, flush=True)
                self.download(l)
                self.polls(l)
            self.changes()
            self.updates(self.lists[0])
            memory.stop.set()
            peak = max(memory.peak.values()) / 1024
            self.note(SIZES[-1], "peak resident memory of a worker", "%.1f" % peak, "32", "MiB", "",
                      "< 32", peak < 32)
        finally:
            if memory:
                memory.stop.set()
            self.down()
        self.table()
        print("medians of %d alternating runs; durable MariaDB, nginx, %d workers, loopback"
              % (RUNS, WORKERS))
        print("%d targets missed" % self.missed if self.missed else "all targets reached")
        return 1 if self.missed else 0


if __name__ == "__main__":
    sys.exit(Bench().main())
