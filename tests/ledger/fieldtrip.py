"""fieldtrip.py -- every field of a kind on its way: client, table, another client, and back.

MS-OUTSPS 3.2.4.2. What one client uploads is what it, another client and a first
download get, and what the table holds; what SQL writes is what clients get; NULL
is an absent field. A field that does all this has its requirement named; the
others are told together, so that one does not hide the next.
"""

import kinds
import ows
from req import req

TYPES = {"GUID": ("guid",), "User": ("user", "usermulti"), "Choice": ("choice", "integer")}


class Value:
    """As uploaded; as downloaded and as the table holds it when that differs."""

    def __init__(self, up, down=None, sql=None):
        self.up = up
        self.down = up if down is None else down
        self.sql = self.down if sql is None else sql


# letters of three scripts, what protocols split at, all kinds of line ends but a bare return
ODD = "a; b;#c, \"d\" 'e' <f> & \u00fc \U0001f600 \u05e9\u05dc\u05d5\u05dd \u202bx\u202c"


def long_text(n):
    """A body of more than 64 kB."""
    return "%d first line\n%s\n\n\ttab\n%s" % (n, ODD, ODD * 1100)


class Trip:
    def __init__(self, stack, name, fields, table, key="id"):
        self.stack, self.name, self.table, self.key = stack, name, table, key
        self.folder = stack.lists[name]
        self.alice = kinds.client(stack, name)
        self.shape = kinds.Shape(self.alice)
        self.fields = fields
        self.problems = {}

    def say(self, field, what):
        self.problems.setdefault(field.req + " " + field.name, []).append(what)

    def declared(self, travels_in_bag=False):
        """IDs and types as the protocol has them; what has no ID is not declared."""
        for f in self.fields:
            d = self.shape.of(f)
            if f.is_bag:
                if f.name in self.shape.by_name:
                    self.say(f, "is declared")
            elif travels_in_bag:
                if d is not None:
                    self.say(f, "is declared and has no column")
            elif d is None:
                self.say(f, "is not declared")
            else:
                if d.get("ID").lower() != f.id.lower() or d.get("Name") != f.name:
                    self.say(f, "is declared as %s %s" % (d.get("Name"), d.get("ID")))
                if d.get("Type").lower() not in TYPES.get(f.type, (f.type.lower(),)):
                    self.say(f, "has the type %s" % d.get("Type"))

    def compare(self, where, row, values):
        for f, v in values.items():
            got = self.shape.get(row, f)
            if got != v.down:
                self.say(f, "%s: got %r, expected %r" % (where, got, v.down))

    def _clients(self, id, values, version):
        """The row as a client with a token, and a new one, have it."""
        kinds.poll_until(self.bob, lambda r: id in r.rows and r.rows[id].version >= version,
                         "item %d at version %d" % (id, version))
        self.compare("the other client", self.bob.rows[id], values)
        rows, _, _ = kinds.client(self.stack, self.name, "carol").download()
        row, = [r for r in rows if r.id == id]
        self.compare("a first download", row, values)
        return row

    def _columns(self, values):
        return {f: self.folder.columns[f.name] for f in values if f.name in self.folder.columns}

    def _table(self, where, values):
        columns = self._columns(values)
        if not columns:
            return
        row, = self.stack.sql("SELECT %s FROM %s WHERE %s" % (
            ", ".join("`%s`" % c for c in columns.values()), self.table, where))
        for f, got in zip(columns, row):
            if got != values[f].sql:
                self.say(f, "the table holds %r, expected %r" % (got, values[f].sql))

    def upload(self, values, more=(), where=None):
        """A New with all values; its ID."""
        self.bob = kinds.replica(self.stack, self.name, "bob")
        fields, bag = self.shape.split({f: v.up for f, v in values.items()})
        fields = dict(more, **fields)
        row = self.alice.do(ows.New(fields, bag, ref=ows.new_ref()))
        self.compare("the answer", row, values)
        self._clients(row.id, values, row.version)
        self._table(where or "1 = 1 ORDER BY %s DESC LIMIT 1" % self.key, values)
        return row.id

    def change(self, id, values, where=None):
        fields, bag = self.shape.split({f: v.up for f, v in values.items()})
        before = self.bob.rows[id].version
        row = self.alice.do(ows.Update(id, before, fields, bag))
        assert row.version == before + 1, "version %d after %d" % (row.version, before)
        self.compare("the answer to a change", row, values)
        self._clients(id, values, row.version)
        self._table(where or "1 = 1 ORDER BY %s DESC LIMIT 1" % self.key, values)

    def by_sql(self, id, values, where):
        """The business application writes."""
        columns = self._columns(values)
        version = self.bob.rows[id].version
        self.stack.sql("UPDATE %s SET %s WHERE %s" % (
            self.table, ", ".join("`%s` = %%s" % c for c in columns.values()), where),
            *[values[f].sql for f in columns])
        kept = {f: v for f, v in values.items() if f in columns}
        self._clients(id, kept, version + 1)

    def nulls(self, id, fields, where):
        """NULL is absent, and an empty property of a column too."""
        columns = self._columns({f: None for f in fields})
        version = self.bob.rows[id].version
        self.stack.sql("UPDATE %s SET %s WHERE %s" % (
            self.table, ", ".join("`%s` = NULL" % c for c in columns.values()), where))
        kinds.poll_until(self.bob, lambda r: r.rows[id].version > version, "NULLs")
        for f in columns:
            got = self.shape.get(self.bob.rows[id], f)
            if got not in (None, ""):
                self.say(f, "NULL arrives as %r" % got)

    def empty(self, id, fields):
        """A client empties each field: absent for everybody, and empty in the table."""
        fields = list(fields)
        version = self.bob.rows[id].version
        sent, bag = self.shape.split({f: "" for f in fields})
        self.alice.do(ows.Update(id, version, sent, bag))
        kinds.poll_until(self.bob, lambda r: r.rows[id].version > version, "emptied fields")
        for f in fields:
            got = self.shape.get(self.bob.rows[id], f)
            if got not in (None, ""):
                self.say(f, "was emptied and arrives as %r" % got)
        columns = self._columns({f: None for f in fields})
        if not columns:
            return
        row, = self.stack.sql("SELECT %s FROM %s ORDER BY %s DESC LIMIT 1" % (
            ", ".join("`%s`" % c for c in columns.values()), self.table, self.key))
        for f, got in zip(columns, row):
            if got not in (None, ""):
                self.say(f, "was emptied and the table holds %r" % got)

    def finish(self):
        for f in self.fields:
            if f.req + " " + f.name not in self.problems:
                req(f.req, True)
        if self.problems:
            raise AssertionError("\n".join("%s: %s" % (k, "; ".join(v))
                                           for k, v in sorted(self.problems.items())))
