#!/usr/bin/python3
"""test_web.py -- the shipped snippets behind real nginx and Apache: users, bodies, cut answers."""
import http.client
import os
import socket
import struct
import threading
import unittest
import urllib.parse

import live
from live import fcgi, wait


class Cutter(threading.Thread):
    """A FastCGI program that ends in the middle of an answer which announced its length."""

    def __init__(self, at):
        super().__init__(daemon=True)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(at)
        os.chmod(at, 0o666)
        self.listener.listen(8)

    def run(self):
        while True:
            try:
                s, _ = self.listener.accept()
            except OSError:
                return
            with s:
                while self.record(s) != (fcgi.STDIN, 0):
                    pass
                s.sendall(fcgi.record(fcgi.STDOUT, b"Status: 200 OK\r\nContent-Type: text/xml\r\n"
                                      b"Content-Length: 1000\r\n\r\n" + b"x" * 500))

    @staticmethod
    def record(s):
        head = s.recv(8, socket.MSG_WAITALL)
        if len(head) < 8:
            return fcgi.STDIN, 0
        _, kind, _, n, pad, _ = struct.unpack("!BBHHBB", head)
        if n + pad:
            s.recv(n + pad, socket.MSG_WAITALL)
        return kind, n


class Web:
    """What is true of both web servers."""

    def test_users(self):
        self.assertEqual(self.stack.get("/", None)[0], 401)
        status, _, body = self.stack.get("/", "bob")
        self.assertEqual(status, 200)
        self.assertIn(b"bob", body)
        self.assertEqual(self.stack.get("/healthz", None)[0], 200)

    def test_list(self):
        status, headers, body = live.post(self.stack, live.CHANGES % "Customers")
        self.assertEqual(status, 200)
        self.assertEqual(int(headers["Content-Length"]), len(body))
        self.assertIn(b"</soap:Envelope>", body)

    def test_chunked_body(self):
        body = (live.CHANGES % "Customers").encode()
        c = http.client.HTTPConnection(self.stack.addr, self.stack.port, timeout=20)
        c.request("POST", "/_vti_bin/Lists.asmx", iter([body[:200], body[200:]]), {
            "Authorization": "Basic YWxpY2U6YWxpY2U=", "Content-Type": "text/xml",
            "Transfer-Encoding": "chunked"}, encode_chunked=True)
        r = c.getresponse()
        self.assertEqual(r.status, 200)
        self.assertIn(b"</soap:Envelope>", r.read())
        c.close()

    def test_body_beyond_the_limit(self):
        status, _, body = self.stack.request("/_vti_bin/Lists.asmx", "alice", b"x" * (17 << 20),
                                             {"Content-Type": "text/xml"})
        self.assertEqual(status, 413)
        self.assertIn(b"larger than 16 MiB", body)

    def file(self, method, path, body=None, **headers):
        c = http.client.HTTPConnection(self.stack.addr, self.stack.port, timeout=60)
        c.request(method, path, body, dict({"Authorization": "Basic YWxpY2U6YWxpY2U="}, **headers))
        r = c.getresponse()
        got = r.status, r.headers, r.read()
        c.close()
        return got

    def test_a_file_goes_up_and_down(self):
        """An attachment of 20 MB with a name that needs every escape, changed and removed."""
        name = urllib.parse.quote("Ä +b's (1), 2=3;!$.bin", safe="")
        path, data = "/Lists/customers/Attachments/1/" + name, os.urandom(20 << 20)
        wait("the list", lambda: self.file("PUT", path, b"first")[0] in (200, 201))
        status, headers, _ = self.file("PUT", path, data)
        self.assertEqual(status, 200)
        tag = headers["ETag"]
        status, headers, body = self.file("GET", path)
        self.assertEqual((status, headers["ETag"], body == data), (200, tag, True))
        status, headers, body = self.file("GET", path, Range="bytes=7-9")
        self.assertEqual((status, body), (206, data[7:10]))
        self.assertEqual(headers["Content-Range"], "bytes 7-9/%d" % len(data))
        status, headers, body = self.file("HEAD", path)
        self.assertEqual((status, headers["Content-Length"], body), (200, str(len(data)), b""))
        self.assertEqual(self.file("GET", path, **{"If-None-Match": tag})[0], 304)
        self.assertEqual(self.file("PUT", path, b"x", **{"If-Match": '"other"'})[0], 412)
        self.assertEqual(self.file("PUT", path, b"x", **{"If-Match": tag})[0], 200)
        self.assertEqual(self.file("DELETE", path)[0], 204)
        self.assertEqual(self.file("GET", path)[0], 404)

    def test_remote_user_cannot_be_claimed(self):
        status, _, body = self.stack.request("/", "bob", None, {"Remote-User": "alice",
                                                                "REMOTE_USER": "alice"})
        self.assertEqual(status, 200)
        self.assertIn(b"<strong>bob</strong>", body)

    def test_where_nobody_signs_in_nobody_is_somebody(self):
        """A password that nobody checked makes no user, and no other address is reached so."""
        for path in ("/healthz", "/Lists/customers/AllItems.aspx/../../../healthz",
                     "/Lists/customers/%2e%2e/%2E./healthz", "//healthz"):
            c = http.client.HTTPConnection(self.stack.addr, self.stack.port, timeout=20)
            c.putrequest("GET", path, skip_accept_encoding=True)
            c.putheader("Authorization", "Basic YWxpY2U6d3Jvbmc=")  # alice:wrong
            c.putheader("User-Agent", "unsigned")
            c.endheaders()
            r = c.getresponse()
            body = r.read()
            c.close()
            self.assertIn((r.status, body if r.status == 200 else b""),
                          ((200, b"ok\n"), (400, b""), (401, b""), (404, b"")), path)
        wait("the requests' lines", lambda: "path=/healthz " in self.stack.log())
        for line in self.stack.log().splitlines():
            if "healthz" in line:
                self.assertNotIn("user=alice", line)

    def test_z_cut_answer_is_an_error(self):
        """The daemon's place is taken by a program that breaks off; last, because it stays."""
        os.kill(self.stack.pid, 15)
        wait("owsd's end", lambda: not os.path.exists(self.stack.socket))
        cutter = Cutter(self.stack.socket)
        cutter.start()
        try:
            with self.assertRaises((http.client.IncompleteRead, ConnectionError)):
                self.stack.get()
        finally:
            cutter.listener.close()
            os.unlink(self.stack.socket)


class Nginx(Web, live.Case):
    env = {"OWS_WORKERS": "2"}

    def test_password_is_not_handed_on(self):
        with open(live.TOP + "/nginx/owsd.params") as f:
            self.assertIn('HTTP_AUTHORIZATION "";', f.read())

    def test_no_worker_is_pinned(self):
        """More clients with open connections than workers: all are served."""
        held = []
        try:
            for _ in range(6):
                c = http.client.HTTPConnection(self.stack.addr, self.stack.port, timeout=10)
                c.request("GET", "/healthz")
                self.assertEqual(c.getresponse().read(), b"ok\n")
                held.append(c)
        finally:
            for c in held:
                c.close()


@unittest.skipUnless(os.path.exists("/usr/sbin/apache2"), "apache2 is not installed")
class Apache(Web, live.Case):
    env = {"OWS_WORKERS": "2", "OWS_WEB": "apache", "name": "apache"}


if __name__ == "__main__":
    unittest.main(verbosity=2)
