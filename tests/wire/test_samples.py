#!/usr/bin/python3 -B
"""test_samples.py -- the sample lists, with the rights that `owsadm install` grants, and no more.

Every field that GetList calls writable of the contact lists: a join of four
tables, a plain table, a list that may only be read. And a sample of each other
kind: it downloads, a poll finds nothing, what SQL changes arrives, what a client
uploads is in the row.
"""

import unittest

import ows
import stack

IDS = {"adventureworks": "{7765B84F-6D32-4D31-B28E-6BC615D2F187}",
       "customers": "{3E0C7A52-9B64-4F0E-8B3C-5D0F6E2A91C4}",
       "assessments": "{5B9D2C41-70E8-4A36-A1F4-C83E6D07B295}"}
# what Outlook asks for, by kind
VIEW = {
    "assessments": """ActualWork AssignedTo BillingInformation Body Categories DateComplete DueDate
        Mileage PercentComplete Priority Role StartDate Status TaskCompanies Title TotalWork""",
}
SERVER_SIDE = {"ID", "ContentTypeId", "Created", "Modified", "Author", "Editor", "owshiddenversion"}
S = None


def setUpModule():
    global S
    S = stack.Stack([])
    S.env["SAMPLES"] = ""
    S.up()


def tearDownModule():
    S.down()


def sp(name):
    return "{%s}%s" % (ows.SP, name)


def client(name, user="alice"):
    """It asks for the fields that Outlook asks for in a list of that kind."""
    c = ows.Client(S.server, IDS[name], user)
    S.clients.append(c)
    if name in VIEW:
        names = ows.COMMON_FIELDS + VIEW[name].split() + ows.LAST_FIELDS
        xml = "<viewFields>%s</viewFields>" % c.caml(
            "ViewFields", "".join('<FieldRef Name="%s"/>' % n for n in names), ' Properties="TRUE"')
        c.view_fields = lambda: xml
    return c


def another(field, old):
    """A value of the field's type that differs from the one it has."""
    if field.find(sp("CHOICES")) is not None:
        return [c.text for c in field.find(sp("CHOICES")) if c.text != old][0]
    if field.get("Name") == "PercentComplete":
        return "0.25" if old[:4] != "0.25" else "0.75"
    if field.get("Type") == "Number":
        return "99" if old[:2] != "99" else "98"
    if field.get("Type") == "User":
        return "carol" if "carol" not in old else "bob"
    if field.get("Type") == "DateTime":
        return "1971-02-03T00:00:00Z"
    if field.get("Type") == "URL":
        return "https://changed.example/"
    if field.get("Type") == "Choice":
        return "2" if old != "2" else "1"
    length = int(field.get("MaxLength") or 255)
    return ("changed " + field.get("Name"))[:length]


class Samples(unittest.TestCase):
    def writable(self, client):
        """Fields that the list declares for clients to change."""
        root = client.get_list()
        return [f for f in root.iter("{%s}Field" % ows.SP)
                if f.get("ReadOnly") != "TRUE" and f.get("Name") not in SERVER_SIDE
                and f.get("Hidden") != "TRUE"]

    def change_each(self, name, at_least):
        c = client(name)
        rows, _, _ = c.download()
        # a row of which every part is there: others refuse what they have no row for
        row = max(rows, key=len)
        version, done = row.version, []
        for f in self.writable(c):
            if f.get("Name") not in row:
                continue
            value = another(f, row[f.get("Name")])
            result, = c.update(ows.Update(row.id, version, {f.get("Name"): value}))
            self.assertEqual(result.code, ows.OK, (f.get("Name"), result.text))
            self.assertIn(value.lower(), result.row[f.get("Name")].lower())
            self.assertEqual(result.row.version, version + 1)
            version += 1
            done.append(f.get("Name"))
        self.assertGreaterEqual(len(done), at_least)
        result, = c.update(ows.Delete(row.id, version))
        self.assertEqual(result.code, ows.OK, result.text)

    def test_join_of_four_tables(self):
        self.change_each("adventureworks", 15)

    def test_plain_table(self):
        self.change_each("customers", 15)

    def test_tasks(self):
        self.change_each("assessments", 12)


class Kinds(unittest.TestCase):
    def start(self, name):
        """A client that has everything, and two polls that find nothing more."""
        replica = ows.Replica(client(name)).first()
        for _ in range(2):
            for page in replica.poll():
                self.assertEqual((page.rows, page.ids), ([], []))
        return replica

    def arrives(self, replica, condition, what):
        """Poll as a client does until its copy is so."""
        def look():
            replica.poll()
            return condition()
        return stack.until(look, 10, what)

    def only(self, replica, **values):
        """The one row with these values."""
        found = [r for r in replica.rows.values()
                 if all(r.get(k) == v for k, v in values.items())]
        self.assertEqual(len(found), 1, values)
        return found[0]


class Assessments(Kinds):
    def of(self, no):
        rows = S.sql("SELECT lecturer, state, urgency, share_done, minutes_worked, due_on, marked_on "
                     "FROM assessments.assessment WHERE assessment_id = %s", no)
        return rows[0] if rows else None

    def row(self, replica, no):
        """The task whose link leads to that assessment."""
        link = '<a href="https://marks.example/assess?no=%d&amp;' % no
        found = [r for r in replica.rows.values() if link in r.get("Body", "")]
        self.assertEqual(len(found), 1, link)
        return found[0]

    def test_download(self):
        r = self.start("assessments")
        self.assertEqual(len(r.rows), S.sql("SELECT COUNT(*) FROM assessments.assessment")[0][0])
        self.assertEqual({v["Status"] for v in r.rows.values()},
                         {"Not Started", "In Progress", "Completed", "Deferred",
                          "Waiting on someone else"})
        self.assertEqual({v["Priority"] for v in r.rows.values()},
                         {"(1) High", "(2) Normal", "(3) Low"})
        for v in r.rows.values():
            self.assertTrue(0 <= float(v["PercentComplete"]) <= 1, v)
            self.assertIn(">Enter the marks</a>", v["Body"])
        one = self.row(r, 3)
        lecturer, _, _, share, worked, due, _ = self.of(3)
        person = S.sql("SELECT lecturer_id, name, login, mail FROM assessments.lecturer "
                       "WHERE login = %s", lecturer)[0]
        self.assertTrue(one["AssignedTo"].startswith("%d;#%s,#%s,#%s," % person), one["AssignedTo"])
        self.assertEqual(float(one["PercentComplete"]), float(share))
        self.assertEqual((one.get("ActualWork"), one["DueDate"]),
                         (None if worked is None else str(worked), "%sT00:00:00Z" % due))

    def test_application_changes(self):
        r = self.start("assessments")
        S.sql("UPDATE assessments.assessment SET state = 4, urgency = 'low', due_on = '2027-03-01' "
              "WHERE assessment_id = 12")
        one = self.arrives(r, lambda: [v for v in [self.row(r, 12)]
                                       if v["Status"] == "Waiting on someone else"], "the state")[0]
        self.assertEqual((one["Priority"], one["DueDate"], one.version),
                         ("(3) Low", "2027-03-01T00:00:00Z", 2))
        S.sql("DELETE FROM assessments.assessment WHERE assessment_id = 12")
        self.arrives(r, lambda: one.id not in r.rows, "the deletion")

    def test_client_changes(self):
        r, second = self.start("assessments"), self.start("assessments")
        one = self.row(r, 20)
        r.client.do(ows.Update(one.id, one.version, {
            "Status": "Completed", "PercentComplete": "1", "DateComplete": "2026-12-24T00:00:00Z",
            "Priority": "(1) High", "ActualWork": "777", "AssignedTo": "bob"}))
        who, state, urgency, share, worked, _, marked = self.of(20)
        self.assertEqual((who, state, urgency, float(share), worked, str(marked)),
                         ("bob", 2, "high", 1.0, 777, "2026-12-24"))
        self.arrives(second, lambda: self.row(second, 20)["Status"] == "Completed", "the upload")
        new = r.client.do(ows.New({"Title": "Invigilate", "Status": "Not Started",
                                   "Priority": "(2) Normal", "PercentComplete": "0"}, (),
                                  ows.new_ref()))
        self.assertEqual(S.sql("SELECT state, urgency FROM assessments.assessment "
                               "WHERE title = 'Invigilate'"), ((0, "normal"),))
        r.client.do(ows.Delete(new.id, new.version))
        self.assertEqual(S.sql("SELECT 1 FROM assessments.assessment WHERE title = 'Invigilate'"), ())


if __name__ == "__main__":
    unittest.main()
