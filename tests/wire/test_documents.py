#!/usr/bin/python3 -B
"""test_documents.py -- document libraries: MS-OUTSPS 3.2.4.2.6, MS-LISTSWS 3.1.4.31.

Rows with their content in a BLOB are files at an address, folders are items that
the rows imply and that clients make and delete; GET, HEAD, PUT and DELETE.
"""

import hashlib
import os
import random
import threading
import unittest
from urllib.parse import quote, unquote, urlsplit

import ows
import stack

COLUMNS = """
    id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    title VARCHAR(100), name VARCHAR(255) NOT NULL, folder VARCHAR(400) NOT NULL DEFAULT '',
    content LONGBLOB, modified_at TIMESTAMP NOT NULL DEFAULT '2026-01-02 03:04:05'
        ON UPDATE CURRENT_TIMESTAMP"""
FIELDS = {"Title": "title", "LinkFilename": "name", "FileDirRef": "folder", "Content": "content"}
WANTED = """ID owshiddenversion Title LinkFilename FileDirRef EncodedAbsUrl FileSizeDisplay Modified
    ContentTypeId FSObjType FileRef FileLeafRef UniqueId PermMask Created Editor MetaInfo
    vti_versionhistory ReplicationID""".split()


class Library(stack.Contacts):
    """A list: table t_<name>.person, as the others have it, with documents in it."""

    def __init__(self, name, rows=(), fields=FIELDS, **more):
        self.documents, self.more_sql = rows, more.pop("more_sql", "")
        stack.Contacts.__init__(self, name, columns=more.pop("columns", COLUMNS),
                                fields=fields, **more)
        self.sections["provider"]["type"] = "documents"
        self.sections["source"]["modified"] = "modified_at"

    def sql(self):
        out = stack.Contacts.sql(self) + "".join(
            "INSERT INTO person (folder, name, content) VALUES (%s);\n" % ", ".join(
                "NULL" if v is None else "X'%s'" % (v if isinstance(v, bytes) else v.encode()).hex()
                for v in row) for row in self.documents) + self.more_sql
        if self.sections["source"].get("content_view") == self.db + ".bytes":
            out += ("CREATE TABLE blobs (doc INT UNSIGNED NOT NULL PRIMARY KEY, content LONGBLOB);\n"
                    "INSERT INTO blobs SELECT id, content FROM person;\n"
                    "ALTER TABLE person DROP COLUMN content;\n"
                    "CREATE VIEW bytes AS SELECT doc AS id, content FROM blobs;\n")
        return out


class Client(ows.Client):
    def view_fields(self):
        refs = "".join('<FieldRef Name="%s"/>' % n for n in WANTED)
        return "<viewFields>%s</viewFields>" % self.caml("ViewFields", refs, ' Properties="TRUE"')


class Replica(ows.Replica):
    """Keeps rows by path below the library: "a/b.txt"."""

    def paths(self):
        return {path_of(r): r for r in self.rows.values()}


def path_of(row):
    return "/".join(row["FileRef"].split(";#", 1)[1].split("/")[1:])


NAMES = ["plain.txt", "two words.txt", "größe.txt", "смета.xlsx", "\U0001f4c8 up.pdf", "it's.txt",
         "R&D.txt", "1+1=2.txt", "100%.txt", "%41.txt", "a#b.txt", "semi;colon.txt", "a;#b.txt",
         "(x) [y] {z}.txt", "at@sign.txt", "$dollar!.txt", "comma,tilde~.txt", "^caret`.txt",
         "no ending", "a.b.c", "نص.txt", "e\u0301.txt", "x" * 251 + ".txt"]
WRONG = ["", ".", "..", " a.txt", "a.txt ", ".hidden", "a.", "a\tb", "a*b", "a:b", "a<b", "a>b",
         "a?b", "a|b", 'a"b', "a\\b", "x" * 256]
MIB = 1024 * 1024

LISTS = [
    Library("first", [("", "plan.txt", b"the plan"), ("a/b", "deep.txt", b"deep"),
                      ("a", "empty.txt", b""), ("a", "none.txt", None)]),
    Library("names", [("dir %d/%s" % (i, n), n, n.encode()) for i, n in enumerate(NAMES)
                      if len(n) < 200]),
    Library("named"), Library("put"), Library("big"), Library("race"), Library("busy"), Library("kill"), Library("exact"),
    Library("wrong", [("", "good.txt", b"good")]),
    Library("sql", [("", "one.txt", b"one"), ("f", "two.txt", b"two")],
            columns=COLUMNS.replace("title VARCHAR(100)", "title VARBINARY(100)")),
    Library("folders", [("keep", "k.txt", b"k")]),
    Library("deep", [("a", "1.txt", b"1"), ("a/b", "2.txt", b"2"), ("a/b/c", "3.txt", b"3"),
                     ("ab", "4.txt", b"4"), ("A", "5.txt", b"5")]),
    Library("moves", [("", "old.txt", b"old"), ("f", "in.txt", b"in"), ("g", "g.txt", b"g")]),
    Library("twice", [("f", "same.txt", b"first"), ("f", "same.txt", b"second"),
                      ("", "file", b"file"), ("file", "below.txt", b"below")]),
    Library("readonly", [("", "r.txt", b"r")], more={"write": {"mode": "none"}}),
    Library("names-only", [("", "n.txt", b"n")], more={"write": {"readonly": "Content"}}),
    Library("fixed", [("", "x.txt", b"x")],
            more={"write": {"readonly": "LinkFilename, FileDirRef"}}),
    Library("mine", [("", "m.txt", b"m")], more={"access": {"read": "alice", "write": "alice"}}),
    Library("flat", [("", "flat.txt", b"flat")],
            fields={k: v for k, v in FIELDS.items() if k != "FileDirRef"}),
    Library("apart", [("", "one.txt", b"one"), ("d", "two.txt", b"two")],
            view="SELECT id, title, name, folder, modified_at FROM person",
            more={"source": {"content_view": "t_apart.bytes"},
                  "track": {"tables": "t_apart.person:id, t_apart.blobs:doc"}}),
    Library("many", more_sql="INSERT INTO person (folder, name, content) SELECT CONCAT('a', seq, "
            "'/b', seq, '/c', seq, '/d', seq), 'n.txt', seq FROM seq_1_to_600;\n"),
    Library("scanned", [("", "s.txt", b"s")],
            more={"track": {"mode": "scan", "scan_every": "0"}}),
]
S = None


def setUpModule():
    global S
    S = stack.Stack(LISTS).up()


def tearDownModule():
    S.down()


def client(name, user="alice"):
    c = Client(S.server, S.lists[name].id, user)
    S.clients.append(c)
    return c


def replica(name, user="alice"):
    return Replica(client(name, user)).first()


def url(name, path):
    return "/" + name + "/" + quote(path, safe="/")


def documents(name):
    return {(f + "/" if f else "") + n: c for f, n, c in
            S.sql("SELECT folder, name, content FROM %s.person" % S.lists[name].db)}


def tag(row):
    return '"%s,%d"' % (row.guid, row.version)


class Rows(unittest.TestCase):
    def test_rows_and_folders(self):
        r = replica("first")
        at = r.paths()
        self.assertEqual(set(at), {"plan.txt", "a", "a/b", "a/b/deep.txt", "a/empty.txt",
                                   "a/none.txt"})
        for path, row in at.items():
            folder, _, name = path.rpartition("/")
            is_folder = path in ("a", "a/b")
            self.assertEqual(row["FileDirRef"], "%d;#first%s" % (row.id, folder and "/" + folder))
            self.assertEqual(row["FileLeafRef"], "%d;#%s" % (row.id, name))
            self.assertEqual(row["LinkFilename"], name)
            self.assertEqual(row["FSObjType"], "%d;#%d" % (row.id, is_folder))
            self.assertEqual(row["ContentTypeId"][:6], "0x0120" if is_folder else "0x0101")
            self.assertEqual("FileSizeDisplay" in row, not is_folder)
        for path, content in (("plan.txt", b"the plan"), ("a/b/deep.txt", b"deep"),
                              ("a/empty.txt", b""), ("a/none.txt", b"")):
            row = at[path]
            self.assertEqual(row["FileSizeDisplay"], str(len(content)))
            got = r.client.http("GET", urlsplit(row["EncodedAbsUrl"]).path)
            self.assertEqual((got.status, got.body), (200, content))
            self.assertEqual(got.header("ETag"), tag(row))
            self.assertEqual(got.header("Last-Modified") is None, False)
        one = r.client.get_list()
        self.assertEqual((one.get("BaseType"), one.get("ServerTemplate"), one.get("RootFolder")),
                         ("1", "101", "/first"))

    def test_a_name_may_hold_every_legal_character(self):
        r = replica("names")
        at = r.paths()
        for i, n in enumerate(n for n in NAMES if len(n) < 200):
            path = "dir %d/%s/%s" % (i, n, n)
            got = r.client.http("GET", urlsplit(at[path]["EncodedAbsUrl"]).path)
            self.assertEqual((got.status, got.body), (200, n.encode()), n)
        for n in NAMES:
            put = r.client.http("PUT", url("named", n), n.encode())
            self.assertEqual(put.status, 201, (n, put.body))
        self.assertEqual(documents("named"), {n: n.encode() for n in NAMES})
        mine = replica("named").paths()
        self.assertEqual(set(mine), set(NAMES))
        for n in NAMES:
            address = urlsplit(mine[n]["EncodedAbsUrl"])
            self.assertEqual(unquote(address.path), "/named/" + n)
            self.assertEqual((address.query, address.fragment), ("", ""))
            self.assertEqual(r.client.http("GET", address.path).body, n.encode())

    def test_a_harvest_of_many_folders_fits_into_memory(self):
        r = replica("many")
        self.assertEqual(len(r.rows), 5 * 600)
        row = r.paths()["a600/b600/c600/d600/n.txt"]
        self.assertEqual(r.client.http("GET", urlsplit(row["EncodedAbsUrl"]).path).body, b"600")
        at = r.paths()["a7/b7"]
        self.assertIsNone(r.client.do(ows.Delete(at.id)))
        gone = [i for page in r.poll() for i in page.deleted]
        self.assertEqual(len(gone), 4)

    def test_wrong_names(self):
        """A client is told; a row is named for the DBA and left out."""
        c = client("wrong")
        for n in WRONG:
            if n in ("", ".", "..") or "\t" in n:
                continue
            answer = c.http("PUT", url("wrong", n), b"x")
            self.assertEqual(answer.status, 400, n)
            self.assertIn(b"name", answer.body)
            result, = c.update(ows.New({"FSObjType": "1", "BaseName": n}))
            self.assertEqual(result.code, ows.INVALID, n)
        self.assertEqual(set(documents("wrong")), {"good.txt"})
        for i, n in enumerate(w for w in WRONG if len(w) < 256):
            S.sql("INSERT INTO t_wrong.person (name, content, title) VALUES (%s, 'x', %s)", n,
                  "bad %d" % i)
        for f in ("/a", "a/", "a//b", "a/../b", "a\\b", "y" * 300 + "/" + "z" * 95):
            S.sql("INSERT INTO t_wrong.person (name, folder) VALUES ('in.txt', %s)", f)
        S.sql("INSERT INTO t_wrong.person (name, folder) VALUES ('too.txt', %s)",
              "/".join(["é" * 80] * 4))
        r = replica("wrong")
        self.assertEqual(set(r.paths()), {"good.txt"})
        status = S.owsadm("status", "--bad", check=False)
        self.assertIn("no file name can", status + S.owsadm("check", check=False))

    def test_a_library_without_folders(self):
        r = replica("flat")
        self.assertEqual(set(r.paths()), {"flat.txt"})
        self.assertEqual(r.client.http("PUT", url("flat", "b.txt"), b"b").status, 201)
        self.assertEqual(r.client.http("PUT", url("flat", "a/b.txt"), b"b").status, 409)
        result, = r.client.update(ows.New({"FSObjType": "1", "BaseName": "a"}))
        self.assertEqual(result.code, ows.INVALID)
        self.assertIn("no folders", result.text)


    def test_content_in_a_view_of_its_own(self):
        r = replica("apart")
        c = r.client
        self.assertEqual({p: x.get("FileSizeDisplay") for p, x in r.paths().items()},
                         {"one.txt": "3", "d": None, "d/two.txt": "3"})
        self.assertEqual(c.http("GET", url("apart", "d/two.txt")).body, b"two")
        self.assertEqual(c.http("PUT", url("apart", "d/two.txt"), b"second").status, 204)
        self.assertEqual(c.http("PUT", url("apart", "d/new.txt"), b"new").status, 201)
        self.assertEqual(S.sql("SELECT name, b.content FROM t_apart.person p JOIN t_apart.blobs b "
                               "ON b.doc = p.id ORDER BY name"),
                         (("new.txt", b"new"), ("one.txt", b"one"), ("two.txt", b"second")))
        r.poll()
        row = r.paths()["one.txt"]
        S.sql("UPDATE t_apart.blobs SET content = 'changed' WHERE doc = 1")
        stale = c.http("PUT", url("apart", "one.txt"), b"lost", [("If-Match", tag(row))])
        self.assertEqual(stale.status, 412)
        r.poll()
        self.assertEqual((r.rows[row.id].version, r.rows[row.id]["FileSizeDisplay"]), (2, "7"))
        self.assertEqual(c.http("GET", url("apart", "one.txt")).body, b"changed")
        S.sql("DELETE FROM t_apart.blobs WHERE doc = 1")
        r.poll()
        self.assertEqual(r.rows[row.id]["FileSizeDisplay"], "0")
        self.assertEqual(c.http("PUT", url("apart", "one.txt"), b"back").status, 204)
        self.assertEqual(c.http("GET", url("apart", "one.txt")).body, b"back")
        self.assertIn("apart: fine", S.owsadm("check", check=False))


    def test_a_bad_row_keeps_its_place(self):
        c = client("sql", "bob")
        self.assertEqual(c.http("PUT", url("sql", "sick.txt"), b"good").status, 201)
        S.sql("UPDATE t_sql.person SET title = UNHEX('C328') WHERE name = 'sick.txt'")
        for method, body in (("GET", b""), ("PUT", b"other")):
            answer = c.http(method, url("sql", "sick.txt"), body)
            self.assertEqual(answer.status, 503)
            self.assertIn(b"cannot be shown", answer.body)
        S.sql("UPDATE t_sql.person SET title = NULL WHERE name = 'sick.txt'")
        self.assertEqual(c.http("GET", url("sql", "sick.txt")).body, b"good")
        self.assertEqual(c.http("DELETE", url("sql", "sick.txt")).status, 204)


class Http(unittest.TestCase):
    def test_conditions_and_ranges(self):
        r = replica("exact")
        c, data = r.client, bytes(range(256)) * 40
        made = c.http("PUT", url("exact", "r.bin"), data, [("If-None-Match", "*")])
        self.assertEqual(made.status, 201)
        etag = made.header("ETag")
        again = c.http("PUT", url("exact", "r.bin"), b"other", [("If-None-Match", "*")])
        self.assertEqual(again.status, 412)
        head = c.http("HEAD", url("exact", "r.bin"))
        self.assertEqual((head.status, head.header("Content-Length"), head.header("ETag")),
                         (200, str(len(data)), etag))
        for asked, part in (("bytes=0-0", data[:1]), ("bytes=100-199", data[100:200]),
                            ("bytes=10000-", data[10000:]), ("bytes=-7", data[-7:])):
            got = c.http("GET", url("exact", "r.bin"), headers=[("Range", asked)])
            self.assertEqual((got.status, got.body), (206, part), asked)
        self.assertEqual(c.http("GET", url("exact", "r.bin"),
                                headers=[("Range", "bytes=20000-")]).status, 416)
        self.assertEqual(c.http("GET", url("exact", "r.bin"),
                                headers=[("If-None-Match", etag)]).status, 304)
        changed = c.http("PUT", url("exact", "r.bin"), b"second", [("If-Match", etag)])
        self.assertEqual(changed.status, 204)
        self.assertEqual(changed.header("ETag"), etag.replace(",1", ",2"))
        stale = c.http("PUT", url("exact", "r.bin"), b"third", [("If-Match", etag)])
        self.assertEqual((stale.status, stale.header("ETag")), (412, changed.header("ETag")))
        stale = c.http("DELETE", url("exact", "r.bin"), headers=[("If-Match", etag)])
        self.assertEqual(stale.status, 412)
        self.assertEqual(c.http("GET", url("exact", "r.bin")).body, b"second")
        same = c.http("PUT", url("exact", "r.bin"), b"second")
        self.assertEqual((same.status, same.header("ETag")), (204, changed.header("ETag")))
        r.poll()
        row = r.paths()["r.bin"]
        self.assertEqual((row.version, tag(row)), (2, changed.header("ETag")))
        self.assertEqual(c.http("PUT", url("exact", "r.bin"), b"any").status, 204)
        self.assertEqual(documents("exact")["r.bin"], b"any")
        self.assertEqual(c.http("PUT", url("exact", "part.bin"), b"x",
                                [("Content-Range", "bytes 0-0/9")]).status, 400)
        gone = c.http("DELETE", url("exact", "r.bin"))
        self.assertEqual((gone.status, documents("exact")), (204, {}))
        for method in ("GET", "HEAD", "DELETE"):
            self.assertEqual(c.http(method, url("exact", "r.bin")).status, 404)
        self.assertIn(row.id, r.poll()[0].deleted)
        options = c.http("OPTIONS", url("exact", "r.bin"))
        self.assertEqual(options.header("Allow"), "GET, HEAD, PUT, DELETE, OPTIONS")

    def test_addresses_that_lead_to_no_file(self):
        c = client("deep")
        self.assertEqual(c.http("GET", "/deep/Forms/AllItems.aspx").status, 200)
        for path in ("/deep", "/deep/"):  # what is left when somebody cuts the file's name off
            self.assertEqual(c.http("GET", path).body,
                             c.http("GET", "/deep/Forms/AllItems.aspx").body, path)
        folder = c.http("GET", "/deep/a/b")
        self.assertEqual(folder.status, 302)
        self.assertTrue(folder.header("Location").endswith("/deep/Forms/AllItems.aspx"))
        self.assertEqual(c.http("PUT", "/deep/a/b", b"x").status, 409)
        self.assertEqual(c.http("PUT", "/deep/none/x.txt", b"x").status, 409)
        for path in ("/deep/a/B/2.txt", "/deep/a//1.txt", "/deep/1.txt", "/deep/a/1.txt/2"):
            self.assertEqual(c.http("GET", path).status, 404, path)

    def test_a_client_may_not_make_a_neighbour_that_differs_in_case(self):
        c = client("deep")
        for path in ("a/1.TXT", "ab/4.Txt"):
            answer = c.http("PUT", url("deep", path), b"x")
            self.assertEqual(answer.status, 400)
            self.assertIn(b"capital", answer.body)
        self.assertEqual(c.http("PUT", url("deep", "ab/grün.txt"), b"x").status, 201)
        self.assertEqual(c.http("PUT", url("deep", "ab/GRÜN.txt"), b"x").status, 400)
        # what the database has, it has
        self.assertEqual(c.http("GET", "/deep/A/5.txt").body, b"5")
        self.assertEqual(c.http("GET", "/deep/a/5.txt").status, 404)

    def test_rights(self):
        reader, nobody = client("put", "carol"), client("put", None)
        client("put").http("PUT", url("put", "rights.txt"), b"rights")
        self.assertEqual(reader.http("GET", url("put", "rights.txt")).body, b"rights")
        for method, body in (("PUT", b"x"), ("DELETE", b"")):
            self.assertEqual(reader.http(method, url("put", "rights.txt"), body).status, 403)
            self.assertEqual(nobody.http(method, url("put", "rights.txt"), body).status, 401)
        self.assertEqual(reader.http("PUT", url("put", "mine.txt"), b"x").status, 403)
        self.assertEqual(nobody.http("GET", url("put", "rights.txt")).status, 401)
        self.assertEqual(client("readonly").http("PUT", url("readonly", "r.txt"), b"x").status, 403)
        c = client("names-only")
        self.assertEqual(c.http("PUT", url("names-only", "n.txt"), b"x").status, 403)
        self.assertEqual(c.http("PUT", url("names-only", "new.txt"), b"x").status, 403)
        row = replica("names-only").paths()["n.txt"]
        self.assertEqual(path_of(c.do(ows.Update(row.id, 1, {"LinkFilename": "m.txt"}))), "m.txt")
        self.assertEqual(documents("names-only"), {"m.txt": b"n"})
        c = client("fixed")
        self.assertEqual(c.http("PUT", url("fixed", "x.txt"), b"y").status, 204)
        self.assertEqual(c.http("PUT", url("fixed", "new.txt"), b"y").status, 403)
        self.assertEqual(documents("fixed"), {"x.txt": b"y"})
        self.assertEqual(client("mine").http("GET", url("mine", "m.txt")).body, b"m")
        there = client("mine", "bob").http("GET", url("mine", "m.txt"))
        nowhere = client("mine", "bob").http("GET", url("nothing", "m.txt"))
        self.assertEqual((there.status, nowhere.status), (404, 404))
        self.assertEqual(client("mine", "bob").http("PUT", url("mine", "x.txt"), b"x").status,
                         client("mine", "bob").http("PUT", url("nothing", "x.txt"), b"x").status)
        self.assertEqual(documents("mine"), {"m.txt": b"m"})


def high_water():
    """The most memory, in kB, that one of the workers ever had."""
    most = 0
    for pid in S.children():
        with open("/proc/%d/status" % pid) as f:
            most = max(most, *(int(l.split()[1]) for l in f if l.startswith("VmHWM")))
    return most


class Large(unittest.TestCase):
    def test_50_mib_up_and_down(self):
        c = client("big")
        data = random.Random(7).randbytes(50 * MIB)
        digest = hashlib.sha256(data).digest()
        before = high_water()
        self.assertEqual(c.http("PUT", url("big", "big.bin"), data).status, 201)
        stored, = S.sql("SELECT UNHEX(SHA2(content, 256)), LENGTH(content) FROM t_big.person")
        self.assertEqual(stored, (digest, len(data)))
        got = client("big", "bob").http("GET", url("big", "big.bin"))
        self.assertEqual(hashlib.sha256(got.body).digest(), digest)
        at = 49 * MIB
        part = c.http("GET", url("big", "big.bin"), headers=[("Range", "bytes=%d-%d"
                                                               % (at, at + 99999))])
        self.assertEqual((part.status, part.body), (206, data[at:at + 100000]))
        row = replica("big").paths()["big.bin"]
        self.assertEqual(row["FileSizeDisplay"], str(len(data)))
        after = high_water()
        print("VmHWM of a worker: %d kB before, %d kB after" % (before, after))
        if stack.SLOW == 1:  # sanitizers keep what was freed
            self.assertLess(after - before, 24 * 1024)
        self.assertEqual(c.http("PUT", url("big", "more.bin"), data + b"x").status, 413)
        self.assertEqual(set(documents("big")), {"big.bin"})

    def test_what_the_database_cannot_hold_is_said(self):
        c = client("big")
        S.sql("SET GLOBAL max_allowed_packet = %d" % (2 * MIB))
        try:
            S.reload()
            answer = c.http("PUT", url("big", "packet.bin"), b"p" * (3 * MIB))
            self.assertEqual(answer.status, 413)
            self.assertIn(b"max_allowed_packet", answer.body)
            self.assertIn("max_allowed_packet", S.owsadm("check", check=False))
            self.assertEqual(c.http("PUT", url("big", "fits.bin"), b"p" * MIB).status, 201)
        finally:
            S.sql("SET GLOBAL max_allowed_packet = %d" % (64 * MIB))
            S.reload()
        self.assertNotIn("packet.bin", documents("big"))

    def test_a_killed_worker_leaves_nothing_half_written(self):
        c = client("kill")
        data = random.Random(3).randbytes(30 * MIB)
        for i in range(6):
            stop = threading.Event()

            def kill():
                stop.wait(0.02 + 0.06 * i)
                for pid in S.children():
                    try:
                        os.kill(pid, 9)
                    except ProcessLookupError:
                        pass
            t = threading.Thread(target=kill)
            t.start()
            try:
                c.http("PUT", url("kill", "k%d.bin" % i), data)
            except (ConnectionError, OSError):
                c.close()
            stop.set()
            t.join()
            stack.until(lambda: client("kill").http("GET", "/healthz").status == 200, 40,
                        "the workers are back")
        for size, digest in S.sql("SELECT LENGTH(content), SHA2(content, 256) FROM t_kill.person"):
            self.assertEqual((size, digest), (len(data), hashlib.sha256(data).hexdigest()))
        at = replica("kill").paths()
        self.assertEqual(set(at), set(documents("kill")))


class Sync(unittest.TestCase):
    def test_a_put_reaches_the_next_sync(self):
        a, b = replica("sql"), replica("sql", "bob")
        self.assertEqual(a.client.http("PUT", url("sql", "f/new.txt"), b"new").status, 201)
        b.poll()
        row = b.paths()["f/new.txt"]
        self.assertEqual((row.version, row["FileSizeDisplay"]), (1, "3"))
        self.assertEqual(a.client.http("PUT", url("sql", "f/new.txt"), b"newer").status, 204)
        self.assertEqual([r.id for r in b.poll()[0].rows], [row.id])
        self.assertEqual(b.rows[row.id].version, 2)
        self.assertEqual(a.client.http("PUT", url("sql", "f/new.txt"), b"newer").status, 204)
        self.assertEqual(b.poll()[0].rows, [])

    def test_a_change_of_the_content_in_the_database_reaches_clients(self):
        for name in ("sql", "scanned"):
            a = replica(name)
            path = next(p for p, r in a.paths().items() if r["FSObjType"].endswith("0"))
            row = a.paths()[path]
            S.sql("UPDATE t_%s.person SET content = CONCAT('+', content) WHERE name = %%s" % name,
                  path.split("/")[-1])
            got = a.client.http("GET", urlsplit(row["EncodedAbsUrl"]).path,
                                headers=[("If-None-Match", tag(row))])
            self.assertEqual(got.status, 200)
            a.poll()
            self.assertEqual(a.rows[row.id].version, row.version + 1)
            self.assertEqual(got.header("ETag"), tag(a.rows[row.id]))
            self.assertEqual(got.body, documents(name)[path])
            stale = a.client.http("PUT", urlsplit(row["EncodedAbsUrl"]).path, b"lost",
                                  [("If-Match", tag(row))])
            self.assertEqual(stale.status, 412)

    def test_folders_from_both_sides(self):
        a, b = replica("folders"), replica("folders", "bob")
        S.sql("INSERT INTO t_folders.person (folder, name) VALUES ('x/y', 'n.txt')")
        a.poll()
        self.assertEqual(set(a.paths()), {"keep", "keep/k.txt", "x", "x/y", "x/y/n.txt"})
        made = a.client.do(ows.New({"FSObjType": "1", "BaseName": "mine"}))
        self.assertEqual((made["FSObjType"], path_of(made)), ("%d;#1" % made.id, "mine"))
        below = a.client.do(ows.New({"FSObjType": "1", "BaseName": "sub",
                                     "FileDirRef": "folders/mine"}))
        self.assertEqual(path_of(below), "mine/sub")
        deep = a.client.do(ows.New({"FSObjType": "1", "BaseName": "mine/sub/deep"}))
        self.assertEqual(path_of(deep), "mine/sub/deep")
        root, = a.client.update(ows.New({"FSObjType": "1", "BaseName": "rooted"}), attributes=
                                ' OnError="Continue" RootFolder="%s/folders/mine"'
                                % ("http://%s:%d" % S.server.address))
        self.assertEqual(path_of(root.row), "mine/rooted")
        there, = a.client.update(ows.New({"FSObjType": "1", "BaseName": "mine"}))
        self.assertEqual(there.code, "0x8107090d")
        self.assertIn("0x8107090d", there.text)
        for fields in ({"BaseName": "no/where"}, {"BaseName": "Mine"},
                       {"BaseName": "x", "FileDirRef": "other/mine"}):
            result, = a.client.update(ows.New(dict(fields, FSObjType="1")))
            self.assertEqual(result.code, ows.INVALID, fields)
        b.poll()
        self.assertEqual(set(b.paths()), {
            "keep", "keep/k.txt", "x", "x/y", "x/y/n.txt", "mine", "mine/sub", "mine/sub/deep",
            "mine/rooted"})
        self.assertEqual(b.client.http("PUT", url("folders", "mine/sub/f.txt"), b"f").status, 201)
        # a folder whose last row goes stays
        S.sql("DELETE FROM t_folders.person WHERE folder = 'x/y'")
        b.poll()
        self.assertIn("x/y", b.paths())
        at = b.paths()
        gone = {at[p].id for p in at if p == "mine" or p.startswith("mine/")}
        a.poll()
        self.assertIsNone(a.client.do(ows.Delete(at["mine"].id, at["mine"].version)))
        self.assertEqual(set(documents("folders")), {"keep/k.txt"})
        deleted = [i for page in b.poll() for i in page.deleted]
        self.assertEqual(sorted(deleted), sorted(gone))
        self.assertEqual(set(b.paths()), {"keep", "keep/k.txt", "x", "x/y"})
        self.assertEqual(a.client.http("DELETE", url("folders", "x")).status, 204)
        a.poll()
        self.assertEqual(set(a.paths()), {"keep", "keep/k.txt"})
        # and comes back as another item when a row brings it
        S.sql("INSERT INTO t_folders.person (folder, name) VALUES ('x', 'again.txt')")
        a.poll()
        self.assertNotEqual(a.paths()["x"].id, at["x"].id)

    def test_a_folder_takes_only_its_own_along(self):
        a = replica("deep")
        at = a.paths()
        self.assertIsNone(a.client.do(ows.Delete(at["a"].id, at["a"].version)))
        a.poll()
        left = {p for p in at if p != "a" and not p.startswith("a/")}
        self.assertEqual({p for p in a.paths()} - {"ab/grün.txt"}, left - {"ab/grün.txt"})
        self.assertTrue({"A/5.txt", "ab/4.txt"} <= set(documents("deep")))

    def test_rename_and_move(self):
        a, b = replica("moves"), replica("moves", "bob")
        row = a.paths()["old.txt"]
        c = a.client
        moved = c.do(ows.Update(row.id, row.version, {"LinkFilename": "new.txt"}))
        self.assertEqual((path_of(moved), moved.version), ("new.txt", 2))
        moved = c.do(ows.Update(row.id, 2, {"BaseName": "newer"}))
        self.assertEqual(path_of(moved), "newer.txt")
        moved = c.do(ows.Update(row.id, 3, {"FileDirRef": "%d;#moves/f" % row.id,
                                            "FileRef": "/moves/newer.txt"}))
        self.assertEqual(path_of(moved), "f/newer.txt")
        moved = c.do(ows.Method("Move", row.id, 4, {
            "FileRef": "moves/f/newer.txt",
            "MoveNewUrl": "http://%s:%d/moves/g/it%%20is.txt" % S.server.address}))
        self.assertEqual(path_of(moved), "g/it is.txt")
        self.assertEqual(moved.guid, row.guid)
        self.assertEqual(documents("moves"), {"g/it is.txt": b"old", "f/in.txt": b"in",
                                              "g/g.txt": b"g"})
        echo = c.do(ows.Update(row.id, 5, {k: moved[k] for k in (
            "FileRef", "FileDirRef", "FileLeafRef", "LinkFilename", "FSObjType",
            "EncodedAbsUrl", "FileSizeDisplay", "UniqueId")}))
        self.assertEqual(echo.version, 5)
        b.poll()
        self.assertEqual(set(b.paths()), {"g/it is.txt", "f", "f/in.txt", "g", "g/g.txt"})
        self.assertEqual(c.http("GET", "/moves/old.txt").status, 404)
        self.assertEqual(c.http("GET", "/moves/g/it%20is.txt").body, b"old")
        for fields in ({"LinkFilename": "g.txt"}, {"FileDirRef": "moves/nowhere"},
                       {"LinkFilename": "a/b.txt"}, {"LinkFilename": ""},
                       {"FileRef": "moves/other.txt", "LinkFilename": "x.txt"}):
            result, = c.update(ows.Update(row.id, None, fields))
            self.assertEqual(result.code, ows.INVALID, (fields, result.text))
        wrong = ows.Delete(row.id)
        wrong.fields = [("FileRef", "moves/f/in.txt")]
        result, = c.update(wrong)
        self.assertEqual(result.code, ows.INVALID)
        self.assertIn("g/it is.txt", result.text)
        folder = b.paths()["f"]
        result, = c.update(ows.Update(folder.id, folder.version, {"LinkFilename": "h"}))
        self.assertEqual(result.code, ows.INVALID)
        self.assertIn("A folder keeps its name", result.text)
        kept = c.do(ows.Update(folder.id, folder.version, {"LinkFilename": "f"}, {"colour": "red"}))
        self.assertEqual(kept.bag("colour"), "red")
        right = ows.Delete(row.id, 5)
        right.fields = [("FileRef", "/moves/g/it is.txt")]
        self.assertIsNone(c.do(right))
        self.assertEqual(set(documents("moves")), {"f/in.txt", "g/g.txt"})

    def test_a_document_may_be_made_by_a_batch(self):
        c = client("put")
        row = c.do(ows.New({"LinkFilename": "batch.txt", "Title": "by batch"}))
        self.assertEqual((row["Title"], row["FileSizeDisplay"]), ("by batch", "0"))
        self.assertEqual(c.http("PUT", url("put", "batch.txt"), b"now").status, 204)
        again, = c.update(ows.New({"LinkFilename": "batch.txt"}))
        self.assertEqual(again.code, ows.INVALID)
        self.assertEqual(c.http("GET", url("put", "batch.txt")).body, b"now")

    def test_two_at_once_make_one_file(self):
        answers = []

        def put(n):
            c = client("race")
            answers.append(c.http("PUT", url("race", "one.txt"), b"n%d" % n).status)
        threads = [threading.Thread(target=put, args=(n,)) for n in range(8)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertEqual(sorted(answers), [201] + [204] * 7)
        self.assertEqual(S.sql("SELECT COUNT(*) FROM t_race.person"), ((1,),))

    def test_a_file_never_loses_its_folder(self):
        """One client deletes the folder again and again, another one saves into it."""
        end, seen = [], set()

        def save():
            c, n = client("busy"), 0
            while not end:
                n += 1
                if n % 200 == 0:
                    c.close()  # before the web server does
                seen.add(c.http("PUT", url("busy", "d/e/n%d.txt" % n), b"x").status)
        savers = [threading.Thread(target=save) for _ in range(2)]
        c = client("busy")
        for t in savers:
            t.start()
        try:
            for i in range(10):
                for name in ("d", "d/e"):
                    c.update(ows.New({"FSObjType": "1", "BaseName": name}))
                stack.until(lambda: c.http("GET", url("busy", "d/e")).status == 302, 10, "d/e")
                self.assertIn(c.http("DELETE", url("busy", "d")).status, (204, 503))
        finally:
            end.append(True)
            for t in savers:
                t.join()
        self.assertLessEqual(seen, {201, 204, 409, 503})
        self.assertIn(201, seen)
        r = replica("busy")
        at = r.paths()
        self.assertEqual({p for p in at if p.endswith(".txt")}, set(documents("busy")))
        for path in at:
            folder = path.rpartition("/")[0]
            self.assertTrue(not folder or folder in at, (path, sorted(at)))

    def test_two_rows_of_one_path(self):
        r = replica("twice")
        at = r.paths()
        self.assertEqual(set(at), {"f", "f/same.txt", "file"})
        self.assertEqual(r.client.http("GET", url("twice", "f/same.txt")).body, b"first")
        bad = S.sql("SELECT b.skey, b.reason FROM ows.ows_bad b JOIN ows.ows_list l "
                    "ON l.no = b.list WHERE l.name = 'twice'")
        named = {k.decode() if isinstance(k, bytes) else k: v for k, v in bad}
        self.assertIn("f/same.txt", named["2"])
        self.assertIn("name of a file", named["4"])
        self.assertIn('2 rows are the file "same.txt"', S.owsadm("check", check=False))
        S.sql("UPDATE t_twice.person SET name = 'other.txt' WHERE id = 2")
        S.sql("UPDATE t_twice.person SET folder = 'files' WHERE id = 4")
        r.poll()
        self.assertEqual(set(r.paths()), {"f", "f/same.txt", "file", "f/other.txt", "files",
                                          "files/below.txt"})
        # a row that comes to stand in another's place keeps its last good state
        S.sql("UPDATE t_twice.person SET name = 'same.txt' WHERE id = 2")
        r.poll()
        other = r.paths()["f/other.txt"]
        result, = r.client.update(ows.Update(other.id, other.version, {"Title": "x"}))
        self.assertEqual(result.code, ows.INVALID)
        self.assertIn("same.txt", result.text)
        S.sql("UPDATE t_twice.person SET name = 'third.txt' WHERE id = 2")
        r.poll()
        self.assertEqual(path_of(r.rows[other.id]), "f/third.txt")


class Wrong(unittest.TestCase):
    """What owsadm check says of libraries that cannot work, or not as one would think."""

    def said(self, name, **more):
        S.add(Library(name, **more))
        return "\n".join(l for l in S.owsadm("check", check=False).splitlines()
                         if name in l or l.startswith(" "))

    def test_content_that_is_no_blob(self):
        said = self.said("astext", columns=COLUMNS.replace("LONGBLOB", "LONGTEXT"))
        self.assertIn("needs a BLOB", said)

    def test_a_small_blob(self):
        said = self.said("small", columns=COLUMNS.replace("LONGBLOB", "BLOB"))
        self.assertIn("at most 65535 bytes", said)

    def test_content_views(self):
        nowhere = self.said("nowhere", more={"source": {"content_view": "t_nowhere.none"}})
        self.assertIn("there is no view t_nowhere.none", nowhere)
        keyless = self.said("keyless", more={"source": {"content_view": "t_apart.blobs"}})
        self.assertIn('has no column "id"', keyless)
        unseen = self.said("unseen", more={"source": {"content_view": "t_apart.bytes"}})
        self.assertIn("t_apart.blobs", unseen)  # its changes would not be noticed
        one = stack.Contacts("people", more={"source": {"content_view": "t_apart.bytes"}})
        S.add(one)
        self.assertIn("content of documents", S.owsadm("check", check=False))

    def test_what_a_library_needs(self):
        said = self.said("nameless", fields={"Title": "title", "Content": "content"})
        self.assertIn("LinkFilename", said)
        said = self.said("empty", fields={"Title": "title", "LinkFilename": "name"})
        self.assertIn("Content", said)


if __name__ == "__main__":
    unittest.main()
