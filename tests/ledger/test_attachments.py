#!/usr/bin/python3 -B
"""test_attachments.py -- files of an item: added, listed, fetched, replaced, removed.

MS-OUTSPS 3.1.4.1, 3.1.4.3, 3.1.4.4, 3.1.4.8, 3.1.4.9; on contacts, events, tasks and posts.
"""

import base64
import os
import re
import sys
import unittest
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import kinds  # noqa: E402
import ows  # noqa: E402
import req  # noqa: E402
from req import same  # noqa: E402

LISTS = {"cards": {"Title": "With files"}, "todo": {"Title": "With files"},
         "dates": {"Title": "With files", "EventDate": "2026-03-05T09:00:00Z",
                   "EndDate": "2026-03-05T10:00:00Z"},
         "posts": {"Title": "With files", "Body": "<p>see below</p>"},
         "contacts": {"Title": "With a picture"}}
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"
GUID = r"\{[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}"
S = None


def setUpModule():
    global S
    S = kinds.stack_of(*LISTS)


def tearDownModule():
    S.down()


def local(url):
    parts = urllib.parse.urlsplit(url)
    assert not parts.netloc or parts.netloc == "%s:%d" % S.server.address, url
    return parts.path


class Item:
    """An item of a list, and what clients do with its files."""

    def __init__(self, name):
        self.name = name
        self.c = kinds.client(S, name)
        self.row = self.c.do(ows.New(LISTS[name], ref=ows.new_ref()))

    def call(self, operation, **more):
        inner = self.c.list_name() + "<listItemID>%d</listItemID>" % self.row.id
        inner += "".join("<%s>%s</%s>" % (k, ows.text(v), k) for k, v in more.items())
        return self.c.call(operation, inner)

    def add(self, name, data):
        root = self.call("AddAttachment", fileName=name,
                         attachment=base64.b64encode(data).decode())
        return root.findtext(".//{*}AddAttachmentResult")

    def urls(self):
        root = self.call("GetAttachmentCollection")
        return [e.text for e in root.iterfind(".//{*}Attachments/{*}Attachment")]

    def now(self):
        got, = [r for r in kinds.client(S, self.name, "bob").changes().rows
                if r.id == self.row.id]
        return got

    def files(self):
        """{url: version} of the row."""
        parts = self.now()["Attachments"].split(";#")
        if parts == ["0"]:
            return {}
        assert parts[0] == parts[-1] == "" and len(parts) % 2 == 0, parts
        return dict(zip(parts[1:-1:2], parts[2:-1:2]))

    def get(self, url, user="carol"):
        return kinds.client(S, self.name, user).http("GET", local(url),
                                                     headers=[("Translate", "f")])


class Attachments(unittest.TestCase):
    def test_a_life(self):
        for name in ("cards", "todo", "dates", "posts"):
            item = Item(name)
            same("R1241", (item.now()["Attachments"], item.urls()), ("0", []))
            data = bytes(range(256)) * 50
            where = item.add("a file (1) \u00fc + more.txt", data)
            req.req("R1062 R1070 R10730 R1075", where and where.endswith(".txt"), where)
            url, = item.urls()
            req.req("R1065 R11000", url.startswith("http://%s:%d/" % S.server.address), url)
            same("R1062 R1065", (item.get(url).status, item.get(url).body), (200, data))
            (url, version), = item.files().items()
            same("R1241", local(url), local(item.urls()[0]))
            req.req("R1241", re.fullmatch(GUID + r",\d+", version), version)
            item.add("second.bin", b"2")
            same("R1065 R11000", len(item.urls()), 2)
            answer = item.call("DeleteAttachment", url=url)
            same("R1064 R1091 R10930", (answer[0][0].tag, len(answer[0][0])),
                 ("{%s}DeleteAttachmentResponse" % ows.SP, 0))
            same("R1064", item.get(url).status, 404)
            same("R1064", [local(u).split("/")[-1] for u in item.urls()], ["second.bin"])

    def test_a_name_twice(self):
        item = Item("cards")
        item.add("same.txt", b"1")
        for name in ("same.txt", "SAME.txt"):
            with self.assertRaises(ows.Fault) as f:
                item.add(name, b"2")
            same("R1076", f.exception.code, "0x81020067")
        same("R1076", item.get(item.urls()[0]).body, b"1")

    def test_replace(self):
        item = Item("cards")
        item.add("kept.txt", b"one")
        (url, first), = item.files().items()
        put = kinds.client(S, "cards").http("PUT", local(url), b"two",
                                            [("If-Match", '"%s"' % first)])
        req.req("R1243", put.status in (200, 201, 204), put.status)
        (_, second), = item.files().items()
        req.req("R1241", int(second.split(",")[1]) > int(first.split(",")[1]), (first, second))
        stale = kinds.client(S, "cards").http("PUT", local(url), b"three",
                                              [("If-Match", '"%s"' % first)])
        same("R1243", (stale.status, item.get(url).body), (412, b"two"))

    def test_picture(self):
        """Of a contact: marked by AttachProps, named by Photo, served as an image."""
        item = Item("contacts")
        item.add("ContactPicture.jpg", JPEG)
        url, = item.urls()
        row = item.now()
        item.c.do(ows.Update(row.id, row.version, {"Photo": url},
                             {"AttachProps": '<File Photo="-1">ContactPicture.jpg</File>'}))
        row = item.now()
        same("R650", local(row["Photo"].split(", ")[0]), local(url))
        page = item.get(url)
        same("R647", (page.header("Content-Type"), page.body), ("image/jpeg", JPEG))


if __name__ == "__main__":
    req.main()
