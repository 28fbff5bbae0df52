#!/usr/bin/python3 -B
"""test_reload.py -- definitions that change under a running daemon (design rules 16, 17).

Providers added, changed, dropped and misspelt; a view that is gone; a column
whose type is another. That list says so, and every other one goes on.
"""

import os
import shutil
import threading
import unittest

import ows
import stack

LISTS = [stack.Contacts(n, count=4) for n in
         ("steady", "typo", "copied", "dropped", "changed", "viewgone", "retyped", "columngone")]
S = None


def setUpModule():
    global S
    S = stack.Stack(LISTS, workers=2).up()


def tearDownModule():
    S.down()


def ask(client, **more):
    """The page, or the HTTP status, or the fault's code."""
    try:
        return client.changes(**more)
    except ows.HttpError as e:
        return e.status
    except ows.Fault as f:
        return f.code or "fault"


def poll(replica):
    """All pages, or None while the list (or a worker's idea of it) is not back yet."""
    try:
        return replica.poll() or None
    except ows.HttpError as e:
        assert e.status == 503, e
        return None


class Reload(unittest.TestCase):
    def tearDown(self):
        self.assertEqual(len(S.client("steady").download()[0]), 4)

    def file(self, name):
        return os.path.join(S.providers, name, "provider.ini")

    def test_added(self):
        one = stack.Contacts("added", count=3)
        S.add(one)
        S.owsadm("install")
        S.reload()
        c = S.client("added")
        page = stack.until(lambda: (lambda p: p if isinstance(p, ows.Changes) else None)(ask(c)),
                           20, "the new list is served")
        self.assertEqual(len(page.rows), 3)
        r = ows.Replica(c).first()
        S.sql("UPDATE t_added.person SET email = 'trigger@x' WHERE id = 1")
        r.poll()
        self.assertEqual(r.rows[1]["Email"], "trigger@x")

    def test_dropped_and_back(self):
        c = S.client("dropped")
        r = ows.Replica(c).first()
        shutil.move(os.path.dirname(self.file("dropped")), S.top + "/away")
        S.reload()
        stack.until(lambda: ask(c) == ows.NO_LIST, 20, "the list is unknown")
        shutil.move(S.top + "/away", os.path.dirname(self.file("dropped")))
        S.sql("UPDATE t_dropped.person SET email = 'meanwhile@x' WHERE id = 2")
        S.reload()
        stack.until(lambda: isinstance(ask(c), ows.Changes), 20, "the list is back")
        stack.until(lambda: poll(r), 20, "a difference")
        self.assertEqual((r.restarts, r.rows[2]["Email"], len(r.rows)), (0, "meanwhile@x", 4))

    def test_typo(self):
        """That provider alone is refused, with line and key; `check` says the same."""
        with open(self.file("typo")) as f:
            good = f.read()
        with open(self.file("typo"), "w") as f:
            f.write(good.replace("mode = triggers", "mdoe = triggers"))
        line = good[:good.index("mode = triggers")].count("\n") + 1
        said = S.owsadm("check", check=False)
        self.assertIn("mdoe", said)
        self.assertIn("provider.ini:%d" % line, said)
        c, before = S.client("typo"), len(S.client("typo").download()[0])
        r = ows.Replica(c).first()
        S.reload()
        S.log_has("mdoe", "provider.ini:%d" % line, seconds=10)
        # known and refused: a fault "does not exist" would make clients drop their items
        stack.until(lambda: ask(c) == 503, 20, "the list is refused")
        self.assertEqual(ask(c, token=r.token), 503)
        with self.assertRaises(ows.HttpError) as e:
            c.get_list()
        self.assertEqual(e.exception.status, 503)
        self.assertIn(b"owsadm check", e.exception.answer.body)
        for path in ("/Lists/typo", "/Lists/typo/Attachments/1/a.txt", "/typo/a.txt"):
            self.assertEqual(c.http("GET", path).status, 503, path)
        self.assertIn(b"has an error", c.http("GET", "/").body)
        self.assertIn("REFUSED", S.owsadm("status", check=False))
        with open(self.file("typo"), "w") as f:
            f.write(good)
        S.reload()
        stack.until(lambda: isinstance(ask(S.client("typo")), ows.Changes), 20, "served again")
        stack.until(lambda: poll(r), 20, "for this client, too")
        self.assertEqual((len(r.rows), r.restarts), (before, 0))

    def test_copied_id(self):
        """Neither of two files with one id is served, and neither is unknown."""
        c = S.client("copied")
        r = ows.Replica(c).first()
        copy = os.path.join(S.providers, "copied2")
        shutil.copytree(os.path.dirname(self.file("copied")), copy)
        S.reload()
        stack.until(lambda: ask(c) == 503, 20, "refused")
        self.assertIn("neither is served", S.owsadm("status", check=False))
        shutil.rmtree(copy)
        S.reload()
        stack.until(lambda: poll(r), 20, "served again")
        self.assertEqual((len(r.rows), r.restarts), (4, 0))

    def test_changed_mapping_sends_the_list(self):
        c = S.client("changed")
        r = ows.Replica(c).first()
        version = int(c.get_list().get("Version"))
        old = dict(r.rows[1])
        one = S.lists["changed"]
        one.sections["provider"]["name"] = "List changed anew"
        del one.fields["Company"]
        one.fields["JobTitle"] = "company"
        with open(self.file("changed"), "w") as f:
            f.write(one.ini())
        S.reload()

        def new_schema():
            try:
                r.pages = r.poll()
            except ows.HttpError as e:  # while it is taken up
                self.assertEqual(e.status, 503)
                return None
            lists = [p.list for p in r.pages if p.list is not None]
            return lists
        l = stack.until(new_schema, 20, "a difference with <List>")[0]
        self.assertEqual(l.get("Title"), "List changed anew")
        self.assertGreater(int(l.get("Version")), version)
        names = {f.get("Name") for f in l[0]}
        self.assertIn("JobTitle", names)
        self.assertNotIn("Company", names)

        def rows_follow():
            try:
                r.poll()
            except ows.HttpError as e:
                self.assertEqual(e.status, 503)
            return r.rows[1].get("JobTitle") == "Company 1"
        stack.until(rows_follow, 20, "the rows follow the mapping")
        self.assertEqual((r.restarts, r.rows[1].guid), (0, old["UniqueId"].split(";#")[1]))
        self.assertEqual(r.rows[1].version, int(old["owshiddenversion"]) + 1)
        self.assertEqual([p.list for p in r.poll()], [None])

    def test_view_dropped(self):
        """A view that errs is never a deletion."""
        c = S.client("viewgone")
        r = ows.Replica(c).first()
        S.sql("DROP VIEW t_viewgone.v")
        try:
            S.sql("UPDATE t_viewgone.person SET email = 'while@x' WHERE id = 1")
            self.assertEqual(ask(c, token=r.token), 503)
            self.assertEqual(ask(c), 503)
            with self.assertRaises(ows.HttpError) as e:
                c.update(ows.Update(1, 1, {"Email": "x@x"}))
            self.assertEqual(e.exception.status, 503)
            S.log_has("viewgone")
        finally:
            S.sql("CREATE VIEW t_viewgone.v AS SELECT * FROM t_viewgone.person")
        pages = stack.until(lambda: poll(r), 30, "the list is back by itself")
        self.assertEqual([p.deleted for p in pages if p.deleted], [])
        self.assertEqual((len(r.rows), r.rows[1]["Email"]), (4, "while@x"))

    def test_column_of_another_type(self):
        c = S.client("retyped")
        r = ows.Replica(c).first()
        S.sql("ALTER TABLE t_retyped.person MODIFY first_name VARCHAR(20)")
        S.sql("CREATE OR REPLACE VIEW t_retyped.v AS SELECT * FROM t_retyped.person")

        def settled():
            page = ask(c, token=r.token)
            return isinstance(page, ows.Changes)
        stack.until(settled, 30, "the list has taken up the new type")
        pages = stack.until(lambda: poll(r), 30, "and answers")
        self.assertEqual([p.deleted for p in pages if p.deleted], [])
        self.assertEqual(r.restarts, 0)
        result, = c.update(ows.Update(1, None, {"FirstName": "x" * 21}))
        self.assertEqual(result.code, ows.INVALID)
        S.sql("ALTER TABLE t_retyped.person MODIFY birthday VARBINARY(20)")
        S.sql("CREATE OR REPLACE VIEW t_retyped.v AS SELECT * FROM t_retyped.person")
        stack.until(lambda: ask(c) == 503, 30, "a type that does not fit is refused")
        S.sql("ALTER TABLE t_retyped.person MODIFY birthday DATE")
        S.sql("CREATE OR REPLACE VIEW t_retyped.v AS SELECT * FROM t_retyped.person")
        stack.until(lambda: isinstance(ask(c), ows.Changes), 30, "the list is back")
        stack.until(lambda: poll(r), 30, "for this client, too")
        self.assertEqual((len(r.rows), r.restarts), (4, 0))

    def test_column_gone(self):
        c = S.client("columngone")
        r = ows.Replica(c).first()
        S.sql("CREATE OR REPLACE VIEW t_columngone.v AS SELECT id, last_name FROM t_columngone.person")
        stack.until(lambda: ask(c) == 503, 30, "503")
        said = S.owsadm("check", check=False)
        self.assertIn("first_name", said)
        says = b"its database view is not what the provider file says"
        stack.until(lambda: says in c.http("GET", "/Lists/columngone").body, 30, "the page says so")
        S.sql("CREATE OR REPLACE VIEW t_columngone.v AS SELECT * FROM t_columngone.person")
        pages = stack.until(lambda: poll(r), 30, "back")
        self.assertEqual([p.deleted for p in pages if p.deleted], [])

    def test_no_request_fails_while_reloading(self):
        stop, failed, done = threading.Event(), [], []

        def work():
            c = ows.Client(S.server, S.lists["steady"].id)
            while not stop.is_set():
                try:
                    done.append(len(c.changes().rows))
                except Exception as e:  # any kind is a failure here
                    failed.append(e)
            c.close()
        threads = [threading.Thread(target=work) for _ in range(2)]
        for t in threads:
            t.start()
        for n in range(5):
            before = set(S.children())
            S.hup()
            stack.until(lambda: not before & set(S.children()) or S.children() != list(before), 20,
                        "other workers")
            want = len(done) + 20
            stack.until(lambda: len(done) > want or failed, 20, "requests go on")
        stop.set()
        for t in threads:
            t.join()
        self.assertEqual(failed, [])
        self.assertEqual(set(done), {4})


if __name__ == "__main__":
    unittest.main()
