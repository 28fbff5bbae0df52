#!/usr/bin/python3
"""test_install.py -- owsadm install, uninstall, status: nothing more than asked, nothing twice,
and the business application never fails because of us (design rule 4)."""
import os
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import dba

STATE = """
SELECT user, host, priv FROM mysql.global_priv ORDER BY 1, 2;
SELECT user, host, db, table_name, table_priv FROM mysql.tables_priv ORDER BY 1, 2, 3, 4;
SELECT user, host, db, select_priv, create_priv FROM mysql.db ORDER BY 1, 2, 3;
SELECT trigger_schema, trigger_name, created, action_statement FROM information_schema.triggers
    ORDER BY 1, 2;
SELECT table_schema, table_name, create_time FROM information_schema.tables
    WHERE table_schema = 'ows' ORDER BY 1, 2;
"""


class Install(dba.Case):
    def install(self, **change):
        self.s.provider(**change)
        return self.fine('install')

    def test_print_changes_nothing(self):
        self.s.provider()
        before = self.s.sql(STATE)
        text = self.fine('install', '--print')
        self.assertIn('CREATE DATABASE', text)
        self.assertIn('CREATE OR REPLACE DEFINER', text)
        self.assertNotIn('secret', text)
        self.assertEqual(before, self.s.sql(STATE))

    def test_printed_statements_do_the_same(self):
        self.s.provider()
        self.s.sql(self.fine('install', '--print'))
        self.assertEqual(self.fine('install', '--print'), '-- everything is there already\n')
        status, _, errors = self.s.client('SELECT COUNT(*) FROM crm.v_people', 'owsd',
                                          'secret word')
        self.assertEqual(status, 0, errors)

    def test_twice_is_once(self):
        self.install()
        before = self.s.sql(STATE) + self.s.sql('SELECT * FROM ows.ows_list')
        self.fine('install')
        self.assertEqual(before, self.s.sql(STATE) + self.s.sql('SELECT * FROM ows.ows_list'))

    def test_seed(self):
        self.install()
        row, = self.s.sql("SELECT l.head, l.next_id, l.schema_version, l.is_ready, l.name, l.title, "
                          "c.number, c.ticks = l.head_ticks, c.kind, HEX(l.id), "
                          "ABS(l.created - UNIX_TIMESTAMP()) < 60, HEX(l.definition) "
                          "FROM ows.ows_list l JOIN ows.ows_change c ON c.list = l.no")
        self.assertEqual(row, ['1', '1', '1', '0', 'people', 'People', '1', '1', '0',
                               '11111111222233334444555555555555', '1', '00' * 32])
        # a new title is written down, the number stays
        self.install(provider={'name': "Other's \\ people"})
        self.assertEqual(self.s.sql('SELECT no, title FROM ows.ows_list'),
                         [['1', "Other's \\\\ people"]])

    def test_interrupted(self):
        """A run that died between two tables is simply repeated."""
        self.install()
        self.s.sql('DROP TABLE ows.ows_schema, ows.ows_bad')
        self.fine('install')
        self.assertEqual(self.s.sql('SELECT COUNT(*) FROM ows.ows_bad'), [['0']])

    def test_triggers_name_old_and_new_key(self):
        self.install()
        self.s.sql("USE crm; INSERT INTO people (id, last_name) VALUES (10, 'x')")
        self.assertEqual(self.inbox(), [b'10'])
        self.s.sql("UPDATE crm.people SET last_name = 'y' WHERE id = 10")
        self.assertEqual(self.inbox(), [b'10'])
        self.s.sql('UPDATE crm.people SET id = 11 WHERE id = 10')
        self.assertEqual(sorted(self.inbox()), [b'10', b'11'])
        self.s.sql('DELETE FROM crm.people WHERE id = 11')
        self.assertEqual(self.inbox(), [b'11'])
        self.s.sql("START TRANSACTION; DELETE FROM crm.people; ROLLBACK")
        self.assertEqual(self.inbox(), [])

    def test_keys_of_all_types(self):
        """The key in the inbox is byte for byte what the server reads from the view, whatever the
        business application's session has set."""
        kinds = [('VARCHAR(40)', "'Müller \\'x\\''", 'Müller \'x\''.encode()),
                 ('VARCHAR(40) CHARACTER SET latin1', "'Müller'", 'Müller'.encode()),
                 ('CHAR(8)', "'ab'", b'ab'), ('DECIMAL(8,3)', '1.5', b'1.500'),
                 ('DATE', "'2026-03-05'", b'2026-03-05'),
                 ('DATETIME(3)', "'2026-03-05 10:00:00.5'", b'2026-03-05 10:00:00.500'),
                 ('TIMESTAMP', "'2026-03-05 10:00:00'", b'2026-03-05 09:00:00'),
                 ('BINARY(3)', "0x00ff1f", b'00FF1F'), ('BIGINT UNSIGNED', '18446744073709551615',
                                                        b'18446744073709551615'),
                 ('UUID', "'123e4567-e89b-12d3-a456-426655440000'",
                  b'123e4567-e89b-12d3-a456-426655440000')]
        for i, (kind, value, want) in enumerate(kinds):
            with self.subTest(kind):
                self.s.sql('CREATE TABLE crm.t%d (k %s NOT NULL, part INT NOT NULL, last_name '
                           'VARCHAR(9), PRIMARY KEY (k, part)); CREATE VIEW crm.v%d AS SELECT * '
                           'FROM crm.t%d' % (i, kind, i, i))
                self.s.no_providers()
                self.s.provider(source={'view': 'crm.v%d' % i, 'key': 'k, part'},
                                track={'tables': 'crm.t%d:k+part' % i},
                                write={'mode': 'none'}, fields={'Email': None},
                                provider={'id': '{%08d-0000-0000-0000-000000000001}' % (i + 1)})
                self.fine('install')
                self.s.sql("SET time_zone = '+01:00'; SET NAMES utf8mb4; INSERT INTO crm.t%d "
                           "VALUES (%s, 7, 'x')" % (i, value))
                self.assertEqual(self.inbox(), [want + b'\x1f7'])

    def test_lookup_table(self):
        """table:col->viewcol names every row of the view that has the value, also those that
        leave an inner join."""
        self.s.sql("""USE crm; CREATE TABLE city (no INT PRIMARY KEY, name VARCHAR(20), active INT);
            INSERT INTO city VALUES (1, 'Ulm', 1), (2, 'Bonn', 1);
            ALTER TABLE people ADD city_no INT; UPDATE people SET city_no = 1;
            INSERT INTO people (id, last_name, city_no) VALUES (77, 'C', 2);
            CREATE OR REPLACE VIEW v_people AS SELECT p.id, p.last_name, p.email, p.city_no, c.name
            FROM people p JOIN city c ON c.no = p.city_no AND c.active = 1""")
        self.install(track={'tables': 'crm.people:id, crm.city:no->city_no'},
                     write={'mode': 'none'})
        self.s.sql("UPDATE crm.city SET name = 'Neu-Ulm' WHERE no = 1")
        self.assertEqual(set(self.inbox()), {b'1', b'2'})
        self.s.sql('UPDATE crm.city SET active = 0 WHERE no = 2')
        self.assertEqual(set(self.inbox()), {b'77'})
        self.s.sql('UPDATE crm.city SET active = 1 WHERE no = 2')
        self.assertEqual(set(self.inbox()), {b'77'})
        self.s.sql('DELETE FROM crm.city WHERE no = 1')
        self.assertEqual(set(self.inbox()), {b'1', b'2'})
        self.s.sql("INSERT INTO crm.city VALUES (1, 'Ulm', 1)")
        self.assertEqual(set(self.inbox()), {b'1', b'2'})

    def test_any_change_asks_for_a_scan(self):
        self.s.sql('CREATE TABLE crm.setting (x INT)')
        self.install(track={'tables': 'crm.people:id, crm.setting:*'})
        self.s.sql('INSERT INTO crm.setting VALUES (1)')
        self.assertEqual(self.inbox(), [b''])

    def test_beside_other_triggers(self):
        self.s.sql('USE crm; CREATE TABLE audit (x INT); CREATE TRIGGER mine AFTER UPDATE ON people '
                   'FOR EACH ROW INSERT INTO audit VALUES (NEW.id)')
        self.install()
        self.s.sql("UPDATE crm.people SET note = 'n' WHERE id = 1")
        self.assertEqual(self.inbox(), [b'1'])
        self.assertEqual(self.s.sql('SELECT x FROM crm.audit'), [['1']])
        self.fine('uninstall', '--data')
        self.assertEqual(self.s.sql('SELECT trigger_name FROM information_schema.triggers '
                                    "WHERE trigger_schema = 'crm'"), [['mine']])

    def business(self):
        """Insert, change and remove a row, as the application does."""
        self.s.sql("USE crm; INSERT INTO people (id, last_name) VALUES (500, 'x'); "
                   "UPDATE people SET id = 501 WHERE id = 500; DELETE FROM people WHERE id = 501")

    def test_business_never_fails(self):
        self.install()
        for broken in ('RENAME TABLE ows.ows_inbox TO ows.elsewhere',
                       'RENAME TABLE ows.elsewhere TO ows.ows_inbox; '
                       'REVOKE INSERT ON ows.ows_inbox FROM ows_trigger@localhost',
                       'ALTER TABLE ows.ows_inbox RENAME COLUMN skey TO other',
                       'DROP DATABASE ows'):
            with self.subTest(broken):
                self.s.sql(broken)
                self.business()

    def test_business_never_fails_when_the_inbox_is_full(self):
        self.install()
        self.s.sql('SET max_heap_table_size = 16384; ALTER TABLE ows.ows_inbox ENGINE = MEMORY')
        for i in range(1000):
            status, _, errors = self.s.client("INSERT INTO ows.ows_inbox (list, skey) SELECT 1, 'x' "
                                              'FROM crm.people')
            if status:
                break
        self.assertIn('ERROR 1114', errors)
        self.business()

    def test_status_before_install(self):
        self.s.provider()
        text = self.refused('status')
        self.assertIn('owsadm install', text)

    def test_account_that_may_not_read(self):
        """Rights that went, or that `install` has not given yet: named with the cure."""
        self.s.provider()
        self.fine('install')
        self.s.sql('REVOKE SELECT ON crm.v_people FROM owsd@localhost')
        for command in ('check', 'status'):
            text = self.refused(command)
            self.assertIn('may not read `crm`.`v_people`', text)
            self.assertIn('run `owsadm install`', text)
        self.fine('install')
        self.assertNotIn('may not read', self.refused('status'))  # nothing runs
        with open(self.s.dir + '/owsd.ini') as f:
            conf = f.read()
        self.s.sql('CREATE TABLE crm.account (id INT PRIMARY KEY, login VARCHAR(20) UNIQUE, '
                   'name VARCHAR(9), mail VARCHAR(9), KEY (mail))')
        self.s.write('owsd.ini', conf + '[users]\nview = crm.account\nid = id\nlogin = login\n')
        try:
            for command in ('check', 'status'):
                text = self.refused(command)
                self.assertIn('the account of owsd may not read the table of users, crm.account',
                              text)
                self.assertIn('run `owsadm install`', text)
            self.fine('install')
            self.fine('check')
            self.assertNotIn('may not read', self.refused('status'))
        finally:
            self.s.write('owsd.ini', conf)

    def test_status_of_a_view_without_its_column(self):
        self.s.provider()
        self.fine('install')
        self.s.sql('CREATE OR REPLACE VIEW crm.v_people AS SELECT id, last_name FROM crm.people')
        text = self.refused('status')
        self.assertIn("Unknown column 'email'", text)
        self.assertIn('`owsadm check` says more', text)

    def test_bad_rows_in_the_status(self):
        self.s.provider()
        self.fine('install')
        self.s.sql("INSERT INTO ows.ows_bad (list, skey, since, reason) SELECT no, seq, 1, 'a reason' "
                   'FROM ows.ows_list, ows.seq_1_to_12')
        text = self.refused('status')
        self.assertEqual([l.split(':')[0] for l in text.splitlines() if 'a reason' in l],
                         ['    row %d' % n for n in range(1, 6)])
        self.assertIn('and 7 more rows that cannot be shown (`owsadm status --bad`)', text)
        text = self.refused('status', '--bad')
        self.assertEqual([l.split(':')[0] for l in text.splitlines() if 'a reason' in l],
                         ['    row %d' % n for n in range(1, 13)])
        self.assertNotIn('more rows', text)
        self.assertEqual(self.s.adm('check', '--bad')[0], 2)

    def test_key_longer_than_the_inbox_takes(self):
        self.s.sql('CREATE TABLE crm.wide (k VARCHAR(600) PRIMARY KEY, last_name VARCHAR(9)); '
                   'CREATE VIEW crm.v_wide AS SELECT * FROM crm.wide')
        self.install(source={'view': 'crm.v_wide', 'key': 'k'}, track={'tables': 'crm.wide:k'},
                     write={'mode': 'none'}, fields={'Email': None})
        self.s.sql("INSERT INTO crm.wide VALUES (REPEAT('x', 600), 'y'), ('short', 'z')")
        self.assertEqual(self.inbox(), [b'short'])

    def test_inbox_holds_up_nobody(self):
        """A session that holds locks in the inbox, and one that holds the list's row."""
        self.install()
        self.s.sql("UPDATE crm.people SET note = 'm' WHERE id = 1")
        holder = subprocess.Popen(
            ['mariadb', '--no-defaults', '-S', self.s.dir + '/s', '-uroot', '-n', '-N'],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            # READ COMMITTED, as all sessions of the daemon
            holder.stdin.write(b'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED; '
                               b'START TRANSACTION; SELECT no FROM ows.ows_list FOR UPDATE; '
                               b'DELETE FROM ows.ows_inbox; SELECT 1;\n')
            holder.stdin.flush()
            holder.stdout.readline()
            holder.stdout.readline()
            self.s.sql("SET innodb_lock_wait_timeout = 1, lock_wait_timeout = 1; "
                       "UPDATE crm.people SET note = 'n' WHERE id = 1")
        finally:
            holder.kill()
            holder.communicate()

    def test_rights_and_nothing_more(self):
        self.install(write={'allow': 'update'})
        for sql, number in (('SELECT COUNT(*) FROM crm.v_people', 0),
                            ('UPDATE crm.v_people SET note = 1 WHERE FALSE', 0),
                            ('SHOW CREATE VIEW crm.v_people', 0),
                            ('SELECT note FROM crm.people', 1143),
                            ('DELETE FROM crm.v_people', 1142),
                            ("INSERT INTO crm.v_people (last_name) VALUES ('x')", 1142),
                            ('CREATE TABLE ows.x (x INT)', 1142),
                            ('DROP TABLE ows.ows_bad', 1142),
                            ('ALTER TABLE ows.ows_bad ADD x INT', 1142)):
            with self.subTest(sql):
                status, _, errors = self.s.client(sql, 'owsd', 'secret word')
                self.assertEqual(status != 0, number != 0, errors)
                if number:
                    self.assertIn('ERROR %d' % number, errors)
        status, _, errors = self.s.client('SELECT 1', 'ows_trigger')
        self.assertNotEqual(status, 0)
        self.assertIn('locked', errors)

    def test_rights_follow_the_file(self):
        self.install()
        self.install(write={'mode': 'none'})
        self.assertEqual(self.s.sql("SELECT table_priv FROM mysql.tables_priv WHERE user = 'owsd'"),
                         [['Select,Show view']])
        self.install(write={'allow': 'update, delete', 'delete_from': 'crm.people:id'})
        self.assertEqual(self.s.sql("SELECT table_name, table_priv FROM mysql.tables_priv "
                                    "WHERE user = 'owsd' ORDER BY 1"),
                         [['people', 'Delete'], ['v_people', 'Select,Update,Show view']])
        as_daemon = lambda sql: self.s.client(sql, 'owsd', 'secret word')[0]
        self.assertEqual(as_daemon('DELETE FROM crm.people WHERE id = 1'), 0)
        self.assertNotEqual(as_daemon('SELECT note FROM crm.people'), 0)
        self.assertEqual(self.fine('install', '--print'), '-- everything is there already\n')

    def test_invoker_view(self):
        self.s.sql('ALTER SQL SECURITY INVOKER VIEW crm.v_people AS SELECT id, last_name, email, '
                   'born, note FROM crm.people')
        self.install()
        status, _, errors = self.s.client("UPDATE crm.v_people SET note = 'n' WHERE id = 1", 'owsd',
                                          'secret word')
        self.assertEqual(status, 0, errors)

    def test_password_changes(self):
        self.install()
        self.s.write('password', 'other\n')
        self.fine('install')
        self.assertEqual(self.s.client('SELECT 1', 'owsd', 'other')[0], 0)
        self.assertNotEqual(self.s.client('SELECT 1', 'owsd', 'secret word')[0], 0)

    def triggers(self):
        return [r[0] for r in self.s.sql('SELECT trigger_name FROM information_schema.triggers '
                                         "WHERE trigger_schema = 'crm' ORDER BY 1")]

    def test_ids_that_begin_alike(self):
        """Two lists whose GUIDs differ at the end only keep their triggers to themselves."""
        self.s.sql('CREATE TABLE crm.other (id INT PRIMARY KEY, last_name VARCHAR(9)); '
                   'CREATE VIEW crm.v_other AS SELECT * FROM crm.other')
        self.s.provider()
        self.s.provider('other', provider={'id': '{11111111-2222-3333-4444-555555555556}',
                                           'name': 'Other'},
                        source={'view': 'crm.v_other'}, track={'tables': 'crm.other:id'},
                        write={'mode': 'none'}, fields={'Email': None})
        self.fine('install')
        self.assertEqual([sum(t.endswith('_%s_%s' % (n, e)) for t in self.triggers())
                          for n in ('other', 'people') for e in 'diu'], [1] * 6)
        self.assertNotIn('MISSING', self.s.adm('status')[1])

    def named(self, *tail):
        """The names of the list's triggers: what stands in front is the same for all."""
        head = {t.split('_')[1] for t in self.triggers()}
        self.assertEqual(len(head), 1)
        return ['ows_%s_%s' % (head.copy().pop(), t) for t in tail]

    def test_outdated_triggers(self):
        self.s.sql('CREATE TABLE crm.extra (p INT)')
        self.install(track={'tables': 'crm.people:id, crm.extra:p'})
        self.assertEqual(self.triggers(), self.named(*['%s_%s' % (t, e)
                                                       for t in ('extra', 'people') for e in 'diu']))
        dropped, changed = self.named('people_u', 'people_i')
        self.s.sql('DROP TRIGGER crm.' + dropped)
        self.assertIn('MISSING', self.s.adm('status')[1])
        self.assertIn('no trigger on crm.people', self.s.adm('status')[1])
        self.assertIn(dropped + ' on crm.people is missing', self.fine('check'))
        self.s.sql('CREATE OR REPLACE DEFINER = ows_trigger@localhost TRIGGER '
                   'crm.%s AFTER INSERT ON crm.people FOR EACH ROW '
                   "INSERT INTO `ows`.`ows_inbox` (list, skey) VALUES (1, 'wrong')" % changed)
        self.assertIn(changed + ' on crm.people is not what', self.fine('check'))
        self.install()
        self.assertEqual(self.triggers(), self.named('people_d', 'people_i', 'people_u'))
        self.s.sql("INSERT INTO crm.people (id) VALUES (9)")
        self.assertEqual(self.inbox(), [b'9'])
        self.install(track={'mode': 'scan', 'tables': None})
        self.assertEqual(self.triggers(), [])

    def test_uninstall(self):
        self.install()
        text = self.fine('uninstall', '--print', '--data')
        self.assertLess(text.index('DROP TRIGGER'), text.index('DROP DATABASE'))
        self.assertEqual(len(self.triggers()), 3)
        self.fine('uninstall')
        self.assertEqual(self.triggers(), [])
        self.assertEqual(self.s.sql('SELECT COUNT(*) FROM ows.ows_list'), [['1']])
        self.fine('uninstall', '--data')
        self.assertEqual(self.s.sql("SELECT user FROM mysql.global_priv WHERE user LIKE 'ows%'"), [])
        self.assertEqual(self.s.sql("SHOW DATABASES LIKE 'ows'"), [])
        self.fine('uninstall', '--data')

    def test_incomplete_list_is_left_out(self):
        self.s.provider('bad', provider={'name': 'Bad', 'id': '{22222222-2222-3333-4444-555555555555}'},
                        source={'view': 'crm.nothing'})
        self.s.provider()
        text = self.refused('install')
        self.assertIn('there is no view crm.nothing', text)
        self.assertEqual(self.s.sql('SELECT name FROM ows.ows_list'), [['people']])
        self.assertEqual(len(self.triggers()), 3)

    def test_open_transaction(self):
        """A table in use is said, not waited for; the next run goes on."""
        self.s.provider()
        holder = subprocess.Popen(
            ['mariadb', '--no-defaults', '-S', self.s.dir + '/s', '-uroot', '-n', '-N'],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            holder.stdin.write(b'START TRANSACTION; SELECT COUNT(*) FROM crm.people;\n')
            holder.stdin.flush()
            holder.stdout.readline()
            started = time.monotonic()
            text = self.refused('install')
            self.assertLess(time.monotonic() - started, 30)
            self.assertIn('open transaction', text)
        finally:
            holder.kill()
            holder.communicate()
        self.fine('install')
        self.assertEqual(len(self.triggers()), 3)

    def test_no_server(self):
        self.s.provider()
        status, text = self.s.adm('install', '--socket', '/nonexistent/s')
        self.assertEqual(status, 1)
        self.assertIn('cannot be reached as user "root" at /nonexistent/s', text)

    def test_other_account(self):
        """An administrator who may not do it is told what is missing."""
        self.s.provider()
        self.s.sql("CREATE USER dba@localhost IDENTIFIED BY 'pw'; GRANT SELECT ON *.* TO "
                   'dba@localhost')
        self.s.write('dba.pw', 'pw\n')
        text = self.refused('install', '--user', 'dba', '--password-file', self.s.dir + '/dba.pw')
        self.assertIn('GRANT OPTION', text)

    def test_reload(self):
        self.s.provider()
        self.assertIn('does not run', self.refused('reload'))
        daemon = subprocess.Popen(['sh', '-c', 'trap "exit 7" HUP; echo up; while :; do read x; done'],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            daemon.stdout.readline()
            self.s.write('owsd.pid', '%d\n' % daemon.pid)
            self.assertIn('process %d' % daemon.pid, self.fine('reload'))
            self.assertEqual(daemon.wait(20), 7)
        finally:
            if daemon.poll() is None:
                daemon.kill()
            daemon.communicate()
            os.unlink(self.s.dir + '/owsd.pid')

    def test_usage(self):
        for args in (['nonsense'], ['status', '--print'], ['check', 'a', 'b'], ['--user'],
                     ['check', 'no-such-list'], ['--what']):
            with self.subTest(args):
                self.assertEqual(self.s.adm(*args)[0], 2)
        self.assertEqual(self.s.adm('help')[0], 0)


class BinaryLog(dba.Case):
    """Error 1419: triggers need SUPER where a binary log is written."""
    extra = 'log-bin\nserver-id = 1\n'

    def test_explained(self):
        self.s.provider()
        self.s.sql("CREATE USER dba@localhost IDENTIFIED BY 'pw'; GRANT SELECT, INSERT, UPDATE, "
                   'DELETE, CREATE, ALTER, DROP, CREATE USER, CREATE VIEW, SHOW VIEW, TRIGGER, SET USER '
                   'ON *.* TO dba@localhost WITH GRANT OPTION')
        self.s.write('dba.pw', 'pw\n')
        as_dba = ['--user', 'dba', '--password-file', self.s.dir + '/dba.pw']
        text = self.refused('install', *as_dba)
        self.assertIn('log_bin_trust_function_creators', text)
        self.assertIn('1419', text)
        self.s.sql('SET GLOBAL log_bin_trust_function_creators = 1')
        self.fine('install', *as_dba)
        self.s.sql('UPDATE crm.people SET note = 1 WHERE id = 2')
        self.assertEqual(self.inbox(), [b'2'])


if __name__ == '__main__':
    signal.signal(signal.SIGTERM, lambda *a: sys.exit(1))
    unittest.main()
