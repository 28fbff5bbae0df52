"""fcgi.py -- a FastCGI client, for tests that speak to owsd without a web server."""
import socket
import struct

BEGIN, ABORT, END, PARAMS, STDIN, STDOUT, STDERR = 1, 2, 3, 4, 5, 6, 7


def record(kind, content=b""):
    return struct.pack("!BBHHBB", 1, kind, 1, len(content), 0, 0) + content


def pair(name, value):
    def length(n):
        return bytes([n]) if n < 128 else struct.pack("!I", n | 0x80000000)
    name, value = name.encode(), value.encode()
    return length(len(name)) + length(len(value)) + name + value


class Cut(Exception):
    """The connection ended before the request did."""


class Request:
    """One request on one connection; the parts can be sent one after the other."""

    def __init__(self, address, keep=True, timeout=30):
        if isinstance(address, tuple):
            self.s = socket.create_connection(address, timeout)
        else:
            self.s = socket.socket(socket.AF_UNIX)
            self.s.settimeout(timeout)
            self.s.connect(address)
        self.s.sendall(record(BEGIN, struct.pack("!HB5x", 1, 1 if keep else 0)))

    def params(self, path="/healthz", method="GET", **more):
        p = dict(REQUEST_METHOD=method, REQUEST_URI=path, QUERY_STRING="", **more)
        self.s.sendall(record(PARAMS, b"".join(pair(k, v) for k, v in p.items())))
        self.s.sendall(record(PARAMS))
        return self

    def body(self, data=b"", end=True):
        for at in range(0, len(data), 32000):
            self.s.sendall(record(STDIN, data[at:at + 32000]))
        if end:
            self.s.sendall(record(STDIN))
        return self

    def _read(self, n):
        out = b""
        while len(out) < n:
            part = self.s.recv(n - len(out))
            if not part:
                raise Cut("%d bytes of a record missing" % (n - len(out)))
            out += part
        return out

    def answer(self):
        """(status, headers, body); Cut when it did not end properly."""
        out = b""
        while True:
            _, kind, _, n, pad, _ = struct.unpack("!BBHHBB", self._read(8))
            content = self._read(n + pad)[:n]
            if kind == STDOUT:
                out += content
            elif kind == END:
                break
        head, _, body = out.partition(b"\r\n\r\n")
        headers = {}
        for line in head.decode().split("\r\n"):
            k, _, v = line.partition(": ")
            headers[k.lower()] = v
        return int(headers.get("status", "200").split()[0]), headers, body

    def close(self):
        self.s.close()


def get(address, path="/healthz", **more):
    r = Request(address).params(path, **more).body()
    try:
        return r.answer()
    finally:
        r.close()
