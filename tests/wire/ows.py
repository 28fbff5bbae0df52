"""ows.py -- a small client of Lists.asmx that shapes its requests as Outlook does.

MS-OUTSPS (GetList, GetListItemChangesSinceToken, UpdateListItems), SOAP 1.1 and
1.2. Nothing here is shared with the server. Every answer that passes through a
Client is examined by check.py before a test sees it, so that each test is also
a test of the shape of the answers.
"""

import base64
import re
import socket
import uuid
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

import check

SP = "http://schemas.microsoft.com/sharepoint/soap/"
SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP12 = "http://www.w3.org/2003/05/soap-envelope"
RS = "urn:schemas-microsoft-com:rowset"
Z = "#RowsetSchema"

OK = "0x00000000"
INVALID = "0x81020014"
CONFLICT = "0x81020015"
GONE = "0x81020016"
DENIED = "0x80070005"
CANCELLED = "0x800704c7"
NO_LIST = "0x82000006"

COMMON_FIELDS = """ID ReplicationID Attachments owshiddenversion Created Modified
    vti_versionhistory ContentTypeId""".split()
CONTACT_FIELDS = """Account Anniversary AssistantNumber AssistantsName AttachProps
    BillingInformation Birthday BizCard Business2Number CallbackNumber CarNumber Categories
    CellPhone ChildrensNames Comments Company CompanyNumber CompanyPhonetic
    ComputerNetworkName ContactLinkName CustomerID Email Email2 Email3 EmailDisplayAs1
    EmailDisplayAs2 EmailDisplayAs3 Fax1 Fax2 Fax3 FileAs FirstName FirstNamePhonetic
    FreeBusyURL FTPSite FullName Gender GovernmentIDNumber Hobbies Home2Number HomeAddress
    HomeAddressCity HomeAddressCountry HomeAddressPostalCode HomeAddressStateOrProvince
    HomeFaxNumber HomePhone HomePObox IMAddress Initials ISDNNumber JobTitle Language
    LastNamePhonetic ManagersName MiddleName Mileage NameTitle Nickname Office ol_Department
    OrganizationalIDNumber OtherAddressCity OtherAddressCountry OtherAddressPostalCode
    OtherAddressStateOrProvince OtherAddressStreet OtherFaxNumber OtherNumber PagerNumber
    PersonalWebsite PostAddrID PrimaryNumber Profession RadioNumber ReferredBy SpouseName
    Suffix TelexNumber Title TTYTDDNumber UserField1 UserField2 UserField3 UserField4 WebPage
    WorkAddress WorkCity WorkCountry WorkFax WorkPhone WorkPObox WorkState WorkZip""".split()
LAST_FIELDS = "Editor MetaInfo PermMask".split()

OUTLOOK_OPTIONS = (
    "<RecurrenceOrderBy>TRUE</RecurrenceOrderBy>"
    "<RecurrencePatternXMLVersion>v3</RecurrencePatternXMLVersion>"
    '<ViewAttributes Scope="RecursiveAll"/><DateInUtc>TRUE</DateInUtc>'
    "<IncludePermissions>FALSE</IncludePermissions>"
    "<IncludeAttachmentUrls>TRUE</IncludeAttachmentUrls>"
    "<IncludeAttachmentVersion>TRUE</IncludeAttachmentVersion>"
    "<ExpandUserField>TRUE</ExpandUserField><MeetingInstanceID>-1</MeetingInstanceID>")


def text(value):
    """Character data of an element; a bare CR would be lost to line-end normalisation."""
    return escape(value, {"\r": "&#13;"})


class HttpAnswer:
    def __init__(self, status, reason, headers, body):
        self.status, self.reason, self.headers, self.body = status, reason, headers, body

    def header(self, name, default=None):
        for key, value in self.headers:
            if key.lower() == name.lower():
                return value
        return default

    def header_count(self, name):
        return sum(1 for key, _ in self.headers if key.lower() == name.lower())


class CutAnswer(ConnectionError):
    """The connection ended before the announced body did."""


class Connection:
    """One HTTP/1.1 connection, so small that nothing is repaired behind a test's back."""

    def __init__(self, address, timeout=60):
        self.address, self.timeout = address, timeout
        self.sock = None
        self.rest = b""

    def close(self):
        if self.sock is not None:
            self.sock.close()
        self.sock, self.rest = None, b""

    def open(self):
        if self.sock is None:
            self.sock = socket.create_connection(self.address, self.timeout)
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.rest = b""

    def send(self, data):
        self.open()
        self.sock.sendall(data)

    def _more(self):
        got = self.sock.recv(262144)
        if not got:
            raise CutAnswer("connection closed after %d bytes of an answer" % len(self.rest))
        self.rest += got

    def receive(self, is_head=False):
        while True:
            while b"\r\n\r\n" not in self.rest:
                self._more()
            head, self.rest = self.rest.split(b"\r\n\r\n", 1)
            lines = head.decode("iso-8859-1").split("\r\n")
            m = re.match(r"HTTP/1\.[01] (\d{3}) ?(.*)", lines[0])
            if not m:
                raise AssertionError("no status line: %r" % lines[0])
            status = int(m.group(1))
            if status != 100:
                break
        headers = [(l.split(":", 1)[0].strip(), l.split(":", 1)[1].strip()) for l in lines[1:]]
        answer = HttpAnswer(status, m.group(2), headers, b"")
        if is_head or status in (204, 304):
            return answer
        length = answer.header("Content-Length")
        if (answer.header("Transfer-Encoding") or "").lower() == "chunked":
            answer.body = self._chunked()
        elif length is not None:
            n = int(length)
            parts, have = [self.rest[:n]], min(len(self.rest), n)
            self.rest = self.rest[n:]
            while have < n:
                got = self.sock.recv(min(1048576, n - have))
                if not got:
                    raise CutAnswer("%d of %d bytes" % (have, n))
                parts.append(got)
                have += len(got)
            answer.body = b"".join(parts)
        else:
            while True:
                got = self.sock.recv(262144)
                if not got:
                    break
                self.rest += got
            answer.body, self.rest = self.rest, b""
        if (answer.header("Connection") or "").lower() == "close":
            self.close()
        return answer

    def _chunked(self):
        out = b""
        while True:
            while b"\r\n" not in self.rest:
                self._more()
            size, self.rest = self.rest.split(b"\r\n", 1)
            n = int(size.split(b";")[0], 16)
            while len(self.rest) < n + 2:
                self._more()
            out, self.rest = out + self.rest[:n], self.rest[n + 2:]
            if n == 0:
                return out

    def request(self, method, path, body=b"", headers=()):
        lines = ["%s %s HTTP/1.1" % (method, path), "Host: %s:%d" % self.address]
        lines += ["%s: %s" % h for h in headers]
        if body or method in ("POST", "PUT"):
            lines.append("Content-Length: %d" % len(body))
        self.send(("\r\n".join(lines) + "\r\n\r\n").encode() + body)
        return self.receive(is_head=method == "HEAD")


class Fault(Exception):
    def __init__(self, code, string, faultcode, faultstring, answer):
        Exception.__init__(self, "%s %s (%s)" % (code, string, faultcode))
        self.code, self.string = code, string
        self.faultcode, self.faultstring, self.answer = faultcode, faultstring, answer


class HttpError(Exception):
    def __init__(self, answer):
        Exception.__init__(self, "HTTP %d: %r" % (answer.status, answer.body[:300]))
        self.status, self.answer = answer.status, answer


class Server:
    """Where the service is. Connections are per Client."""

    def __init__(self, host, port, path=""):
        self.address, self.path = (host, port), path
        self.fields = {}  # list id -> names of its Fields, as last declared
        self.templates = {}  # list id -> its ServerTemplate


class Row(dict):
    """Attributes of a z:row without "ows_"."""

    @property
    def id(self):
        return int(self["ID"])

    @property
    def version(self):
        return int(self["owshiddenversion"])

    @property
    def guid(self):
        return self["UniqueId"].split(";#", 1)[1]

    def bag(self, name):
        return self.get("MetaInfo_" + name)


class Changes:
    def __init__(self, root):
        items = root.find(".//{%s}listitems" % SP)
        head = items.find("{%s}Changes" % SP)
        data = items.find("{%s}data" % RS)
        self.attributes = dict(items.attrib)
        self.token = head.get("LastChangeToken")
        self.more = head.get("MoreChanges") == "TRUE"
        self.list = head.find("{%s}List" % SP)
        self.ids = [(e.get("ChangeType"), e.text, e.get("UniqueId"))
                    for e in head.findall("{%s}Id" % SP)]
        self.deleted = [int(t) for k, t, _ in self.ids if k == "Delete"]
        self.is_invalid = any(k == "InvalidToken" for k, _, _ in self.ids)
        self.next = data.get("ListItemCollectionPositionNext")
        self.rows = [Row((k[4:], v) for k, v in r.attrib.items())
                     for r in data.findall("{%s}row" % Z)]

    def by_title(self, title):
        return [r for r in self.rows if r.get("Title") == title]


class Result:
    def __init__(self, element):
        self.id, self.command = element.get("ID").split(",", 1)
        self.list, self.version = element.get("List"), element.get("Version")
        self.code = element[0].text
        error = element.find("{%s}ErrorText" % SP)
        self.text = error.text if error is not None else None
        row = element.find("{%s}row" % Z)
        self.row = Row((k[4:], v) for k, v in row.attrib.items()) if row is not None else None
        self.children = [etree.QName(e).localname for e in element]


class Method:
    """One Method of a Batch. fields and bag: dictionaries or lists of pairs."""

    def __init__(self, command, id=None, version=None, fields=(), bag=(), ref=None,
                 history=None):
        self.command, self.id, self.version = command, id, version
        self.fields = list(fields.items() if isinstance(fields, dict) else fields)
        self.bag = list(bag.items() if isinstance(bag, dict) else bag)
        if ref is not None:
            self.bag.append(("ReplicationID", ref))
        if history is not None:
            self.bag.append(("vti_versionhistory", history))

    def xml(self, n):
        out = ['<Method ID="%s" Cmd="%s">' % (n, self.command)]
        one = self.id if self.id is not None else ("New" if self.command == "New" else None)
        if one is not None:
            out.append('<Field Name="ID">%s</Field>' % one)
        if self.version is not None:
            out.append('<Field Name="owshiddenversion">%s</Field>' % self.version)
        out += ["<Field Name=%s>%s</Field>" % (quoteattr(k), text(v)) for k, v in self.fields]
        out += ['<Field Name="MetaInfo" Property=%s>%s</Field>' % (quoteattr(k), text(v))
                for k, v in self.bag]
        return "".join(out) + "</Method>"


def New(fields=(), bag=(), ref=None, history=None):
    return Method("New", None, None, fields, bag, ref, history)


def Update(id, version=None, fields=(), bag=(), history=None):
    return Method("Update", id, version, fields, bag, None, history)


def Delete(id, version=None):
    return Method("Delete", id, version)


def new_ref():
    return "{%s}" % str(uuid.uuid4()).upper()


class Client:
    """One user of one list. shape: "2013", "2007" or "dotnet" (CAML in no namespace)."""

    def __init__(self, server, list_id="", user="alice", password=None, shape="2013", soap=11,
                 page=None):
        self.server, self.list, self.shape, self.soap = server, list_id, shape, soap
        self.user, self.page = user, page
        self.secret = password if password is not None else user
        self.connection = Connection(server.address)

    def close(self):
        self.connection.close()

    def headers(self, operation):
        out = []
        if self.user is not None:
            pair = ("%s:%s" % (self.user, self.secret)).encode()
            out.append(("Authorization", "Basic " + base64.b64encode(pair).decode()))
        if self.soap == 12:
            out.append(("Content-Type", 'application/soap+xml; charset=utf-8; action="%s%s"'
                        % (SP, operation)))
        else:
            out.append(("Content-Type", "text/xml; charset=utf-8"))
            out.append(("SOAPAction", '"%s%s"' % (SP, operation)))
        return out

    def envelope(self, operation, inner):
        ns = SOAP12 if self.soap == 12 else SOAP11
        if self.shape == "2013":
            return ('<?xml version="1.0"?><Envelope xmlns="%s"><Body><%s xmlns="%s">%s</%s></Body>'
                    "</Envelope>" % (ns, operation, SP, inner, operation)).encode()
        return ('<?xml version="1.0" encoding="utf-8" ?>\r\n<soap:Envelope xmlns:soap="%s" '
                'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
                'xmlns:xsd="http://www.w3.org/2001/XMLSchema">\r\n<soap:Body><%s xmlns="%s">%s</%s>'
                "</soap:Body></soap:Envelope>" % (ns, operation, SP, inner, operation)).encode()

    def caml(self, name, inner, attributes=""):
        if self.shape == "dotnet":
            attributes = ' xmlns=""' + attributes
        return "<%s%s>%s</%s>" % (name, attributes, inner, name)

    def http(self, method, path, body=b"", headers=(), signed=True):
        """Any request below the site's path; reconnects when the server closed an idle one."""
        h = list(headers)
        if signed and self.user is not None:
            h += [x for x in self.headers("x") if x[0] == "Authorization"]
        fresh = self.connection.sock is None
        try:
            return self.connection.request(method, self.server.path + path, body, h)
        except CutAnswer:
            self.connection.close()
            if fresh or method not in ("GET", "HEAD"):
                raise
            return self.connection.request(method, self.server.path + path, body, h)

    def post(self, operation, body, headers=None):
        """The raw answer to these bytes."""
        self.connection.close()
        try:
            return self.connection.request(
                "POST", self.server.path + "/_vti_bin/Lists.asmx", body,
                self.headers(operation) if headers is None else headers)
        except Exception:
            self.connection.close()
            raise

    def call(self, operation, inner, headers=None, has_token=None, limit=None):
        """Root element of a checked answer; Fault and HttpError are exceptions."""
        answer = self.post(operation, self.envelope(operation, inner), headers)
        return self.understand(answer, operation, has_token, limit)

    def understand(self, answer, operation, has_token=None, limit=None):
        if answer.status not in (200, 500):
            check.plain(answer)
            raise HttpError(answer)
        root = check.envelope(answer, self.soap)
        fault = check.fault(root, answer, self.soap)
        if fault is not None:
            raise Fault(*fault, answer)
        check.operation(root, operation)
        learn = root.find(".//{%s}List" % SP)
        if learn is not None and learn.find("{%s}Fields" % SP) is not None:
            check.schema_of(learn)
            self.server.fields[self.list] = set(
                f.get("Name") for f in learn.find("{%s}Fields" % SP))
            self.server.templates[self.list] = learn.get("ServerTemplate")
        rows = root.findall(".//{%s}row" % Z)
        if rows:
            if self.list not in self.server.fields and operation != "GetList":
                c = Client(self.server, self.list, self.user, self.secret)
                c.get_list()
                c.close()
            check.rows(rows, self.server.fields[self.list], self.server.templates[self.list])
        if operation == "GetListItemChangesSinceToken":
            check.changes(root, has_token, limit)
        elif operation == "UpdateListItems":
            check.results(root)
        return root

    def list_name(self, name=None):
        return "<listName>%s</listName>" % text(self.list if name is None else name)

    def get_list(self, name=None):
        root = self.call("GetList", self.list_name(name))
        return root.find(".//{%s}List" % SP)

    def get_list_collection(self):
        root = self.call("GetListCollection", "")
        return root.findall(".//{%s}List" % SP)

    def view_fields(self):
        names = COMMON_FIELDS + CONTACT_FIELDS + LAST_FIELDS
        refs = "".join('<FieldRef Name="%s"/>' % n for n in names)
        return "<viewFields>%s</viewFields>" % self.caml("ViewFields", refs, ' Properties="TRUE"')

    def changes(self, token=None, limit=None, position=None, options=None, query=None,
                view_fields=None, extra=""):
        """One GetListItemChangesSinceToken. options: XML of QueryOptions, or False for none."""
        inner = OUTLOOK_OPTIONS if options is None else options
        if options is None and self.shape == "2013":
            inner += "<OptimizeLookups>TRUE</OptimizeLookups>"
        if position is not None:
            inner = ("<Paging ListItemCollectionPositionNext=%s/>" % quoteattr(position)) + inner
        x = self.list_name()
        if query:
            x += "<query>%s</query>" % query
        x += self.view_fields() if view_fields is None else view_fields
        if limit is not None:
            x += "<rowLimit>%s</rowLimit>" % limit
        if options is not False:
            x += "<queryOptions>%s</queryOptions>" % self.caml("QueryOptions", inner)
        if token is not None:
            x += "<changeToken>%s</changeToken>" % text(token)
        try:
            rows = int(limit or 0)
        except ValueError:
            rows = 0
        root = self.call("GetListItemChangesSinceToken", x + extra, has_token=bool(token),
                         limit=rows)
        return Changes(root)

    def download(self, limit=None, query=None):
        """A whole first download: (rows, token, pages). Each page repeats the first one's token."""
        limit = self.page if limit is None else limit
        rows, position, token, pages = [], None, None, 0
        while True:
            page = self.changes(limit=limit, position=position, query=query)
            if token is None:
                token = page.token
            assert page.token == token, "page %d has another token" % (pages + 1)
            rows += page.rows
            pages += 1
            if page.next is None:
                return rows, token, pages
            if limit:
                assert len(page.rows) == int(limit), \
                    "page %d holds %d of %s rows and is not the last" % (pages, len(page.rows), limit)
            position = page.next

    def batch(self, methods, attributes=' OnError="Continue" DateInUtc="TRUE" Properties="TRUE"'):
        inner = "".join(m.xml(n) for n, m in enumerate(methods))
        return self.list_name() + "<updates>%s</updates>" % self.caml("Batch", inner, attributes)

    def update(self, *methods, **more):
        """Results of one UpdateListItems, one per method and in their order."""
        root = self.call("UpdateListItems", self.batch(methods, **more))
        out = [Result(r) for r in root.findall(".//{%s}Result" % SP)]
        assert [r.id for r in out] == [str(n) for n in range(len(methods))], "results out of order"
        assert [r.command for r in out] == [m.command for m in methods]
        for result in out:
            if result.list is not None:
                wanted = self.list.strip("{}").upper()
                assert result.list == "{%s}" % wanted, "Result@List %s" % result.list
        return out

    def do(self, method, **more):
        """One method that must succeed: its row (None of a Delete)."""
        result, = self.update(method, **more)
        assert result.code == OK, "%s: %s %s" % (method.command, result.code, result.text)
        return result.row


class Replica:
    """What Outlook keeps of one list: rows by ID and a token."""

    def __init__(self, client):
        self.client, self.rows, self.token = client, {}, None
        self.restarts = 0

    def first(self):
        rows, self.token, _ = self.client.download()
        self.rows = {}
        for r in rows:
            assert r.id not in self.rows, "ID %d twice in one download" % r.id
            self.rows[r.id] = r
        return self

    def poll(self):
        """Fetch differences until there are no more; the pages as they came."""
        if self.token is None:
            self.first()
            return []
        pages = []
        while True:
            page = self.client.changes(token=self.token, limit=self.client.page)
            if page.is_invalid:
                self.restarts += 1
                self.first()
                return pages
            for id in page.deleted:
                self.rows.pop(id, None)
            for r in page.rows:
                old = self.rows.get(r.id)
                assert old is None or r.version >= old.version, \
                    "version of %d fell from %d to %d" % (r.id, old.version, r.version)
                self.rows[r.id] = r
            assert number(page.token) >= number(self.token), "the token went back"
            self.token = page.token
            pages.append(page)
            if not page.more:
                return pages


def number(token):
    return int(token.split(";")[4])
