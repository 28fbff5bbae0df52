"""kinds.py -- the lists of tests/ledger/providers, and clients that ask for all fields of a kind.

MS-OUTSPS 3.2.4.2: fields.tsv has each field with its ID, its type and its
requirement. A Shape knows what GetList declared, and so in which of the two
ways a value travels: as a field, or as a property of the item.
"""

import configparser
import os
import shutil

import req  # noqa: F401 (makes tests/wire importable)
import ows
import stack

HERE = os.path.dirname(os.path.abspath(__file__))
PROVIDERS = os.path.join(HERE, "providers")
SYSTEM = """ID owshiddenversion ContentTypeId Created Modified Author Editor Attachments PermMask
    UniqueId FSObjType FileRef MetaInfo""".split()


class Field:
    def __init__(self, columns):
        self.kind, self.name, self.id, self.type, self.req = columns
        self.is_bag = self.id == "bag"


def fields_of(*kinds):
    with open(os.path.join(HERE, "fields.tsv"), encoding="utf-8") as f:
        every = [Field(l.rstrip("\n").split("\t")) for l in f if not l.startswith("#")]
    return [f for f in every if f.kind in kinds]


class Folder:
    """One folder of providers/, as stack.Stack wants its lists."""

    def __init__(self, name):
        self.name = name
        self.path = os.path.join(PROVIDERS, name)
        ini = configparser.RawConfigParser(inline_comment_prefixes=(";",), strict=False)
        ini.optionxform = str
        ini.read(os.path.join(self.path, "provider.ini"), encoding="utf-8")
        self.title, self.id = ini["provider"]["name"], ini["provider"]["id"]
        self.kind = ini["provider"]["type"]
        self.db = ini["source"]["view"].split(".")[0]
        self.columns = dict(ini["fields"])

    def write(self, folder):
        shutil.copytree(self.path, os.path.join(folder, self.name))


def stack_of(*names, **more):
    """A running stack with these lists."""
    return stack.Stack([Folder(n) for n in names], **more).up()


class Client(ows.Client):
    """Asks for every field that the kind of its list has."""

    def __init__(self, server, folder, user="alice", **more):
        ows.Client.__init__(self, server, folder.id, user, **more)
        self.kind = folder.kind

    def view_fields(self):
        names = [f.name for f in fields_of("all", self.kind)]
        names += [n for n in SYSTEM if n not in names]
        refs = "".join('<FieldRef Name="%s"/>' % n for n in names)
        return "<viewFields>%s</viewFields>" % self.caml("ViewFields", refs, ' Properties="TRUE"')


def client(s, name, user="alice", **more):
    c = Client(s.server, s.lists[name], user, **more)
    s.clients.append(c)
    return c


def replica(s, name, user="alice", **more):
    return ows.Replica(client(s, name, user, **more)).first()


class Shape:
    """What GetList declares of a list, by name and by ID."""

    def __init__(self, c):
        self.list = c.get_list()
        self.by_name = {f.get("Name"): f for f in self.list.find("{%s}Fields" % ows.SP)}
        self.by_id = {f.get("ID").lower(): f for f in self.by_name.values()}

    def of(self, field):
        """The declared Field, found as clients look: by ID, then by name."""
        if field.is_bag:
            return None
        found = self.by_id.get(field.id.lower())
        if found is None or found.get("Name") != field.name:
            found = self.by_name.get(field.name, found)
        return found

    def split(self, values):
        """(fields, bag) of a New or Update, for values by field."""
        fields, bag = {}, {}
        for field, value in values.items():
            declared = self.of(field)
            if declared is None:
                bag[field.name] = value
            else:
                fields[declared.get("Name")] = value
        return fields, bag

    def get(self, row, field):
        declared = self.of(field)
        return row.bag(field.name) if declared is None else row.get(declared.get("Name"))


def poll_until(replica, condition, what, seconds=10):
    """Poll as a client does until its copy is as expected."""
    def look():
        replica.poll()
        return condition(replica)
    return stack.until(look, seconds, what)
