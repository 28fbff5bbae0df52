#!/usr/bin/python3 -B
"""bench.py -- owsd against the limit on the same machine, as a table of ratios.

For each size of list, contacts and a calendar of which one event in five is a
series, through one nginx: first download beside a bare FastCGI
program that streams the same rows and beside the same bytes from a file; polls
that find nothing at 1, 16 and 64 connections beside a bare indexed read; a poll
that finds one change; new items in batches beside bare durable INSERTs. Runs of
the things that are compared alternate, and medians are compared. Exit status 1
when a target is missed.

SIZES="1000 10000 100000" CALENDARS="10000 100000" RUNS=5 SECONDS=3; an empty list of
sizes leaves that kind out. Loopback only, ends by itself.
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
CALENDARS = [int(n) for n in os.environ.get("CALENDARS", "10000 100000").split()]
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


EVENTS = {
    "Title": "title", "Location": "place", "Description": "notes", "EventDate": "starts_at",
    "EndDate": "ends_at", "fAllDayEvent": "is_all_day", "RRule": "rrule", "TimeZone": "zone",
}
EVENT_TABLE = """id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, title VARCHAR(255),
    place VARCHAR(255), notes TEXT, starts_at DATETIME NOT NULL, ends_at DATETIME,
    is_all_day BOOLEAN NOT NULL DEFAULT FALSE, rrule VARCHAR(200), zone VARCHAR(64)"""
# what Outlook asks of a calendar
EVENT_VIEW = """BusyStatus Description Duration EndDate EventDate EventType fAllDayEvent FollowUp
    fRecurrence IntendedBusyStatus Location MasterSeriesItemID Participants Priority RecurrenceData
    RecurrenceID TimeZone Title UID XMLTZone""".split()
RRULES = ("FREQ=WEEKLY;BYDAY=MO;COUNT=20", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;WKST=MO",
          "FREQ=DAILY;INTERVAL=3;COUNT=12", "FREQ=MONTHLY;BYDAY=1MO",
          "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;COUNT=30")
WEEKLY = ("<recurrence><rule><firstDayOfWeek>mo</firstDayOfWeek><repeat>"
          '<weekly mo="TRUE" weekFrequency="1" /></repeat><repeatInstances>20</repeatInstances>'
          "</rule></recurrence>")
BERLIN = ("<timeZoneRule><standardBias>-60</standardBias>"
          "<additionalDaylightBias>-60</additionalDaylightBias>"
          '<standardDate><transitionRule month="10" day="su" weekdayOfMonth="last"/>'
          "<transitionTime>3:0:0</transitionTime></standardDate>"
          '<daylightDate><transitionRule month="3" day="su" weekdayOfMonth="last"/>'
          "<transitionTime>2:0:0</transitionTime></daylightDate></timeZoneRule>")


class Contacts(stack.Contacts):
    """So many contacts of 20 filled fields, about 1 kB each."""

    what, changed = "contacts", "nickname"
    values = {"birthday": "'1950-01-01' + INTERVAL seq % 20000 DAY",
              "notes": "CONCAT('Notes of contact ', seq, ': <', REPEAT('words & more ', 38), '>')"}

    def __init__(self, size, name="n", columns=TABLE, fields=FIELDS, more=None):
        stack.Contacts.__init__(self, "%s%d" % (name, size), columns=columns, fields=fields,
                                more=more)
        self.size = size

    def sql(self):
        columns = list(self.fields.values())
        return (stack.Contacts.sql(self)
                + "INSERT INTO person (%s) SELECT %s FROM seq_1_to_%d;\n" % (
                    ", ".join(columns),
                    ", ".join(self.values.get(c, "CONCAT('%s of contact ', seq)" % c)
                              for c in columns),
                    self.size)
                + "CREATE TABLE bare_person (%s);\n" % self.columns)

    def client(self, s):
        return s.client(self.name)

    def examine(self, rows):
        assert len(rows[0]) > 30 and rows[0].bag("FileAs"), rows[0]

    def new(self, n):
        return ows.New({f: ("1970-01-%02dT00:00:00Z" % (n % 28 + 1) if f == "Birthday" else
                            "Notes of row %d %0500d" % (n, n) if f == "Comments" else
                            "%s of row %d" % (col, n)) for f, col in FIELDS.items()},
                       {"FileAs": "x"}, ows.new_ref())


class Calendar(Contacts):
    """So many events, about 1 kB each; each fifth is a series."""

    what, changed = "events", "place"
    first = "'2026-11-02 08:00:00' + INTERVAL seq % 150 WEEK + INTERVAL seq % 36 * 15 MINUTE"
    values = {"notes": "CONCAT('<p>Notes of event ', seq, ': ', REPEAT('words &amp; more ', 38), '</p>')",
              "starts_at": first, "ends_at": first + " + INTERVAL 50 MINUTE", "is_all_day": "0",
              "rrule": "IF(seq % 5 = 0, ELT(seq DIV 5 % {} + 1, {}), NULL)".format(
                  len(RRULES), ", ".join("'%s'" % r for r in RRULES)),
              "zone": "'Europe/Berlin'"}

    def __init__(self, size):
        Contacts.__init__(self, size, "e", EVENT_TABLE, EVENTS, {"provider": {"type": "calendar"}})

    def client(self, s):
        c = s.client(self.name)
        names = ows.COMMON_FIELDS + EVENT_VIEW + ows.LAST_FIELDS
        xml = "<viewFields>%s</viewFields>" % c.caml(
            "ViewFields", "".join('<FieldRef Name="%s"/>' % n for n in names), ' Properties="TRUE"')
        c.view_fields = lambda: xml
        return c

    def examine(self, rows):
        series = [r for r in rows if r.get("EventType") == "1"]
        assert len(series) == self.size // 5, "%d series" % len(series)
        assert all(r.get("RecurrenceData") and r.get("XMLTZone") and r.get("UID") for r in series)

    def new(self, n):
        fields = {"EventDate": "2026-11-%02dT09:00:00Z" % (n % 28 + 1),
                  "EndDate": "2026-11-%02dT09:50:00Z" % (n % 28 + 1), "fAllDayEvent": "0",
                  "Title": "title of row %d" % n, "Location": "place of row %d" % n,
                  "Description": "Notes of row %d %0500d" % (n, n), "EventType": "0",
                  "fRecurrence": "0"}
        if n % 5 == 0:
            fields.update(EventDate="2026-11-02T09:00:00Z", EndDate="2027-03-15T09:50:00Z",
                          EventType="1", fRecurrence="1", UID=ows.new_ref(), RecurrenceData=WEEKLY,
                          XMLTZone=BERLIN, TimeZone="4")
        return ows.New(fields, {"BusyStatus": "2"}, ows.new_ref())


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
        self.lists = [Contacts(n) for n in SIZES] + [Calendar(n) for n in CALENDARS]
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
                + ["%s=%s" % f for f in l.fields.items()], start_new_session=True,
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
            master = int(f.read())
        old = self.workers_of(master)
        os.kill(master, 1)
        # a request that a leaving worker takes may be cut off
        stack.until(lambda: self.workers_of(master) - old and not self.workers_of(master) & old, 30,
                    "nginx has its new configuration")
        for l in self.lists:
            stack.until(lambda: self.answers("/bare/%s/poll" % l.name), 20, "the bare program")

    def workers_of(self, master):
        out = subprocess.run(["ps", "-o", "pid=", "--ppid", str(master)], stdout=subprocess.PIPE,
                             text=True).stdout
        return set(out.split())

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
        c = l.client(self.stack)
        inner = (c.list_name() + c.view_fields() + "<queryOptions><QueryOptions>%s</QueryOptions>"
                 "</queryOptions>" % ows.OUTLOOK_OPTIONS)
        if token:
            inner += "<changeToken>%s</changeToken>" % token
        body = c.envelope("GetListItemChangesSinceToken", inner)
        name = os.path.join(self.stack.top, "body.%s" % ("poll" if token else "all"))
        with open(name, "wb") as f:
            f.write(body)
        return body, name

    def note(self, l, what, ours, limit, unit, ratio, target, good):
        verdict = "" if target is None else ("reached" if good else "MISSED")
        self.missed += verdict == "MISSED"
        self.rows.append(("%d %s" % (l.size, l.what), what, ours, limit, unit, ratio, target or "", verdict))

    # ---- what is measured ----

    def download(self, l):
        server = self.stack.server
        body, _ = self.request(l)
        rows = l.client(self.stack).changes().rows  # every row examined, once
        assert len(rows) == l.size, "%d rows of %d" % (len(rows), l.size)
        l.examine(rows)
        del rows
        path = os.path.join(os.path.realpath(self.stack.run), "web", "static", l.name)
        answer = l.client(self.stack).post("GetListItemChangesSinceToken", body)
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
        self.note(l, "first download / bare rows", "%.0f" % speed["owsd"],
                  "%.0f" % speed["bare"], "items/s", "%.2f" % ratio, ">= 0.33", ratio >= 1 / 3)
        self.note(l, "first download / same bytes of a file", "%.0f" % speed["owsd"],
                  "%.0f" % speed["file"], "items/s", "%.2f" % (speed["owsd"] / speed["file"]),
                  None, True)
        self.note(l, "  bytes of one item: ours, bare", "%.0f" % (n / l.size),
                  "%.0f" % (m / l.size), "bytes", "%.2f" % (n / m), None, True)

    def polls(self, l):
        c = l.client(self.stack)
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
            self.note(l, "empty poll / bare poll, %d connections" % connections, "%.0f" % a,
                      "%.0f" % b, "1/s", "%.2fx" % (b / a), "<= 2.5x", b / a <= 2.5)

    def poll(self, body, rows):
        """One poll that must find so many rows: (seconds, its token)."""
        t, _, first = get(self.stack.server, "POST", "/_vti_bin/Lists.asmx", body)
        count = re.search(rb'<rs:data ItemCount="(\d+)"', first)
        assert count and int(count.group(1)) == rows, first[-600:]
        return t, re.search(rb'LastChangeToken="([^"]+)"', first).group(1).decode()

    def changes(self, lists):
        """Nothing new, one change to be fetched from the inbox, one that is in the log already."""
        times = {l.size: {"empty": [], "fetched": [], "one": []} for l in lists}
        body = {l.size: self.request(l, l.client(self.stack).changes(limit=1).token)[0]
                for l in lists}
        for n in range(30 * RUNS):
            for l in lists:  # the sizes take turns, too
                times[l.size]["empty"].append(self.poll(body[l.size], 0)[0])
                self.stack.sql("UPDATE %s.person SET %s = 'changed %d' WHERE id = %d"
                               % (l.db, l.changed, n, 1 + n * 7919 % l.size))
                t, token = self.poll(body[l.size], 1)
                times[l.size]["fetched"].append(t)
                times[l.size]["one"].append(self.poll(body[l.size], 1)[0])
                body[l.size] = re.sub(rb"<changeToken>[^<]+", b"<changeToken>" + token.encode(),
                                      body[l.size])
        median = {size: {k: statistics.median(v) for k, v in t.items()}
                  for size, t in times.items()}
        least = median[lists[0].size]
        for l in lists:
            m = median[l.size]
            for key, what in (("one", "one change in the log"), ("fetched", "one change, fetched")):
                r = m[key] / m["empty"]
                self.note(l, what + " / empty poll", "%.2f" % (m[key] * 1e3),
                          "%.2f" % (m["empty"] * 1e3), "ms", "%.2fx" % r,
                          "<= 2x" if key == "one" else None, r <= 2)
                if l is not lists[0]:
                    r = m[key] / least[key]
                    self.note(l, "%s / the same in %d" % (what, lists[0].size),
                              "%.2f" % (m[key] * 1e3), "%.2f" % (least[key] * 1e3), "ms",
                              "%.2fx" % r, "<= 1.15x", r <= 1.15)

    def updates(self, l):
        c = l.client(self.stack)
        ours, limit = [], []
        for run in range(max(3, RUNS - 2)):
            batches = []
            for b in range(NEW // BATCH):
                methods = [l.new(b * BATCH + k) for k in range(BATCH)]
                batches.append(c.envelope("UpdateListItems", c.batch(methods)))
            took = 0
            for body in batches:
                start = time.monotonic()
                a = c.post("UpdateListItems", body)
                took += time.monotonic() - start
                assert a.body.count(b"<ErrorCode>0x00000000</ErrorCode>") == BATCH, a.body[:900]
            ours.append(NEW / took)
            out = subprocess.run([BENCH + "/inserts", self.stack.run + "/db.sock",
                                  l.db + ".bare_person", str(NEW)] + list(l.fields.values()),
                                 stdout=subprocess.PIPE, check=True, text=True, timeout=300).stdout
            limit.append(NEW / float(out))
        a, b = statistics.median(ours), statistics.median(limit)
        self.note(l, "1000 new items in batches of 100 / bare INSERTs", "%.0f" % a, "%.0f" % b,
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
                print("measuring %d %s" % (l.size, l.what), file=sys.stderr, flush=True)
                self.download(l)
                self.polls(l)
            for kind in (Contacts, Calendar):
                lists = [l for l in self.lists if type(l) is kind]
                if lists:
                    self.changes(lists)
                    self.updates(lists[0])
            memory.stop.set()
            peak = max(memory.peak.values()) / 1024
            self.note(self.lists[-1], "peak resident memory of a worker", "%.1f" % peak, "32", "MiB", "",
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
