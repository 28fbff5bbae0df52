"""dba.py -- a private MariaDB and owsadm, for the tests of the DBA's side."""
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

BUILD = os.environ.get('BUILD', 'build')
OWSADM = os.path.abspath(os.path.join(BUILD, 'owsadm'))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

MY_CNF = """[mariadbd]
skip-networking
skip-name-resolve
innodb-flush-log-at-trx-commit = 0
innodb-doublewrite = 0
innodb-log-file-size = 16M
innodb-buffer-pool-size = 32M
innodb-fast-shutdown = 2
max-allowed-packet = 64M
character-set-server = utf8mb4
collation-server = utf8mb4_bin
"""

OWSD_INI = """[server]
listen = unix:{dir}/owsd.sock
pid_file = {dir}/owsd.pid
[site]
base_url = http://127.0.0.1
[database]
socket = {dir}/s
user = owsd
password_file = {dir}/password
admin_user = root
sql_dir = {root}/sql
[providers]
dir = {dir}/providers
"""

PROVIDER = {
    'provider': {'name': 'People', 'id': '{11111111-2222-3333-4444-555555555555}',
                 'type': 'contacts'},
    'source': {'view': 'crm.v_people', 'key': 'id'},
    'track': {'mode': 'triggers', 'tables': 'crm.people:id'},
    'write': {'mode': 'view'},
    'access': {'read': '*', 'write': 'alice'},
    'fields': {'Title': 'last_name', 'Email': 'email'},
}


class Server:
    """A MariaDB of its own in a directory of its own."""

    def __init__(self, extra=''):
        self.dir = tempfile.mkdtemp(prefix='owsd-dba-')
        os.chmod(self.dir, 0o755)
        self.as_user = []
        cnf = os.path.join(self.dir, 'my.cnf')
        with open(cnf, 'w') as f:
            f.write(MY_CNF + extra)
        data = os.path.join(self.dir, 'db')
        os.mkdir(data)
        if os.getuid() == 0:
            nobody = pwd.getpwnam('nobody')
            for path in (self.dir, data):
                os.chown(path, nobody.pw_uid, nobody.pw_gid)
            self.as_user = ['setpriv', '--reuid=nobody', '--regid=nogroup', '--clear-groups']
        with open(os.path.join(self.dir, 'init.log'), 'w') as log:
            subprocess.run(self.as_user + [
                'mariadb-install-db', '--no-defaults', '--force', '--datadir=' + data + '/data',
                '--skip-test-db', '--skip-name-resolve', '--innodb-log-file-size=16M',
                '--auth-root-authentication-method=normal'],
                stdout=log, stderr=log, check=True)
        self.process = subprocess.Popen(self.as_user + [
            'mariadbd', '--defaults-file=' + cnf, '--datadir=' + data + '/data',
            '--socket=' + self.dir + '/s', '--pid-file=' + self.dir + '/db.pid',
            '--tmpdir=' + self.dir, '--log-error=' + self.dir + '/db.err'],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True)
        deadline = time.monotonic() + 60
        while not self.answers():
            if time.monotonic() > deadline or self.process.poll() is not None:
                self.stop()
                raise RuntimeError('MariaDB does not start')
            time.sleep(0.05)
        os.mkdir(self.dir + '/providers')
        self.write('owsd.ini', OWSD_INI.format(dir=self.dir, root=ROOT))

    def answers(self):
        return subprocess.run(['mariadb-admin', '--no-defaults', '-S', self.dir + '/s', '-uroot',
                               'ping'], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL).returncode == 0

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.dir)

    def write(self, name, text):
        path = os.path.join(self.dir, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'w') as f:
            f.write(text)
        return path

    def client(self, sql, user='root', password=None):
        """(exit status, rows, errors) of the command-line client."""
        cmd = ['mariadb', '--no-defaults', '-S', self.dir + '/s', '-u' + user, '-N', '-B',
               '--default-character-set=utf8mb4']
        if password:
            cmd.append('-p' + password)
        r = subprocess.run(cmd, input=sql.encode(), stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE)
        rows = [line.split('\t') for line in r.stdout.decode().splitlines()]
        return r.returncode, rows, r.stderr.decode()

    def sql(self, sql):
        status, rows, errors = self.client(sql)
        if status:
            raise AssertionError('SQL failed: %s\n%s' % (errors, sql))
        return rows

    def adm(self, *args):
        r = subprocess.run([OWSADM, '-c', self.dir + '/owsd.ini'] + list(args),
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)
        return r.returncode, r.stdout.decode()

    def provider(self, name='people', tail='', **change):
        """providers/NAME/provider.ini: the standard one with sections changed."""
        text = ''
        for section, keys in PROVIDER.items():
            keys = dict(keys)
            for k, v in change.get(section, {}).items():
                keys[k] = v
            text += '[%s]\n' % section
            for k, v in keys.items():
                if v is not None:
                    text += '%s = %s\n' % (k, v)
        return self.write('providers/%s/provider.ini' % name, text + tail)

    def no_providers(self):
        shutil.rmtree(self.dir + '/providers')
        os.mkdir(self.dir + '/providers')


class Case(unittest.TestCase):
    """Each test begins with an empty server: no sync database, no providers."""
    extra = ''

    @classmethod
    def setUpClass(cls):
        cls.s = Server(cls.extra)

    @classmethod
    def tearDownClass(cls):
        cls.s.stop()

    def setUp(self):
        s = self.s
        s.no_providers()
        s.write('password', 'secret word\n')
        for (schema,) in s.sql("SELECT schema_name FROM information_schema.schemata WHERE "
                               "schema_name NOT IN ('mysql', 'sys', 'performance_schema', "
                               "'information_schema')"):
            s.sql('DROP DATABASE `%s`' % schema)
        s.sql('DROP USER IF EXISTS owsd@localhost, ows_trigger@localhost, dba@localhost')
        s.sql("""CREATE DATABASE crm; USE crm;
            CREATE TABLE people (id INT PRIMARY KEY AUTO_INCREMENT, last_name VARCHAR(50),
                email VARCHAR(100), born DATE, note TEXT);
            CREATE VIEW v_people AS SELECT id, last_name, email, born, note FROM people;
            INSERT INTO people (last_name, email) VALUES ('A', 'a@example.com'), ('B', NULL)""")

    def fine(self, *args):
        status, text = self.s.adm(*args)
        self.assertEqual(status, 0, text)
        return text

    def refused(self, *args):
        status, text = self.s.adm(*args)
        self.assertEqual(status, 1, text)
        return text

    def inbox(self):
        """Keys that wait, and forget them."""
        rows = self.s.sql('SELECT HEX(skey) FROM ows.ows_inbox ORDER BY id')
        self.s.sql('DELETE FROM ows.ows_inbox')
        return [bytes.fromhex(r[0]) if r else b'' for r in rows]
