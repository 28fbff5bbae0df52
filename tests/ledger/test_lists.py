#!/usr/bin/python3 -B
"""test_lists.py -- what holds for every list: transport, operations, common fields, history.

MS-OUTSPS 2.1, 3.1.4, 3.2.4.2.1, 3.2.6.3; on a list of contacts.
"""

import os
import re
import shutil
import ssl
import subprocess
import sys
import unittest
import uuid

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import kinds  # noqa: E402
import ows  # noqa: E402
import req  # noqa: E402
import stack  # noqa: E402
from req import same  # noqa: E402

S = None


def setUpModule():
    global S
    S = kinds.stack_of("cards")


def tearDownModule():
    S.down()


def card(name="Card", **bag):
    """A new contact and the client who made it."""
    c = kinds.client(S, "cards")
    return c, c.do(ows.New({"Title": name}, bag, ref=ows.new_ref()))


def by_sql(id_title, new):
    S.sql("UPDATE ledger_cards.card SET first_name = %s WHERE last_name = %s", new, id_title)


TLS = """
worker_processes 1; pid %(dir)s/pid; error_log %(dir)s/error.log;
events { worker_connections 64; }
http {
    access_log off;
    client_body_temp_path %(dir)s/b; fastcgi_temp_path %(dir)s/f; proxy_temp_path %(dir)s/p;
    uwsgi_temp_path %(dir)s/u; scgi_temp_path %(dir)s/s;
    upstream owsd { server unix:%(run)s/owsd.sock; }
    server {
        listen %(host)s:%(port)d ssl;
        ssl_certificate %(dir)s/cert.pem; ssl_certificate_key %(dir)s/key.pem;
        auth_basic "Lists"; auth_basic_user_file %(run)s/web/htpasswd;
        include %(run)s/web/owsd.locations;
    }
}
"""


class Transport(unittest.TestCase):
    def test_soap_over_http(self):
        for soap in (11, 12):
            l = kinds.client(S, "cards", soap=soap).get_list()
            same("R868 R870", l.get("Title"), "Ledger Cards")

    def test_soap_over_https(self):
        """The web server's part: the same locations behind TLS."""
        run = os.path.realpath(S.run)
        folder = os.path.join(run, "web", "tls")
        os.mkdir(folder)
        host, port = stack.free_address()
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                        "-subj", "/CN=ledger", "-addext", "subjectAltName=IP:" + host,
                        "-keyout", folder + "/key.pem", "-out", folder + "/cert.pem"],
                       check=True, stderr=subprocess.DEVNULL)
        conf = os.path.join(run, "web", "tls.conf")  # beside what it includes
        with open(conf, "w", encoding="utf-8") as f:
            f.write(TLS % {"dir": folder, "run": run, "host": host, "port": port})
        web = ["nginx", "-p", folder, "-c", conf, "-e", folder + "/error.log"]
        if os.getuid() == 0:
            for name in [folder] + [os.path.join(folder, n) for n in os.listdir(folder)]:
                shutil.chown(name, "nobody", "nogroup")
            web = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] + web
        subprocess.run(web, check=True, cwd="/")
        try:
            trust = ssl.create_default_context(cafile=folder + "/cert.pem")

            class Secure(ows.Connection):
                def open(self):
                    is_new = self.sock is None
                    ows.Connection.open(self)
                    if is_new:
                        self.sock = trust.wrap_socket(self.sock, server_hostname=host)

            c = kinds.Client(S.server, S.lists["cards"])
            c.connection = Secure((host, port))
            same("R869 R892", c.get_list().get("Title"), "Ledger Cards")
            c.close()
        finally:
            subprocess.run(web + ["-s", "stop"], cwd="/", stderr=subprocess.DEVNULL)


class Operations(unittest.TestCase):
    def test_three_operations(self):
        c, row = card("Three")
        same("R1069", row["Title"], "Three")
        same("R1066", c.get_list().get("ServerTemplate"), "105")
        page = c.changes()
        same("R1068 R12160 R106802", [r["Title"] for r in page.rows if r.id == row.id], ["Three"])
        req.req("R1068", page.list is not None, "no List in a first answer")

    def test_server_version(self):
        version = kinds.Shape(kinds.client(S, "cards")).list.findtext(
            "{*}ServerSettings/{*}ServerVersion")
        req.req("R12552", tuple(int(n) for n in version.split(".")) >= (12, 0, 0, 4326), version)

    def test_order(self):
        card(), card()
        c = kinds.client(S, "cards")
        ids = [r.id for r in c.changes().rows]
        same("R11420", ids, sorted(ids))
        query = '<Query><OrderBy><FieldRef Name="ID" Ascending="FALSE"/></OrderBy></Query>'
        same("R1142", [r.id for r in c.changes(query=query).rows], ids[::-1])

    def test_hints(self):
        """Neither hint changes an answer."""
        c = kinds.client(S, "cards")
        plain = c.changes(options="<DateInUtc>TRUE</DateInUtc>")
        for ids, hint in (("R1184", "<OptimizeLookups>TRUE</OptimizeLookups>"),
                          ("R11960", "<OptimizeFor>FolderUrls</OptimizeFor>")):
            hinted = c.changes(options="<DateInUtc>TRUE</DateInUtc>" + hint)
            same(ids, (hinted.rows, hinted.token, hinted.next, hinted.attributes),
                 (plain.rows, plain.token, plain.next, plain.attributes))

    def test_attributes_of_an_answer(self):
        card(), card()
        c = kinds.client(S, "cards")
        first = c.changes(limit=2)
        for ids, name, form in (
                ("R1222", "AlternateUrls", r"https?://\S+/"),
                ("R1227", "EffectivePermMask", r"FullMask|\w+(, \w+)*"),
                ("R1228", "MaxBulkDocumentSyncSize", r"[1-9]\d*"),
                ("R1229", "MinTimeBetweenSyncs", r"\d+"),
                ("R1230", "RecommendedTimeBetweenSyncs", r"[1-9]\d*")):
            value = first.attributes.get(name, "")
            req.req("R1221 " + ids, re.fullmatch(form, value), "%s=%r" % (name, value))
        req.req("R1224", first.token, first.attributes)
        req.req("R1226", first.next, "no position after 2 of %d rows" % len(c.changes().rows))
        same("R1226", c.changes().next, None)

    def test_more_changes(self):
        c = kinds.client(S, "cards")
        token = c.changes().token
        for _ in range(3):
            card("More")
        page = c.changes(token=token, limit=2)
        req.req("R1225", page.more and len(page.rows) == 2, (page.more, len(page.rows)))
        rest = c.changes(token=page.token, limit=2)
        req.req("R1225", not rest.more and len(rest.rows) == 1, (rest.more, len(rest.rows)))
        same("R1224", c.changes(token=rest.token).token, rest.token)

    def test_kinds_of_change(self):
        c, row = card("Short-lived")
        token = c.changes().token
        c.do(ows.Delete(row.id, row.version))
        page = c.changes(token=token)
        same("R1223", page.deleted, [row.id])
        parts = token.split(";")
        parts[2] = str(uuid.uuid4())
        req.req("R1223", c.changes(token=";".join(parts)).is_invalid, "another list's token")
        same("R1223", c.changes(token=page.token).ids, [])

    def test_rights_are_told(self):
        """Who may do less is told another mask."""
        masks = {u: kinds.client(S, "cards", u).changes().attributes["EffectivePermMask"]
                 for u in ("alice", "bob", "carol")}
        req.req("R800", masks["carol"] != masks["alice"] == masks["bob"], masks)


class Common(unittest.TestCase):
    def test_declared(self):
        shape = kinds.Shape(kinds.client(S, "cards"))
        for f in kinds.fields_of("all"):
            if f.is_bag:
                req.req(f.req, f.name not in shape.by_name, "%s is declared" % f.name)
            elif f.name != "Categories":  # without a column it is a property
                d = shape.of(f)
                same(f.req, (d.get("ID").lower(), d.get("Name"), d.get("Type")),
                     (f.id.lower(), f.name, f.type))

    def test_every_row(self):
        for row in kinds.client(S, "cards").changes().rows:
            req.req("R208 R588 R590", row.id > 0 and row.version > 0, row)
            req.req("R208 R586 R186", row["ContentTypeId"].startswith("0x0106"), row)
            same("R584", row["Attachments"], "0")

    def test_ids_are_unique(self):
        made = [card()[1].id for _ in range(3)]
        c = kinds.client(S, "cards")
        rows = c.changes().rows
        same("R196", len({r.id for r in rows}), len(rows))
        c.do(ows.Delete(made[2], 1))
        req.req("R196", card()[1].id > made[2], "the ID of a deleted item came back")

    def test_times(self):
        rows = {r["Title"]: r for r in kinds.client(S, "cards").changes().rows}
        same("R194 R587", rows["Okafor"]["Created"], "2026-01-02T03:04:05Z")
        same("R201 R589", rows["Okafor"]["Modified"], "2026-01-03T04:05:06Z")
        c, row = card("Timed")
        S.sql("UPDATE ledger_cards.card SET created_at = '2026-02-01', modified_at = '2026-02-01'"
              " WHERE last_name = 'Timed'")
        c.do(ows.Update(row.id, None, {"FirstName": "later"}))
        now, = [r for r in c.changes().rows if r.id == row.id]
        same("R194", now["Created"], "2026-02-01T00:00:00Z")
        req.req("R201", now["Modified"] > now["Created"], now["Modified"])

    def test_versions(self):
        """By one, whoever writes; not for equal values."""
        c, row = card("Counted")
        same("R204", row.version, 1)
        row = c.do(ows.Update(row.id, 1, {"FirstName": "A"}))
        same("R204 R454", row.version, 2)
        by_sql("Counted", "B")
        r = kinds.replica(S, "cards", "bob")
        kinds.poll_until(r, lambda r: r.rows[row.id].version > 2, "SQL's change")
        same("R204 R454", r.rows[row.id].version, 3)
        same("R204", c.do(ows.Update(row.id, 3, {"FirstName": "B"})).version, 3)

    def test_replication_id(self):
        ref = ows.new_ref()
        c = kinds.client(S, "cards")
        row = c.do(ows.New({"Title": "Known"}, ref=ref))
        got, = [r for r in kinds.client(S, "cards", "bob").changes().rows if r.id == row.id]
        same("R205 R591", got.bag("ReplicationID"), ref)


def pairs(row):
    return [(g, int(n)) for g, n in
            (p.split(":") for p in row.bag("vti_versionhistory").split(","))]


class History(unittest.TestCase):
    mine, his = uuid.uuid4().hex, uuid.uuid4().hex

    def form(self, row):
        text = row.bag("vti_versionhistory")
        req.req("R592 R212", re.fullmatch(r"[^:,]+:\d+(,[^:,]+:\d+)*", text), text)
        for guid, _ in pairs(row):
            req.req("R218", re.fullmatch(r"[0-9a-fA-F]{32}", guid), guid)
        guids = [g.lower() for g, _ in pairs(row)]
        same("R214", len(set(guids)), len(guids))
        top = max(n for _, n in pairs(row))
        same("R215", [n for _, n in pairs(row)].count(top), 1)
        return dict(pairs(row))

    def changed_by_sql(self, row, value):
        by_sql(row["Title"], value)
        r = kinds.replica(S, "cards", "bob")
        kinds.poll_until(r, lambda r: r.rows[row.id].version > row.version, "SQL's change")
        return r.rows[row.id]

    def test_of_a_row_and_of_a_client(self):
        for row in kinds.client(S, "cards").changes().rows:
            self.form(row)
        c = kinds.client(S, "cards")
        for n, text in enumerate(("%s:1" % self.mine, "%s:2,%s:7" % (self.mine, self.his),
                                  "%s:9,%s:3" % (self.mine, self.his))):
            row = c.do(ows.New({"Title": "Told %d" % n}, ref=ows.new_ref(), history=text))
            self.form(row)
            same("R2140", row.bag("vti_versionhistory"), text)

    def test_the_server_is_an_editor(self):
        """Two changes by SQL: the list's GUID takes its old pair out and the next number."""
        c = kinds.client(S, "cards")
        row = c.do(ows.New({"Title": "Edited"}, ref=ows.new_ref(),
                           history="%s:4,%s:6" % (self.mine, self.his)))
        once = self.changed_by_sql(row, "one")
        history = self.form(once)
        (server,) = set(history) - {self.mine, self.his}
        same("R222 R224 R226", history, {self.mine: 4, self.his: 6, server: 7})
        req.req("R231", dict(pairs(row)).items() <= history.items(),
                "the older state's pair is gone")
        twice = self.changed_by_sql(once, "two")
        same("R225", self.form(twice), {self.mine: 4, self.his: 6, server: 8})
        other = self.changed_by_sql(c.do(ows.New({"Title": "Another"}, ref=ows.new_ref(),
                                                 history="%s:1" % self.mine)), "x")
        req.req("R219 R229", server in dict(pairs(other)), other.bag("vti_versionhistory"))
        S.reload()
        later = self.changed_by_sql(twice, "three")
        same("R229", self.form(later)[server], 9)

    def test_the_oldest_go(self):
        """A history that becomes too long loses its smallest numbers, and no other."""
        c = kinds.client(S, "cards")
        for n in range(10, 200):  # the longest that is taken
            long = ",".join("%s:%d" % (uuid.uuid4().hex, i) for i in range(101, 101 + n))
            row = c.do(ows.New({"Title": "Long %d" % n}, ref=ows.new_ref(), history=long))
            if row.bag("vti_versionhistory") != long:
                break
            last = row
        numbers = sorted(n for _, n in pairs(last))
        kept = sorted(self.form(self.changed_by_sql(last, "x")).values())
        same("R217 R828", kept, (numbers + [numbers[-1] + 1])[-len(kept):])
        req.req("R217 R828", len(kept) <= len(numbers), "%d pairs, nothing went" % len(kept))


if __name__ == "__main__":
    req.main()
