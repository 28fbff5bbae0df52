"""server.py -- a list server in memory that `owsadm probe` is tried on.

It answers just well enough to be found good, and has one switch per mistake
that the probe must notice. Nothing of it is shared with the product.
"""
import base64
import http.server
import ssl
import threading
import uuid
import xml.etree.ElementTree as ET
from xml.sax.saxutils import escape, quoteattr

SP = "http://schemas.microsoft.com/sharepoint/soap/"
GUID = "{3F2504E0-4F89-41D3-9A0C-0305E82C3301}"
FIELDS = ["ID", "owshiddenversion", "ContentTypeId", "Title", "FirstName", "Created",
          "Modified", "PermMask", "UniqueId", "FSObjType", "FileRef", "_Level",
          "_ModerationStatus", "Attachments", "MetaInfo"]
RIGHTS = "ViewListItems, AddListItems, EditListItems, DeleteListItems"


class State:
    def __init__(self, mistake, rows):
        self.mistake = mistake
        self.items = {}
        self.log = []  # (id, is_deleted)
        self.known = {}  # ReplicationID -> id
        self.next_id = 1
        for n in range(rows):
            self.add({"Title": f"Last {n}", "FirstName": "First"}, {})

    def add(self, fields, bag):
        n = self.next_id
        self.next_id += 1
        bag.setdefault("vti_versionhistory", "3f2504e04f8941d39a0c0305e82c3301:1")
        self.items[n] = {"version": 1, "fields": dict(fields), "bag": dict(bag)}
        self.log.append((n, False))
        return n

    def token(self):
        if self.mistake == "token-goes-back" and getattr(self, "polled", False):
            return f"1;3;{GUID[1:-1].lower()};638999999990000000;1"
        return f"1;3;{GUID[1:-1].lower()};638999999990000000;{len(self.log) + 1000}"

    def row(self, n):
        item = self.items[n]
        out = {"ID": n, "owshiddenversion": item["version"], "ContentTypeId": "0x0106",
               "_Level": 1, "_ModerationStatus": 0, **item["fields"]}
        if self.mistake == "undeclared-field":
            out["Surprise"] = "x"
        out.update({f"MetaInfo_{k}": v for k, v in item["bag"].items()})
        return "<z:row xmlns:z=\"#RowsetSchema\" " + " ".join(
            f"ows_{k}={quoteattr(str(v))}" for k, v in out.items()) + "/>"


def get_list(st, _):
    version = "11.0.0.0" if st.mistake == "old-server" else "14.0.0.7015"
    template = "106" if st.mistake == "wrong-template" else "105"
    fields = FIELDS + (["ReplicationID"] if st.mistake == "bag-field-declared" else [])
    return (f'<List ID="{GUID}" Name="{GUID}" Title="People" ServerTemplate="{template}" '
            'BaseType="0" EnableAttachments="True" ExcludeFromOfflineClient="False"><Fields>'
            + "".join(f'<Field ID="{{{uuid.uuid5(uuid.NAMESPACE_DNS, f)}}}" Name="{f}" Type="Text"/>'
                      for f in fields)
            + "</Fields><ServerSettings><ServerVersion>" + version +
            "</ServerVersion></ServerSettings></List>")


def changes(st, call):
    def text(name):
        for e in call.iter():
            if e.tag.endswith("}" + name):
                return e.text or ""
        return None

    token, limit = text("changeToken"), int(text("rowLimit") or 0)
    gone, head, marker = [], "", ""
    if token:
        parts = token.split(";")
        if len(parts) != 5:
            raise ValueError("The token cannot be read.")
        if parts[2] != GUID[1:-1].lower() and st.mistake != "foreign-token":
            return listitems(st, '<Id ChangeType="InvalidToken"/>', [], "")
        st.polled = True
        touched = dict.fromkeys(n for n, _ in st.log[max(0, int(parts[4]) - 1000):])
        rows = [n for n in touched if n in st.items]
        gone = [n for n in touched if n not in st.items]
        if st.mistake == "silent-delete":
            gone = []
    else:
        after = 0
        for e in call.iter():
            if e.tag.endswith("}Paging"):
                after = int(e.get("ListItemCollectionPositionNext").split("=")[1])
        rows = [n for n in sorted(st.items) if n > after]
        if limit and len(rows) > limit:
            rows = rows[:limit - (st.mistake == "short-page")]
            marker = f"p_ID={rows[-1] - (st.mistake == 'twice')}"
        head = "" if st.mistake == "no-list" else get_list(st, None)
    ids = "".join(f'<Id ChangeType="Delete">{n}</Id>' for n in gone)
    return listitems(st, head + ids, rows, marker)


def listitems(st, inside, rows, marker):
    more = f' ListItemCollectionPositionNext="{marker}"' if marker else ""
    rights = RIGHTS.split(",")[0] if st.mistake.startswith("reader") else RIGHTS
    count = len(rows) + (st.mistake == "wrong-count")
    return (f'<listitems MinTimeBetweenSyncs="0" RecommendedTimeBetweenSyncs="5" '
            f'MaxBulkDocumentSyncSize="500" AlternateUrls="http://x/" '
            f'EffectivePermMask="{rights}" xmlns:rs="urn:schemas-microsoft-com:rowset">'
            f'<Changes LastChangeToken="{st.token()}">{inside}</Changes>'
            f'<rs:data ItemCount="{count}"{more}>' + "".join(st.row(n) for n in rows)
            + "</rs:data></listitems>")


def apply(st, cmd, fields, bag):
    if st.mistake == "reader":
        return "0x80070005", 0
    n = int(fields["ID"]) if cmd != "New" else 0
    if cmd == "New":
        ref = bag.get("ReplicationID")
        if ref in st.known and st.mistake != "double-new":
            return "0x00000000", st.known[ref]
        n = st.add({k: v for k, v in fields.items() if k != "ID"}, bag)
        st.known[ref] = n
        return "0x00000000", n
    if n not in st.items:
        return ("0x00000000" if st.mistake == "delete-twice" else "0x81020016"), 0
    item = st.items[n]
    if cmd == "Delete":
        del st.items[n]
        st.log.append((n, True))
        return "0x00000000", 0
    if int(fields["owshiddenversion"]) != item["version"] and st.mistake != "overwrite":
        return "0x81020015", 0 if st.mistake == "conflict-without-row" else n
    item["fields"].update({k: v for k, v in fields.items() if k not in ("ID", "owshiddenversion")})
    if st.mistake == "bag-replaced":
        item["bag"] = {"vti_versionhistory": item["bag"]["vti_versionhistory"]}
    item["version"] += 2 if st.mistake == "version-jump" else 1
    st.log.append((n, False))
    return "0x00000000", n


def update(st, call):
    out = ""
    for m in call.iter():
        if not m.tag.endswith("}Method"):
            continue
        fields, bag = {}, {}
        for f in m:
            (bag if f.get("Property") else fields)[f.get("Property") or f.get("Name")] = f.text or ""
        code, n = apply(st, m.get("Cmd"), fields, bag)
        out += (f'<Result ID="{m.get("ID")},{m.get("Cmd")}" List="{GUID}" Version="2">'
                f"<ErrorCode>{code}</ErrorCode>" + (st.row(n) if n in st.items else "") + "</Result>")
    return f"<Results>{out}</Results>"


OPERATIONS = {"GetList": get_list, "GetListItemChangesSinceToken": changes,
              "UpdateListItems": update}
LOGIN = "Basic " + base64.b64encode(b"alice:alice").decode()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def send(self, status, body, kind="text/xml; charset=utf-8", **headers):
        data = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(data)

    def admitted(self):
        return self.headers.get("Authorization") == LOGIN

    def do_GET(self):
        if not self.admitted():
            return self.send(401, "no", "text/plain", WWW_Authenticate='Basic realm="x"')
        st = self.server.state
        guid = "3F2504E0" if st.mistake == "bad-link" else GUID
        base = self.server.address.replace(":", "%3A").replace("/", "%2F").replace(".", "%2E")
        guid = guid.replace("{", "%7B").replace("}", "%7D").replace("-", "%2D")
        link = ("stssync://sts/?ver=1.1&type=contacts&cmd=add-folder&base-url=" + base +
                "&list-url=%2FLists%2Fpeople%2FAllItems%2Easpx&guid=" + guid +
                "&site-name=B[00FC]ro%20|%26%20Co&list-name=People")
        self.send(200, f"<html><p>stssync: a link<a href={quoteattr(link)}>x</a></html>", "text/html")

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        st = self.server.state
        if not self.admitted():
            if st.mistake == "login-page":
                return self.send(302, "", "text/html", Location="/login")
            if st.mistake == "no-scheme":
                return self.send(401, "no", "text/plain")
            return self.send(401, "no", "text/plain", WWW_Authenticate='Basic realm="x"')
        call = ET.fromstring(body)[0][0]
        name = call.tag.split("}")[1]
        if st.mistake == "html-error" and name == "GetListItemChangesSinceToken":
            return self.send(500, "<html>oops</html>", "text/html")
        try:
            result = OPERATIONS[name](st, call)
        except ValueError as why:
            return self.send(500, envelope("<soap:Fault><faultcode>soap:Server</faultcode>"
                f"<faultstring>{escape(str(why))}</faultstring></soap:Fault>"))
        self.send(200, envelope(f'<{name}Response xmlns="{SP}"><{name}Result>{result}'
                                f"</{name}Result></{name}Response>"))


def envelope(body):
    return ('<?xml version="1.0" encoding="utf-8"?><soap:Envelope '
            'xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
            f"{body}</soap:Body></soap:Envelope>")


class Server:
    """with Server("double-new") as s: s.address, s.state. certificate: PEM file with its key."""

    def __init__(self, mistake="", rows=230, certificate=None):
        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        scheme = "http"
        if certificate:
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(certificate)
            self.http.socket = tls.wrap_socket(self.http.socket, server_side=True)
            scheme = "https"
        self.http.state = self.state = State(mistake, rows)
        self.http.address = self.address = f"{scheme}://127.0.0.1:{self.http.server_port}/crm"

    def __enter__(self):
        threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.05},
                         daemon=True).start()
        return self

    def __exit__(self, *_):
        self.http.shutdown()
        self.http.server_close()
