#!/usr/bin/python3
"""test_database.py -- the database goes away and comes back: 503 with Retry-After, then all is well."""
import os
import signal
import subprocess
import unittest

import live
from live import wait


class Database(live.Case):
    env = {"OWS_WORKERS": "2", "OWS_FAST": ""}  # a killed database may forget nothing

    def db_pid(self):
        with open(self.stack.run + "/db/pid") as f:
            return int(f.read())

    def kill_db(self):
        pid = self.db_pid()
        os.kill(pid, signal.SIGKILL)
        wait("the database's end", lambda: not live.is_alive(pid))

    def start_db(self):
        command = ["mariadbd", "--defaults-file=" + self.stack.run + "/my.cnf"]
        if os.getuid() == 0:
            command = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] + command
        subprocess.Popen(command, cwd="/", start_new_session=True, stdin=subprocess.DEVNULL,
                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def soap(self, name="Customers"):
        return live.post(self.stack, live.CHANGES % name)

    def test_killed_and_restarted(self):
        self.assertEqual(self.soap()[0], 200)
        self.kill_db()
        try:
            for _ in range(4):  # both workers, with a connection and without
                status, headers, body = self.soap()
                self.assertEqual(status, 503)
                self.assertGreater(int(headers["Retry-After"]), 0)
                self.assertNotIn(b"<html", body.lower())
            status, headers, _ = self.stack.get("/healthz", None)
            self.assertEqual((status, headers["Retry-After"] is not None), (503, True))
            wait("a word of the housekeeper", lambda: "error" in self.stack.log() and
                 " database: " in self.stack.log())
            # files need no database
            self.assertEqual(self.stack.get("/_layouts/owsd/style.css")[0], 200)
        finally:
            self.start_db()
        wait("lists again", lambda: self.soap()[0] == 200, 30)
        # the other worker looks at most once a second
        wait("health again", lambda: self.stack.get("/healthz", None)[0] == 200, 10)
        wait("the housekeeper again", lambda: "connected again" in self.stack.log())

    def test_a_connection_killed_while_idle_is_rebuilt(self):
        self.assertEqual(self.soap()[0], 200)
        ids = self.stack.sql("SELECT id FROM information_schema.processlist WHERE user = 'owsd'")
        for i in ids.split():
            self.stack.sql("KILL %s" % i)
        wait("the connections' end", lambda: not set(ids.split()) & set(self.stack.sql(
            "SELECT id FROM information_schema.processlist WHERE user = 'owsd'").split()))
        for _ in range(6):  # both workers see it before they use it
            self.assertEqual(self.soap()[0], 200)

    def test_a_lost_view_harms_its_list_only(self):
        self.stack.sql("RENAME TABLE staff.v_directory TO staff.v_away")
        try:
            wait("503 of that list", lambda: self.soap("Staff")[0] == 503)
            self.assertEqual(self.soap("Customers")[0], 200)
        finally:
            self.stack.sql("RENAME TABLE staff.v_away TO staff.v_directory")
        wait("that list again", lambda: self.soap("Staff")[0] == 200)


if __name__ == "__main__":
    unittest.main(verbosity=2)
