#!/usr/bin/python3 -B
"""test_samples.py -- the sample lists, with the rights that `owsadm install` grants, and no more.

Every field that GetList calls writable of the contact lists: a join of four
tables, a plain table, a list that may only be read. And a sample of each other
kind: it downloads, a poll finds nothing, what SQL changes arrives, what a client
uploads is in the row.
"""

import base64
import datetime
import email.message
import os
import unittest

import ows
import stack

IDS = {"adventureworks": "{7765B84F-6D32-4D31-B28E-6BC615D2F187}",
       "customers": "{3E0C7A52-9B64-4F0E-8B3C-5D0F6E2A91C4}",
       "exams": "{C2F0A6D8-1E57-4B93-8D24-96A7F35B0E1C}",
       "assessments": "{5B9D2C41-70E8-4A36-A1F4-C83E6D07B295}",
       "announcements": "{9E41D7B3-62CA-4F08-B5D9-2A70C8E6134F}",
       "handouts": "{17A8E5F2-D46B-4C09-9B73-F05C2D81E6A4}"}
# what Outlook asks for, by kind
VIEW = {
    "exams": """BusyStatus Categories Description Duration EndDate EventDate EventType fAllDayEvent
        FollowUp fRecurrence IntendedBusyStatus Location MasterSeriesItemID Priority RecurrenceData
        RecurrenceID TimeZone Title UID XMLTZone""",
    "assessments": """ActualWork AssignedTo BillingInformation Body Categories DateComplete DueDate
        Mileage PercentComplete Priority Role StartDate Status TaskCompanies Title TotalWork""",
    "announcements": "Author Body Categories DiscussionTitle Importance ThreadID ThreadIndex Title",
    "handouts": """Author EncodedAbsUrl FileDirRef FileSizeDisplay LinkCheckedOutTitle LinkFilename
        Title""",
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


def stamp(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def dashed(text):
    """20260406T070000Z as it stands on the wire."""
    return stamp(datetime.datetime.strptime(text, "%Y%m%dT%H%M%SZ"))


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
        rows = S.sql("SELECT lecturer, state, urgency, share_done, minutes_worked, due_on, "
                     "marked_on FROM assessments.assessment WHERE assessment_id = %s", no)
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
        self.assertEqual(S.sql("SELECT 1 FROM assessments.assessment "
                               "WHERE title = 'Invigilate'"), ())


class Exams(Kinds):
    SERIES = ("SELECT exam_id, title, starts_at, ends_at, rrule, except_on, zone, is_all_day "
              "FROM exams.exam WHERE rrule IS NOT NULL ORDER BY exam_id")

    def master(self, replica, title):
        return self.only(replica, Title=title, EventType="1")

    def family(self, replica, master):
        return [r for r in replica.rows.values()
                if r.get("UID") == master["UID"] and r.id != master.id]

    def test_download(self):
        """Every row, and an item for each instance that is called off."""
        r = self.start("exams")
        series = [s for s in S.sql(self.SERIES) if "-2MO" not in s[4]]
        kind = {k: [v for v in r.rows.values() if v["EventType"] == k] for k in "0134"}
        self.assertEqual(len(kind["1"]), len(series))
        self.assertEqual(len(kind["3"]), sum(len(s[5].split(",")) for s in series if s[5]))
        self.assertEqual(len(kind["4"]), S.sql("SELECT COUNT(*) FROM exams.exam WHERE series_id "
                                               "IS NOT NULL")[0][0])
        for v in kind["0"]:
            self.assertEqual((v["fRecurrence"], v.get("RecurrenceData")), ("0", None), v)
        by_uid = {v["UID"]: v for v in kind["1"]}
        self.assertEqual(len(by_uid), len(series))
        for v in kind["3"] + kind["4"]:
            self.assertEqual(v["MasterSeriesItemID"], by_uid[v["UID"]]["ID"])
            self.assertEqual(v["fRecurrence"], "1")
            self.assertEqual((v["XMLTZone"], v["TimeZone"]),
                             (by_uid[v["UID"]]["XMLTZone"], by_uid[v["UID"]]["TimeZone"]))
        for _, title, starts, ends, _, off, zone, is_all_day in series:
            m = self.master(r, title)
            self.assertEqual(m["EventDate"], stamp(starts))
            self.assertEqual(m["Duration"], str(int((ends - starts).total_seconds())), title)
            bias = "0" if is_all_day else {"Europe/Berlin": "-60", "America/New_York": "300",
                                           "Asia/Kolkata": "-330", "Australia/Sydney": "-600"}[zone]
            self.assertIn("<standardBias>%s</standardBias>" % bias, m["XMLTZone"])
            self.assertEqual(sorted(v["RecurrenceID"] for v in self.family(r, m)
                                    if v["EventType"] == "3"),
                             sorted(dashed(o) for o in (off or "").split(",") if o))
        moved = S.sql("SELECT o.title, o.starts_at, o.ends_at, o.instance_at FROM exams.exam o "
                      "WHERE o.series_id IS NOT NULL")
        for title, starts, ends, instance in moved:
            v = self.only(r, Title=title, EventType="4")
            self.assertEqual((v["EventDate"], v["EndDate"], v["RecurrenceID"]),
                             (stamp(starts), stamp(ends), stamp(instance)))
        for week in [v for v in kind["0"] if v["Title"].startswith("Re-registration")]:
            self.assertEqual((week["fAllDayEvent"], week["EventDate"][10:], week["EndDate"][10:],
                              week["Duration"]),
                             ("1", "T00:00:00Z", "T23:59:00Z", str(5 * 86400 - 60)))

    def test_patterns(self):
        """What the rules are for Outlook."""
        r = self.start("exams")
        for title, pattern in (
                ("Exam hour", '<weekly tu="TRUE"'),
                ("Resits, every second week", 'weekFrequency="2"'),
                ("Oral exams", "<monthly "), ("Examination board", 'weekdayOfMonth="second"'),
                ("Entrance examination", "<yearly "), ("Placement test", 'dayFrequency="3"'),
                ("Marks are due", 'weekday="TRUE"'), ("State examination", "<yearlyByDay "),
                ("Laboratory exam", "<repeatForever>FALSE</repeatForever>")):
            found = [v for v in r.rows.values()
                     if v["EventType"] == "1" and v["Title"][7:] == title]
            # other tests have changed or deleted some of the four
            self.assertGreaterEqual(sum(pattern in v["RecurrenceData"] for v in found), 2, title)

    def test_inexpressible(self):
        """A rule that Outlook has no words for cannot be changed there, nor is it."""
        r = self.start("exams")
        rules = S.sql("SELECT exam_id, title, rrule FROM exams.exam WHERE rrule LIKE '%%-2MO%%'")
        self.assertEqual(len(rules), 4)
        for _, title, _ in rules:
            found = [v for v in r.rows.values() if v.get("Title") == title]
            self.assertEqual(len(found), 9, title)  # each instance for itself
            for v in found:
                self.assertEqual((v["EventType"], v.get("RecurrenceData")), ("0", None))
            result, = r.client.update(ows.Update(v.id, v.version, {"Location": "elsewhere"}))
            self.assertNotEqual(result.code, ows.OK)
            self.assertTrue(result.text)
            result, = r.client.update(ows.Delete(v.id, v.version))
            self.assertNotEqual(result.code, ows.OK)
        self.assertEqual(S.sql("SELECT exam_id, title, rrule FROM exams.exam WHERE rrule "
                               "LIKE '%%-2MO%%' AND place <> 'elsewhere'"), rules)

    def test_application_changes(self):
        r = self.start("exams")
        # calls off one more instance
        m = self.master(r, "MA-101 Exam hour")
        before = {v.id for v in self.family(r, m)}
        S.sql("UPDATE exams.exam SET except_on = CONCAT(except_on, ',20261222T090000Z') "
              "WHERE exam_id = 5")
        self.arrives(r, lambda: [v for v in self.family(r, m) if v["EventType"] == "3"
                                 and v["RecurrenceID"] == "2026-12-22T09:00:00Z"], "the EXDATE")
        after = {v.id for v in self.family(r, m)}
        self.assertTrue(before < after and len(after) == len(before) + 1, (before, after))
        # moves one
        S.sql("INSERT INTO exams.exam (course_id, title, place, starts_at, ends_at, zone, "
              "series_id, instance_at) VALUES (2, 'moved by SQL', 'B', '2027-01-13 09:00:00', "
              "'2027-01-13 10:00:00', 'Europe/Berlin', 5, '2027-01-12 09:00:00')")
        v = self.arrives(r, lambda: [v for v in r.rows.values()
                                     if v.get("Title") == "moved by SQL"], "the override")[0]
        self.assertEqual((v["EventType"], v["UID"], v["RecurrenceID"]),
                         ("4", m["UID"], "2027-01-12T09:00:00Z"))
        # another faculty for a course: all its exams
        S.sql("UPDATE exams.course SET faculty = 'Biology & Life' WHERE course_id = 7")
        self.arrives(r, lambda: {v.get("Categories") for v in r.rows.values()
                                 if v.get("Title", "").startswith("BI-210 ")} == {"Biology & Life"},
                     "the faculty")
        # another rule for the series
        m = self.master(r, "HI-150 Laboratory exam")
        S.sql("UPDATE exams.exam SET rrule = 'FREQ=WEEKLY;BYDAY=MO;COUNT=40' WHERE exam_id = 230")
        self.arrives(r, lambda: "<repeatInstances>40<" in r.rows[m.id]["RecurrenceData"],
                     "the rule")
        # and none of it any more
        m = self.master(r, "PH-120 Laboratory exam")
        family = {v.id for v in self.family(r, m)} | {m.id}
        self.assertGreater(len(family), 2)
        S.sql("DELETE FROM exams.exam WHERE exam_id = 240")
        self.arrives(r, lambda: not family & set(r.rows), "the deletion of the series")

    def test_client_changes(self):
        r, second = self.start("exams"), self.start("exams")
        do = r.client.do
        # a single one
        one = [v for v in r.rows.values() if v["EventType"] == "0" and "Viel Gl" in
               v.get("Description", "")][0]
        title = "changed in Outlook"
        do(ows.Update(one.id, one.version, {"Title": title, "Location": "Größe XL"}))
        self.assertEqual(S.sql("SELECT place FROM exams.exam WHERE title = %s", title),
                         (("Größe XL",),))
        self.arrives(second, lambda: second.rows[one.id]["Title"] == title, "the upload")
        # a new one belongs to the course "general"
        do(ows.New({"Title": "From Outlook", "EventDate": "2027-02-01T08:00:00Z",
                    "EndDate": "2027-02-01T09:00:00Z", "fAllDayEvent": "0", "EventType": "0",
                    "fRecurrence": "0"}, (), ows.new_ref()))
        self.assertEqual(S.sql("SELECT faculty, CAST(starts_at AS CHAR), rrule FROM exams.v_exams "
                               "WHERE title = 'From Outlook'"),
                         (("Administration", "2027-02-01 08:00:00", None),))

    def test_files(self):
        """Plans of the seats: from the exams' own table, and into it."""
        r = self.start("exams")
        plans = S.sql("SELECT e.exam_id, f.content FROM exams.exam_file f JOIN exams.exam e "
                      "ON e.exam_id = f.exam_id")
        shown = [v for v in r.rows.values() if v["Attachments"] != "0"]
        self.assertEqual(len(shown), len(plans))
        found = {}
        for v in shown:
            url = v["Attachments"].split(";#")[1]
            answer = r.client.http("GET", "/" + url.split("/", 3)[3])
            self.assertEqual(answer.status, 200, url)
            found[answer.body] = v
        self.assertEqual(sorted(found), sorted(p[1] for p in plans))
        old = found[dict(plans)[3]]
        S.sql("UPDATE exams.exam_file SET content = 'another plan' WHERE exam_id = 3")
        self.arrives(r, lambda: r.rows[old.id].version > old.version, "another plan")
        r.client.call("AddAttachment", r.client.list_name() + "<listItemID>%d</listItemID>"
                      "<fileName>Aufsicht.txt</fileName><attachment>%s</attachment>"
                      % (old.id, base64.b64encode(b"two people").decode()))
        self.assertEqual(S.sql("SELECT content FROM exams.exam_file WHERE exam_id = 3 "
                               "ORDER BY name"),
                         ((b"two people",), (b"another plan",)))

    def instance(self, m, kind, when, **more):
        fields = {"EventType": kind, "fRecurrence": "1", "UID": m["UID"], "RecurrenceID": when,
                  "EventDate": when, "EndDate": when[:11] + "23:30:00Z", "fAllDayEvent": "0",
                  "XMLTZone": m["XMLTZone"]}
        fields.update(more)
        return ows.New(fields, (), ows.new_ref())

    def test_client_changes_instances(self):
        r, second = self.start("exams"), self.start("exams")
        m = self.master(r, "MA-204 Examination board")
        number = S.sql("SELECT exam_id FROM exams.exam WHERE title = %s", m["Title"])[0][0]
        row = "SELECT except_on, rrule FROM exams.exam WHERE exam_id = %s"
        off, rule = S.sql(row, number)[0]
        # calls off an instance
        gone = r.client.do(self.instance(m, "3", "2027-02-09T11:30:00Z"))
        self.assertEqual(S.sql(row, number), ((off + ",20270209T113000Z", rule),))
        self.arrives(second, lambda: gone.id in second.rows, "the called off instance")
        # and takes that back
        gone = second.rows[gone.id]
        second.client.do(ows.Delete(gone.id, gone.version))
        self.assertEqual(S.sql(row, number), ((off, rule),))
        self.arrives(r, lambda: gone.id not in r.rows, "the instance again")
        # moves one: a row of its own
        r.client.do(self.instance(m, "4", "2027-03-09T11:30:00Z", Title="moved in Outlook",
                                  EventDate="2027-03-10T07:00:00Z", EndDate="2027-03-10T08:30:00Z"))
        self.assertEqual(S.sql("SELECT series_id, CAST(instance_at AS CHAR), "
                               "CAST(starts_at AS CHAR) FROM exams.exam "
                               "WHERE title = 'moved in Outlook'"),
                         ((number, "2027-03-09 11:30:00", "2027-03-10 07:00:00"),))
        self.arrives(second, lambda: [v for v in second.rows.values()
                                      if v.get("Title") == "moved in Outlook"],
                     "the moved instance")
        # deletes the series, and everything of it goes
        r.poll()
        m = r.rows[m.id]
        family = {v.id for v in self.family(r, m)} | {m.id}
        r.client.do(ows.Delete(m.id, m.version))
        self.assertEqual(S.sql("SELECT 1 FROM exams.exam WHERE %s IN (exam_id, series_id)", number),
                         ())
        self.arrives(second, lambda: not family & set(second.rows), "the deletion of the series")

    def test_client_changes_the_rule(self):
        r, second = self.start("exams"), self.start("exams")
        m = self.master(r, "CS-110 Resits, every second week")
        number = S.sql("SELECT exam_id FROM exams.exam WHERE title = %s", m["Title"])[0][0]
        family = {v.id for v in self.family(r, m)}
        self.assertEqual(len(family), 3)
        data = ("<recurrence><rule><firstDayOfWeek>mo</firstDayOfWeek><repeat>"
                '<weekly th="TRUE" weekFrequency="1" /></repeat>'
                "<repeatInstances>6</repeatInstances></rule></recurrence>")
        r.client.do(ows.Update(m.id, m.version, {
            "RecurrenceData": data + "<deleteExceptions>true</deleteExceptions>",
            "UID": ows.new_ref(), "EventDate": m["EventDate"], "EndDate": m["EndDate"],
            "XMLTZone": m["XMLTZone"], "EventType": "1", "fRecurrence": "1"}))
        rule, off = S.sql("SELECT rrule, except_on FROM exams.exam WHERE exam_id = %s", number)[0]
        parts = dict(p.split("=") for p in rule.split(";"))
        self.assertEqual((parts["FREQ"], parts["BYDAY"], parts["COUNT"]), ("WEEKLY", "TH", "6"))
        self.assertEqual(parts.get("INTERVAL", "1"), "1")
        self.assertFalse(off)
        self.assertEqual(S.sql("SELECT 1 FROM exams.exam WHERE series_id = %s", number), ())
        self.arrives(second, lambda: not family & set(second.rows), "the exceptions have gone")
        self.assertEqual(second.rows[m.id]["RecurrenceData"], data)


class Announcements(Kinds):
    def test_download(self):
        r = self.start("announcements")
        posts = {s: (n, a) for n, a, s in S.sql("SELECT post_id, answers, subject "
                                                "FROM announcements.post WHERE answers IS NULL")}
        roots = [v for v in r.rows.values() if v["FSObjType"].endswith("#1")]
        self.assertEqual(sorted(v["Title"] for v in roots), sorted(posts))
        self.assertEqual(len(r.rows), S.sql("SELECT COUNT(*) FROM announcements.post")[0][0])
        place = {v["FileRef"].split(";#")[1]: v for v in roots}
        self.assertEqual(len(place), len(roots))
        for v in r.rows.values():
            if v in roots:
                continue
            root = place[v["FileDirRef"].split(";#")[1]]
            self.assertEqual(v["Title"], "Re: " + root["Title"])
            self.assertTrue(v["ThreadIndex"].startswith(root["ThreadIndex"]), v)
            self.assertGreater(len(v["ThreadIndex"]), len(root["ThreadIndex"]))

    def test_application_changes(self):
        r = self.start("announcements")
        S.sql("INSERT INTO announcements.post (answers, author, subject, body) VALUES "
              "(51, 'bob', 'Re: by SQL', '<p>deep</p>')")
        v = self.arrives(r, lambda: [v for v in r.rows.values() if v["Title"] == "Re: by SQL"],
                         "the answer")[0]
        root = [x for x in r.rows.values() if x["Title"].endswith(" (5)")
                and x["FSObjType"].endswith("#1")][0]
        self.assertEqual(v["FileDirRef"].split(";#")[1], root["FileRef"].split(";#")[1])
        # the thread goes, with answers that no trigger tells of
        thread = {x.id for x in r.rows.values() if x["ThreadIndex"].startswith(root["ThreadIndex"])}
        self.assertGreater(len(thread), 2)
        S.sql("DELETE FROM announcements.post WHERE post_id = 50")
        self.arrives(r, lambda: not thread & set(r.rows), "the deletion of the thread")

    def test_client_changes(self):
        r, second = self.start("announcements"), self.start("announcements")
        root = [x for x in r.rows.values() if x["Title"].endswith(" (7)")
                and x["FSObjType"].endswith("#1")][0]
        answers = [x for x in r.rows.values() if x.id != root.id
                   and x["ThreadIndex"].startswith(root["ThreadIndex"])]
        self.assertEqual(len(answers), 4)
        one = answers[0]
        r.client.do(ows.Update(one.id, one.version, {"Body": "<p>Said again.</p>"}))
        self.assertEqual(S.sql("SELECT COUNT(*) FROM announcements.post WHERE body = "
                               "'<p>Said again.</p>'"), ((1,),))
        self.arrives(second, lambda: "Said again" in second.rows[one.id]["Body"], "the upload")
        r.client.do(ows.Delete(root.id, root.version))
        self.assertEqual(S.sql("SELECT 1 FROM announcements.post WHERE post_id DIV 10 = 7"), ())
        self.arrives(second, lambda: not ({root.id} | {x.id for x in answers}) & set(second.rows),
                     "the deletion of the thread")

    def test_post(self):
        """A new thread and an answer, as Outlook sends them."""
        r = self.start("announcements")
        index = os.urandom(22)
        for no, (i, subject) in enumerate(((index, "By mail: Grüße"),
                                           (index + b"\1\2\3\4\5", "Re: By mail: Grüße"))):
            mail = email.message.EmailMessage()
            mail["Subject"], mail["From"] = subject, "alice@example.com"
            mail["Message-ID"] = "<%s@example.com>" % ows.new_ref().strip("{}")
            mail["Thread-Index"] = base64.b64encode(i).decode()
            mail.set_content("<p>Text no. %d</p>" % no, "html", cte="base64")
            r.client.call("AddDiscussionBoardItem", r.client.list_name() + "<message>%s</message>"
                          % base64.b64encode(mail.as_bytes()).decode())
        posts = S.sql("SELECT subject, body, answers IS NULL FROM announcements.post "
                      "WHERE subject LIKE '%%By mail%%' ORDER BY post_id")
        self.assertEqual([(p[0], p[2]) for p in posts],
                         [("By mail: Grüße", 1), ("Re: By mail: Grüße", 0)])
        self.assertIn("Text no. 1", posts[1][1])
        v = self.arrives(r, lambda: [v for v in r.rows.values()
                                     if v["Title"] == "Re: By mail: Grüße"], "the answer")[0]
        root = self.only(r, Title="By mail: Grüße")
        self.assertEqual(v["FileDirRef"].split(";#")[1], root["FileRef"].split(";#")[1])


class Handouts(Kinds):
    ROWS = "SELECT document_id, folder, name, content FROM handouts.document ORDER BY document_id"

    def path(self, row):
        """What to ask the server for."""
        return "/" + row["EncodedAbsUrl"].split("/", 3)[3]

    def document(self, replica, folder, name):
        return [v for v in replica.rows.values() if v["LinkFilename"] == name and
                v["FileDirRef"].split(";#")[1] == ("handouts/" + folder).strip("/")]

    def test_download(self):
        r = self.start("handouts")
        rows = S.sql(self.ROWS)
        for _, folder, name, content in rows:
            v, = self.document(r, folder, name)
            self.assertEqual(v["FileSizeDisplay"], str(len(content)), name)
            answer = r.client.http("GET", self.path(v), headers=[("Translate", "f")])
            self.assertEqual((answer.status, answer.body == content), (200, True), name)
        folders = {v["FileRef"].split(";#")[1] for v in r.rows.values()
                   if v["FSObjType"].endswith("#1")}
        wanted = set()
        for _, folder, _, _ in rows:
            parts = folder.split("/") if folder else []
            wanted |= {"/".join(["handouts"] + parts[:i + 1]) for i in range(len(parts))}
        self.assertTrue(wanted <= folders, (wanted, folders))
        self.assertEqual(len(r.rows), len(rows) + len(folders))

    def test_part(self):
        """A range of a text, and nothing of what is known already."""
        r = self.start("handouts")
        v, = self.document(r, "", "Übung 49.txt")
        content, = S.sql("SELECT content FROM handouts.document WHERE name = 'Übung 49.txt'")[0]
        answer = r.client.http("GET", self.path(v), headers=[("Range", "bytes=100-299")])
        self.assertEqual((answer.status, answer.body), (206, content[100:300]))
        tag = answer.header("ETag")
        answer = r.client.http("GET", self.path(v), headers=[("If-None-Match", tag)])
        self.assertEqual((answer.status, answer.body), (304, b""))

    def test_application_changes(self):
        r = self.start("handouts")
        S.sql("UPDATE handouts.document SET content = 'new text' WHERE document_id = 1")
        where = "Lineare Algebra I", "Übung 01.txt"
        v = self.arrives(r, lambda: [v for v in self.document(r, *where)
                                     if v["FileSizeDisplay"] == "8"], "the content")[0]
        self.assertEqual(r.client.http("GET", self.path(v)).body, b"new text")
        S.sql("INSERT INTO handouts.document (folder, name, content) VALUES "
              "('Økologi/Felt & vann', 'måling.csv', '1;2')")
        self.arrives(r, lambda: self.document(r, "Økologi/Felt & vann", "måling.csv"), "a document")
        self.assertTrue(self.document(r, "Økologi", "Felt & vann"), "a folder")
        S.sql("DELETE FROM handouts.document WHERE folder LIKE 'Økologi%%'")
        self.arrives(r, lambda: not self.document(r, "Økologi/Felt & vann", "måling.csv"),
                     "the deletion")
        # its folders stay until a client deletes them
        v, = self.document(r, "", "Økologi")
        r.client.do(ows.Delete(v.id, v.version))
        self.arrives(r, lambda: not [v for v in r.rows.values() if "Økologi" in v["FileRef"]],
                     "the deletion of the folders")

    def test_client_changes(self):
        r, second = self.start("handouts"), self.start("handouts")
        v, = self.document(r, "Mécanique quantique", "Übung 05.txt")
        text = "Änderung 📝\n".encode() * 5000
        tag = r.client.http("GET", self.path(v)).header("ETag")
        answer = r.client.http("PUT", self.path(v), text, headers=[("If-Match", tag)])
        self.assertIn(answer.status, (200, 201, 204))
        self.assertEqual(S.sql("SELECT content FROM handouts.document WHERE document_id = 5"),
                         ((text,),))
        self.arrives(second, lambda: second.rows[v.id]["FileSizeDisplay"] == str(len(text)),
                     "the upload")
        answer = r.client.http("PUT", self.path(v), b"late", headers=[("If-Match", tag)])
        self.assertEqual(answer.status, 412)
        r.poll()
        v = r.rows[v.id]
        r.client.do(ows.Delete(v.id, v.version))
        self.assertEqual(S.sql("SELECT 1 FROM handouts.document WHERE document_id = 5"), ())
        self.arrives(second, lambda: v.id not in second.rows, "the deletion")


if __name__ == "__main__":
    unittest.main()
