#!/usr/bin/python3 -B
"""test_discussions.py -- boards: threads of rows, posts sent as mail messages.

MS-OUTSPS 3.1.4.2 (AddDiscussionBoardItem), 3.2.4.2.5 (threads), MS-LISTSWS 3.1.4.2.
"""

import base64
import email.mime.application
import email.mime.image
import email.mime.message
import email.mime.multipart
import email.mime.text
import email.message
import email.utils
import os
import random
import signal
import threading
import unittest
import uuid

import ows
import stack

COLUMNS = """
    id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, parent INT UNSIGNED NULL, INDEX (parent),
    subject VARCHAR(255) NOT NULL DEFAULT '', body MEDIUMTEXT, author VARCHAR(60),
    hidden INT NOT NULL DEFAULT 0"""
FIELDS = {"Title": "subject", "Body": "body", "Author": "author", "Parent": "parent"}


class Board(stack.Contacts):
    """A board over t_<name>.person: its rows are posts."""

    def __init__(self, name, columns=COLUMNS, fields=FIELDS, more=None, view=None, rows=()):
        stack.Contacts.__init__(self, name, rows, columns=columns, fields=fields, more=more,
                                view=view)
        self.sections["provider"]["type"] = "discussions"


def post(id, parent, subject, **more):
    return dict(id=id, parent=parent, subject=subject, body="<p>%s</p>" % subject, **more)


TEXT_KEY = COLUMNS.replace("id INT UNSIGNED NOT NULL AUTO_INCREMENT", "id VARCHAR(20) NOT NULL") \
    .replace("parent INT UNSIGNED", "parent VARCHAR(20)")
LINE = [post(i, i - 1 if i > 1 else None, "Level %d" % i) for i in range(1, 301)]
LISTS = [Board(n) for n in """mime reply replay lost race delete killed remove move follow grow update fault large
    files author""".split()]
LISTS += [
    Board("table", rows=[post(1, None, "One"), post(2, 1, "RE: One"), post(3, 2, "RE: RE: One"),
                         post(4, None, "Two"), post(5, 4, "RE: Two"), post(6, 1, "AW: One")]),
    # keys in whose order answers come first
    Board("order", columns=TEXT_KEY, more={"write": {"mode": "none"}}, rows=[
        post("a", "b", "Third"), post("b", "c", "Second"), post("c", "d", "First"),
        post("d", None, "Root"), post("e", "a", "Fourth")]),
    Board("uuid", columns=COLUMNS.replace("id INT UNSIGNED NOT NULL AUTO_INCREMENT",
          "id UUID NOT NULL DEFAULT UUID()").replace("parent INT UNSIGNED", "parent UUID"),
          more={"write": {"key_from": "uuid"}}),
    Board("binary", columns=COLUMNS.replace("id INT UNSIGNED NOT NULL AUTO_INCREMENT",
          "id BINARY(4) NOT NULL").replace("parent INT UNSIGNED", "parent BINARY(4)"),
          more={"write": {"key_from": "fields", "allow": "update, delete"}}),
    Board("line", rows=LINE),
    Board("circle", rows=[post(1, 2, "Cat"), post(2, 1, "Tail"), post(3, 2, "Watcher"),
                          post(4, 4, "Self"), post(5, 99, "Orphan"), post(6, 5, "Child")]),
    Board("flat", fields={k: v for k, v in FIELDS.items() if k != "Parent"}),
    Board("fixed", more={"write": {"readonly": "Parent"}}, rows=[post(1, None, "Fixed")]),
    Board("key", columns=COLUMNS + ", FOREIGN KEY (parent) REFERENCES person (id)",
          rows=[post(1, None, "Root"), post(2, 1, "A"), post(3, 2, "B"), post(4, 3, "C")]),
    Board("keyfixed", columns=COLUMNS + ", FOREIGN KEY (parent) REFERENCES person (id)",
          more={"write": {"readonly": "Parent"}},
          rows=[post(1, None, "Root"), post(2, 1, "A"), post(3, 2, "B")]),
    Board("hide", view="SELECT * FROM person WHERE hidden = 0",
          rows=[post(1, None, "Root"), post(2, 1, "A"), post(3, 2, "B"), post(4, 3, "C")]),
    Board("random", view="SELECT * FROM person WHERE hidden = 0"),
    Board("insertonly", more={"write": {"allow": "insert"}}),
    Board("short", columns=COLUMNS.replace("VARCHAR(255)", "VARCHAR(10)")),
    stack.Contacts("people", count=1),
]
S = None


def setUpModule():
    global S
    S = stack.Stack(LISTS).up()


def tearDownModule():
    S.down()


# ---- what a client sees ----

class Client(ows.Client):
    def view_fields(self):
        names = """ID ReplicationID Attachments owshiddenversion Created Modified Author Editor
            ContentTypeId FSObjType FileRef FileDirRef Title Body ThreadIndex DiscussionTitle
            Importance ThreadID Categories vti_versionhistory MetaInfo PermMask""".split()
        return "<viewFields>%s</viewFields>" % self.caml(
            "ViewFields", "".join('<FieldRef Name="%s"/>' % n for n in names), ' Properties="TRUE"')

    def send(self, message, name=None):
        """AddDiscussionBoardItem; its row."""
        if not isinstance(message, bytes):
            message = message.as_bytes()
        root = self.call("AddDiscussionBoardItem", self.list_name(name) + "<message>%s</message>"
                         % base64.b64encode(message).decode())
        data, = root.findall(".//{%s}listitems/{%s}data" % (ows.SP, ows.RS))
        assert data.get("ItemCount") == "1"
        row, = data
        return ows.Row((k[4:], v) for k, v in row.attrib.items())


def client(name, user="alice", **more):
    c = Client(S.server, S.lists[name].id, user, **more)
    S.clients.append(c)
    return c


def replica(name, user="bob"):
    return ows.Replica(client(name, user)).first()


def path(row, name="FileRef"):
    return row[name].split(";#", 1)[1]


def is_root(row):
    return row["FSObjType"].endswith(";#1")


def depth(row):
    return (len(row["ThreadIndex"]) - 2 - 44) // 10


def threads(rows):
    """{root's subject: {subjects}}, after checking that rows form threads."""
    rows = list(rows.values() if isinstance(rows, dict) else rows)
    roots = {path(r): r for r in rows if is_root(r)}
    out = {r["Title"]: set() for r in roots.values()}
    assert len({r["ThreadIndex"] for r in rows}) == len(rows), "an index twice"
    assert len({r["ThreadIndex"][:46] for r in roots.values()}) == len(roots), "a thread twice"
    for r in rows:
        assert r["ThreadIndex"].startswith("0x") and (len(r["ThreadIndex"]) - 46) % 10 == 0
        if is_root(r):
            assert r["ContentTypeId"].startswith("0x012002") and depth(r) == 0
            continue
        assert r["ContentTypeId"].startswith("0x0107") and depth(r) > 0
        root = roots[path(r, "FileDirRef")]
        assert r["ThreadIndex"][:46] == root["ThreadIndex"], "another thread than its root's"
        assert r["DiscussionTitle"] == root["DiscussionTitle"]
        out[root["Title"]].add(r["Title"])
    return out


def of(rows):
    rows = list(rows.values() if isinstance(rows, dict) else rows)
    return {r["Title"]: r for r in rows}


# ---- messages ----

def new_index():
    return b"\x01\xdb\x11\x22\x33\x44" + uuid.uuid4().bytes


def below(index, n=1):
    return index + bytes([0, 0, 0, 7, n])


def index_of(row):
    return bytes.fromhex(row["ThreadIndex"][2:])


def headed(m, subject, index=None, **more):
    m["Subject"] = subject
    m["From"] = "alice@example.org"
    m["Message-ID"] = "<%s@example.org>" % uuid.uuid4()
    m["Date"] = email.utils.formatdate(1700000000)
    if index is not None:
        m["Thread-Index"] = base64.b64encode(index).decode()
        m["Thread-Topic"] = subject
    for k, v in more.items():
        m[k.replace("_", "-")] = v
    return m


def html(subject, body="<p>x</p>", index=None, **more):
    return headed(email.mime.text.MIMEText(body, "html", "utf-8"), subject, index, **more)


class Messages(unittest.TestCase):
    def body(self, message):
        row = client("mime").send(message)
        (kept,), = S.person("mime", "id = (SELECT MAX(id) FROM t_mime.person)", columns="body")
        self.assertEqual(row.get("Body", ""), kept or "")
        return row.get("Body", "")

    def test_html_stays_as_it_is(self):
        text = ('<html><head><meta charset=utf-8></head><body style="x"><b>Gr\u00fc\u00dfe</b> '
                '&amp; \u05e9\u05dc\u05d5\u05dd \U0001F600<br>\n;# "quoted" <a href="http://a/?b&c">'
                "x</a></body></html>")
        self.assertEqual(self.body(html("HTML", text)), text)

    def test_plain_text_becomes_html(self):
        m = headed(email.mime.text.MIMEText("a < b & c\n  indented\n\n\U0001F600 \u00fc",
                                            "plain", "utf-8"), "Plain")
        self.assertEqual(self.body(m), "<div>a &lt; b &amp; c<br>\n&nbsp;&nbsp;indented<br>\n<br>\n"
                         "\U0001F600 \u00fc</div>\n")

    def test_alternatives(self):
        m = headed(email.mime.multipart.MIMEMultipart("alternative"), "Both")
        m.attach(email.mime.text.MIMEText("plain", "plain", "utf-8"))
        m.attach(email.mime.text.MIMEText("<p>rich \u00e4</p>", "html", "iso-8859-1"))
        self.assertEqual(self.body(m), "<p>rich \u00e4</p>")

    def test_subjects(self):
        c = client("mime")
        for subject in ("Gr\u00fc\u00dfe \U0001F600 \u05e9\u05dc\u05d5\u05dd", "a;#b & <c> \"d\"",
                        "x" * 255, ""):
            self.assertEqual(c.send(html(subject)).get("Title", ""), subject)
        row = c.send(html("100% #1: A/B \\ {x}? *.*"))
        self.assertRegex(path(row), r'^Lists/mime/[^"#%&*:<>?/\\{|}~]+$')

    def test_a_long_one(self):
        text = "<p>" + "lange Zeile \u00e4\U0001F600 &amp; " * 100000 + "</p>"
        self.assertEqual(self.body(html("Long", text)), text)

    def test_no_header_is_needed(self):
        row = client("mime").send(b"Subject: Hello\r\nMIME-Version: 1.0\r\n"
                                  b"Content-Type: text/plain\r\n\r\nFirst post\r\n")
        self.assertEqual((row["Title"], row["Body"]), ("Hello", "<div>First post</div>\n"))
        self.assertTrue(is_root(row))

    def test_importance(self):
        c = client("mime")
        self.assertEqual(c.send(html("High", Importance="high")).bag("Importance"), "2")
        self.assertEqual(c.send(html("Low", Importance="Low")).bag("Importance"), "0")
        self.assertIsNone(c.send(html("None")).bag("Importance"))

    def test_old_and_new_shapes(self):
        for shape in ("2013", "2007", "dotnet"):
            for soap in (11, 12):
                c = client("mime", shape=shape, soap=soap)
                self.assertEqual(c.send(html("Shape"))["Title"], "Shape")

    def test_all_of_them_are_threads(self):
        bob = replica("mime")
        self.assertEqual(sum(map(len, threads(bob.rows).values())), 0)


class Replies(unittest.TestCase):
    def test_answers_of_answers(self):
        """As a client does that goes on with the index that it was given."""
        alice, bob = client("reply"), replica("reply")
        root = alice.send(html("Exam", index=new_index()))
        one = alice.send(html("RE: Exam", index=below(index_of(root))))
        two = client("reply", "bob").send(html("RE: RE: Exam", index=below(index_of(one))))
        # a row of the database: its index is ours
        S.sql("INSERT INTO t_reply.person (id, parent, subject) SELECT 900, id, 'By SQL' "
              "FROM t_reply.person WHERE subject = 'RE: RE: Exam'")
        bob.poll()
        row = of(bob.rows)["By SQL"]
        three = alice.send(html("Last", index=below(index_of(row))))
        bob.poll()
        self.assertEqual(threads(bob.rows)["Exam"], {"RE: Exam", "RE: RE: Exam", "By SQL", "Last"})
        self.assertEqual([depth(r) for r in (root, one, two, row, three)], [0, 1, 2, 3, 4])
        self.assertEqual([index_of(r) for r in (one, two, three)],
                         [below(index_of(r)) for r in (root, one, row)])
        parents = dict(S.sql("SELECT a.subject, b.subject FROM t_reply.person a "
                             "JOIN t_reply.person b ON a.parent = b.id "
                             "WHERE a.subject NOT LIKE '%%Gap' AND a.subject NOT LIKE '%%Same'"))
        self.assertEqual(parents, {"RE: Exam": "Exam", "RE: RE: Exam": "RE: Exam",
                                   "By SQL": "RE: RE: Exam", "Last": "By SQL"})
        for r in (root, one, two, three):
            self.assertEqual(bob.rows[r.id]["ThreadIndex"], r["ThreadIndex"])
            self.assertEqual(bob.rows[r.id].version, 1)

    def test_a_level_that_is_missing(self):
        """What is answered did not come: its place is below what did."""
        c = client("reply")
        root = c.send(html("Gap", index=new_index()))
        late = c.send(html("RE: Gap", index=below(below(index_of(root), 1), 2)))
        self.assertEqual(depth(late), 2)
        self.assertEqual(threads(replica("reply").rows)["Gap"], {"RE: Gap"})

    def test_the_root_index_alone_is_an_answer(self):
        c = client("reply")
        index = new_index()
        c.send(html("Same", index=index))
        reply = c.send(html("RE: Same", index=index))
        self.assertEqual(depth(reply), 1)
        self.assertEqual(threads(replica("reply").rows)["Same"], {"RE: Same"})

    def test_another_index_is_another_thread(self):
        c = client("reply")
        rows = [c.send(html("RE: Alone", index=i)) for i in (
            None, b"short", new_index(), below(new_index()))]
        self.assertTrue(all(is_root(r) for r in rows))
        threads(replica("reply").rows)

    def test_an_item_joins_no_thread(self):
        c = client("reply")
        root = c.send(html("Items", index=new_index()))
        for index in (root["ThreadIndex"], "0x" + below(index_of(root)).hex(), "nonsense"):
            row = c.do(ows.New({"Title": "An item", "Body": "<p>y</p>", "ThreadIndex": index},
                               ref=ows.new_ref()))
            self.assertTrue(is_root(row))
        fresh = new_index()
        row = c.do(ows.New({"Title": "Own index",
                            "ThreadIndex": base64.b64encode(fresh).decode()}, ref=ows.new_ref()))
        self.assertEqual(index_of(row), fresh)
        self.assertEqual(threads(replica("reply").rows)["Items"], set())

    def test_keys_that_are_uuids(self):
        c = client("uuid")
        root = c.send(html("Root", index=new_index()))
        one = c.send(html("RE: Root", index=below(index_of(root))))
        c.send(html("RE: RE: Root", index=below(index_of(one))))
        self.assertEqual(threads(replica("uuid").rows), {"Root": {"RE: Root", "RE: RE: Root"}})
        c.do(ows.Delete(one.id, 1))
        self.assertEqual(threads(replica("uuid").rows), {"Root": {"RE: RE: Root"}})
        c.do(ows.Delete(root.id, 1))
        self.assertEqual(S.sql("SELECT COUNT(*) FROM t_uuid.person"), ((0,),))

    def test_boards_without_answers(self):
        c = client("flat")
        root = c.send(html("Flat", index=new_index()))
        self.assertTrue(is_root(root))
        for name, index in (("flat", index_of(root)),
                            ("fixed", index_of(of(replica("fixed").rows)["Fixed"]))):
            with self.assertRaises(ows.Fault) as f:
                client(name).send(html("RE", index=below(index)))
            self.assertIsNone(f.exception.code)
            self.assertIn("no answers", f.exception.string)
        self.assertEqual(len(S.person("flat", columns="id")), 1)


class Repeated(unittest.TestCase):
    def test_the_same_message_is_the_same_post(self):
        c = client("replay")
        m = html("Once", index=new_index())
        first = c.send(m)
        again = client("replay").send(m)
        self.assertEqual((again.id, again.version), (first.id, 1))
        row = c.do(ows.Update(first.id, 1, {"Title": "Edited"}))
        self.assertEqual(c.send(m).id, first.id)
        self.assertEqual(c.send(m)["Title"], "Edited")
        # the same by somebody else is another one
        self.assertNotEqual(client("replay", "bob").send(m).id, first.id)
        self.assertEqual(S.sql("SELECT COUNT(*) FROM t_replay.person WHERE subject IN "
                               "('Once', 'Edited')"), ((2,),))
        c.do(ows.Delete(first.id, row.version))
        with self.assertRaises(ows.Fault) as f:
            c.send(m)
        self.assertEqual(f.exception.code, ows.GONE)

    def test_without_an_id_the_content_counts(self):
        c = client("replay")
        m = html("No ID")
        del m["Message-ID"]
        self.assertEqual(c.send(m).id, c.send(m).id)
        other = html("No ID", "<p>other</p>")
        del other["Message-ID"]
        self.assertNotEqual(c.send(other).id, c.send(m).id)

    def test_an_answer_that_nobody_read(self):
        c = client("lost")
        index = new_index()
        for n in range(10):
            m = html("Lost %d" % n, index=index if n == 0 else below(index, n))
            body = c.envelope("AddDiscussionBoardItem", c.list_name() + "<message>%s</message>"
                              % base64.b64encode(m.as_bytes()).decode())
            conn = ows.Connection(S.server.address)
            lines = ["POST /_vti_bin/Lists.asmx HTTP/1.1", "Host: x", "Content-Length: %d" % len(body)]
            lines += ["%s: %s" % h for h in c.headers("AddDiscussionBoardItem")]
            conn.send(("\r\n".join(lines) + "\r\n\r\n").encode() + body)
            conn.close()
            self.assertEqual(c.send(m)["Title"], "Lost %d" % n)
        titles = [t for t, in S.sql("SELECT subject FROM t_lost.person ORDER BY subject")]
        self.assertEqual(titles, ["Lost %d" % n for n in range(10)])
        self.assertEqual(len(threads(replica("lost").rows)["Lost 0"]), 9)


    def test_workers_that_die(self):
        """Killed at any moment: what the client repeats is there once, with all of its files."""
        c = client("killed")
        index = new_index()

        def kill():
            for pid in S.children():
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
        for n in range(12):
            m = Files.with_files("Killed %d" % n, [("a.bin", os.urandom(300000)), ("b.txt", b"b")],
                                 index if n == 0 else below(index, n))
            timer = threading.Timer(0.004 * n, kill)
            timer.start()
            stack.until(lambda: self.sent(c, m), 30, "a message that is taken")
            timer.join()
        rows = replica("killed").rows
        self.assertEqual(len(threads(rows)["Killed 0"]), 11)
        self.assertEqual(S.sql("SELECT COUNT(*) FROM t_killed.person"), ((12,),))
        for r in rows.values():
            self.assertEqual(sorted(Files.attached(c, r.id)), ["a.bin", "b.txt"])

    def sent(self, c, m):
        try:
            return c.send(m)
        except (ows.HttpError, OSError):
            c.close()
            return None


class AtOnce(unittest.TestCase):
    def run_all(self, work):
        errors = []

        def guarded(f):
            try:
                f()
            except Exception as e:  # what a thread raises is lost otherwise
                errors.append(e)
        all = [threading.Thread(target=guarded, args=(f,)) for f in work]
        for t in all:
            t.start()
        for t in all:
            t.join()
        self.assertEqual(errors, [])

    def test_the_same_message_twice(self):
        for n in range(5):
            m = html("Twice %d" % n, index=new_index())
            ids = []
            self.run_all([lambda: ids.append(client("race").send(m).id) for _ in range(3)])
            self.assertEqual(len(set(ids)), 1)
            self.assertEqual(S.sql("SELECT COUNT(*) FROM t_race.person WHERE subject = %s",
                                   "Twice %d" % n), ((1,),))

    def test_a_conversation_that_begins_twice(self):
        """Whoever is first is the root; the others answer it."""
        for n in range(5):
            index = new_index()
            self.run_all([lambda u=u: client("race", u).send(
                html("Begin %d %s" % (n, u), index=index)) for u in ("alice", "bob")])
            rows = [r for r in replica("race").rows.values() if index_of(r)[:22] == index]
            self.assertEqual(sorted(depth(r) for r in rows), [0, 1])
        threads(replica("race").rows)

    def test_many_answers(self):
        root = client("race").send(html("Many", index=new_index()))
        self.run_all([lambda u=u, k=k: [client("race", u).send(
            html("A %s %d %d" % (u, k, i), index=below(index_of(root), 16 * k + i)))
            for i in range(5)] for u, k in (("alice", 1), ("bob", 2), ("alice", 3), ("bob", 4))])
        self.assertEqual(len(threads(replica("race").rows)["Many"]), 20)


class Rows(unittest.TestCase):
    """Threads of a table."""

    def test_a_table_with_a_parent_column(self):
        rows = replica("table").rows
        self.assertEqual(threads(rows), {"One": {"RE: One", "RE: RE: One", "AW: One"},
                                         "Two": {"RE: Two"}})
        self.assertEqual([depth(of(rows)[t]) for t in ("One", "RE: One", "RE: RE: One", "AW: One")],
                         [0, 1, 2, 1])
        self.assertEqual({r.version for r in rows.values()}, {1})
        self.assertTrue(of(rows)["RE: RE: One"]["ThreadIndex"]
                        .startswith(of(rows)["RE: One"]["ThreadIndex"]))

    def test_answers_that_are_numbered_first(self):
        rows = replica("order").rows
        self.assertEqual(threads(rows), {"Root": {"First", "Second", "Third", "Fourth"}})
        self.assertEqual([depth(of(rows)[t]) for t in ("Root", "First", "Second", "Third", "Fourth")],
                         [0, 1, 2, 3, 4])

    def test_binary_keys(self):
        S.sql("INSERT INTO t_binary.person (id, parent, subject) VALUES "
              "(x'FF0001FE', NULL, 'Root'), (x'80616263', x'FF0001FE', 'RE')")
        rows = replica("binary").rows
        self.assertEqual(threads(rows), {"Root": {"RE"}})
        client("binary").do(ows.Delete(of(rows)["Root"].id, 1))
        self.assertEqual(S.sql("SELECT COUNT(*) FROM t_binary.person"), ((0,),))

    def test_a_long_line(self):
        rows = replica("line").rows
        self.assertEqual({k: len(v) for k, v in threads(rows).items()}, {"Level 1": 299})
        self.assertEqual(max(map(depth, rows.values())), 250)

    def test_circles_and_orphans(self):
        bob = replica("circle")
        got = threads(bob.rows)
        self.assertEqual(sum(len(v) + 1 for v in got.values()), 6)
        self.assertEqual((got["Self"], got["Orphan"]), (set(), {"Child"}))
        S.sql("UPDATE t_circle.person SET parent = 3 WHERE id = 2")
        bob.poll()
        threads(bob.rows)
        S.sql("UPDATE t_circle.person SET parent = NULL WHERE id = 1")
        S.sql("UPDATE t_circle.person SET parent = 1 WHERE id = 2")
        bob.poll()
        self.assertEqual(threads(bob.rows)["Cat"], {"Tail", "Watcher"})
        bob.poll()
        versions = {r.id: r.version for r in bob.rows.values()}
        self.assertEqual(bob.poll()[0].rows, [])
        self.assertEqual({r.id: r.version for r in bob.rows.values()}, versions)

    def test_a_parent_that_comes_later(self):
        bob = replica("grow")
        S.sql("INSERT INTO t_grow.person (id, parent, subject) VALUES (11, 10, 'RE: Late'), "
              "(12, 11, 'RE: RE: Late')")
        bob.poll()
        self.assertEqual(threads(bob.rows), {"RE: Late": {"RE: RE: Late"}})
        S.sql("INSERT INTO t_grow.person (id, subject) VALUES (10, 'Late')")
        bob.poll()
        self.assertEqual(threads(bob.rows), {"Late": {"RE: Late", "RE: RE: Late"}})
        self.assertEqual(of(bob.rows)["Late"].version, 1)
        # a whole thread in one transaction: nothing changes twice
        S.sql("INSERT INTO t_grow.person (id, parent, subject) VALUES (1, NULL, 'New'), "
              "(2, 1, 'RE: New'), (3, 2, 'RE: RE: New')")
        bob.poll()
        self.assertEqual(threads(bob.rows)["New"], {"RE: New", "RE: RE: New"})
        self.assertEqual({r.version for r in bob.rows.values() if "New" in r["Title"]}, {1})

    def test_threads_that_move(self):
        S.sql("INSERT INTO t_move.person (id, parent, subject) VALUES (1, NULL, 'A'), (2, 1, 'B'), "
              "(3, 2, 'C'), (4, NULL, 'D'), (5, 3, 'E')")
        bob, carol = replica("move"), replica("move", "carol")
        self.assertEqual(threads(bob.rows), {"A": {"B", "C", "E"}, "D": set()})

        def moved(parents, want):
            for id, parent in parents.items():
                S.sql("UPDATE t_move.person SET parent = %s WHERE id = %s", parent, id)
            for r in (bob, carol):
                r.poll()
                self.assertEqual(threads(r.rows), want)
            self.assertEqual(threads(replica("move").rows), want)
        moved({2: 4}, {"A": set(), "D": {"B", "C", "E"}})
        moved({1: 5}, {"D": {"A", "B", "C", "E"}})
        moved({2: None}, {"B": {"A", "C", "E"}, "D": set()})
        moved({3: 4, 2: 1}, {"D": {"A", "B", "C", "E"}})
        moved({1: None, 5: 1}, {"A": {"B", "E"}, "D": {"C"}})
        S.sql("UPDATE t_move.person SET subject = 'A, edited' WHERE id = 1")
        bob.poll()
        row = of(bob.rows)["A, edited"]
        self.assertEqual(row["DiscussionTitle"], "A")
        self.assertEqual(threads(bob.rows)["A, edited"], {"B", "E"})
        before = {r.id: r.version for r in bob.rows.values()}
        S.sql("UPDATE t_move.person SET body = 'x' WHERE id = 1")
        bob.poll()
        self.assertEqual({i for i in before if bob.rows[i].version != before[i]}, {row.id})

    def test_posts_of_clients_follow_rows(self):
        c, bob = client("follow"), replica("follow")
        root = c.send(html("Mine", index=new_index()))
        reply = c.send(html("RE: Mine", index=below(index_of(root))))
        (key,), = S.sql("SELECT id FROM t_follow.person WHERE subject = 'Mine'")
        S.sql("INSERT INTO t_follow.person (id, subject) VALUES (100, 'Above')")
        S.sql("UPDATE t_follow.person SET parent = 100 WHERE id = %s", key)
        bob.poll()
        self.assertEqual(threads(bob.rows)["Above"], {"Mine", "RE: Mine"})
        S.sql("UPDATE t_follow.person SET parent = NULL WHERE id = %s", key)
        bob.poll()
        self.assertEqual(threads(bob.rows)["Mine"], {"RE: Mine"})
        # back where they were, with the index that they came with
        self.assertEqual([bob.rows[r.id]["ThreadIndex"] for r in (root, reply)],
                         [root["ThreadIndex"], reply["ThreadIndex"]])


class AtRandom(unittest.TestCase):
    """A DBA and clients move, hide, add and delete posts; what a client has stays right."""

    ROUNDS = 40

    def model(self):
        """{key: (key of the root, depth)} of the rows whose line of parents is whole."""
        parent = dict(S.sql("SELECT id, parent FROM t_random.v"))
        out = {}
        for key in parent:
            line = [key]
            while parent[line[-1]] is not None and parent[line[-1]] in parent \
                    and parent[line[-1]] not in line:
                line.append(parent[line[-1]])
            if parent[line[-1]] is None:
                out[key] = (line[-1], len(line) - 1)
        return out

    def step(self, rng):
        keys = [k for k, in S.sql("SELECT id FROM t_random.person ORDER BY id")]
        some = rng.choice(keys) if keys else None
        other = rng.choice(keys + [None, 999]) if keys else None
        what = rng.randrange(9)
        if what == 0 or len(keys) < 12:
            S.sql("INSERT INTO t_random.person (parent, subject) VALUES (%s, %s)", other,
                  "S%d" % rng.randrange(10 ** 9))
        elif what == 1 and len(keys) > 25:
            S.sql("DELETE FROM t_random.person WHERE id = %s", some)
        elif what == 2:
            S.sql("UPDATE t_random.person SET hidden = 1 - hidden WHERE id = %s", some)
        elif what in (3, 4, 5):
            S.sql("UPDATE t_random.person SET parent = %s WHERE id = %s", other, some)
        elif what == 6:
            S.sql("UPDATE t_random.person SET body = CONCAT(COALESCE(body, ''), 'x') WHERE id = %s",
                  some)
        else:
            self.by_client(rng, what)

    def by_client(self, rng, what):
        row = rng.choice(list(self.bob.rows.values())) if self.bob.rows else None
        if what == 7 or row is None:
            index = index_of(row) + rng.randbytes(5) if row else new_index()
            client("random").send(html("C%d" % rng.randrange(10 ** 9), index=index))
        elif len(self.bob.rows) > 20:
            result, = client("random").update(ows.Delete(row.id, row.version))
            self.assertIn(result.code, (ows.OK, ows.CONFLICT, ows.GONE))

    def check(self, what):
        rows, _, _ = client("random").download()
        try:
            threads(rows)
        except (AssertionError, KeyError) as e:
            self.fail("%s: %r" % (what, e))
        fresh = {r.id: dict(r) for r in rows}
        self.assertEqual({i: dict(r) for i, r in self.bob.rows.items()}, fresh, what)
        by_key = {t: r for r in rows for t in [r["Title"]]}
        subject = dict(S.sql("SELECT id, subject FROM t_random.v"))
        self.assertEqual(set(by_key), set(subject.values()), what)
        for key, (root, depth_of) in self.model().items():
            row, first = by_key[subject[key]], by_key[subject[root]]
            self.assertEqual(is_root(row), depth_of == 0, (what, key))
            self.assertEqual(row["ThreadIndex"][:46], first["ThreadIndex"][:46], (what, key, root))

    def test_many_changes(self):
        seed = int(os.environ.get("OWS_SEED") or 1)  # the same walk in every run
        rng = random.Random(seed)
        self.bob = replica("random")
        for n in range(self.ROUNDS):
            for _ in range(rng.randrange(1, 6)):
                self.step(rng)
            for _ in range(6):
                if not any(p.rows or p.ids for p in self.bob.poll()):
                    break
            else:
                self.fail("OWS_SEED=%d round %d: changes without end" % (seed, n))
            self.check("OWS_SEED=%d round %d" % (seed, n))


class Deletions(unittest.TestCase):
    def test_a_root_takes_its_thread_along(self):
        c, bob = client("delete"), replica("delete")
        index = new_index()
        root = c.send(html("Go", index=index))
        one = c.send(html("1", index=below(index)))
        two = c.send(html("2", index=below(index_of(one))))
        c.send(html("Stay", index=new_index()))
        bob.poll()
        S.sql("INSERT INTO t_delete.person (parent, subject) SELECT id, 'Unseen' "
              "FROM t_delete.person WHERE subject = '2'")
        c.do(ows.Delete(root.id, 1))
        gone = {i for p in bob.poll() for i in p.deleted}
        self.assertTrue({root.id, one.id, two.id} <= gone)
        self.assertEqual(threads(bob.rows), {"Stay": set()})
        self.assertEqual(S.sql("SELECT subject FROM t_delete.person"), (("Stay",),))
        result, = c.update(ows.Delete(two.id, 1))
        self.assertEqual(result.code, ows.GONE)

    def test_an_answer_goes_alone(self):
        bob = replica("key")
        rows = of(bob.rows)
        client("key").do(ows.Delete(rows["A"].id, 1))
        self.assertEqual([i for p in bob.poll() for i in p.deleted], [rows["A"].id])
        self.assertEqual(threads(bob.rows), {"Root": {"B", "C"}})
        self.assertEqual([depth(of(bob.rows)[t]) for t in "BC"], [1, 2])
        self.assertEqual(S.sql("SELECT id, parent FROM t_key.person ORDER BY id"),
                         ((1, None), (3, 1), (4, 3)))
        client("key").do(ows.Delete(rows["Root"].id, 1))
        bob.poll()
        self.assertEqual(bob.rows, {})
        self.assertEqual(S.sql("SELECT COUNT(*) FROM t_key.person"), ((0,),))

    def test_a_foreign_key_that_forbids_it(self):
        bob = replica("keyfixed")
        result, = client("keyfixed").update(ows.Delete(of(bob.rows)["A"].id, 1))
        self.assertNotEqual(result.code, ows.OK)
        self.assertIn("reference", result.text)
        self.assertEqual(S.sql("SELECT COUNT(*) FROM t_keyfixed.person"), ((3,),))
        bob.poll()
        self.assertEqual(threads(bob.rows), {"Root": {"A", "B"}})

    def test_rows_that_vanish(self):
        bob = replica("remove")
        S.sql("INSERT INTO t_remove.person (id, parent, subject) VALUES (1, NULL, 'Root'), "
              "(2, 1, 'A'), (3, 2, 'B'), (4, 3, 'C'), (5, 1, 'D')")
        bob.poll()
        S.sql("DELETE FROM t_remove.person WHERE id = 3")
        bob.poll()
        self.assertEqual(threads(bob.rows), {"Root": {"A", "C", "D"}})
        S.sql("DELETE FROM t_remove.person WHERE id = 1")
        bob.poll()
        self.assertEqual(threads(bob.rows), {"A": set(), "C": set(), "D": set()})
        S.sql("INSERT INTO t_remove.person (id, parent, subject) VALUES (1, NULL, 'Root'), "
              "(3, 2, 'B')")
        bob.poll()
        self.assertEqual(threads(bob.rows), {"Root": {"A", "B", "C", "D"}})

    def test_rows_that_are_hidden(self):
        bob = replica("hide")
        S.sql("UPDATE t_hide.person SET hidden = 1 WHERE id = 2")
        bob.poll()
        self.assertEqual(threads(bob.rows), {"Root": {"B", "C"}})
        S.sql("UPDATE t_hide.person SET hidden = 1 - hidden WHERE id IN (1, 2)")
        bob.poll()
        self.assertEqual(threads(bob.rows), {"A": {"B", "C"}})
        S.sql("UPDATE t_hide.person SET hidden = 0")
        bob.poll()
        self.assertEqual(threads(bob.rows), {"Root": {"A", "B", "C"}})


class Edits(unittest.TestCase):
    def test_the_update_that_follows(self):
        c, bob = client("update"), replica("update")
        root = c.send(html("Topic", index=new_index()))
        reply = c.send(html("RE: Topic", index=below(index_of(root))))
        for row in (root, reply):
            new = c.do(ows.Update(row.id, row.version, {
                "Title": row["Title"], "ThreadIndex": row["ThreadIndex"]},
                {"Importance": "2", "ThreadID": "{0FD5C0A1-96A4-4C4B-9C35-2B1B6C0E7D11}",
                 "ReplicationID": ows.new_ref(), "Odd": "kept"}))
            self.assertEqual((new.version, new["ThreadIndex"], new.bag("Odd")),
                             (2, row["ThreadIndex"], "kept"))
        # an index in an Update moves nothing
        new = c.do(ows.Update(reply.id, 2, {"ThreadIndex": "0x" + new_index().hex(),
                                            "Body": "<p>changed</p>"}))
        self.assertEqual((new["ThreadIndex"], new["Body"]), (reply["ThreadIndex"], "<p>changed</p>"))
        new = c.do(ows.Update(root.id, 2, {"Title": "Another subject"}))
        bob.poll()
        self.assertEqual(threads(bob.rows), {"Another subject": {"RE: Topic"}})
        self.assertEqual(new["DiscussionTitle"], "Topic")
        result, = client("update", "bob").update(ows.Update(root.id, 1, {"Title": "Late"}))
        self.assertEqual(result.code, ows.CONFLICT)

    def test_authors(self):
        bob = replica("author")
        row = client("author").send(html("Mine", index=new_index()))
        self.assertEqual(row["Author"].split(";#")[1], "alice")
        row = client("author").do(ows.New({"Title": "Item", "Author": "7;#mallory"},
                                          ref=ows.new_ref()))
        self.assertEqual(row["Author"].split(";#")[1], "alice")
        S.sql("INSERT INTO t_author.person (subject, author) VALUES ('Theirs', 'Ada Lovelace')")
        client("author").do(ows.Update(row.id, 1, {"Author": "7;#mallory", "Body": "b"}))
        self.assertEqual(dict(S.sql("SELECT subject, author FROM t_author.person")),
                         {"Mine": "alice", "Item": "alice", "Theirs": "Ada Lovelace"})
        bob.poll()
        self.assertIn("Ada Lovelace", of(bob.rows)["Theirs"]["Author"])


class Files(unittest.TestCase):
    @staticmethod
    def with_files(subject, files, index=None):
        m = headed(email.mime.multipart.MIMEMultipart("mixed"), subject, index)
        m.attach(email.mime.text.MIMEText("<p>see</p>", "html", "utf-8"))
        for name, data in files:
            part = email.mime.application.MIMEApplication(data)
            if name is not None:
                part.add_header("Content-Disposition", "attachment",
                                filename=("utf-8", "", name))
            m.attach(part)
        return m

    @staticmethod
    def attached(c, id):
        root = c.call("GetAttachmentCollection", c.list_name() + "<listItemID>%d</listItemID>" % id)
        out = {}
        for e in root.iter("{%s}Attachment" % ows.SP):
            where = "/" + e.text.split("/", 3)[3]
            answer = c.http("GET", where)
            assert answer.status == 200
            out[where.rsplit("/", 1)[1]] = answer.body
        return out

    def test_files_of_a_message(self):
        c = client("files")
        data = os.urandom(50000)
        m = self.with_files("Files", [("plan.pdf", data), ("a:b?.txt", b"1"), ("plan.pdf", b"2"),
                                      (None, b"3"), ("empty.txt", b"")], new_index())
        row = c.send(m)
        got = self.attached(c, row.id)
        self.assertEqual(got, {"plan.pdf": data, "a_b_.txt": b"1", "plan%20%282%29.pdf": b"2",
                               "file4.bin": b"3"})
        self.assertEqual(row["Body"], "<p>see</p>")
        now, = [r for r in c.changes().rows if r.id == row.id]
        self.assertEqual(now.version, row.version)
        # again: nothing is doubled; and an Update goes on from there
        again = c.send(m)
        self.assertEqual((again.id, again.version), (row.id, row.version))
        self.assertEqual(len(self.attached(c, row.id)), 4)
        c.do(ows.Update(row.id, row.version, {}, {"Importance": "1"}))

    def test_a_message_that_is_attached(self):
        c = client("files")
        m = headed(email.mime.multipart.MIMEMultipart("mixed"), "Forwarded")
        m.attach(email.mime.text.MIMEText("text", "plain", "utf-8"))
        m.attach(email.mime.message.MIMEMessage(html("Inner one")))
        row = c.send(m)
        (name, data), = self.attached(c, row.id).items()
        self.assertEqual(name, "Inner%20one.eml")
        self.assertIn(b"Subject: Inner one", data)

    def test_a_large_one(self):
        c = client("large")
        data = os.urandom(1 << 20) * 12
        row = c.send(self.with_files("Large", [("big.bin", data)]))
        self.assertEqual(self.attached(c, row.id), {"big.bin": data})

    def test_who_may_not_change_may_not_attach(self):
        c = client("insertonly")
        self.assertEqual(c.send(html("Text"))["Title"], "Text")
        with self.assertRaises(ows.Fault) as f:
            c.send(self.with_files("Files", [("a.txt", b"1")]))
        self.assertEqual(f.exception.code, ows.DENIED)
        self.assertEqual(S.sql("SELECT subject FROM t_insertonly.person"), (("Text",),))


class Refused(unittest.TestCase):
    def fault(self, name, message, user="alice", list=None):
        with self.assertRaises(ows.Fault) as f:
            client(name, user).send(message, list)
        return f.exception

    def test_faults(self):
        self.assertIsNone(self.fault("people", html("x")).code)
        self.assertIn("no discussion board", self.fault("people", html("x")).string)
        self.assertEqual(self.fault("fault", html("x"), list="No such").code, ows.NO_LIST)
        for bad in (b"", b"\r\n\r\nbody", b"just text", b"\x00\x01\x02"):
            self.assertIsNone(self.fault("fault", bad).code)
        c = client("fault")
        for inner in ("", "<message/>", "<message>!!no base64!!</message>"):
            with self.assertRaises(ows.Fault) as f:
                c.call("AddDiscussionBoardItem", c.list_name() + inner)
            self.assertIsNone(f.exception.code)
        self.assertEqual(self.fault("fault", html("x"), "carol").code, ows.DENIED)
        self.assertEqual(S.sql("SELECT COUNT(*) FROM t_fault.person"), ((0,),))

    def test_a_subject_that_is_too_long(self):
        fault = self.fault("short", html("This is too long"))
        self.assertIn("at most 10", fault.string)

    def test_by_title(self):
        row = client("fault").send(html("x"), S.lists["fault"].title)
        client("fault").do(ows.Delete(row.id, 1))


if __name__ == "__main__":
    unittest.main()
