#!/usr/bin/python3
"""test_check.py -- owsadm check: each thing that cannot work between a provider file and its view
is named with line, key, column and cure. A row of CASES is one such thing."""
import os
import re
import signal
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import dba

JOIN = """USE crm; CREATE TABLE phone (id INT PRIMARY KEY, phone VARCHAR(40));
CREATE OR REPLACE VIEW v_people AS SELECT p.id, p.last_name, p.email, t.phone
FROM people p JOIN phone t ON t.id = p.id; INSERT INTO phone VALUES (1, '1')"""

# name: SQL before, changed sections, [expected pieces of one line], refused
CASES = {
    'view missing': ('', {'source': {'view': 'crm.v_poeple'}},
                     ['provider.ini:6: [source] view: there is no view "v_poeple" in schema "crm"',
                      'did you mean v_people?'], True),
    'schema missing': ('', {'source': {'view': 'crn.v_people'}},
                       ['[source] view: there is no schema "crn"'], True),
    'view broken': ('ALTER TABLE crm.people DROP COLUMN born', {},
                    ['[source] view: crm.v_people cannot be read', '1356'], True),
    'column missing': ('', {'fields': {'Email': 'e_mail'}},
                       ['[fields] Email: the view crm.v_people has no column "e_mail"',
                        'did you mean email?'], True),
    'key missing': ('', {'source': {'key': 'idd'}},
                    ['provider.ini:7: [source] key:', 'has no column "idd"; did you mean id?'],
                    True),
    'stamp missing': ('', {'source': {'modified': 'changed'}},
                      ['[source] modified: the view crm.v_people has no column "changed"'], True),
    'stamp type': ('', {'source': {'created': 'note'}},
                   ['[source] created: column "note" is of type text; expected DATETIME'], True),
    'field type': ('ALTER TABLE crm.people MODIFY born INT',
                   {'fields': {'Birthday': 'born'}},
                   ['[fields] Birthday: column "born" is of type int(11), which cannot hold '
                    'birthday (a date)'], True),
    'key type': ('ALTER TABLE crm.people ADD f FLOAT; CREATE OR REPLACE VIEW crm.v_people AS '
                 'SELECT * FROM crm.people', {'source': {'key': 'f'},
                                              'track': {'tables': 'crm.people:f'}},
                 ['[source] key: column "f" is of type float'], True),
    'key wide': ('CREATE TABLE crm.wide (k VARCHAR(600) PRIMARY KEY, last_name VARCHAR(9), email '
                 'TEXT); CREATE OR REPLACE VIEW crm.v_people AS SELECT * FROM crm.wide',
                 {'source': {'key': 'k'}, 'track': {'tables': 'crm.wide:k'},
                  'write': {'mode': 'none'}},
                 ['warning: ', 'column "k" (varchar(600)) may hold more than the 512 bytes'], False),
    'key twice': ('CREATE OR REPLACE VIEW crm.v_people AS SELECT 7 AS id, last_name, email FROM '
                  'crm.people', {'write': {'mode': 'none'}, 'track': {'mode': 'scan'}},
                  ['[source] key: is not unique: the row with id = 7 comes 2 times'], True),
    'key null': ('CREATE OR REPLACE VIEW crm.v_people AS SELECT email AS id, last_name, email FROM '
                 'crm.people', {'write': {'mode': 'none'}, 'track': {'mode': 'scan'}},
                 ['[source] key: is NULL in 1 row(s)'], True),
    'default missing': ('', {'tail': '[defaults]\nsource = outlook\n'},
                        ['provider.ini:20: [defaults] source: the view crm.v_people has no column'],
                        True),
    'delete set missing': ('', {'write': {'delete': 'set gone=1'}},
                           ['[write] delete: the view crm.v_people has no column "gone"'], True),
    'not updatable': ('CREATE OR REPLACE VIEW crm.v_people AS SELECT DISTINCT id, last_name, email '
                      'FROM crm.people', {'write': {'allow': 'update'}},
                      ['[write] allow: no column of crm.v_people can be updated', '1288',
                       'mode = none'], True),
    'column computed': ("CREATE OR REPLACE VIEW crm.v_people AS SELECT id, last_name, "
                        "LOWER(email) AS email FROM crm.people", {'write': {'allow': 'update'}},
                        ['warning: ', '[fields] Email: column "email" cannot be updated', '1348',
                         'readonly'], False),
    'insert into join': (JOIN, {'write': {'allow': 'insert'}, 'fields': {'CellPhone': 'phone'},
                                'track': {'tables': 'crm.people:id, crm.phone:id'}},
                         ['[write] allow: MariaDB cannot insert into crm.v_people', '1393',
                          'take `insert` out of allow'], True),
    'delete from join': (JOIN, {'write': {'allow': 'delete'}, 'track': {
        'tables': 'crm.people:id, crm.phone:id'}},
                         ['[write] allow: MariaDB cannot delete from crm.v_people', '1395',
                          'delete_from', 'delete = set', 'out of allow'], True),
    'delete_from table': (JOIN, {'write': {'allow': 'delete', 'delete_from': 'crm.peeple:id'},
                                 'track': {'tables': 'crm.people:id, crm.phone:id'}},
                          ['[write] delete_from: there is no table crm.peeple'], True),
    'delete_from column': (JOIN, {'write': {'allow': 'delete', 'delete_from': 'crm.people:idd'},
                                  'track': {'tables': 'crm.people:id, crm.phone:id'}},
                           ['[write] delete_from: the table crm.people has no column "idd"',
                            'did you mean id?'], True),
    'delete set computed': ("CREATE OR REPLACE VIEW crm.v_people AS SELECT id, last_name, email, "
                            "1 AS alive FROM crm.people",
                            {'write': {'allow': 'delete', 'delete': 'set alive=0'}},
                            ['[write] delete: column "alive" cannot be updated', '1348'], True),
    'value needed, shown': ('ALTER TABLE crm.people ADD src VARCHAR(9) NOT NULL; CREATE OR REPLACE '
                            'VIEW crm.v_people AS SELECT * FROM crm.people', {},
                            ['[write] allow: insert is allowed, but column "src" of people needs a '
                             'value', '[defaults]'], True),
    'value needed, hidden': ('ALTER TABLE crm.people ADD src VARCHAR(9) NOT NULL', {},
                             ['column "src" of people needs a value and the view does not show it'],
                             True),
    'key not automatic': ('ALTER TABLE crm.people MODIFY id INT NOT NULL', {},
                          ['[write] key_from: is auto, but column "id" of people is not '
                           'AUTO_INCREMENT'], True),
    'key no uuid': ('', {'write': {'key_from': 'uuid'}},
                    ['[write] key_from: is uuid, but column "id" (int(11)) cannot hold one'], True),
    'tracked table': ('', {'track': {'tables': 'crm.person:id'}},
                      ['provider.ini:10: [track] tables: there is no table crm.person'], True),
    'tracked column': ('', {'track': {'tables': 'crm.people:idd'}},
                       ['[track] tables: the table crm.people has no column "idd"; did you mean id?'],
                       True),
    'tracked type': ('', {'track': {'tables': 'crm.people:last_name'}},
                     ['column "last_name" of crm.people is of type varchar(50), and "id" of the '
                      'view is of type int(11)'], True),
    'tracked view': ('', {'track': {'tables': 'crm.v_people:id'}},
                     ['crm.v_people is a view, and MariaDB has no triggers on views'], True),
    'via missing': ('', {'track': {'tables': 'crm.people:id, crm.people:id->idd'}},
                    ['the view has no column "idd"; did you mean id?'], True),
    'engine': ('ALTER TABLE crm.people ENGINE = MyISAM', {},
               ['warning: ', 'crm.people uses the engine MyISAM'], False),
    'table not covered': (JOIN, {'write': {'mode': 'none'}},
                          ['warning: ', 'the view reads crm.phone, which is not named',
                           'every 3600 seconds'], False),
    'table below a view': ('CREATE VIEW crm.inner_v AS SELECT id, last_name, email FROM crm.people; '
                           'CREATE OR REPLACE VIEW crm.v_people AS SELECT * FROM crm.inner_v; '
                           'CREATE TABLE crm.other (id INT)',
                           {'write': {'mode': 'none'}, 'track': {'tables': 'crm.other:id'}},
                           ['warning: ', 'the view reads crm.people, which is not named'], False),
    'cascade': ('CREATE TABLE crm.firm (no INT PRIMARY KEY); ALTER TABLE crm.people ADD firm INT, '
                'ADD CONSTRAINT of_firm FOREIGN KEY (firm) REFERENCES crm.firm (no) ON DELETE '
                'CASCADE', {},
                ['warning: ', 'the foreign key of_firm changes rows of crm.people together with '
                 'crm.firm', 'on delete CASCADE'], False),
    'bad row': ("SET sql_mode = ''; ALTER TABLE crm.people MODIFY last_name VARBINARY(50); "
                "UPDATE crm.people SET born = '2026-00-00' WHERE id = 2",
                {'fields': {'Title': 'note', 'Birthday': 'born'}, 'write': {'mode': 'none'}},
                ['warning: ', '[fields] Birthday: the row with id = 2 is left out'], False),
    'full scan': ('CREATE TABLE crm.big (id INT, last_name VARCHAR(9), email VARCHAR(9)); INSERT '
                  "INTO crm.big SELECT seq, 'x', 'y' FROM crm.seq_1_to_2000; CREATE OR REPLACE VIEW "
                  'crm.v_people AS SELECT * FROM crm.big',
                  {'track': {'tables': 'crm.big:id'}, 'write': {'mode': 'none'}},
                  ['warning: ', 'asking for one key reads all of', 'index'], False),
    'answers without an index': (
        'CREATE TABLE crm.big (id INT PRIMARY KEY, last_name VARCHAR(9), email INT); INSERT INTO '
        "crm.big SELECT seq, 'x', NULL FROM crm.seq_1_to_2000; CREATE OR REPLACE VIEW crm.v_people "
        'AS SELECT * FROM crm.big',
        {'provider': {'type': 'discussions'}, 'track': {'tables': 'crm.big:id'},
         'write': {'mode': 'none'}, 'fields': {'Email': None, 'Parent': 'email'}},
        ['warning: ', '[fields] Parent: asking for what belongs to one row by Parent reads all of'],
        False),
    'person on a date': ('', {'provider': {'type': 'tasks'}, 'write': {'mode': 'none'},
                              'fields': {'Email': None, 'AssignedTo': 'born'}},
                         ['[fields] AssignedTo: column "born" is of type date, which cannot hold'],
                         True),
    'parent on a date': ('', {'provider': {'type': 'discussions'}, 'write': {'mode': 'none'},
                              'fields': {'Email': None, 'Parent': 'born'}},
                         ['[fields] Parent: column "born" is of type date, which cannot hold'], True),
    'date in a text': ('', {'provider': {'type': 'tasks'}, 'write': {'mode': 'none'},
                            'fields': {'Email': None, 'DueDate': 'email'}},
                       ['warning: ', '[fields] DueDate: column "email" is text: only what is'],
                       False),
    'date in a text, with its value': (
        '', {'provider': {'type': 'tasks'}, 'write': {'mode': 'none'},
             'fields': {'Email': None, 'DueDate': 'email'}},
        ['warning: ', 'the row with id = 1 is left out', '(it is "a@example.com")'], False),
    'files that hold their rows': (
        'CREATE TABLE crm.file (person INT, name VARCHAR(99), content LONGBLOB, PRIMARY KEY (person, '
        'name), CONSTRAINT of_whom FOREIGN KEY (person) REFERENCES crm.people (id))',
        {'track': {'tables': 'crm.people:id, crm.file:person'},
         'tail': '[attachments]\ntable = crm.file\nitem = person\nname = name\ncontent = content\n'},
        ['warning: ', '[attachments] table: the foreign key of_whom to people has no ON DELETE'],
        False),
    'file error': ('', {'fields': {'FirstNme': 'x'}},
                   ['[fields] FirstNme: "FirstNme" is not a field of contacts; did you mean '
                    'FirstName?'], True),
}


# each sample's view, and how many rows it has
SAMPLES = {
    'adventureworks': ('adventureworks.v_contacts', 420),
    'announcements': ('announcements.v_posts', 98),
    'assessments': ('assessments.v_assessments', 160),
    'customers': ('shop.v_customers', 250),
    'exams': ('exams.v_exams', 332),
    'handouts': ('handouts.v_documents', 60),
    'staff': ('staff.v_directory', 60),
}


class Check(dba.Case):
    def test_cases(self):
        for name, (sql, change, pieces, is_refused) in CASES.items():
            with self.subTest(name):
                self.setUp()
                if sql:
                    self.s.sql(sql)
                self.s.provider(**change)
                status, text = self.s.adm('check', 'people')
                found = [l for l in text.splitlines() if all(p in l for p in pieces)]
                self.assertTrue(found, 'wanted %s\nsaid %s' % (pieces, text))
                self.assertEqual(status, 1 if is_refused else 0, text)
                self.assertIn('refused' if is_refused else 'fine', text.splitlines()[-1])
                self.assertIn(os.path.join(self.s.dir, 'providers/people/provider.ini'), found[0])

    def test_fine(self):
        self.s.provider()
        self.fine('install')
        self.assertEqual(self.fine('check'), 'people: fine\n')
        self.assertEqual(self.fine('check', 'people'), 'people: fine\n')
        self.assertEqual(self.fine('check', self.s.dir + '/providers/people'), 'people: fine\n')
        self.assertEqual(self.fine('check', self.s.dir + '/providers/people/provider.ini'),
                         'people: fine\n')

    def test_nothing_is_changed(self):
        """What is asked of MariaDB changes nothing: no row, no AUTO_INCREMENT, no trigger."""
        self.s.provider()
        self.fine('install')
        ask = ("CHECKSUM TABLE crm.people; SELECT COUNT(*), SUM(auto_increment) FROM "
               "information_schema.tables WHERE table_schema IN ('crm', 'ows'); "
               "SELECT COUNT(*) FROM ows.ows_inbox")
        before = self.s.sql(ask)
        self.fine('check')
        self.assertEqual(before, self.s.sql(ask))

    def test_one_bad_list_of_two(self):
        self.s.provider()
        self.s.provider('other', provider={'name': 'Other', 'id':
                                           '{22222222-2222-3333-4444-555555555555}'},
                        source={'view': 'crm.none'})
        text = self.refused('check')
        self.assertIn('people: fine', text)
        self.assertIn('other: refused (1 error)', text)

    def test_errors_of_file_and_view_in_one_round(self):
        self.s.provider(fields={'FirstNme': 'x', 'Company': 'nothing', 'Birthday': 'born'},
                        source={'key': 'idd'})
        for args in (['check'], ['check', 'people']):
            text = self.refused(*args)
            self.assertIn('"FirstNme" is not a field of contacts', text)
            self.assertIn('[source] key: the view crm.v_people has no column "idd"', text)
            self.assertIn('[fields] Company: the view crm.v_people has no column "nothing"', text)
            self.assertTrue(text.splitlines()[-1].endswith(': refused (3 errors)'), text)
        self.s.provider(source={'view': 'nonsense'})
        self.assertIn('refused (1 error)', self.refused('check'))

    def test_samples(self):
        """The samples are what a DBA copies: they load twice and have no problem."""
        for i in range(2):
            for name in sorted(SAMPLES):
                folder = os.path.join(dba.ROOT, 'providers', name)
                for file in sorted(os.listdir(folder)):
                    if file.endswith('.sql'):
                        with open(os.path.join(folder, file)) as f:
                            self.s.sql(f.read())
                        continue
                    with open(os.path.join(folder, file)) as f:
                        self.s.write('providers/%s/%s' % (name, file), f.read())
        self.fine('install')
        self.assertEqual(self.fine('check'), ''.join('%s: fine\n' % n for n in sorted(SAMPLES)))
        for view, rows in SAMPLES.values():
            self.assertEqual(self.s.sql('SELECT COUNT(*) FROM ' + view), [[str(rows)]], view)

    def test_new(self):
        """A draft is a file that check accepts."""
        text = self.fine('new', 'crm.v_people')
        self.assertTrue(re.search(r'^Title +\s*= last_name$', text, re.M), text)
        self.assertIn('key         = id', text)
        self.assertIn('tables      = crm.people:id', text)
        self.s.write('providers/draft/provider.ini', text)
        self.assertIn('draft: fine', self.fine('check', 'draft'))
        self.assertIn('there is no view', self.refused('new', 'crm.nothing'))
        self.assertEqual(self.s.adm('new')[0], 2)
        self.assertIn('as contacts', text)
        self.assertIn('--type', text)
        self.assertEqual(self.s.adm('new', 'crm.v_people', '--type', 'things')[0], 2)
        self.assertEqual(self.s.adm('check', '--type', 'tasks')[0], 2)

    def test_new_of_each_kind(self):
        self.s.sql("""USE crm;
            CREATE TABLE event (nr INT AUTO_INCREMENT PRIMARY KEY, subject VARCHAR(80), start DATETIME,
                end DATETIME, rrule VARCHAR(200), exdate TEXT, tz VARCHAR(50), recurrence_id DATETIME,
                parent INT, body TEXT, place VARCHAR(9));
            CREATE VIEW v_event AS SELECT * FROM event;
            CREATE VIEW v_rules AS SELECT nr, subject, start, rrule, exdate, parent FROM event;
            CREATE TABLE task (id INT AUTO_INCREMENT PRIMARY KEY, title VARCHAR(80), status VARCHAR(20),
                priority INT, due DATE, assignee VARCHAR(20), percent_complete INT, description TEXT);
            CREATE TABLE post (id INT AUTO_INCREMENT PRIMARY KEY, parent_id INT, subject VARCHAR(80),
                text TEXT, author VARCHAR(20), posted TIMESTAMP, KEY (parent_id));
            CREATE TABLE doc (id INT AUTO_INCREMENT PRIMARY KEY, folder VARCHAR(200), name VARCHAR(100),
                content LONGBLOB, title VARCHAR(50))""")
        cases = {
            ('crm.v_event', 'calendar'): ['Title = subject', 'EventDate = start', 'EndDate = end',
                                          'RRule = rrule', 'ExDate = exdate', 'TimeZone = tz',
                                          'RecurrenceID = recurrence_id', 'Parent = parent',
                                          'Location = place'],
            ('crm.v_rules', 'calendar'): ['Title = subject', 'EventDate = start', '; ? = rrule'],
            ('crm.task', 'tasks'): ['Status = status', 'Priority = priority', 'DueDate = due',
                                    'AssignedTo = assignee', 'PercentComplete = percent_complete',
                                    'Body = description', 'Title = title'],
            ('crm.post', 'discussions'): ['Parent = parent_id', 'Title = subject', 'Body = text',
                                          'Author = author'],
            ('crm.doc', 'documents'): ['LinkFilename = name', 'FileDirRef = folder', 'Content = content',
                                       'Title = title'],
            ('crm.people', 'generic'): ['Title = last_name', 'email = email', 'born = born'],
        }
        for (view, kind), lines in cases.items():
            with self.subTest(kind=kind, view=view):
                text = self.fine('new', view, '--type', kind)
                have = [' '.join(l.split()) for l in text.splitlines()]
                for l in lines:
                    self.assertTrue(any(h.startswith(l) for h in have), (l, text))
                self.s.no_providers()
                self.s.write('providers/draft/provider.ini', text)
                status, said = self.s.adm('check', 'draft')
                self.assertIn('draft: fine', said)

    def test_new_of_a_view_without_the_key(self):
        self.s.sql('CREATE VIEW crm.v_count AS SELECT last_name, COUNT(*) n FROM crm.people '
                   'GROUP BY last_name')
        text = self.fine('new', 'crm.v_count', '--type', 'generic')
        self.assertIn('key         = last_name', text)
        self.assertIn('is not known', text)
        self.assertNotIn('tables      =', text)


if __name__ == '__main__':
    signal.signal(signal.SIGTERM, lambda *a: sys.exit(1))
    unittest.main()
