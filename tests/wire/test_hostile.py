#!/usr/bin/python3 -B
"""test_hostile.py -- bad input, named: a clear answer, a log line, and every other list goes on.

Each case sends its bytes raw where the client library would not form them, and
ends with the same question to another list, which must be answered as ever.
"""

import gzip
import re
import socket
import unittest

import ows
import stack

LISTS = [stack.Contacts("target", count=4), stack.Contacts("other", count=3),
         stack.Contacts("owner", count=3)]
S = None


def setUpModule():
    global S
    S = stack.Stack(LISTS, workers=2).up()


def tearDownModule():
    S.down()


class Case(unittest.TestCase):
    def setUp(self):
        self.c = S.client("target")

    def tearDown(self):
        self.assertEqual(len(S.client("other").download()[0]), 3)
        self.assertEqual(len(S.person("target")), 4)

    def reference(self, text):
        """The reference in an error text is in the log."""
        m = re.search(r"reference ([0-9A-Za-z-]{6,})", text or "")
        self.assertIsNotNone(m, "no reference in %r" % text)
        S.log_has(m.group(1))

    def fault(self, operation, body, headers=None, code=None, faultcode=None):
        """This body gets a fault whose reference is in the log."""
        with self.assertRaises(ows.Fault) as f:
            self.c.understand(self.c.post(operation, body, headers), operation)
        e = f.exception
        self.assertEqual(e.code, code)
        if faultcode:
            self.assertEqual(e.faultcode, faultcode)
        self.reference(e.string or e.faultstring)
        return e

    def refused(self, operation, body, headers=None, statuses=(400, 500)):
        """Refused as SOAP fault or as HTTP error, without harm."""
        a = self.c.post(operation, body, headers)
        self.assertIn(a.status, statuses, a.body[:300])
        self.assertNotIn(b"<html", a.body.lower())
        return a


class Xml(Case):
    def test_broken(self):
        good = self.c.envelope("GetList", self.c.list_name())
        for bad in (b"", b"   ", b"<", good[:-5], good.replace(b"</Body>", b""), b"not xml at all",
                    good + b"<more/>", b"\x00" * 50, good.replace(b"<Body>", b"<Body>&nope;"),
                    good.replace(b"{", b"\xff\xfe{"), good.replace(b"{", b"\xed\xa0\x80{"),
                    good.replace(b"{", b"\xc0\x80{"), good.replace(b"{", b"\xf8\x88\x80\x80\x80{"),
                    good.replace(b"<Body>", b"<Body a='1' a='2'>")):
            a = self.refused("GetList", bad)
            if a.status == 500:
                with self.assertRaises(ows.Fault) as f:
                    self.c.understand(a, "GetList")
                self.assertEqual(f.exception.faultcode, "soap:Client", bad[:60])

    def test_forbidden_characters_are_dropped(self):
        good = self.c.envelope("GetList", self.c.list_name())
        for bad in (b"\x01", b"\x0b\x1f", b"&#0;", b"&#x1f;", b"&#xFFFF;", b"\xef\xbf\xbe"):
            self.c.understand(self.c.post("GetList", good.replace(b"{", bad + b"{")), "GetList")

    def test_doctype(self):
        good = self.c.envelope("GetList", self.c.list_name())
        for dtd in (b"<!DOCTYPE a>", b'<!DOCTYPE a [<!ENTITY x "y">]>',
                    b'<!DOCTYPE a SYSTEM "file:///etc/passwd">',
                    b'<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
                    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>'):
            bad = good.replace(b'<?xml version="1.0"?>', b'<?xml version="1.0"?>' + dtd)
            self.assertNotEqual(bad, good)
            self.fault("GetList", bad, faultcode="soap:Client")

    def test_deep_and_wide(self):
        deep = b"<a>" * 5000 + b"</a>" * 5000
        for bad in (deep, b"<x y='%s'/>" % (b"z" * 3000000), b"<n/>" * 1200000):
            body = self.c.envelope("GetList", "").replace(
                b"</GetList>", self.c.list_name().encode() + bad + b"</GetList>")
            a = self.c.post("GetList", body)
            self.assertIn(a.status, (200, 400, 413, 500))

    def test_utf16_and_bom(self):
        text = self.c.envelope("GetList", self.c.list_name()).decode()
        bom = self.c.post("GetList", b"\xef\xbb\xbf" + text.encode())
        self.c.understand(bom, "GetList")
        a = self.c.post("GetList", text.replace('"1.0"', '"1.0" encoding="utf-16"').encode("utf-16"))
        self.assertIn(a.status, (200, 400, 500))

    def test_no_envelope_and_no_operation(self):
        for bad in ("<a/>", "<Envelope/>", '<Envelope xmlns="%s"/>' % ows.SOAP11,
                    '<Envelope xmlns="%s"><Body/></Envelope>' % ows.SOAP11,
                    '<Envelope xmlns="urn:x"><Body><GetList/></Body></Envelope>'):
            self.refused("GetList", bad.encode())

    def test_must_understand(self):
        body = self.c.envelope("GetList", self.c.list_name()).replace(
            b"<Body>", b'<Header><x xmlns="urn:x" xmlns:e="%s" e:mustUnderstand="1"/></Header><Body>'
            % ows.SOAP11.encode())
        self.fault("GetList", body, faultcode="soap:MustUnderstand")
        ignored = body.replace(b'mustUnderstand="1"', b'mustUnderstand="0"')
        self.c.understand(self.c.post("GetList", ignored), "GetList")


class Operations(Case):
    def test_unknown(self):
        for name in ("DropList", "GetListX", "getlist", "UpdateListItemsWithKnowledge"):
            body = self.c.envelope(name, self.c.list_name())
            e = self.fault(name, body)
            self.assertIn(name, (e.string or "") + e.faultstring)

    def test_contradicting_action(self):
        body = self.c.envelope("UpdateListItems", self.c.batch([ows.Delete(1)]))
        self.fault("GetList", body)
        body = self.c.envelope("UpdateListItems", self.c.batch([ows.Delete(1)]))
        h = [x for x in self.c.headers("UpdateListItems") if x[0] != "SOAPAction"]
        self.fault("x", body, h + [("SOAPAction", '"urn:other/UpdateListItems"')])

    def test_unknown_list(self):
        c = ows.Client(S.server, "{00000000-0000-0000-0000-000000000001}")
        for ask in (c.get_list, c.changes, lambda: c.update(ows.Delete(1))):
            with self.assertRaises(ows.Fault) as f:
                ask()
            self.assertEqual(f.exception.code, ows.NO_LIST)
        c.close()
        S.log_has("GetListItemChangesSinceToken", "not-found")

    def test_tokens_and_cursors(self):
        for inner in ("<changeToken>garbage</changeToken>", "<changeToken>1;3;x;1;1</changeToken>"):
            body = self.c.envelope("GetListItemChangesSinceToken", self.c.list_name() + inner)
            self.fault("GetListItemChangesSinceToken", body)
        body = self.c.envelope("GetListItemChangesSinceToken", self.c.list_name() +
                               "<rowLimit>2</rowLimit><queryOptions><QueryOptions><Paging "
                               'ListItemCollectionPositionNext="forged"/></QueryOptions></queryOptions>')
        self.fault("GetListItemChangesSinceToken", body)

    def test_sql_in_every_place(self):
        evil = "x'; DROP TABLE t_target.person; -- \" ` \\"
        with self.assertRaises(ows.Fault):
            self.c.get_list(evil)
        with self.assertRaises(ows.Fault):
            self.c.changes(token=evil)
        for r in self.c.update(ows.Update(1, None, {evil: "1"}), ows.Method("Update", evil),
                               ows.Update(1, evil, {"Email": "a"})):
            self.assertNotEqual(r.code, ows.OK)
        row = self.c.do(ows.Update(2, None, {"Email": evil}, {evil: evil}))
        self.assertEqual(row["Email"], evil)


class Sizes(Case):
    def post_big(self, length, start=b""):
        """Announce and send that many bytes; the status, also when we are cut off."""
        s = socket.create_connection(S.server.address, 60)
        head = "\r\n".join("%s: %s" % h for h in self.c.headers("GetList"))
        s.sendall(("POST /_vti_bin/Lists.asmx HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n%s\r\n\r\n"
                   % (length, head)).encode())
        sent, block = 0, b" " * 65536
        try:
            s.sendall(start)
            sent = len(start)
            while sent < length:
                n = min(len(block), length - sent)
                s.sendall(block[:n])
                sent += n
        except OSError:
            pass
        answer = b""
        try:
            while b"\r\n\r\n" not in answer:
                got = s.recv(65536)
                if not got:
                    break
                answer += got
        except OSError:
            pass
        s.close()
        return int(answer.split(b" ", 2)[1]) if answer else 0

    def test_100_megabytes(self):
        self.assertIn(self.post_big(100 << 20, b"<a>"), (413, 500))
        S.log_has("limit", seconds=10)

    def test_a_gigabyte_is_refused_before_it_is_sent(self):
        self.assertEqual(self.post_big(1 << 30), 413)

    def test_10000_methods(self):
        before = S.person("target", columns="email")
        inner = "".join(ows.Update(1, None, {"Email": "n%d" % n}).xml(n) for n in range(10000))
        body = self.c.envelope("UpdateListItems", self.c.list_name() + "<updates><Batch>%s</Batch>"
                               "</updates>" % inner)
        e = self.fault("UpdateListItems", body)
        self.assertIn("2000", re.sub("[,. ]", "", e.string))
        self.assertEqual(S.person("target", columns="email"), before)

    def test_2000_methods_are_served(self):
        methods = [ows.Update(99, None, {"Email": "n"}) for n in range(2000)]
        self.assertEqual({r.code for r in self.c.update(*methods)}, {ows.GONE})

    def test_value_too_long(self):
        result, = self.c.update(ows.Update(3, None, {"Email": "x" * 101}))
        self.assertEqual(result.code, ows.INVALID)
        self.assertIn("Email", result.text)
        result, = self.c.update(ows.Update(3, None, {"Comments": "x" * 70000}))
        self.assertEqual(result.code, ows.INVALID)
        self.reference(result.text)

    def test_too_many_fields(self):
        result = None
        try:
            result, = self.c.update(ows.Update(3, None, {}, {"P%d" % n: "v" for n in range(600)}))
            self.assertEqual(result.code, ows.INVALID)
        except ows.Fault as f:
            self.assertIsNone(f.code)


class Values(Case):
    def test_nul_and_control_characters(self):
        """Raw ones are no XML (Xml.test_broken); escaped ones are dropped or refused, never stored."""
        for ref in ("&#0;", "&#1;", "&#x1f;", "&#xfffe;"):
            xml = ('<Method ID="1" Cmd="Update"><Field Name="ID">3</Field><Field Name="Company">a%sb'
                   "</Field></Method>" % ref)
            body = self.c.envelope("UpdateListItems", self.c.list_name() + "<updates><Batch>%s</Batch>"
                                   "</updates>" % xml)
            self.refused("UpdateListItems", body, statuses=(200, 400, 500))
            self.assertIn(S.person("target", "id = 3", columns="company")[0][0], ("Company 3", "ab"))

    def test_controls_of_the_database_are_not_written_back(self):
        S.sql("UPDATE t_target.person SET notes = CONCAT('a', CHAR(1), 'b') WHERE id = 4")
        row = [r for r in self.c.changes().rows if r.id == 4][0]
        self.assertEqual(row["Comments"], "ab")
        self.c.do(ows.Update(4, row.version, {"Comments": "ab", "Title": "Echo"}))
        self.assertEqual(S.person("target", "id = 4", columns="notes, last_name")[0],
                         ("a\x01b", "Echo"))

    def test_unknown_field(self):
        result, = self.c.update(ows.Update(1, None, {"No Such Field": "x"}))
        self.assertEqual(result.code, ows.INVALID)
        self.assertIn("No Such Field", result.text)
        self.reference(result.text)

    def test_id_of_somebody_elses_item(self):
        """The ID exists in another list only."""
        S.sql("INSERT INTO t_owner.person (id, last_name) VALUES (50, 'Theirs')")
        S.client("owner").download()
        for m in (ows.Update(50, None, {"Email": "x"}), ows.Delete(50)):
            result, = self.c.update(m)
            self.assertEqual((result.code, result.row), (ows.GONE, None))

    def test_write_to_a_list_one_may_only_read(self):
        result, = S.client("target", "carol").update(ows.Delete(1))
        self.assertEqual(result.code, ows.DENIED)
        self.reference(result.text)


class Http(Case):
    def test_no_remote_user(self):
        """Straight to the daemon's socket, as a web server without authentication would."""
        body = self.c.envelope("GetList", self.c.list_name())
        status, _ = fastcgi(S.run + "/owsd.sock", body, {})
        self.assertEqual(status, 401)
        status, answer = fastcgi(S.run + "/owsd.sock", body, {"REMOTE_USER": "alice"})
        self.assertEqual(status, 200)
        self.assertIn(b"List target", answer)
        S.log_has("401")

    def test_cut_body(self):
        """Fewer bytes than announced: not believed."""
        body = self.c.envelope("UpdateListItems", self.c.batch([ows.Delete(1)]))
        status, _ = fastcgi(S.run + "/owsd.sock", body,
                            {"REMOTE_USER": "alice", "CONTENT_LENGTH": str(len(body) + 10),
                             "HTTP_SOAPACTION": '"%sUpdateListItems"' % ows.SP})
        self.assertIn(status, (0, 400, 500))

    def test_odd_framings(self):
        body = self.c.envelope("GetList", self.c.list_name())
        auth = [h for h in self.c.headers("GetList") if h[0] == "Authorization"][0]
        chunked = (b"POST /_vti_bin/lists.asmx HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
                   b"Content-Type: text/xml;charset='utf-8'\r\n" + ("%s: %s\r\n\r\n" % auth).encode()
                   + b"%x\r\n" % 100 + body[:100] + b"\r\n%x\r\n" % (len(body) - 100) + body[100:]
                   + b"\r\n0\r\n\r\n")
        conn = ows.Connection(S.server.address)
        conn.send(chunked)
        self.c.understand(conn.receive(), "GetList")
        conn.close()
        old = (b"POST /_vti_bin/Lists.asmx HTTP/1.0\r\nContent-Length: %d\r\nsoapaction: %sGetList\r\n"
               b"content-type: TEXT/XML; CHARSET=UTF-8\r\n" % (len(body), ows.SP.encode())
               + ("%s: %s\r\n\r\n" % auth).encode() + body)
        conn = ows.Connection(S.server.address)
        conn.send(old)
        a = conn.receive()
        self.assertIsNone(a.header("Transfer-Encoding"))
        self.c.understand(a, "GetList")
        conn.close()
        expect = [("Expect", "100-continue")] + self.c.headers("GetList")
        self.c.understand(self.c.post("GetList", body, expect), "GetList")

    def test_odd_requests(self):
        conn = ows.Connection(S.server.address)
        h = self.c.headers("GetList")
        for path in ("/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/_vti_bin/Lists.asmx/GetList",
                     "/_vti_bin/", "/" + "a" * 5000, "/Lists/target/DispForm.aspx?ID=-1",
                     "/Lists/target/DispForm.aspx?ID=%00", "/Lists/nosuch/AllItems.aspx"):
            a = conn.request("GET", path, headers=h[:1])
            self.assertNotEqual(a.status, 500, path)
            self.assertNotIn(b"root:", a.body)
        conn.close()
        packed = gzip.compress(self.c.envelope("GetList", self.c.list_name()))
        self.refused("GetList", packed, h + [("Content-Encoding", "gzip")], (400, 415, 500))

    def test_empty_bearer_counts_as_none(self):
        body = self.c.envelope("GetList", self.c.list_name())
        h = [x for x in self.c.headers("GetList") if x[0] != "Authorization"]
        a = self.c.post("GetList", body, h + [("Authorization", "Bearer")])
        self.assertEqual(a.status, 401)

    def test_portal_shows_names_as_text(self):
        S.sql("UPDATE t_target.person SET last_name = '<script>alert(1)</script>' WHERE id = 2")
        a = self.c.http("GET", "/Lists/target/AllItems.aspx")
        self.assertEqual(a.status, 200)
        self.assertNotIn(b"<script>alert", a.body)


def fastcgi(path, body, params):
    """One FastCGI request on a Unix socket; (status, answer) or (0, b"")."""
    env = {"REQUEST_METHOD": "POST", "REQUEST_URI": "/_vti_bin/Lists.asmx", "QUERY_STRING": "",
           "CONTENT_TYPE": "text/xml; charset=utf-8", "CONTENT_LENGTH": str(len(body)),
           "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1"}
    env.update(params)
    pairs = b""
    for k, v in env.items():
        k, v = k.encode(), v.encode()
        for n in (len(k), len(v)):
            pairs += bytes([n]) if n < 128 else (n | 0x80000000).to_bytes(4, "big")
        pairs += k + v

    def record(kind, content):
        return bytes([1, kind, 0, 1]) + len(content).to_bytes(2, "big") + b"\0\0" + content
    out = record(1, b"\0\1\0\0\0\0\0\0") + record(4, pairs) + record(4, b"")
    for at in range(0, len(body), 60000):
        out += record(5, body[at:at + 60000])
    out += record(5, b"")
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(30 * stack.SLOW)
    s.connect(path)
    s.sendall(out)
    raw = b""
    while True:
        got = s.recv(65536)
        if not got:
            break
        raw += got
    s.close()
    answer = b""
    while len(raw) >= 8:
        n, pad = int.from_bytes(raw[4:6], "big"), raw[6]
        if raw[1] == 6:
            answer += raw[8:8 + n]
        raw = raw[8 + n + pad:]
    head, _, content = answer.partition(b"\r\n\r\n")
    m = re.search(rb"Status: (\d+)", head)
    return (int(m.group(1)) if m else (200 if head else 0)), content


if __name__ == "__main__":
    unittest.main()
