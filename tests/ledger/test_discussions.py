#!/usr/bin/python3 -B
"""test_discussions.py -- every field of a post, messages, threads.

MS-OUTSPS 3.1.4.2, 3.2.1.3, 3.2.4.2.5.
"""

import base64
import email.message
import os
import sys
import unittest
import uuid

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import fieldtrip  # noqa: E402
import kinds  # noqa: E402
import ows  # noqa: E402
import req  # noqa: E402
from fieldtrip import ODD, Value, long_text  # noqa: E402
from req import same  # noqa: E402

FIELDS = {f.name: f for f in kinds.fields_of("discussions")}
S = None


def setUpModule():
    global S
    S = kinds.stack_of("posts")


def tearDownModule():
    S.down()


def new_index():
    """The Thread-Index of a new thread: 22 bytes."""
    return b"\x01\xdb" + uuid.uuid4().bytes + b"\x01\x02\x03\x04"


def answer(index, n=1):
    """Five bytes more for each answer."""
    return index + bytes([n, 0, 0, 0, 0])


def message(subject, body, index):
    m = email.message.EmailMessage()
    m["From"] = "alice@example.org"
    m["Subject"] = subject
    m["Message-ID"] = "<%s@example.org>" % uuid.uuid4()
    m["Thread-Index"] = base64.b64encode(index).decode()
    m["Thread-Topic"] = subject
    m.set_content(body, subtype="html")
    return base64.b64encode(m.as_bytes()).decode()


def send(c, subject, body, index):
    """The new ID, as clients take it from the answer."""
    root = c.call("AddDiscussionBoardItem", c.list_name() + "<message>%s</message>"
                  % message(subject, body, index))
    rows = root.findall(".//{*}AddDiscussionBoardItemResult/{*}listitems/{%s}data/{%s}row"
                        % (ows.RS, ows.Z))
    same("R10860 R1088", len(rows), 1)
    return int(rows[0].get("ows_ID"))


def now(id):
    got, = [r for r in kinds.client(S, "posts", "carol").changes().rows if r.id == id]
    return got


def is_root(row):
    return row["FSObjType"] == "%d;#1" % row.id


def path(row):
    return row["FileRef"].split(";#", 1)[1]


def thread(row):
    """What tells a thread from others: 22 bytes of the index."""
    text = row["ThreadIndex"]
    return text[:2 + 44] if text.startswith("0x") else base64.b64decode(text)[:22]


def thread_of(id):
    """Rows of the thread of that post."""
    key = thread(now(id))
    return [r for r in kinds.client(S, "posts", "carol").changes().rows if thread(r) == key]


class Fields(unittest.TestCase):
    maxDiff = None

    def values(self, n):
        return {FIELDS[name]: v for name, v in {
            "Title": Value("Subject %d %s" % (n, ODD)),
            "Body": Value("<div>%s</div>" % long_text(n)),
            "Importance": Value(str(n), sql=n),
            "ThreadID": Value("{0FD5C0A1-96A4-4C4B-9C35-2B1B6C0E7D1%d}" % n)}.items()}

    def test_every_field_in_a_column(self):
        trip = fieldtrip.Trip(S, "posts", list(self.values(0)), "ledger_posts.post")
        trip.declared()
        id = trip.upload(self.values(0))
        (key,), = S.sql("SELECT MAX(id) FROM ledger_posts.post")
        trip.by_sql(id, self.values(1), "id = %d" % key)
        trip.change(id, self.values(2))
        trip.finish()
        for n in ("0", "1", "2"):
            row = trip.alice.do(ows.Update(id, None, {}, {"Importance": n}))
            same("R717 " + {"0": "R1026", "1": "R1027", "2": "R1028"}[n],
                 now(id).bag("Importance"), n)
        same("R718", len(now(id).bag("ThreadID")), 38)
        trip.alice.do(ows.Delete(id, row.version))

    def test_people_and_computed(self):
        c = kinds.client(S, "posts")
        shape = kinds.Shape(c)
        for name in ("Author", "Editor", "DiscussionTitle", "ThreadIndex"):
            d = shape.of(FIELDS[name])
            same(FIELDS[name].req, (d.get("Name"), d.get("ID").lower(), d.get("Type")),
                 (name, FIELDS[name].id.lower(), FIELDS[name].type))
        index = new_index()
        root = send(c, "A topic", "<p>x</p>", index)
        reply = send(kinds.client(S, "posts", "bob"), "Something else", "<p>y</p>", answer(index))
        row = now(reply)
        req.req("R684", row["Author"].split(";#")[1].startswith("bob"), row["Author"])
        req.req("R687", row["Editor"].split(";#")[1].startswith("bob"), row["Editor"])
        same("R686", (row["DiscussionTitle"], now(root)["DiscussionTitle"]), ("A topic", "A topic"))
        req.req("R688", row["ThreadIndex"] != now(root)["ThreadIndex"], row["ThreadIndex"])

    def test_all_may_be_absent(self):
        c = kinds.client(S, "posts")
        row = c.do(ows.New({"Title": "Little"}, ref=ows.new_ref()))
        there = {n for n in FIELDS if now(row.id).get(n) or now(row.id).bag(n)}
        req.req("R677", not there & {"Body", "Importance", "ThreadID"}, there)


class Messages(unittest.TestCase):
    def test_a_post(self):
        c = kinds.client(S, "posts")
        id = send(c, "Gr\u00fc\u00dfe \u05e9", "<p>Hello &amp; welcome</p>", new_index())
        row = now(id)
        same("R1063", row["Title"], "Gr\u00fc\u00dfe \u05e9")
        req.req("R1063 R685", "<p>Hello &amp; welcome</p>" in row["Body"], row["Body"])
        row = c.do(ows.Update(id, row.version, {}, {"Importance": "2"}))
        same("R1088", (row.id, now(id).bag("Importance")), (id, "2"))
        same("R1063", S.sql("SELECT parent FROM ledger_posts.post WHERE subject = %s",
                            "Gr\u00fc\u00dfe \u05e9"), ((None,),))

    def test_threads(self):
        """The first message is the root, whatever comes later belongs to it."""
        c = kinds.client(S, "posts")
        one, other = new_index(), new_index()
        root = send(c, "One", "<p>1</p>", one)
        far = send(c, "Other", "<p>2</p>", other)
        replies = [send(c, "RE: One", "<p>3</p>", answer(one)),
                   send(c, "RE: One", "<p>4</p>", answer(answer(one), 2))]
        rows = thread_of(root)
        same("R1083 R1255 R720", {r.id for r in rows}, {root} | set(replies))
        same("R54 R57 R1255", [r.id for r in rows if is_root(r)], [root])
        req.req("R188", now(root)["ContentTypeId"].startswith("0x012002"),
                now(root)["ContentTypeId"])
        for r in rows:
            if r.id != root:
                req.req("R59", path(r).startswith(path(now(root)) + "/"), path(r))
        req.req("R720", thread(now(far)) != thread(now(root)), now(far)["ThreadIndex"])
        held = dict(S.sql("SELECT subject, parent IS NULL FROM ledger_posts.post "
                          "WHERE subject LIKE '%%One' ORDER BY id"))
        same("R1083", held, {"One": 1, "RE: One": 0})

    def test_an_item_is_not_threaded(self):
        """A New with the index of a thread that is there does not join it."""
        c = kinds.client(S, "posts")
        index = new_index()
        root = send(c, "Threaded", "<p>1</p>", index)
        row = c.do(ows.New({"Title": "RE: Threaded", "Body": "<p>2</p>",
                            "ThreadIndex": now(root)["ThreadIndex"]}, ref=ows.new_ref()))
        same("R1084", {r.id for r in thread_of(root)}, {root})
        req.req("R1084", is_root(now(row.id)), now(row.id)["FSObjType"])

    def test_of_the_database(self):
        """Rows that name a parent: one root, and the others below it."""
        rows = {r["Title"]: r for r in kinds.client(S, "posts").changes().rows}
        first = rows["Opening hours"]
        same("R57", {t for t, r in rows.items() if is_root(r) and t in (
            "Opening hours", "Opening hours, an answer", "AW: Opening hours")}, {"Opening hours"})
        for title in ("Opening hours, an answer", "AW: Opening hours"):
            req.req("R59", path(rows[title]).startswith(path(first) + "/"), path(rows[title]))
            same("R720", thread(rows[title]), thread(first))
        req.req("R720", thread(rows["Parking"]) != thread(first), "two threads with one index")


class Deletions(unittest.TestCase):
    def setUp(self):
        self.c = kinds.client(S, "posts")
        index = new_index()
        self.root = send(self.c, "To go", "<p>1</p>", index)
        self.replies = [send(self.c, "RE: To go", "<p>2</p>", answer(index, n)) for n in (1, 2, 3)]
        self.bob = kinds.replica(S, "posts", "bob")

    def test_a_reply_goes_alone(self):
        one = self.replies[1]
        self.c.do(ows.Delete(one, now(one).version))
        same("R209", [i for p in self.bob.poll() for i in p.deleted], [one])
        req.req("R209", {self.root, self.replies[0], self.replies[2]} <= set(self.bob.rows), "")

    def test_a_root_takes_its_thread_along(self):
        self.c.do(ows.Delete(self.root, now(self.root).version))
        same("R58", sorted(i for p in self.bob.poll() for i in p.deleted),
             sorted([self.root] + self.replies))
        same("R58", S.sql("SELECT COUNT(*) FROM ledger_posts.post WHERE subject LIKE '%%To go'"
                          " AND parent NOT IN (SELECT id FROM ledger_posts.post)"), ((0,),))


if __name__ == "__main__":
    req.main()
