#!/usr/bin/python3
"""test_pool.py -- the supervisor's promises: replaced, reloaded, ended, never cut short."""
import os
import re
import signal
import threading
import time
import unittest

import live
from live import fcgi, wait


class Pool(live.Case):
    env = {"OWS_WORKERS": "3", "OWS_SERVER": "stuck_after = 2\nstop_after = 10"}

    def workers(self):
        return self.stack.workers()

    def test_killed_worker_is_replaced(self):
        before = wait("three workers", lambda: len(self.workers()) == 3 and self.workers())
        os.kill(before[0], signal.SIGKILL)
        wait("three workers without the killed one",
             lambda: len(self.workers()) == 3 and before[0] not in self.workers())
        self.assertEqual(self.stack.get()[0], 200)
        self.assertIn("worker %d was ended by signal 9" % before[0], self.stack.log())

    def test_killed_housekeeper_is_replaced(self):
        keeper = wait("a housekeeper", lambda: self.stack.children("owsd-keeper"))[0]
        os.kill(keeper, signal.SIGKILL)
        new = wait("another housekeeper", lambda: [
            p for p in self.stack.children("owsd-keeper") if p != keeper])[0]
        wait("it works", lambda: re.search(r" %d keeps house" % new, self.stack.log()))

    def test_stuck_worker_is_ended(self):
        r = self.stack.hold()
        try:
            began = time.monotonic()
            with self.assertRaises((fcgi.Cut, ConnectionError)):
                r.answer()
            self.assertGreater(time.monotonic() - began, 1.5)
        finally:
            r.close()
        self.assertIn("made no progress in a request for 2 seconds, killed", self.stack.log())
        self.assertEqual(self.stack.fcgi()[0], 200)

    def test_slow_but_moving_request_is_left_alone(self):
        r = self.stack.hold("/nowhere")
        try:
            for _ in range(8):
                r.body(b"x" * 70000, end=False)  # a piece every half second, 4 s in all
                threading.Event().wait(0.5)
            self.assertNotEqual(r.body().answer()[0], 500)
        finally:
            r.close()

    def test_reload_under_load_fails_no_request(self):
        stop, bad, good = threading.Event(), [], [0]

        def load():
            while not stop.is_set():
                try:
                    status = self.stack.get()[0]
                except OSError as e:
                    status = repr(e)
                if status == 200:
                    good[0] += 1
                else:
                    bad.append(status)

        threads = [threading.Thread(target=load) for _ in range(3)]
        for t in threads:
            t.start()
        try:
            for _ in range(5):
                old = set(live.children(self.stack.pid))
                self.stack.hup()
                wait("only new processes", lambda: len(live.children(self.stack.pid)) == 4
                     and not old & set(live.children(self.stack.pid)))
        finally:
            stop.set()
            for t in threads:
                t.join()
        self.assertEqual(bad, [])
        self.assertGreater(good[0], 20)

    def test_reload_of_a_broken_file_keeps_the_old(self):
        path = self.stack.run + "/owsd.ini"
        with open(path) as f:
            good = f.read()
        old = live.children(self.stack.pid)
        try:
            with open(path, "a") as f:
                f.write("dirr = nowhere\n")
            self.stack.hup()
            wait("a word about it", lambda: "the old configuration stays in force"
                 in self.stack.log())
            self.assertRegex(self.stack.log(), r"owsd\.ini:\d+: \[\w+\] dirr: ")
            self.assertEqual(self.stack.get()[0], 200)
            self.assertEqual(set(old) & set(live.children(self.stack.pid)), set(old))
        finally:
            with open(path, "w") as f:
                f.write(good)

    def test_reload_takes_a_new_title_and_number_of_workers(self):
        self.stack.setting("title", "Another title")
        self.stack.setting("workers", "2")
        self.stack.hup()
        wait("two workers", lambda: len(live.children(self.stack.pid)) == 3)
        wait("the new title", lambda: b"Another title" in self.stack.get()[2])
        self.stack.setting("workers", "3")
        self.stack.hup()
        wait("three workers", lambda: len(live.children(self.stack.pid)) == 4)

    def test_request_in_flight_survives_reload(self):
        r = self.stack.hold("/healthz")
        try:
            self.stack.hup()
            wait("a reload", lambda: re.search(r"reload: \d+ lists", self.stack.log()))
            self.assertEqual(r.body().answer()[0], 405)
        finally:
            r.close()

    def test_answer_cut_by_a_kill_is_an_error(self):
        body = (live.CHANGES % "AdventureWorks Contacts").encode()
        self.assertEqual(self.stack.fcgi()[0], 200)
        r = self.stack.hold("/_vti_bin/Lists.asmx")
        before = set(self.workers())
        r.s.settimeout(20)
        busy = wait("a worker in the request", lambda: self.busy())
        r.body(body)
        # the client does not read: the worker waits in the middle of its answer
        wait("the worker waits", lambda: self.is_writing(busy))
        os.kill(busy, signal.SIGKILL)
        with self.assertRaises((fcgi.Cut, ConnectionError)):
            r.answer()
        r.close()
        wait("a new worker", lambda: set(self.workers()) - before)

    def busy(self):
        """The worker that holds a connection of the web server's socket (it has one descriptor more)."""
        most = {}
        for pid in self.workers():
            try:
                n = sum(os.readlink("/proc/%d/fd/%s" % (pid, fd)).startswith("socket:")
                        for fd in os.listdir("/proc/%d/fd" % pid))
            except OSError:
                continue
            most[pid] = n
        if len(most) < 3:
            return None
        top = max(most, key=most.get)
        return top if most[top] > min(most.values()) else None

    @staticmethod
    def is_writing(pid):
        with open("/proc/%d/wchan" % pid) as f:
            if f.read() in ("sock_alloc_send_pskb", "unix_stream_sendmsg"):
                return True
        with open("/proc/%d/syscall" % pid) as f:
            return f.read().split()[0] in ("1", "44")  # write, sendto


class Stop(unittest.TestCase):
    def test_term_lets_a_request_finish_and_leaves_nothing(self):
        s = live.Stack("stop").up()
        try:
            pid, kids = s.pid, live.children(s.pid)
            r = s.hold("/healthz")
            # the connection is taken: its parameters are read by a worker
            self.assertEqual(fcgi.get(s.socket)[0], 200)
            os.kill(pid, signal.SIGTERM)
            wait("the idle ones gone", lambda: len(live.children(pid)) == 1)
            self.assertEqual(r.body().answer()[0], 405)
            r.close()
            wait("all gone", lambda: not live.is_alive(pid))
            self.assertFalse(os.path.exists(s.socket))
            self.assertFalse(os.path.exists(s.run + "/owsd.pid"))
            self.assertTrue(all(not live.is_alive(k) for k in kids))
        finally:
            s.down()

    def test_deadline_ends_what_does_not_finish(self):
        s = live.Stack("late", OWS_SERVER="stop_after = 1").up()
        try:
            pid = s.pid
            r = s.hold("/healthz")
            self.assertEqual(fcgi.get(s.socket)[0], 200)
            os.kill(pid, signal.SIGTERM)
            wait("all gone", lambda: not live.is_alive(pid), 10)
            r.close()
            self.assertIn("did not end in 1 seconds, killed", s.log())
        finally:
            s.down()

    def test_workers_end_with_their_supervisor(self):
        s = live.Stack("orphan").up()
        try:
            kids = live.children(s.pid)
            os.kill(s.pid, signal.SIGKILL)
            wait("no orphans", lambda: not any(live.is_alive(k) for k in kids))
        finally:
            s.down()

    def test_worker_retires(self):
        s = live.Stack("retire", OWS_WORKERS="1", OWS_SERVER="retire_after = 5").up()
        try:
            seen = set()
            for _ in range(30):
                self.assertEqual(s.get()[0], 200)
                seen |= set(s.workers())
            self.assertGreater(len(seen), 3)
            self.assertNotIn("was ended by", s.log())
        finally:
            s.down()


if __name__ == "__main__":
    unittest.main(verbosity=2)
