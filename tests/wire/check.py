"""check.py -- what must hold of every answer, beyond what the one test asks.

MS-LISTSWS answers as its clients depend on them: literal prefixes, no white
space between elements, exact lengths, counts that agree, rows that GetList
declares. Schemas: tests/schema (ours), and MS-LISTSWS' own where a copy lies
beside the checkout (or at OWS_XSD).
"""

import os
import re

from lxml import etree

SP = "http://schemas.microsoft.com/sharepoint/soap/"
SOAP = {11: "http://schemas.xmlsoap.org/soap/envelope/",
        12: "http://www.w3.org/2003/05/soap-envelope"}
RS = "urn:schemas-microsoft-com:rowset"
Z = "#RowsetSchema"
PREFIX = {SOAP[11]: "soap", SOAP[12]: "soap", RS: "rs", Z: "z", SP: None}
TYPE = {11: "text/xml; charset=utf-8", 12: "application/soap+xml; charset=utf-8"}
START = b'<?xml version="1.0" encoding="utf-8"?><soap:Envelope '

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
_ours = {v: etree.XMLSchema(etree.parse(os.path.join(ROOT, "tests", "schema", "soap%d.xsd" % v)))
         for v in (11, 12)}

HISTORY = re.compile(r"[0-9a-fA-F]{32}:[1-9]\d*(,[0-9a-fA-F]{32}:[1-9]\d*)*\Z")
ALWAYS = """ID owshiddenversion UniqueId FSObjType FileRef _Level _ModerationStatus
    ContentTypeId Created Modified PermMask""".split()


def _published(soap):
    folder = os.environ.get("OWS_XSD") or os.path.join(
        os.path.dirname(ROOT), "shared", "protocol", "xsd")
    path = os.path.join(folder, "soap%d-lists.xsd" % soap)
    return etree.XMLSchema(etree.parse(path)) if os.path.exists(path) else None


_theirs = {v: _published(v) for v in (11, 12)}
has_published_schema = all(_theirs.values())


def plain(answer):
    """An answer that is no SOAP: short, said in text, never a page and never a redirect."""
    kind = answer.header("Content-Type", "")
    assert not 300 <= answer.status < 400, "redirect below _vti_bin: %d" % answer.status
    assert answer.status != 200, "200 without an envelope"
    if answer.status == 503 and answer.header("MicrosoftSharePointTeamServices"):
        # Apache's own, of an answer that was cut, has none
        assert answer.header("Retry-After"), "503 without Retry-After"
    if answer.status == 401:
        assert answer.header("WWW-Authenticate"), "401 without WWW-Authenticate"
    return kind


def _no_space_between(root):
    for e in root.iter():
        assert isinstance(e.tag, str), "comment or processing instruction in the answer"
        if len(e):
            assert not e.text, "text %r before the first child of %s" % (e.text, e.tag)
            for child in e:
                assert not child.tail, "text %r after %s" % (child.tail, child.tag)


def _prefixes(root):
    for e in root.iter():
        ns = etree.QName(e).namespace
        if ns is None and e.tag in ("faultcode", "faultstring", "detail"):
            continue
        assert ns in PREFIX, "element %s is in no namespace of the protocol" % e.tag
        assert e.prefix == PREFIX[ns], "%s has the prefix %r" % (e.tag, e.prefix)


def envelope(answer, soap):
    """Root of a SOAP answer whose frame is right."""
    body = answer.body
    assert answer.header_count("Content-Length") == 1, "Content-Length missing or doubled"
    assert int(answer.header("Content-Length")) == len(body)
    assert answer.header("Transfer-Encoding") is None, "chunked"
    assert answer.header("Content-Type") == TYPE[soap], answer.header("Content-Type")
    assert answer.header("Cache-Control") == "no-store", answer.header("Cache-Control")
    version = answer.header("MicrosoftSharePointTeamServices", "")
    assert re.fullmatch(r"1[2-6]\.\d+\.\d+\.\d+", version), \
        "MicrosoftSharePointTeamServices: %r" % version
    assert body.startswith(START), "the answer begins with %r" % body[:80]
    assert body.endswith(b"</soap:Envelope>"), "the answer ends with %r" % body[-40:]
    raw = re.search(rb'="[^"<]*[\t\r\n][^"<]*"', body)
    assert raw is None, "raw white space in an attribute: %r" % raw.group(0)[:80]
    root = etree.fromstring(body, PARSER)
    assert root.tag == "{%s}Envelope" % SOAP[soap], "answered in another SOAP version"
    assert len(root) == 1 and root[0].tag == "{%s}Body" % SOAP[soap]
    assert len(root[0]) == 1, "Body holds %d elements" % len(root[0])
    _no_space_between(root)
    _prefixes(root)
    if not _ours[soap].validate(root):
        raise AssertionError("tests/schema: %s\n%r" % (_ours[soap].error_log.last_error, body[:1500]))
    # the published schema knows no batch without methods
    if b"<Results></Results>" in body or b"<Results/>" in body:
        return root
    if _theirs[soap] is not None and not _theirs[soap].validate(root):
        raise AssertionError("published schema: %s\n%r"
                             % (_theirs[soap].error_log.last_error, body[:1500]))
    return root


def fault(root, answer, soap):
    """(code or None, errorstring, faultcode, faultstring), or None when it is no fault."""
    f = root[0].find("{%s}Fault" % SOAP[soap])
    if f is None:
        assert answer.status == 200, "status %d without a fault" % answer.status
        return None
    assert answer.status == 500, "a fault with status %d" % answer.status
    if soap == 11:
        code, string = f.findtext("faultcode"), f.findtext("faultstring")
        detail = f.find("detail")
    else:
        code = f.findtext("{%s}Code/{%s}Value" % (SOAP[12], SOAP[12]))
        string = f.findtext("{%s}Reason/{%s}Text" % (SOAP[12], SOAP[12]))
        detail = f.find("{%s}Detail" % SOAP[12])
    assert string, "a fault without a text"
    text = number = None
    if detail is not None:
        text = detail.findtext("{%s}errorstring" % SP)
        number = detail.findtext("{%s}errorcode" % SP)
        assert text, "detail without errorstring"
    for bad in ("SELECT ", "ows_", "/tmp", "mysql", ".c:", "SQLSTATE"):
        assert bad not in (text or "") + string, "the fault tells %r: %s" % (bad, text or string)
    return number, text, code, string


def operation(root, name):
    assert root[0][0].tag == "{%s}%sResponse" % (SP, name), root[0][0].tag


def schema_of(element):
    """The List element: what clients read in it."""
    assert element.get("ID") == element.get("Name")
    assert re.fullmatch(r"\{[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\}", element.get("ID"))
    fields = list(element.find("{%s}Fields" % SP))
    names = [f.get("Name") for f in fields]
    assert len(names) == len(set(names)), \
        "a Field twice: %s" % sorted(n for n in names if names.count(n) > 1)
    ids = [f.get("ID") for f in fields]
    assert None not in ids, "a Field without ID"
    assert len(ids) == len(set(i.lower() for i in ids)), "a Field ID twice"
    assert "Title" in names
    assert "ReplicationID" not in names and "vti_versionhistory" not in names
    version = element.findtext("{%s}ServerSettings/{%s}ServerVersion" % (SP, SP))
    assert tuple(int(p) for p in version.split(".")) >= (12, 0, 0, 4326), version


# ServerTemplate: how ContentTypeIds begin, of rows that are no folders and of folders
CONTENT = {"100": ("0x01", "0x0120"), "101": ("0x0101", "0x0120"), "105": ("0x0106", None),
           "106": ("0x0102", None), "107": ("0x0108", None), "108": ("0x0107", "0x012002")}


def rows(elements, fields, template):
    for row in elements:
        names = [n for n in row.attrib]
        for n in names:
            assert n.startswith("ows_"), n
            name = n[4:]
            if name.startswith("MetaInfo_"):
                name = "MetaInfo"
            else:
                assert row.get(n) != "", "empty %s is sent instead of left out" % n
            assert name in fields, "%s is no Field of GetList" % n
        assert not len(row) and not row.text, "z:row has content"
        for name in ALWAYS:
            assert row.get("ows_" + name), "row %s without ows_%s" % (row.get("ows_ID"), name)
        id = row.get("ows_ID")
        assert int(id) > 0 and int(row.get("ows_owshiddenversion")) > 0
        assert re.fullmatch(id + r";#\{[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\}",
                            row.get("ows_UniqueId")), row.get("ows_UniqueId")
        is_folder = row.get("ows_FSObjType") == id + ";#1"
        assert is_folder or row.get("ows_FSObjType") == id + ";#0", row.get("ows_FSObjType")
        assert re.match(id + r";#[^/]", row.get("ows_FileRef")), row.get("ows_FileRef")
        assert re.fullmatch(r"0x[0-9a-f]+", row.get("ows_PermMask")), row.get("ows_PermMask")
        begin = CONTENT[template][is_folder]
        assert begin and row.get("ows_ContentTypeId").startswith(begin), row.get("ows_ContentTypeId")
        history = row.get("ows_MetaInfo_vti_versionhistory")
        if history is not None:
            pairs = [p.split(":") for p in history.split(",")]
            assert HISTORY.match(history), history
            assert len(set(g.lower() for g, _ in pairs)) == len(pairs), history
            top = max(int(n) for _, n in pairs)
            assert sum(1 for _, n in pairs if int(n) == top) == 1, history


def changes(root, has_token, limit):
    items = root.find(".//{%s}listitems" % SP)
    head, data = items[0], items[1]
    assert head.tag == "{%s}Changes" % SP and data.tag == "{%s}data" % RS and len(items) == 2
    found = data.findall("{%s}row" % Z)
    assert data.get("ItemCount") == str(len(found)), \
        "ItemCount %s, rows %d" % (data.get("ItemCount"), len(found))
    assert re.fullmatch(r"1;3;[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12};[1-9]\d*;[1-9]\d*",
                        head.get("LastChangeToken", "")), head.get("LastChangeToken")
    for name in ("MinTimeBetweenSyncs", "RecommendedTimeBetweenSyncs", "MaxBulkDocumentSyncSize"):
        assert re.fullmatch(r"\d+", items.get(name, "")), name
    assert items.get("AlternateUrls"), "AlternateUrls"
    if found:
        assert items.get("EffectivePermMask"), "rows without EffectivePermMask"
    if not has_token:
        assert head.get("MoreChanges") is None, "MoreChanges without a token in the request"
        assert not head.findall("{%s}Id" % SP), "Id without a token in the request"
    else:
        assert data.get("ListItemCollectionPositionNext") is None, "a cursor with a token"
        assert head.get("MoreChanges") in (None, "TRUE")
    if limit:
        assert len(found) <= limit, "%d rows, rowLimit %d" % (len(found), limit)
    ids = [r.get("ows_ID") for r in found]
    assert len(ids) == len(set(ids)), "an ID twice in one answer"
    gone = [e.text for e in head.findall("{%s}Id" % SP) if e.get("ChangeType") == "Delete"]
    assert len(gone) == len(set(gone)), "an ID deleted twice in one answer"
    assert not set(gone) & set(ids), "Delete and row of one ID: %s" % (set(gone) & set(ids))


def results(root):
    for r in root.findall(".//{%s}Result" % SP):
        code = r[0].text
        assert r[0].tag == "{%s}ErrorCode" % SP and re.fullmatch(r"0x[0-9a-f]{8}", code), code
        command = r.get("ID").split(",", 1)[1]
        kinds = [c.tag.split("}")[1] for c in r[1:]]
        if code == "0x00000000":
            wanted = [] if command == "Delete" else ["row"]
            assert kinds == wanted, "success of %s holds %s" % (command, kinds)
            if command != "Delete":
                assert r.get("List") and r.get("Version"), "List and Version of a success"
                assert r.get("Version") == r[1].get("ows_owshiddenversion")
            continue
        assert kinds and kinds[0] == "ErrorText" and r[1].text, "no ErrorText after %s" % code
        assert kinds[1:] in ([], ["row"]), kinds
        if code == "0x81020015":
            assert kinds[1:] == ["row"] and r.get("List") and r.get("Version"), "conflict"
        if code == "0x81020016":
            assert kinds == ["ErrorText"] and len(r) == 2
        for bad in ("SELECT ", "ows_", "/tmp", "mysql", ".c:", "SQLSTATE"):
            assert bad not in r[1].text, "ErrorText tells %r: %s" % (bad, r[1].text)
